import { describe, expect, test } from 'vitest';
import { threefry2x32 } from '../../src/ir/threefry.js';
import { arr, run } from './arrays.js';

function words(k0: number, k1: number, c0: number, c1: number): string {
  const out = new Uint32Array(2);
  threefry2x32(k0, k1, c0, c1, out, 0);
  return [...out].map((w) => w.toString(16).padStart(8, '0')).join(' ');
}

/** The cipher written from its definition, in big integers. */
function oracle(key: readonly [number, number], counter: readonly [number, number]): [number, number] {
  const mask = 0xffffffffn;
  const ks = [BigInt(key[0]), BigInt(key[1]), BigInt(key[0]) ^ BigInt(key[1]) ^ 0x1bd11bdan];
  const R = [13n, 15n, 26n, 6n, 17n, 29n, 16n, 24n];
  let x = (BigInt(counter[0]) + ks[0]!) & mask;
  let y = (BigInt(counter[1]) + ks[1]!) & mask;
  for (let round = 0; round < 20; round++) {
    const r = R[round % 8]!;
    x = (x + y) & mask;
    y = (((y << r) | (y >> (32n - r))) & mask) ^ x;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      x = (x + ks[s % 3]!) & mask;
      y = (y + ks[(s + 1) % 3]! + BigInt(s)) & mask;
    }
  }
  return [Number(x), Number(y)];
}

describe('random bits', () => {
  test('threefry2x32 gives the known answers of Random123', () => {
    expect(words(0, 0, 0, 0)).toBe('6b200159 99ba4efe');
    expect(words(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toBe('1cb996fc bb002be7');
    expect(words(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toBe('c4923a9c 483df7a0');
  });
  test('threefry maps pairs', () => {
    const keys = arr(
      [
        [1, 2],
        [3, 4],
      ],
      'u32',
    );
    const counters = arr(
      [
        [5, 6],
        [7, 4294967295],
      ],
      'u32',
    );
    const [t] = run((k, c) => [k!.builder.node('threefry', {}, [k!, c!])], keys, counters);
    expect(t).toEqual([oracle([1, 2], [5, 6]), oracle([3, 4], [7, 4294967295])]);
  });
  test('randomBits xors the words at the element index, for each key', () => {
    const keys = arr(
      [
        [0, 0],
        [0, 42],
      ],
      'u32',
    );
    const [bits] = run((k) => [k!.builder.node('randomBits', { shape: [2, 3] }, [k!])], keys);
    const expected = [
      [0, 0],
      [0, 42],
    ].map((key) =>
      [0, 1].map((i) =>
        [0, 1, 2].map((j) => {
          const [a, b] = oracle(key as [number, number], [0, 3 * i + j]);
          return (a ^ b) >>> 0;
        }),
      ),
    );
    expect(bits).toEqual(expected);
  });
  test('a scalar draw of key 0 is that of JAX: 4070199207, the uniform number 0.947667', () => {
    const [bits] = run((k) => [k!.builder.node('randomBits', { shape: [] }, [k!])], arr([0, 0], 'u32'));
    expect(bits).toBe(4070199207);
    expect((bits as number) / 2 ** 32).toBeCloseTo(0.947667, 6);
  });
});
