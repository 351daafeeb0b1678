/** Matrix products against the reference evaluator, for every size and stride that picks another method. */
import { describe, expect, test } from 'vitest';
import { Builder, evaluate, shapes } from '../../src/ir/index.js';
import {
  Bench,
  errorOf,
  expected,
  layouts,
  matrices,
  operandsOf,
  type Case,
} from './routines-dot-harness.js';

const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 100];
const limits = { f32: 1e-6, f64: 1e-13, i32: 0, u32: 0 };
const bench = new Bench();
const names = Object.keys(layouts);

/** Runs cases in one module; the failures, described. */
function failures(cases: readonly Case[], options: Parameters<Bench['run']>[1] = {}): string[] {
  const all = cases.map((c) => ({ case: c, operands: operandsOf(c) }));
  return bench.run(all, options).flatMap(({ result, harmed, module }, i) => {
    const c = cases[i]!;
    const error = errorOf(result, expected(c, all[i]!.operands));
    const valid = WebAssembly.validate(module as Uint8Array<ArrayBuffer>);
    if (error <= limits[c.storage] && harmed === 0 && valid) return [];
    return [`${JSON.stringify(c)}: error ${error}, ${harmed} bytes harmed, ${valid ? 'valid' : 'invalid'}`];
  });
}

describe('the three loops that judge products', () => {
  test('are the reference evaluator', () => {
    for (const m of [0, 1, 2, 5, 9]) {
      for (const k of [0, 1, 3, 7, 33]) {
        for (const n of [0, 1, 4, 17]) {
          const c = matrices('f64', [m, k, n]);
          const operands = operandsOf(c);
          const builder = new Builder();
          const a = builder.input({ shape: [m, k], dtype: 'f' });
          const b = builder.input({ shape: [k, n], dtype: 'f' });
          const attrs = { lhsContract: [1], rhsContract: [0], lhsBatch: [], rhsBatch: [] };
          const graph = builder.finish([shapes.dot(a, b, attrs)]);
          const [y] = evaluate(graph, [
            { shape: [m, k], dtype: 'f', data: operands.a },
            { shape: [k, n], dtype: 'f', data: operands.b },
          ]);
          expect([...expected(c, operands).value]).toEqual([...y!.data]);
        }
      }
    }
  });
});

describe('matrix products', () => {
  test.each(['f32', 'f64'] as const)('of all sizes, layouts in turn: %s', (storage) => {
    let turn = 0;
    const wrong = sizes.flatMap((m) =>
      sizes.flatMap((k) =>
        failures(
          sizes.map((n) => {
            turn += 7;
            return matrices(
              storage,
              [m, k, n],
              names[turn % names.length]!,
              names[Math.floor(turn / 3) % names.length]!,
            );
          }),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });
});
