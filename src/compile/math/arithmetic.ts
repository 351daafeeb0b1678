/**
 * Arithmetic: operations of one or a few instructions.
 *
 * @module
 */
import { v128 } from '../assembler/index.js';
import { vectorOf, type Lanes } from './host.js';
import type { RealRule, RealRules, Vector } from './rule.js';

/** Written in place: one instruction, or few. */
const place = (
  weight: number,
  write: (v: Lanes, x: Vector, y: Vector) => Vector,
): Pick<RealRule<never>, 'weight'> & { readonly emit: RealRule<'add'>['emit'] } => ({
  weight: { f32: weight, f64: weight },
  emit: (cx, _, __, [x, y]) => write(vectorOf(cx.float), x!, y!),
});

/** Rules of arithmetic. */
export const arithmetic: RealRules<
  | 'neg'
  | 'abs'
  | 'sign'
  | 'sqrt'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'maximum'
  | 'minimum'
> = {
  neg: place(1, (v, x) => v.neg(x)),
  abs: place(1, (v, x) => v.abs(x)),
  // ±1 where x is beyond zero; zeros and NaN stay what they are
  sign: place(7, (v, x) => {
    const one = v128.or(v.const(1), v128.and(x, v.const(-0)));
    return v128.bitselect(one, x, v.gt(v.abs(x), v.const(0)));
  }),
  sqrt: place(4, (v, x) => v.sqrt(x)),
  floor: place(1, (v, x) => v.floor(x)),
  ceil: place(1, (v, x) => v.ceil(x)),
  round: place(1, (v, x) => v.nearest(x)),
  add: place(1, (v, x, y) => v.add(x, y)),
  sub: place(1, (v, x, y) => v.sub(x, y)),
  mul: place(1, (v, x, y) => v.mul(x, y)),
  div: place(4, (v, x, y) => v.div(x, y)),
  maximum: place(6, (v, x, y) => v.max(x, y)),
  minimum: place(6, (v, x, y) => v.min(x, y)),
};
