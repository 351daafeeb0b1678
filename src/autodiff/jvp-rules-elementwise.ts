/**
 * Forward derivatives of the element-wise operations.
 *
 * @module
 */
import { ops, type BinaryName, type Node, type UnaryName } from '../ir/index.js';
import { derivative, flat, plus, through, type JvpRule, type JvpTable, type Tangent } from './jvp-rule.js';
import { jvpSpecialBinary, jvpSpecialUnary } from './jvp-rules-special.js';

const { add, sub, mul, div, neg, exp, sqrt, select } = ops;

/** ẏ = ẋ · f′, with f′ from the operand x and the result y. */
function slope<K extends UnaryName>(f: (x: Node, y: Node) => Node): JvpRule<K> {
  return derivative(([d], [x], y) => through(d, (t) => mul(t, f(x!, y))));
}

/** ẏ = ẋ / f, with f from the operand x and the result y. */
function over<K extends UnaryName>(f: (x: Node, y: Node) => Node): JvpRule<K> {
  return derivative(([d], [x], y) => through(d, (t) => div(t, f(x!, y))));
}

/** 1 − x², without cancellation near ±1. */
const oneMinusSquare = (x: Node): Node => mul(sub(1, x), add(1, x));

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** Rules of the element-wise operations of one operand. */
export const jvpUnary: JvpTable<UnaryName> = {
  neg: derivative(([d]) => through(d, neg)),
  abs: slope((x) => ops.sign(x)),
  sign: flat(),
  exp: slope((_, y) => y),
  // not y + 1, which cancels for large negative x
  expm1: slope((x) => exp(x)),
  log: over((x) => x),
  log1p: over((x) => add(x, 1)),
  sqrt: slope((_, y) => div(0.5, y)),
  sin: slope((x) => ops.cos(x)),
  cos: slope((x) => neg(ops.sin(x))),
  tan: slope((_, y) => add(mul(y, y), 1)),
  asin: over((x) => sqrt(oneMinusSquare(x))),
  acos: over((x) => neg(sqrt(oneMinusSquare(x)))),
  atan: over((x) => add(mul(x, x), 1)),
  sinh: slope((x) => ops.cosh(x)),
  cosh: slope((x) => ops.sinh(x)),
  tanh: slope((_, y) => oneMinusSquare(y)),
  asinh: over((x) => sqrt(add(mul(x, x), 1))),
  acosh: over((x) => sqrt(mul(sub(x, 1), add(x, 1)))),
  atanh: over((x) => oneMinusSquare(x)),
  logistic: slope((_, y) => mul(y, sub(1, y))),
  softplus: slope((x) => ops.logistic(x)),
  erf: slope((x) => mul(exp(neg(mul(x, x))), twoOverRootPi)),
  erfc: slope((x) => mul(exp(neg(mul(x, x))), -twoOverRootPi)),
  erfinv: slope((_, y) => mul(exp(mul(y, y)), 1 / twoOverRootPi)),
  floor: flat(),
  ceil: flat(),
  round: flat(),
  not: flat(),
  stopGradient: flat(),
  ...jvpSpecialUnary,
};

/** The winner of each pair passes its tangent; a tie passes half of both. */
function extremum(loses: (x: Node, y: Node) => Node): JvpRule<'maximum' | 'minimum'> {
  return derivative(([dx, dy], [x, y]) => {
    // one select over the whole tangent, so that the loser's cotangent is masked by one condition
    const share = (d: Tangent, a: Node, b: Node): Tangent =>
      through(d, (t) => select(loses(a, b), 0, mul(t, select(ops.eq(x!, y!), 0.5, 1))));
    return plus(share(dx, x!, y!), share(dy, y!, x!));
  });
}

/** ∂(xʸ)/∂x = y xʸ⁻¹: 0 for y = 0, at x = 0 too, with derivatives in y that are right elsewhere. */
function powerSlope(x: Node, y: Node): Node {
  const e = ops.filledWith(y);
  if (e !== undefined) return mul(ops.pow(x, e - 1), e);
  const zeroToZero = ops.and(ops.eq(x, 0), ops.eq(y, 0));
  return mul(y, ops.pow(select(zeroToZero, 1, x), sub(y, 1)));
}

const power: JvpRule<'pow'> = derivative(([dx, dy], [x, y], out) => {
  const base = ops.filledWith(y!) === 0 ? undefined : through(dx, (t) => mul(t, powerSlope(x!, y!)));
  const exponent = through(dy, (t) => mul(t, mul(ops.log(select(ops.eq(x!, 0), 1, x!)), out)));
  return plus(base, exponent);
});

/** Rules of the element-wise operations of two operands. */
export const jvpBinary: JvpTable<BinaryName> = {
  add: derivative(([dx, dy]) => plus(dx, dy)),
  sub: derivative(([dx, dy]) =>
    dx !== undefined && dy !== undefined ? sub(dx, dy) : (dx ?? through(dy, neg)),
  ),
  mul: derivative(([dx, dy], [x, y]) =>
    plus(
      through(dx, (t) => mul(t, y!)),
      through(dy, (t) => mul(t, x!)),
    ),
  ),
  div: derivative(([dx, dy], [, y], out) =>
    plus(
      through(dx, (t) => div(t, y!)),
      through(dy, (t) => mul(t, neg(div(out, y!)))),
    ),
  ),
  pow: power,
  maximum: extremum(ops.lt),
  minimum: extremum(ops.gt),
  atan2: derivative(([dy, dx], [y, x]) => {
    const square = add(mul(x!, x!), mul(y!, y!));
    return plus(
      through(dy, (t) => mul(t, div(x!, square))),
      through(dx, (t) => mul(t, neg(div(y!, square)))),
    );
  }),
  // x mod y = x − q y with an integer q
  mod: derivative(([dx, dy], [x, y], out) =>
    plus(
      dx,
      through(dy, (t) => mul(t, neg(ops.unary('round', div(sub(x!, out), y!))))),
    ),
  ),
  and: flat(),
  or: flat(),
  xor: flat(),
  shiftLeft: flat(),
  shiftRight: flat(),
  // zero in value; the signal is a factor whose own derivative counts from the second order on
  credit: derivative(([, dl], [signal]) => through(dl, (t) => mul(t, signal!))),
  ...jvpSpecialBinary,
};
