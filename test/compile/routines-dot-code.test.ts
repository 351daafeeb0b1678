/** What the code of matrix products looks like, and which products a contraction is. */
import { spawnSync } from 'node:child_process';
import wabtModule from 'wabt';
import { describe, expect, test } from 'vitest';
import { Builder, evaluate, shapes, stridesOf, type OpTable } from '../../src/ir/index.js';
import { i32, Module } from '../../src/compile/assembler/index.js';
import { dotRoutine, dotSpec } from '../../src/compile/routines/dot.js';
import {
  Bench,
  errorOf,
  expected,
  indices,
  matrices,
  numbers,
  operandsOf,
  type Case,
} from './routines-dot-harness.js';

const bench = new Bench();

describe('the code', () => {
  const product = (c: Case, relaxed = false, at: readonly number[] = [0, 0, 0, 0]): Module => {
    const module = new Module({ minimum: 1 });
    const routine = dotRoutine({ ...c, a: { strides: c.a }, b: { strides: c.b }, relaxed });
    const [a, b, result, scratch] = at.map((x) => i32.const(x));
    const run = module.func('run', [], undefined, (f) => {
      routine.emit({ module, relaxed }, f, a!, b!, result!, scratch!);
    });
    module.export('run', run);
    return module;
  };

  /** Texts of the innermost loops. */
  const innermost = (text: string): string[] =>
    text
      .split(/^\s*loop\b/m)
      .slice(1)
      .map((t) => t.slice(0, t.search(/^\s*br_if\b/m)));

  test('of the innermost loops of a product stores nothing, and multiplies', async () => {
    const wabt = await wabtModule();
    for (const c of [
      matrices('f32', [64, 64, 64]),
      matrices('f64', [16, 16, 16]),
      matrices('f32', [256, 256, 256]),
    ]) {
      const text = wabt.readWasm(product(c).encode(), { readDebugNames: true }).toText({});
      const multiplying = innermost(text).filter((t) => /x\d\.mul/.test(t));
      expect(multiplying.length).toBeGreaterThan(0);
      for (const loop of multiplying) expect(loop).not.toContain('store');
      // one 4 × 2 tile: 8 products for 6 loads
      const tile = multiplying.find((t) => t.match(/x\d\.mul/g)!.length === 8)!;
      expect(tile.match(/v128\.load/g)).toHaveLength(6);
    }
    // a loop that keeps a sum in memory is seen
    const bad = 'loop\n v128.load\n f32x4.mul\n v128.store\n br_if 0\n';
    expect(innermost(bad)[0]).toContain('store');
  });

  test('uses the multiply-add of relaxed SIMD where both the product and the module allow it', async () => {
    const wabt = await wabtModule();
    const c = matrices('f32', [16, 16, 16]);
    const read = (m: Module): string => wabt.readWasm(m.encode(), { relaxed_simd: true } as never).toText({});
    expect(read(product(c, true))).toContain('relaxed_madd');
    expect(read(product(c, false))).not.toContain('relaxed_madd');
  });

  test('with multiply-add in one rounding gives the same numbers, nearly', () => {
    const cases = [
      ...[matrices('f32', [33, 70, 41]), matrices('f64', [16, 16, 16], 'turned', 'turned')],
      ...[matrices('f32', [1, 530, 137]), matrices('f64', [70, 300, 1]), matrices('f32', [1, 70000, 1])],
    ];
    for (const c of cases) {
      const operands = operandsOf(c);
      const encoded = product(c, true, [0, 1 << 20, 1 << 21, 3 << 20]).encode();
      // engines that know the instructions behind a flag only are given it, in a process of their own
      const flags = WebAssembly.validate(encoded) ? [] : ['--experimental-wasm-relaxed-simd'];
      const script = `
        const { wasm, a, b, kind, size } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const Data = kind === 'f32' ? Float32Array : Float64Array;
        const memory = new WebAssembly.Memory({ initial: 80 });
        new Data(memory.buffer, 0, a.length).set(a);
        new Data(memory.buffer, 1 << 20, b.length).set(b);
        const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'));
        new WebAssembly.Instance(module, { env: { memory } }).exports.run();
        console.log(JSON.stringify([...new Data(memory.buffer, 1 << 21, size)]));`;
      const input = {
        wasm: Buffer.from(encoded).toString('base64'),
        a: [...operands.a],
        b: [...operands.b],
        kind: c.storage,
        size: c.m * c.n,
      };
      // operands of these layouts lie in memory as they are listed, but for the transposed ones
      for (const key of ['a', 'b'] as const) {
        const [rows, columns] = key === 'a' ? [c.m, c.k] : [c.k, c.n];
        if (c[key].row === 1)
          input[key] = indices([columns, rows]).map(([q, r]) => operands[key][r! * columns + q!]!);
      }
      const { stdout } = spawnSync(process.execPath, [...flags, '-e', script], {
        input: JSON.stringify(input),
      });
      const result = Float64Array.from(JSON.parse(stdout.toString()) as number[]);
      expect(errorOf(result, expected(c, operands))).toBeLessThan(c.storage === 'f32' ? 1e-6 : 1e-13);
    }
  });

  test('is shared by equal products of a module', () => {
    const module = new Module({ minimum: 1 });
    const c = matrices('f32', [16, 16, 16]);
    const routine = dotRoutine({ ...c, a: { strides: c.a }, b: { strides: c.b }, relaxed: false });
    expect(routine.range({ module, relaxed: false })).toBe(routine.range({ module, relaxed: false }));
    expect(routine.flops).toBe(2 * 16 ** 3);
  });
});

