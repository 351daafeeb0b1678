/**
 * Exponentially scaled modified Bessel functions of the first kind and integer order.
 *
 * @module
 */

/** Σ (x/2)^{2k+n}/(k! (n+k)!), all of whose terms have the sign of xⁿ. */
function powerSeries(n: number, x: number): number {
  const z = 0.25 * x * x;
  let term = 1;
  for (let k = 1; k <= n; k++) term *= (0.5 * x) / k;
  let sum = term;
  for (let k = 1; k < 2000; k++) {
    term *= z / (k * (k + n));
    sum += term;
    if (Math.abs(term) <= 1e-17 * Math.abs(sum)) break;
  }
  return sum;
}

/** Hankel's expansion of √(2πx) e⁻ˣ Iₙ(x) for large x. */
function largeArgument(n: number, x: number): number {
  const m = 4 * n * n;
  let [term, sum] = [1, 1];
  for (let k = 1; k < 200; k++) {
    const next = (-term * (m - (2 * k - 1) ** 2)) / (8 * k * x);
    if (Math.abs(next) <= 1e-17 * Math.abs(sum) || (2 * k > n + 1 && Math.abs(next) >= Math.abs(term))) break;
    term = next;
    sum += term;
  }
  return sum;
}

/**
 * e^{−|x|} Iₙ(x) for integers n ≥ 0: the power series below 20 + n², Hankel's expansion above. Relative error below 2e-15
 * for n ≤ 5 and all x (the exponential of a rounded argument below 20 included).
 */
export function besselIe(n: number, x: number): number {
  const y = Math.abs(x);
  const odd = n % 2 === 1 && x < 0;
  if (Number.isNaN(x) || y === Infinity) return Number.isNaN(x) ? x : odd ? -0 : 0;
  const limit = 20 + n * n;
  const v =
    y < limit
      ? Math.exp(-y) * powerSeries(n, y)
      : largeArgument(n, y) / (Math.sqrt(2 * Math.PI) * Math.sqrt(y));
  return odd ? -v : v;
}
