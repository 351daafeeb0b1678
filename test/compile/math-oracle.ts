/** The elementary and special functions in some 25 digits or more, as an oracle for float64. */
import type { RealName } from '../../src/compile/math/index.js';
import {
  abs,
  acos,
  add,
  asin,
  atan,
  div,
  exp,
  expm1,
  log,
  log1p,
  mul,
  neg,
  of,
  pi,
  scale,
  sinCos,
  sqrt,
  sub,
  type Double,
} from './double-double.js';

const one = of(1);
const rootPi = sqrt(pi);

function tanh(x: Double): Double {
  const e = expm1(scale(x, 2));
  return div(e, add(e, of(2)));
}

/** erf x = 2/√π e^{−x²} Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!!. */
function erfSeries(x: Double): Double {
  const z = mul(x, x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term[0]) > 1e-33 * Math.abs(sum[0]); n++) {
    term = div(mul(term, scale(z, 2)), of(2 * n + 1));
    sum = add(sum, term);
  }
  return div(scale(mul(exp(neg(z)), sum), 2), rootPi);
}
/** e^{x²} erfc x for x ≥ 2.5, by Laplace's continued fraction. */
function erfcxFar(x: Double): Double {
  let s = x;
  for (let n = Math.min(160, Math.ceil(30 + 900 / x[0])); n > 0; n--) s = add(x, div(of(n / 2), s));
  return div(one, mul(rootPi, s));
}
function erf(x: Double): Double {
  if (x[0] < 0) return neg(erf(neg(x)));
  return x[0] < 2.5 ? erfSeries(x) : sub(one, erfc(x));
}
function erfc(x: Double): Double {
  if (x[0] < 2.5) return sub(one, erf(x));
  return x[0] > 30 ? of(0) : mul(exp(neg(mul(x, x))), erfcxFar(x));
}
/** By one step of Newton's method from float64. */
function erfinv(x: number): Double {
  if (x < 0) return neg(erfinv(-x));
  if (x === 0) return of(0);
  let y: Double = of(Math.min(guess(x), 6));
  for (let i = 0; i < 4; i++) {
    const slope = div(scale(exp(neg(mul(y, y))), 2), rootPi);
    const miss = x > 0.5 ? sub(of(1 - x), erfc(y)) : sub(erf(y), of(x));
    const d = div(miss, slope);
    // Halley's correction
    y = sub(y, div(d, add(one, mul(y, d))));
  }
  return y;
}
const guess = (x: number): number => {
  const w = -Math.log((1 - x) * (1 + x));
  const a = 2 / (Math.PI * 0.147) - w / 2;
  return Math.sqrt(Math.sqrt(a * a + w / 0.147) - a);
};

const bernoulli: readonly (readonly [number, number])[] = [
  [1, 6],
  [-1, 30],
  [1, 42],
  [-1, 30],
  [5, 66],
  [-691, 2730],
  [7, 6],
  [-3617, 510],
  [43867, 798],
  [-174611, 330],
  [854513, 138],
  [-236364091, 2730],
  [8553103, 6],
];
/** log Γ(x) for x > 0. */
function lgammaRight(x: Double): Double {
  let y = x;
  let product = one;
  for (; y[0] < 30; y = add(y, one)) {
    product = mul(product, y);
  }
  const logs = log(product);
  const r = div(one, y);
  const z = mul(r, r);
  let power = r;
  let sum = of(0);
  bernoulli.forEach(([p, q], i) => {
    sum = add(sum, div(scale(power, p), of(q * (2 * i + 2) * (2 * i + 1))));
    power = mul(power, z);
  });
  const main = sub(mul(sub(y, of(0.5)), log(y)), y);
  return sub(add(add(main, scale(log(scale(pi, 2)), 0.5)), sum), logs);
}
function lgamma(x: number): Double {
  if (x > 0) return x < 1e-5 ? sub(lgammaRight(add(one, of(x))), log(of(x))) : lgammaRight(of(x));
  const a = -x;
  if (a < 1e-5) return sub(lgammaRight(add(one, of(x))), log(of(a)));
  const [s] = sinCos(mul(pi, of(a - Math.round(a))));
  return sub(log(div(pi, abs(mul(of(a), s)))), lgammaRight(of(a)));
}
function digammaRight(x: Double): Double {
  let y = x;
  let sum = of(0);
  for (; y[0] < 30; y = add(y, one)) sum = add(sum, div(one, y));
  const r = div(one, y);
  const z = mul(r, r);
  let power = z;
  let series = scale(r, 0.5);
  bernoulli.forEach(([p, q], i) => {
    series = add(series, div(scale(power, p), of(q * (2 * i + 2))));
    power = mul(power, z);
  });
  return sub(sub(log(y), series), sum);
}
function digamma(x: number): Double {
  if (x > 0) return digammaRight(of(x));
  const [s, c] = sinCos(mul(pi, of(x - Math.round(x))));
  return sub(digammaRight(sub(one, of(x))), div(mul(pi, c), s));
}