describe('dotSpec', () => {
  /** The result of `dot` for whole operands with permuted axes, against the reference evaluator. */
  const check = (attrs: OpTable['dot'], lhs: readonly number[], rhs: readonly number[]): void => {
    const [l, r] = [lhs, rhs].map((shape) => ({ shape, strides: stridesOf(shape) }));
    const spec = dotSpec(attrs, l!, r!, 'f64', false)!;
    const size = (shape: readonly number[]): number => shape.reduce((s, d) => s * d, 1);
    const [a, b] = [numbers(size(lhs), 3), numbers(size(rhs), 4)];
    const builder = new Builder();
    const [x, y] = [lhs, rhs].map((shape) => builder.input({ shape, dtype: 'f' }));
    const graph = builder.finish([shapes.dot(x!, y!, attrs)]);
    const [want] = evaluate(graph, [
      { shape: lhs, dtype: 'f', data: a },
      { shape: rhs, dtype: 'f', data: b },
    ]);
    // the logical matrices, in the order in which the harness writes them
    const { batch, m, k, n } = spec;
    const gather = (
      values: Float64Array,
      s: { batch: readonly number[]; row: number; column: number },
      shape: readonly number[],
    ): Float64Array =>
      Float64Array.from(
        indices(shape),
        (i) => values[i.reduce((t, v, axis) => t + v * [...s.batch, s.row, s.column][axis]!, 0)]!,
      );
    const operands = {
      a: gather(a, spec.a.strides, [...batch, m, k]),
      b: gather(b, spec.b.strides, [...batch, k, n]),
    };
    const c: Case = { storage: 'f64', batch, m, k, n, a: spec.a.strides, b: spec.b.strides };
    const [run] = bench.run([{ case: c, operands }]);
    expect(run!.harmed).toBe(0);
    expect(run!.result.length).toBe(want!.data.length);
    run!.result.forEach((v, i) => expect(v).toBeCloseTo(want!.data[i]!, 12));
  };

  test('maps batch, row, column and contracted axes', () => {
    const none = { lhsBatch: [], rhsBatch: [] };
    check({ lhsContract: [1], rhsContract: [0], ...none }, [3, 4], [4, 5]);
    check({ lhsContract: [0], rhsContract: [1], ...none }, [4, 3], [5, 4]);
    check({ lhsContract: [], rhsContract: [], ...none }, [3], [5, 2]);
    check({ lhsContract: [0], rhsContract: [0], ...none }, [7], [7]);
    check({ lhsContract: [1, 2], rhsContract: [0, 1], ...none }, [3, 2, 4], [2, 4, 5]);
    check({ lhsContract: [2], rhsContract: [0], ...none }, [2, 3, 4], [4, 2, 3]);
    check({ lhsContract: [2], rhsContract: [2], lhsBatch: [0], rhsBatch: [0] }, [2, 3, 4], [2, 5, 4]);
    check({ lhsContract: [1], rhsContract: [0], lhsBatch: [2], rhsBatch: [1] }, [3, 4, 2], [4, 2, 5]);
    check({ lhsContract: [2], rhsContract: [1], lhsBatch: [0, 1], rhsBatch: [0, 2] }, [2, 3, 4], [2, 4, 3]);
    check({ lhsContract: [0], rhsContract: [0], ...none }, [1, 6], [1, 4]);
    check({ lhsContract: [1], rhsContract: [1], ...none }, [3, 0], [2, 0]);
    check({ lhsContract: [1], rhsContract: [1], ...none }, [0, 3], [2, 3]);
  });

  test('takes contracted axes in any order, and rows that lie apart as a batch', () => {
    const none = { lhsBatch: [], rhsBatch: [] };
    check({ lhsContract: [2, 1], rhsContract: [1, 0], ...none }, [5, 4, 3], [4, 3, 2]);
    check({ lhsContract: [1], rhsContract: [0], ...none }, [3, 4, 2], [4, 5]);
    const attrs = { lhsContract: [1], rhsContract: [0], ...none };
    const strided = (shape: readonly number[]): { shape: readonly number[]; strides: number[] } => ({
      shape,
      strides: stridesOf(shape),
    });
    const apart = dotSpec(attrs, strided([3, 4, 2]), strided([4, 5]), 'f32', false)!;
    expect([apart.batch, apart.m]).toEqual([[3], 2]);
  });

  test('is undefined where axes do not run as one', () => {
    const attrs = { lhsContract: [0, 2], rhsContract: [0, 1], lhsBatch: [], rhsBatch: [] };
    const [lhs, rhs] = [
      [2, 3, 4],
      [2, 4, 5],
    ].map((shape) => ({ shape, strides: stridesOf(shape) }));
    expect(dotSpec(attrs, lhs!, rhs!, 'f32', false)).toBeUndefined();
    // columns that lie apart
    const columns = { lhsContract: [0], rhsContract: [1], lhsBatch: [], rhsBatch: [] };
    const three = { shape: [3], strides: [1] };
    expect(dotSpec(columns, three, { shape: [2, 3, 4], strides: [12, 4, 1] }, 'f32', false)).toBeUndefined();
  });
});
