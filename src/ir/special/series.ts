/**
 * Pieces of exponentials and logarithms without their leading terms, accurate where those cancel.
 *
 * @module
 */

/** c₀ xⁿ + … + cₙ by Horner's rule, highest power first. */
export function polynomial(c: readonly number[], x: number): number {
  let s = 0;
  for (let i = 0; i < c.length; i++) s = s * x + c[i]!;
  return s;
}

/** 1/(2k+3) for k = 13 … 0. */
const oddReciprocals = Array.from({ length: 14 }, (_, i) => 1 / (2 * (13 - i) + 3));

/** log(1+x) − x, with small relative error at every x > −1. */
export function log1pMinus(x: number): number {
  if (!(x > -0.4 && x < 0.6)) return Math.log1p(x) - x;
  // log(1+x) = 2 artanh r with r = x/(2+x); of that, 2r − x = −x r
  const r = x / (2 + x);
  return r * (2 * r * r * polynomial(oddReciprocals, r * r) - x);
}

/** 1/k! for k = n … 2. */
const reciprocalFactorials = (n: number): number[] =>
  Array.from({ length: n - 1 }, (_, i) => {
    let f = 1;
    for (let k = 2; k <= n - i; k++) f *= k;
    return 1 / f;
  });
const nearZero = reciprocalFactorials(10);
const toOne = reciprocalFactorials(18);

/** eˣ − 1 − x, with small relative error at every x. */
export function expMinus(x: number): number {
  if (!(x > -1 && x < 1)) return Math.exp(x) - 1 - x;
  return x * x * polynomial(x > -0.1 && x < 0.1 ? nearZero : toOne, x);
}

/** sin πx, exact in its zeros. */
export function sinPi(x: number): number {
  const y = x - Math.round(x);
  const odd = Math.round(x) % 2 !== 0;
  const s = Math.abs(y) === 0.5 ? Math.sign(y) : Math.sin(Math.PI * y);
  return odd ? -s : s;
}
