/** Matrix products: batches, layouts, shared work, epilogues, long sums, special values. */
import { describe, expect, test } from 'vitest';
import { dotRoutine } from '../../src/compile/routines/dot.js';
import {
  Bench,
  errorOf,
  expected,
  indices,
  layouts,
  matrices,
  numbers,
  operandsOf,
  type Case,
  type Options,
} from './routines-dot-harness.js';

const limits = { f32: 1e-6, f64: 1e-13, i32: 0, u32: 0 };
const bench = new Bench();
const names = Object.keys(layouts);

function failures(cases: readonly Case[], options: Options = {}, limit?: number): string[] {
  const all = cases.map((c) => ({ case: c, operands: operandsOf(c) }));
  return bench.run(all, options).flatMap(({ result, harmed }, i) => {
    const c = cases[i]!;
    const error = errorOf(result, expected(c, all[i]!.operands));
    if (error <= (limit ?? limits[c.storage]) && harmed === 0) return [];
    return [`${JSON.stringify(c)}: error ${error}, ${harmed} bytes harmed`];
  });
}

/** One size for each method and each kind of edge. */
const typical: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 40, 1],
  [1, 70000, 1],
  [7, 11, 1],
  [70, 300, 1],
  [19, 3000, 1],
  [1, 13, 6],
  [1, 600, 30],
  [1, 530, 137],
  [2, 37, 41],
  [3, 300, 18],
  [5, 5, 5],
  [16, 16, 16],
  [13, 1, 21],
  [9, 300, 100],
  [70, 20, 3],
  [70, 33, 30],
  [100, 70, 90],
  [130, 270, 40],
];

describe('layouts', () => {
  test.each(['f32', 'f64'] as const)('every pair of layouts: %s', (storage) => {
    const wrong = typical
      .filter(([m, k, n]) => m * k * n < 25000)
      // sums of several hundred equal numbers are all rounded alike: a few 10⁻⁶
      .flatMap((size) =>
        names.flatMap((a) => {
          const cases = names.map((b) => matrices(storage, size, a, b));
          return failures(cases, {}, storage === 'f32' && size[1] > 256 ? 4e-6 : undefined);
        }),
      );
    expect(wrong).toEqual([]);
  });

  test('several blocks of rows, terms and columns', () => {
    const pairs = ['plain', 'turned'].flatMap((a) => ['plain', 'turned'].map((b) => [a, b] as const));
    const wrong = (['f32', 'f64'] as const).flatMap((storage) =>
      pairs.flatMap(([a, b]) => failures([matrices(storage, [103, 515, 531], a, b)])),
    );
    expect(wrong).toEqual([]);
  });

  test('integers wrap around', () => {
    const big = (count: number, seed: number): Float64Array =>
      numbers(count, seed).map((x) => Math.trunc(x * 2 ** 31));
    for (const storage of ['i32', 'u32'] as const) {
      for (const size of typical) {
        const c = matrices(storage, size, 'plain', 'turned');
        const operands = operandsOf(c, big);
        const [run] = bench.run([{ case: c, operands }]);
        const [m, k, n] = size;
        const want = new Float64Array(m * n);
        for (const [r, s] of indices([m, n]) as [number, number][]) {
          let sum = 0;
          for (let q = 0; q < k; q++)
            sum = (sum + Math.imul(operands.a[r * k + q]!, operands.b[q * n + s]!)) | 0;
          want[r * n + s] = storage === 'i32' ? sum : sum >>> 0;
        }
        expect([...run!.result]).toEqual([...want]);
      }
    }
    const bool = { ...matrices('f32', [2, 2, 2]), storage: 'bool' as const };
    const spec = { ...bool, a: { strides: bool.a }, b: { strides: bool.b }, relaxed: false };
    expect(() => dotRoutine(spec)).toThrow('dot: there are no products of bool');
  });
});

describe('batches', () => {
  const batches = (storage: 'f32' | 'f64'): Case[] =>
    typical
      .filter(([m, k, n]) => m * k * n < 5000)
      .flatMap((size) => {
        const [m, k, n] = size;
        return [
          matrices(storage, size, 'plain', 'turned', [5]),
          matrices(storage, size, 'turned', 'plain', [2, 3]),
          // one operand for all, the other for each
          matrices(storage, size, 'plain', 'plain', [6], [m * k], [0]),
          matrices(storage, size, 'plain', 'plain', [6], [0], [k * n]),
          matrices(storage, size, 'turned', 'plain', [6], [m * k], [0]),
          matrices(storage, size, 'plain', 'plain', [3, 2], [m * k, 0], [0, k * n]),
          // backwards, and axes exchanged
          matrices(storage, size, 'plain', 'plain', [4], [-m * k], [-k * n]),
          matrices(storage, size, 'plain', 'turned', [2, 3], [m * k, 2 * m * k], [3 * k * n, k * n]),
          // rows apart: [row, batch, column]
          {
            storage,
            batch: [3],
            m,
            k,
            n,
            a: { batch: [k], row: 3 * k, column: 1 },
            b: { batch: [n], row: 3 * n, column: 1 },
          },
          matrices(storage, size, 'plain', 'plain', [1, 3, 1]),
          matrices(storage, size, 'plain', 'plain', [0, 3]),
        ] satisfies Case[];
      });

  test.each(['f32', 'f64'] as const)('strided, broadcast, reversed: %s', (storage) => {
    expect(failures(batches(storage))).toEqual([]);
  });

  test('of large products', () => {
    expect(failures([matrices('f32', [96, 80, 68], 'plain', 'turned', [5])])).toEqual([]);
    expect(failures([matrices('f32', [65, 80, 67], 'turned', 'plain', [5])])).toEqual([]);
  });

  test('sharing parts among calls changes no bit, and there are parts to share', () => {
    const cases = [
      ...batches('f32'),
      ...typical.flatMap((size) => [matrices('f32', size), matrices('f32', size, 'turned', 'turned')]),
      matrices('f32', [96, 80, 68], 'plain', 'turned', [5]),
      matrices('f64', [103, 300, 531], 'turned', 'plain'),
    ].map((c) => ({ case: c, operands: operandsOf(c) }));
    for (const group of cases.map((c) => [c])) {
      const [whole] = bench.run(group);
      for (const parts of [2, 3, 1000]) {
        const ends = (units: number): number[] => {
          const calls = Math.max(1, Math.min(parts, units));
          return Array.from({ length: calls }, (_, i) => Math.floor((units * (i + 1)) / calls));
        };
        const [shared] = bench.run(group, { ends });
        expect(shared!.harmed).toBe(0);
        expect([...shared!.result]).toEqual([...whole!.result]);
      }
    }
    const units = (c: Case): number =>
      dotRoutine({ ...c, a: { strides: c.a }, b: { strides: c.b }, relaxed: false }).units;
    expect(units(matrices('f32', [256, 256, 256]))).toBe(16);
    expect(units(matrices('f32', [16, 16, 16], 'plain', 'plain', [256]))).toBe(256);
    expect(units(matrices('f32', [1, 256, 256]))).toBe(4);
    expect(units(matrices('f32', [256, 256, 1]))).toBe(16);
    expect(units(matrices('f32', [96, 80, 68], 'plain', 'plain', [5]))).toBe(30);
  });
});

