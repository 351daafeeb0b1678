import { fc, it } from '@fast-check/vitest';
import { afterEach, describe, expect, vi } from 'vitest';
import { hostArray } from '../../src/ir/index.js';
import { progressOf } from '../../src/train/progress.js';
import { loadArray, saveArray } from '../../src/train/saved.js';

const words = (x: Float64Array): string => Buffer.from(x.buffer, x.byteOffset, x.byteLength).toString('hex');

describe('saved arrays', () => {
  it.prop([fc.array(fc.double())])('read back to the bit through JSON', (values) => {
    const array = hostArray(values, [values.length], 'f');
    const back = loadArray(JSON.parse(JSON.stringify(saveArray(array))), 'here');
    expect(words(back.data as Float64Array)).toBe(words(array.data as Float64Array));
  });

  it('keeps NaN, infinities and the sign of zero, and every element type', () => {
    const special = hostArray([NaN, Infinity, -Infinity, -0, 0, 5e-324, 1.7976931348623157e308], [7], 'f');
    const text = JSON.stringify(saveArray(special));
    expect(text).toBe(
      '{"shape":[7],"dtype":"f","data":["NaN","Infinity","-Infinity","-0",0,5e-324,1.7976931348623157e+308]}',
    );
    expect(words(loadArray(JSON.parse(text), 'here').data as Float64Array)).toBe(
      words(special.data as Float64Array),
    );
    // what plain JSON would have kept
    expect(JSON.stringify(Array.from(special.data.slice(0, 4)))).toBe('[null,null,null,0]');
    for (const array of [
      hostArray([1, 0], [2], 'bool'),
      hostArray([-5], [], 'i32'),
      hostArray([4e9], [1], 'u32'),
    ]) {
      expect(loadArray(JSON.parse(JSON.stringify(saveArray(array))), 'here')).toEqual(array);
    }
  });

  it('says what is wrong', () => {
    expect(() => loadArray(undefined, 'here')).toThrow('here: no shape was saved');
    expect(() => loadArray({ shape: [1], dtype: 'f64', data: [0] }, 'here')).toThrow(
      'here: unknown element type f64',
    );
    expect(() => loadArray({ shape: [2], dtype: 'f', data: [0] }, 'here')).toThrow(
      'shape [2] needs 2 values, found 1',
    );
    expect(() => loadArray({ shape: [1], dtype: 'f', data: [null] }, 'here')).toThrow(
      'value 0 is null, not a number',
    );
  });
});

describe('progress', () => {
  const tty = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  const terminal = (isTTY: boolean, ci: string): void => {
    Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
    vi.stubEnv('CI', ci);
  };
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    if (tty === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', tty);
  });
  /** What is written to the standard error stream by a loop of 10 steps. */
  async function written(option: boolean | undefined): Promise<string> {
    const write = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const progress = progressOf(option, 10);
    for (let t = 1; t <= 10; t++) {
      progress.update(t, -t);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    progress.stop();
    return write.mock.calls.map(([text]) => String(text)).join('');
  }

  it('draws a bar on a terminal', async () => {
    terminal(true, '');
    expect(await written(undefined)).toMatch(/\d+\/10 steps {2}objective -\d/);
  });

  it('is silent without one, in CI, and on demand', async () => {
    terminal(false, '');
    expect(await written(true)).toBe('');
    terminal(true, 'true');
    expect(await written(true)).toBe('');
    terminal(true, '');
    expect(await written(false)).toBe('');
  });
});
