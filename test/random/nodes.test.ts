import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildGraph, hostArray, ops, sizeOf, type HostArray, type Node } from '../../src/ir/index.js';
import { evaluate } from '../../src/ir/evaluate.js';
import {
  bitsNode,
  foldInNode,
  normalNode,
  splitBatchNode,
  splitNodes,
  symmetricNode,
  uniformNode,
} from '../../src/random/nodes.js';

interface Draws {
  key: number[];
  shape: number[];
  bits: number[];
  uniform: number[];
  symmetric: number[];
  normal: number[];
  exact: number[];
}
interface Fixture {
  jax: string;
  partitionable: boolean;
  split: { seed: number; n: number; words: number[][] }[];
  foldIn: { seed: number; data: number; words: number[] }[];
  draws: Draws[];
  nested: Draws[];
  vmapped: { seed: number; n: number; shape: number[]; normal: number[]; bits: number[]; foldIn: number[][] };
}

const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/jax-random.json', import.meta.url), 'utf8'),
) as Fixture;

const keyOf = (words: readonly number[], batch: readonly number[] = []): HostArray =>
  hostArray(words, [...batch, 2], 'u32');
const seeded = (seed: number): HostArray => keyOf([0, seed >>> 0]);

function run(inputs: HostArray[], f: (...nodes: Node[]) => readonly Node[]): HostArray[] {
  return evaluate(buildGraph(inputs, f), inputs);
}
const one = (key: HostArray, f: (k: Node) => Node): number[] =>
  Array.from(run([key], (k) => [f(k)])[0]!.data);

/** Distance in units of the last place of float32 at `b`. */
function ulps32(a: number, b: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(b))));
  return Math.abs(a - b) / 2 ** (exponent - 23);
}
/** Exceeded by JAX's float32 erfinv nowhere in the fixture, against float64 quantiles: 7.33. */
const jaxErrorUlps = 8;
const toleranceUlps = 4 + jaxErrorUlps;

/** Largest errors of a normal sampler against JAX (ulps of float32) and against float64 quantiles (relative). */
function normalErrors(sampler: (k: Node, shape: readonly number[]) => Node): {
  ulps: number;
  relative: number;
} {
  let [ulps, relative] = [0, 0];
  for (const d of [...fixture.draws, ...fixture.nested]) {
    one(keyOf(d.key), (k) => sampler(k, d.shape)).forEach((x, i) => {
      ulps = Math.max(ulps, ulps32(x, d.normal[i]!));
      relative = Math.max(relative, Math.abs(x - d.exact[i]!) / Math.abs(d.exact[i]!));
    });
  }
  return { ulps, relative };
}

describe(`equality with JAX ${fixture.jax}`, () => {
  it('was recorded with the partitionable generator', () => {
    expect(fixture.partitionable).toBe(true);
  });

  it('splits', () => {
    for (const { seed, n, words } of fixture.split) {
      expect(run([seeded(seed)], (k) => splitNodes(k, n)).map((h) => Array.from(h.data))).toEqual(words);
      expect(one(seeded(seed), (k) => splitBatchNode(k, n))).toEqual(words.flat());
    }
  });

  it('folds data in, as a number and as a node', () => {
    for (const { seed, data, words } of fixture.foldIn) {
      expect(one(seeded(seed), (k) => foldInNode(k, data))).toEqual(words);
      const node = run([seeded(seed), hostArray([data], [], 'u32')], (k, d) => [foldInNode(k, d)]);
      expect(Array.from(node[0]!.data)).toEqual(words);
      const signed = run([seeded(seed), hostArray([data | 0], [], 'i32')], (k, d) => [foldInNode(k, d)]);
      expect(Array.from(signed[0]!.data)).toEqual(words);
    }
  });

  it('draws the same bits and the same float32 uniforms', () => {
    for (const d of [...fixture.draws, ...fixture.nested]) {
      expect(one(keyOf(d.key), (k) => bitsNode(k, d.shape))).toEqual(d.bits);
      expect(one(keyOf(d.key), (k) => uniformNode(k, d.shape))).toEqual(d.uniform);
      expect(one(keyOf(d.key), (k) => symmetricNode(k, d.shape))).toEqual(d.symmetric);
    }
  });

  it(`draws normals to ${toleranceUlps} ulp of float32, and to 1e-13 of float64 quantiles`, () => {
    const { ulps, relative } = normalErrors(normalNode);
    expect(ulps).toBeLessThanOrEqual(toleranceUlps);
    expect(relative).toBeLessThanOrEqual(1e-13);
  });

  it('catches normals made of the wrong uniforms', () => {
    const naive = (k: Node, shape: readonly number[]): Node => {
      const u = ops.sub(ops.mul(uniformNode(k, shape), 2), 1);
      return ops.mul(ops.erfinv(u), Math.SQRT2);
    };
    const { ulps, relative } = normalErrors(naive);
    expect(ulps).toBeGreaterThan(toleranceUlps);
    expect(relative).toBeGreaterThan(1e-13);
  });

  it('reaches the nested keys by the same path', () => {
    const path = run([seeded(3), seeded(9)], (a, b) => [
      foldInNode(splitNodes(a, 4)[2]!, 5),
      splitNodes(splitNodes(foldInNode(b, 77), 2)[1]!, 3)[0]!,
    ]);
    expect(path.map((h) => Array.from(h.data))).toEqual(fixture.nested.map((d) => d.key));
  });
});

