/** The runtime: its memory, values that stay in it, arguments that are remembered in it. */
import { describe, expect, test } from 'vitest';
import { hostArray, type DType, type HostArray } from '../../src/ir/index.js';
import { OutOfMemoryError, Resident, Runtime } from '../../src/compile/runtime/index.js';

const MiB = 2 ** 20;
const vector = (n: number, value = 1): HostArray => hostArray(new Float64Array(n).fill(value), [n], 'f');

/** A value of a runtime, written where it lies. */
function made(runtime: Runtime, n: number, value: number): HostArray {
  const address = runtime.allocate(8 * n);
  runtime.f64.fill(value, address / 8, address / 8 + n);
  return runtime.result({ shape: [n], dtype: 'f' }, 'f64', address);
}

describe('memory', () => {
  test('views follow growth, contents stay', () => {
    const runtime = new Runtime();
    const a = runtime.allocate(8);
    runtime.f64[a / 8] = 1.25;
    const before = runtime.f64;
    runtime.allocate(8 * MiB);
    expect(before.length).toBe(0);
    expect(runtime.f64[a / 8]).toBe(1.25);
    for (const view of [runtime.f32, runtime.i32, runtime.u32, runtime.u8]) {
      expect(view.buffer).toBe(runtime.memory.buffer);
    }
    expect(runtime.memoryType).toEqual({ minimum: 1 });
  });

  test('shared memory grows too', () => {
    const runtime = new Runtime({ shared: true, maximum: 64 * MiB });
    const a = runtime.allocate(8);
    runtime.i32[a / 4] = 7;
    runtime.allocate(8 * MiB);
    expect(runtime.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(runtime.i32[a / 4]).toBe(7);
    expect(runtime.memoryType).toEqual({ minimum: 1, maximum: 65536, shared: true });
    expect(runtime.take({ shape: [], dtype: 'i32' }, 'i32', a).data.buffer).toBeInstanceOf(ArrayBuffer);
  });

  test('what does not fit says what was asked for, what is in use, and the limit; the next request works', () => {
    const runtime = new Runtime({ maximum: 4 * MiB });
    const a = runtime.allocate(3 * MiB);
    for (const bytes of [2 * MiB, 2 ** 30, 2 ** 40]) {
      let error: unknown;
      try {
        runtime.allocate(bytes);
      } catch (e) {
        error = e;
      }
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect(error).toMatchObject({ requested: bytes, used: 3 * MiB + 16, limit: 4 * MiB });
    }
    expect(() => runtime.allocate(2 * MiB)).toThrow(
      'out of memory: 2 MiB asked for, 3 MiB in use, the limit is 4 MiB',
    );
    expect(() => new Runtime({ maximum: 100 })).toThrow('from 65536 on, found 100');
    runtime.free(a);
    runtime.free(runtime.allocate(3.5 * MiB));
    expect(runtime.usage.used).toBe(0);
  });

  test('scratch memory is one block that grows; programs do not nest', () => {
    const runtime = new Runtime();
    expect(runtime.begin()).toBe(0);
    runtime.end();
    const a = runtime.begin(1000);
    expect(() => runtime.begin(10)).toThrow('programs cannot be nested');
    expect(() => runtime.scratch(10)).toThrow('programs cannot be nested');
    runtime.end();
    expect(runtime.scratch(10)).toBe(a);
    runtime.scratch(5000);
    expect(runtime.usage.used).toBe(5024);
  });
});

describe('values out', () => {
  test('a copy, as the host holds values of the element type', () => {
    const runtime = new Runtime();
    const address = runtime.allocate(8000);
    const cases: readonly [DType, 'f32' | 'f64' | 'i32' | 'u32' | 'bool', (i: number) => number][] = [
      ['f', 'f64', (i) => i / 3],
      ['f', 'f32', (i) => Math.fround(i / 3)],
      ['i32', 'i32', (i) => i - 5],
      ['u32', 'u32', (i) => 2 ** 32 - 1 - i],
      ['bool', 'bool', (i) => i % 2],
    ];
    for (const n of [0, 1, 2, 7, 8, 9, 16, 17, 64, 65, 200, 1000]) {
      for (const [dtype, storage, value] of cases) {
        const expected = hostArray(
          Array.from({ length: n }, (_, i) => value(i)),
          [n],
          dtype,
        );
        expect(runtime.place(expected, storage, address)).toBe(address);
        const found = runtime.take(expected, storage, address);
        expect(found).toEqual(expected);
        runtime.u8.fill(255, address, address + 8000);
        expect(found).toEqual(expected);
      }
    }
  });

  test('small copies do not share elements', () => {
    const runtime = new Runtime();
    const address = runtime.allocate(512);
    runtime.f64.fill(1, address / 8, address / 8 + 64);
    const all = Array.from({ length: 100 }, (_, i) =>
      runtime.take({ shape: [10 + (i % 50)], dtype: 'f' }, 'f64', address),
    );
    all.forEach((v, i) => v.data.fill(i));
    all.forEach((v, i) => expect(v.data.every((x) => x === i)).toBe(true));
  });

  test('a value that stays is read once, in every shape, and can be freed once and again', () => {
    const runtime = new Runtime();
    const value = made(runtime, 1000, 2.5) as Resident;
    expect(value.shape).toEqual([1000]);
    const matrix = value.withShape([10, 100]);
    expect(matrix.data).toHaveLength(1000);
    expect(Object.is(matrix.data, value.data)).toBe(true);
    expect(value.data[999]).toBe(2.5);
    expect(runtime.usage.results).toBe(8000);
    value.free();
    value.free();
    matrix.free();
    expect(runtime.usage).toMatchObject({ used: 0, results: 0 });
    expect(value.address).toBe(0);
    expect(value.data[0]).toBe(2.5);
    // its block belongs to somebody else now
    const other = made(runtime, 1000, 3);
    value.free();
    expect(other.data[0]).toBe(3);
  });

  test('float32 is widened', () => {
    const runtime = new Runtime();
    const address = runtime.allocate(8);
    runtime.f32.set([0.1, 1e-40], address / 4);
    const value = runtime.result({ shape: [2], dtype: 'f' }, 'f32', address);
    expect(value.data).toEqual(Float64Array.of(Math.fround(0.1), Math.fround(1e-40)));
  });

  test('after free, values that were not read before are gone', () => {
    const value = made(new Runtime(), 1000, 1) as Resident;
    value.free();
    expect(() => value.data).toThrow(
      'f[1000] was disposed: its values are gone, as they had not been read before',
    );
  });

  test('results beyond their budget are copied out at once', () => {
    const runtime = new Runtime({ residents: 20_000 });
    const values = Array.from({ length: 10 }, (_, i) => made(runtime, 1000, i));
    expect(values.map((v) => v instanceof Resident)).toEqual(values.map((_, i) => i < 2));
    expect(values.map((v) => v.data[999])).toEqual(values.map((_, i) => i));
    expect(runtime.usage.results).toBe(16_000);
    (values[0] as Resident).free();
    expect(made(runtime, 1000, 0)).toBeInstanceOf(Resident);
  });
});

describe('values in', () => {
  test('a value of the memory is used where it lies, one of another storage or memory is not', () => {
    const runtime = new Runtime();
    const value = made(runtime, 1000, 0.1) as Resident;
    expect(runtime.place(value, 'f64')).toBe(value.address);
    expect(runtime.place(value.withShape([10, 100]), 'f64')).toBe(value.address);
    expect(runtime.usage.uploads).toBe(0);
    const single = runtime.place(value, 'f32');
    expect(runtime.f32[single / 4 + 999]).toBe(Math.fround(0.1));
    expect(runtime.place(value, 'f32')).toBe(single);
    const other = new Runtime();
    const there = other.place(value, 'f64');
    expect(other.f64[there / 8]).toBe(0.1);
    value.free();
    const again = runtime.place(value, 'f64');
    expect(runtime.f64[again / 8 + 999]).toBe(0.1);
  });

  test('a host array is copied once, by its data, for each storage', () => {
    const runtime = new Runtime();
    const value = vector(1000, 3);
    const a = runtime.place(value, 'f64');
    expect(runtime.f64[a / 8 + 999]).toBe(3);
    runtime.f64[a / 8] = 4;
    expect(runtime.place({ ...value, shape: [10, 100] }, 'f64')).toBe(a);
    expect(runtime.f64[a / 8]).toBe(4); // not copied again
    const b = runtime.place(value, 'f32');
    expect(runtime.f32[b / 4]).toBe(3);
    expect(runtime.usage.uploads).toBe(12_000);
    expect(runtime.place(vector(1000, 3), 'f64')).not.toBe(a);
  });

  test('beyond the budget the one that was not used longest goes; those of the present run stay', () => {
    const runtime = new Runtime({ uploads: 20_000 });
    const values = Array.from({ length: 4 }, (_, i) => vector(1000, i));
    const read = (address: number): number => runtime.f64[address / 8 + 999]!;
    const run = (...which: number[]): void => {
      runtime.begin();
      const addresses = which.map((i) => runtime.place(values[i]!, 'f64'));
      expect(addresses.map(read)).toEqual(which);
      runtime.end();
    };
    run(0, 1);
    run(0);
    expect(runtime.usage.uploads).toBe(16_000);
    run(2);
    expect(runtime.usage.uploads).toBeLessThanOrEqual(20_000);
    run(0, 1, 2, 3); // all needed at once: more than the budget
    expect(runtime.usage.uploads).toBe(32_000);
    run(1);
    run(3, 1);
    for (let i = 0; i < 100; i++) run(i % 4, (i + 1) % 4);
    expect(runtime.usage.uploads).toBeLessThanOrEqual(20_000);
  });

  test('arguments that are remembered make room for what is needed', () => {
    const runtime = new Runtime({ maximum: 4 * MiB, uploads: 4 * MiB });
    const values = [vector(MiB / 8, 1), vector(MiB / 8, 2), vector(MiB / 8, 3)];
    for (const v of values) {
      runtime.begin();
      runtime.place(v, 'f64');
      runtime.end();
    }
    expect(runtime.usage.uploads).toBe(3 * MiB);
    runtime.begin();
    const pinned = runtime.place(values[0]!, 'f64');
    const large = runtime.allocate(2 * MiB);
    expect(runtime.f64[pinned / 8]).toBe(1);
    expect(runtime.usage.uploads).toBe(MiB);
    expect(() => runtime.allocate(2 * MiB)).toThrow(OutOfMemoryError);
    runtime.end();
    runtime.free(large);
  });
});
