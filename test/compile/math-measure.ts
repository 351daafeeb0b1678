/** The largest error of a vector function. */
import { realBinary, realUnary } from '../../src/ir/scalar.js';
import type { RealName } from '../../src/compile/math/index.js';
import { oracle } from './math-oracle.js';
import { domains, pointsOf, unitOf } from './math-points.js';
import { compileReal, type Options } from './math-runner.js';

export interface Measured {
  /** In units of the last place of the exact value, but no smaller than those of the least normal number. */
  readonly worst: number;
  readonly at: readonly number[];
}

const scalar = { ...realUnary, ...realBinary } as { readonly [name: string]: (...args: number[]) => number };

/** float32 is judged by the reference evaluator's float64 functions, float64 by double-double arithmetic. */
export function measure(
  name: RealName,
  float: 'f32' | 'f64',
  count: number,
  options: Options = {},
): Measured {
  const columns = pointsOf(name, float, count);
  const found = compileReal(name, float, options).run(...columns);
  const floor = domains[name]?.floor ?? 0;
  const greatest = float === 'f32' ? 3.4028235677973366e38 : Number.MAX_VALUE;
  let worst = 0;
  let at: readonly number[] = [];
  for (let i = 0; i < found.length; i++) {
    const args = columns.map((c) => c[i]!);
    const exact =
      float === 'f32' ? ([scalar[name]!(...args), 0] as const) : oracle[name]!(args[0]!, args[1]!);
    const y = found[i]!;
    const beyond = !(Math.abs(exact[0]) < greatest);
    // where the exact value overflows, so must the result; a result may overflow where one ulp more would
    const error = beyond
      ? Object.is(Math.abs(y), Infinity) || Math.abs(y) >= greatest * (1 - 1e-6)
        ? 0
        : Infinity
      : Math.abs(y - exact[0] - exact[1]) / unitOf(Math.max(Math.abs(exact[0]), floor), float);
    if (!(error <= worst)) {
      worst = error;
      at = [...args, y, exact[0]];
    }
  }
  return { worst, at };
}
