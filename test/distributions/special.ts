/**
 * Special functions for closed forms, written independently of the library: plain series and quadrature.
 */

/** log Γ(x) for x > 0: Stirling's series at x + n ≥ 20 and the recurrence. */
export function logGamma(x: number): number {
  let [shift, z] = [0, x];
  for (; z < 20; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = 1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series / z - shift;
}

/** P(a, x) = xᵃe⁻ˣ/Γ(a + 1) Σ xⁿ/((a + 1)…(a + n)), whose terms are all positive. */
export function gammaCdf(x: number, a: number): number {
  if (!(x > 0)) return 0;
  let [term, sum] = [1, 1];
  for (let n = 1; term > 1e-17 * sum; n++) sum += term *= x / (a + n);
  return Math.min(1, Math.exp(a * Math.log(x) - x - logGamma(a + 1)) * sum);
}

/**
 * I_x(a, b) = xᵃ(1−x)ᵇ/(a B(a, b)) Σ (a+b)…(a+b+n−1)/((a+1)…(a+n)) xⁿ, all terms positive, on the side where x is
 * not near 1.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  if (x > 0.6) return 1 - betaCdf(1 - x, b, a);
  let [term, sum] = [1, 1];
  for (let n = 1; term > 1e-17 * sum; n++) sum += term *= ((a + b + n - 1) / (a + n)) * x;
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a) * sum;
}

/** Φ by its everywhere convergent series (|z| ≤ 6) and by Lentz's continued fraction of erfc beyond. */
export function normalCdf(z: number): number {
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  if (Math.abs(z) <= 6) {
    let [term, sum] = [z, z];
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) sum += term *= (z * z) / (2 * k + 1);
    return 0.5 + density * sum;
  }
  let f = Math.abs(z);
  for (let k = 60; k >= 1; k--) f = Math.abs(z) + k / f;
  return z < 0 ? density / f : 1 - density / f;
}