describe('epilogues', () => {
  test('see every element of the result once, from multiples of four', () => {
    const cases = [
      ...typical.map((size) => matrices('f32', size, 'plain', 'turned')),
      matrices('f32', [300, 40, 70]),
      matrices('f32', [300, 200, 70]),
      matrices('f32', [1, 20, 5000]),
      matrices('f32', [5000, 20, 1]),
      matrices('f32', [100, 0, 90]),
      matrices('f32', [7, 5, 9], 'plain', 'plain', [300]),
      matrices('f32', [1, 8, 1], 'plain', 'plain', [9001]),
      matrices('f32', [0, 5, 9]),
    ];
    for (const c of cases) {
      const run = [{ case: c, operands: operandsOf(c) }];
      const [plain] = bench.run(run);
      const [doubled] = bench.run(run, { epilogue: true });
      // the bits of zero, with one added to the exponent, are 2⁻¹²⁶
      const twice = Array.from(plain!.result, (x) => (x === 0 ? 2 ** -126 : 2 * x));
      expect(Array.from(doubled!.result)).toEqual(twice);
    }
  });
});

describe('numbers', () => {
  test('sums of 100,000 terms stay accurate in float32', () => {
    const long: readonly (readonly [number, number, number])[] = [
      [1, 100000, 1],
      [3, 100000, 1],
      [1, 100000, 3],
      [1, 20000, 30],
      [4, 100000, 8],
      [8, 20000, 16],
    ];
    const positive = (count: number, seed: number): Float64Array => numbers(count, seed).map(Math.abs);
    const equal = (count: number): Float64Array => new Float64Array(count).fill(Math.fround(0.1));
    for (const [make, limit] of [
      [numbers, 1e-6],
      [positive, 2e-6],
      [equal, 4e-6],
    ] as const) {
      for (const size of long) {
        for (const b of ['plain', 'turned']) {
          const c = matrices('f32', size, 'plain', b);
          const operands = operandsOf(c, make);
          const [run] = bench.run([{ case: c, operands }]);
          expect(errorOf(run!.result, expected(c, operands))).toBeLessThan(limit);
        }
      }
    }
  });

  test('NaN and infinities reach the elements that they belong to, and no others', () => {
    for (const size of typical.filter(([m, k, n]) => m * k * n < 70000)) {
      const c = matrices('f64', size, 'plain', 'turned');
      const operands = operandsOf(c);
      operands.a[operands.a.length - 1] = NaN;
      operands.b[operands.b.length - 1] = Infinity;
      const want = expected(c, operands).value;
      const [run] = bench.run([{ case: c, operands }]);
      run!.result.forEach((v, i) => {
        const w = want[i]!;
        if (Number.isFinite(w)) expect(Number.isFinite(v)).toBe(true);
        else expect(v).toBe(w);
      });
    }
  });
});

describe('the judges', () => {
  const size = [5, 9, 11] as const;
  test('see a term that is missing', () => {
    const c = matrices('f32', size);
    const operands = operandsOf(c);
    const short = { ...c, k: 8 };
    const cut = {
      a: operands.a.filter((_, i) => i % 9 < 8),
      b: operands.b.slice(0, 8 * 11),
    };
    const [run] = bench.run([{ case: short, operands: cut }]);
    expect(errorOf(run!.result, expected(c, operands))).toBeGreaterThan(1e-3);
  });

  test('see an element that is written too much, and a NaN', () => {
    const c = matrices('f32', size);
    const spoil = (at: number) => (result: DataView, bytes: number) => result.setUint8(bytes + at, 1);
    expect(failures([c], { spoil: spoil(0) })).toHaveLength(1);
    expect(failures([c], { spoil: spoil(15) })).toHaveLength(1);
    expect(failures([c], { spoil: (result) => result.setFloat32(0, NaN) })).toHaveLength(1);
    expect(failures([c])).toEqual([]);
  });
});