describe('batches of keys', () => {
  const { seed, n, shape, normal, bits, foldIn } = fixture.vmapped;

  it('draw as JAX draws under vmap', () => {
    const [b, x, keys] = run([seeded(seed)], (k) => {
      const batch = splitBatchNode(k, n);
      return [
        bitsNode(batch, shape),
        normalNode(batch, shape),
        foldInNode(k, ops.literal(k.builder, iota(6))),
      ];
    });
    expect(b!.shape).toEqual([n, ...shape]);
    expect(Array.from(b!.data)).toEqual(bits);
    Array.from(x!.data).forEach((v, i) => expect(ulps32(v, normal[i]!)).toBeLessThanOrEqual(toleranceUlps));
    expect(keys!.shape).toEqual([6, 2]);
    expect(Array.from(keys!.data)).toEqual(foldIn.flat());
  });

  it('give the numbers of a loop over the keys, for every function', () => {
    const words = Array.from({ length: 12 }, (_, i) => (i * 0x9e3779b9) >>> 0);
    const functions: ((k: Node) => Node)[] = [
      (k) => uniformNode(k, [5]),
      (k) => normalNode(k, []),
      (k) => splitBatchNode(k, 3),
      (k) => splitNodes(k, 3)[1]!,
      (k) => foldInNode(k, 11),
      (k) => normalNode(foldInNode(splitNodes(k, 2)[0]!, 4), [2]),
    ];
    for (const f of functions) {
      const whole = run([keyOf(words, [2, 3])], (k) => [f(k)])[0]!;
      const parts = Array.from({ length: 6 }, (_, i) => one(keyOf(words.slice(2 * i, 2 * i + 2)), f));
      expect(whole.shape.slice(0, 2)).toEqual([2, 3]);
      expect(Array.from(whole.data)).toEqual(parts.flat());
    }
  });

  it('fold one datum a key in', () => {
    const words = [1, 2, 3, 4, 5, 6];
    const data = hostArray([7, 8, 9], [3], 'i32');
    const whole = run([keyOf(words, [3]), data], (k, d) => [foldInNode(k, d)])[0]!;
    const parts = [0, 1, 2].map((i) =>
      one(keyOf(words.slice(2 * i, 2 * i + 2)), (k) => foldInNode(k, 7 + i)),
    );
    expect(Array.from(whole.data)).toEqual(parts.flat());
  });
});

describe('keys as nodes', () => {
  it('are shared: two ways to one child are one node', () => {
    buildGraph([{ shape: [2], dtype: 'u32' }], (k) => {
      const [, second] = splitNodes(k, 2);
      expect(splitNodes(k, 5)[1]).toBe(second);
      expect(foldInNode(k, 1)).toBe(second);
      expect(foldInNode(k, 2)).not.toBe(second);
      return [second!];
    });
  });

  it('refuse what is no key and data that cannot be folded in', () => {
    buildGraph(
      [
        { shape: [2], dtype: 'u32' },
        { shape: [3], dtype: 'u32' },
        { shape: [2], dtype: 'f' },
      ],
      (k, three, real) => {
        expect(() => uniformNode(three, [1])).toThrow('randomBits: expected a key u32[..., 2], found u32[3]');
        expect(() => splitNodes(real, 1)).toThrow('split: expected a key u32[..., 2], found f[2]');
        expect(() => foldInNode(k, real)).toThrow('foldIn: expected integer data, found f[2]');
        for (const bad of [-1, 0.5, 2 ** 32, NaN]) {
          expect(() => foldInNode(k, bad)).toThrow(
            `foldIn: expected an integer 0 <= data < 2^32, found ${bad}`,
          );
        }
        return [k];
      },
    );
  });
});

function iota(n: number): HostArray {
  return hostArray(
    Array.from({ length: n }, (_, i) => i),
    [sizeOf([n])],
    'i32',
  );
}
