/**
 * Lowering of special functions with attributes or more than two operands to loops over strided operands.
 *
 * @module
 */
import { specialFunction } from '../ir/evaluate-special.js';
import { specialOperands, type Data, type SpecialName, type SpecialTable } from '../ir/index.js';
import { each1, each2 } from './kernels-real.js';
import { elementwise } from './lower-elementwise.js';
import { loop1, loop2, loop3, type Kernel3 } from './nest.js';
import type { LowerRule } from './rule.js';

/** The loop of any function of three numbers. */
function each3(f: (x: number, y: number, z: number) => number): Kernel3<Data, Data, Data, Data> {
  return (n, out, k, ok, a, p, pa, b, q, qb, c, r, rc) => {
    for (let i = 0; i < n; i++) {
      out[k] = f(a[p]!, b[q]!, c[r]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
      q = (q + qb) | 0;
      r = (r + rc) | 0;
    }
  };
}

const rule =
  <K extends SpecialName>(op: K): LowerRule<K> =>
  (attrs, operands, [result], plan) => {
    const f = specialFunction(op, attrs as SpecialTable[K]);
    const f2 = each2((x, y) => f(x, y, 0));
    return elementwise(plan, result!, operands, (out, [a, b, c]) =>
      b === undefined
        ? loop1(
            each1((x) => f(x, 0, 0)),
            out,
            a!,
          )
        : c === undefined
          ? loop2(f2, out, a!, b)
          : loop3(each3(f), out, a!, b, c),
    );
  };

/** One rule for all of them. */
export const lowerSpecial = Object.fromEntries(
  Object.keys(specialOperands).map((op) => [op, rule(op as SpecialName)]),
) as { readonly [K in SpecialName]: LowerRule<K> };