const overRootTwo = (x: number): Double => div(of(Math.abs(x)), sqrt(of(2)));
/** Φ(x) e^{x²/2} for x < −3.6. */
const leftTail = (x: number): Double => scale(erfcxFar(overRootTwo(x)), 0.5);
const ndtr = (x: number): Double =>
  x > 0 ? sub(one, scale(erfc(overRootTwo(x)), 0.5)) : scale(erfc(overRootTwo(x)), 0.5);
const halfSquare = (x: number): Double => scale(mul(of(x), of(x)), 0.5);
function logNdtr(x: number): Double {
  if (x > 0) return log1p(scale(erfc(overRootTwo(x)), -0.5));
  return x < -3.6 ? sub(log(leftTail(x)), halfSquare(x)) : log(ndtr(x));
}
function normalHazard(x: number): Double {
  if (x < -1e100) return of(-x);
  const c = sqrt(scale(pi, 2));
  if (x < -3.6) return div(one, mul(c, leftTail(x)));
  return div(exp(neg(halfSquare(x))), mul(c, ndtr(x)));
}

const simple =
  (f: (x: Double) => Double) =>
  (x: number): Double =>
    f(of(x));

/** The value of each operation at finite arguments inside its domain. */
export const oracle: { readonly [K in RealName]?: (x: number, y: number) => Double } = {
  exp: simple(exp),
  expm1: (x) => (Math.abs(x) < 1e-40 ? of(x) : expm1(of(x))),
  log: simple(log),
  log1p: simple(log1p),
  sin: (x) => sinCos(of(x))[0],
  cos: (x) => sinCos(of(x))[1],
  tan: (x) => div(...sinCos(of(x))),
  asin: simple(asin),
  acos: simple(acos),
  atan: (x) =>
    Math.abs(x) > 1e20 ? scale(sub(scale(pi, 0.5), of(1 / Math.abs(x))), Math.sign(x)) : atan(of(x)),
  sinh: (x) => {
    const a = of(Math.abs(x));
    if (a[0] < 1e-40) return of(x);
    if (a[0] > 40) return scale(exp(sub(a, log(of(2)))), Math.sign(x));
    const e = expm1(a);
    return scale(add(e, div(e, add(e, one))), 0.5 * Math.sign(x));
  },
  cosh: (x) => {
    if (Math.abs(x) > 40) return exp(sub(of(Math.abs(x)), log(of(2))));
    const e = exp(of(x));
    return scale(add(e, div(one, e)), 0.5);
  },
  tanh: (x) => (Math.abs(x) < 1e-40 ? of(x) : Math.abs(x) > 50 ? of(Math.sign(x)) : tanh(of(x))),
  asinh: (x) => {
    const a = of(Math.abs(x));
    if (a[0] > 1e40) return scale(add(log(a), log(of(2))), Math.sign(x));
    const z = mul(a, a);
    return scale(log1p(add(a, div(z, add(one, sqrt(add(one, z)))))), Math.sign(x));
  },
  acosh: (x) => {
    if (x > 1e40) return add(log(of(x)), log(of(2)));
    const t = sub(of(x), one);
    return log1p(add(t, sqrt(mul(t, add(t, of(2))))));
  },
  atanh: (x) => scale(log1p(div(of(2 * Math.abs(x)), sub(one, of(Math.abs(x))))), 0.5 * Math.sign(x)),
  logistic: (x) => {
    const e = exp(neg(of(Math.abs(x))));
    return div(x < 0 ? e : one, add(one, e));
  },
  softplus: (x) => {
    const l = log1p(exp(neg(of(Math.abs(x)))));
    return x > 0 ? add(of(x), l) : l;
  },
  erf: (x) => (Math.abs(x) > 7 ? of(Math.sign(x)) : erf(of(x))),
  erfc: (x) => (x < -7 ? of(2) : erfc(of(x))),
  erfinv,
  lgamma,
  digamma,
  logNdtr,
  normalHazard,
  pow: (x, y) => {
    const p = exp(mul(of(y), log(of(Math.abs(x)))));
    return x < 0 && Math.abs(y) % 2 === 1 ? neg(p) : p;
  },
  atan2: (y, x) => {
    const [a, b] = [Math.abs(x), Math.abs(y)];
    const t = b > a ? sub(scale(pi, 0.5), atan(div(of(a), of(b)))) : atan(div(of(b), of(a)));
    return scale(x < 0 ? sub(pi, t) : t, y < 0 ? -1 : 1);
  },
  lbeta: (a, b) => sub(add(lgamma(a), lgamma(b)), lgammaRight(add(of(a), of(b)))),
  xlogy: (x, y) => mul(of(x), log(of(y))),
  xlog1py: (x, y) => mul(of(x), log1p(of(y))),
};
