/**
 * Functions without vector code: the host is called for each lane.
 *
 * @module
 */
import type { OpTable } from '../../ir/catalogue.js';
import {
  f32,
  f64,
  f32x4,
  f64x2,
  type Expr,
  type FunctionBuilder,
  type VectorFloat,
} from '../assembler/index.js';
import type { MathContext } from './context.js';
import type { RealName, RealRule, Vector } from './rule.js';

/** Number of lanes of a vector. */
export const lanesOf: { readonly f32: number; readonly f64: number } = { f32: 4, f64: 2 };

/** Instructions on vectors of either width. */
export type Lanes = VectorFloat<'f32' | 'f64'>;

/** The vector instructions of an element type. */
export const vectorOf = (float: 'f32' | 'f64'): Lanes =>
  (float === 'f32' ? f32x4 : f64x2) as unknown as Lanes;

/** f of each lane of the operands, computed in float64 by the host (of lane 0 alone in a scalar kernel). */
export function byHost(
  cx: MathContext,
  name: string,
  f: (...args: number[]) => number,
  args: readonly Vector[],
): Vector {
  const { module, float, scalar } = cx;
  const host = cx.host(name, args.length, f);
  const lane = (xs: readonly Vector[], i: number): Expr<'f32' | 'f64'> =>
    float === 'f64'
      ? host.call(...xs.map((x) => f64x2.extract(x, i)))
      : f32.resize(host.call(...xs.map((x) => f64.resize(f32x4.extract(x, i)))));
  const v = vectorOf(float);
  if (scalar) return v.splat(lane(args, 0));
  const params = args.map(() => 'v128' as const);
  const each = module.once(`${name}_by_host_${float}`, () =>
    module.func(`${name}_by_host_${float}`, params, 'v128', (b, ...xs) => {
      let out = v.splat(lane(xs, 0));
      for (let i = 1; i < lanesOf[float]; i++) out = v.replace(out, i, lane(xs, i));
      b.return(out);
    }),
  );
  return each.call(...args);
}

/** What a call of the host costs, in instructions: four lanes or two of some 30 nanoseconds each. */
const hostWeight = { f32: 400, f64: 200 };

/** The rule of an operation that the host computes. `functionOf` gives the function for the attributes. */
export function hostRule<K extends RealName>(
  name: K,
  functionOf: (attrs: OpTable[K]) => (...args: number[]) => number,
): RealRule<K> {
  return {
    weight: hostWeight,
    emit: (cx: MathContext, _: FunctionBuilder, attrs, args) => {
      const values = Object.values(attrs as Readonly<Record<string, number>>);
      return byHost(cx, [name, ...values].join('_'), functionOf(attrs), args);
    },
  };
}
