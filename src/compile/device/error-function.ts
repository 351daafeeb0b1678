/**
 * The error function and its relatives in float32, as graphs: tfjs's own erf has an absolute error of 1.5e-7, which
 * leaves small arguments with few digits.
 *
 * The rational functions are W. J. Cody's, *Rational Chebyshev approximations for the error function*, Math. Comp. 23
 * (1969), whose coefficients are all positive, so that float32 evaluates them to a few units; erfinv is M. Giles,
 * *Approximating the erfinv function* (GPU Computing Gems, 2011), in single precision.
 *
 * @module
 */
import { ops, type Node } from '../../ir/index.js';

/** c₀ xⁿ + c₁ xⁿ⁻¹ + … + cₙ. */
export function polynomial(coefficients: readonly number[], x: Node): Node {
  let sum: Node = ops.fill(x.builder, coefficients[0]!, x.shape);
  for (const c of coefficients.slice(1)) sum = ops.add(ops.mul(sum, x), c);
  return sum;
}

const centre = {
  over: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  under: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const middle = {
  over: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  under: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};
const far = {
  over: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    6.587491615298378e-4,
  ],
  under: [
    1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
  ],
};
const inverseSqrtPi = 0.5641895835477563;

type Rational = { readonly over: readonly number[]; readonly under: readonly number[] };
const rational = ({ over, under }: Rational, x: Node): Node =>
  ops.div(polynomial(over, x), polynomial(under, x));

/** x·P(x²)/Q(x²) for |x| ≤ 0.46875. */
function near(x: Node): Node {
  return ops.mul(x, rational(centre, ops.minimum(ops.mul(x, x), 0.25)));
}

/** e^{y²} erfc(y) for y ≥ 0.46875. */
function scaledTail(y: Node): Node {
  // each formula gets arguments of its own range, so that neither overflows where the other is meant
  const inside = rational(middle, ops.minimum(y, 4));
  const z = ops.div(1, ops.mul(y, y));
  const outside = ops.div(ops.sub(inverseSqrtPi, ops.mul(z, rational(far, z))), y);
  return ops.select(ops.gt(y, 4), outside, inside);
}

/** e^{−y²} for y ≥ 0, with y = h + r where h² is exact and y² − h² = r·(y+h). */
function expMinusSquare(y: Node): Node {
  const bounded = ops.minimum(y, 20);
  const h = ops.mul(ops.floor(ops.mul(bounded, 16)), 1 / 16);
  const rest = ops.mul(ops.sub(bounded, h), ops.add(bounded, h));
  return ops.mul(ops.exp(ops.neg(ops.mul(h, h))), ops.exp(ops.neg(rest)));
}

/** erfc(y) for y ≥ 0.46875. */
const tail = (y: Node): Node => ops.mul(scaledTail(y), expMinusSquare(y));

/** An argument of the tails: |x|, at least where they begin. */
const far0 = (x: Node): Node => ops.maximum(ops.abs(x), 0.46875);

/** erf(x). */
export function erf(x: Node): Node {
  const outside = ops.mul(ops.sign(x), ops.sub(1, tail(far0(x))));
  return ops.select(ops.lt(ops.abs(x), 0.46875), near(x), outside);
}

/** erfc(x). */
export function erfc(x: Node): Node {
  const t = tail(far0(x));
  const outside = ops.select(ops.lt(x, 0), ops.sub(2, t), t);
  return ops.select(ops.lt(ops.abs(x), 0.46875), ops.sub(1, near(x)), outside);
}

const giles = {
  near: [
    2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
    -0.00417768164, 0.246640727, 1.50140941,
  ],
  far: [
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
    0.00943887047, 1.00167406, 2.83297682,
  ],
};

/** erfinv(x); ±∞ at ±1, NaN outside. */
export function erfinv(x: Node): Node {
  const w = ops.neg(ops.log1p(ops.neg(ops.mul(x, x))));
  const inside = polynomial(giles.near, ops.sub(ops.minimum(w, 5), 2.5));
  const outside = polynomial(giles.far, ops.sub(ops.sqrt(ops.maximum(w, 5)), 3));
  const value = ops.mul(x, ops.select(ops.lt(w, 5), inside, outside));
  return ops.select(ops.eq(ops.abs(x), 1), ops.mul(x, Infinity), value);
}

/** Below this, e^{−x²/2} is taken out of the normal distribution function. */
const leftTail = -0.7;

/** e^{y²} erfc(y) of y = −x/√2 for x ≤ −0.7. */
const scaledLeft = (x: Node): Node => scaledTail(ops.mul(ops.minimum(x, leftTail), -Math.SQRT1_2));

/** log Φ(x). */
export function logNdtr(x: Node): Node {
  const left = ops.add(ops.mul(ops.mul(x, x), -0.5), ops.log(ops.mul(scaledLeft(x), 0.5)));
  const c = ops.mul(erfc(ops.mul(ops.abs(x), Math.SQRT1_2)), 0.5);
  // Φ(x) = 1 − Q/2 above 0; below, as near 0 as −0.7, the same Q is 1 − Φ(−x)
  const middleLeft = ops.log(ops.mul(erfc(ops.mul(x, -Math.SQRT1_2)), 0.5));
  const right = ops.select(ops.gt(x, 0), ops.log1p(ops.neg(c)), middleLeft);
  return ops.select(ops.lt(x, leftTail), left, right);
}

/** φ(x)/Φ(x). */
export function normalHazard(x: Node): Node {
  const scale = Math.sqrt(2 / Math.PI);
  const left = ops.div(scale, scaledLeft(x));
  const density = expMinusSquare(ops.mul(ops.abs(x), Math.SQRT1_2));
  const right = ops.div(ops.mul(density, scale), erfc(ops.mul(x, -Math.SQRT1_2)));
  return ops.select(ops.lt(x, leftTail), left, right);
}
