/**
 * Derivatives of an exponential from those of its exponent.
 *
 * @module
 */

/**
 * e⁻ˡ ∂ᵏ(eˡ) for k = 0 … order, into `out`, from the derivatives `l[j]` of the exponent (j ≥ 1): the complete Bell
 * polynomials, by Eₖ₊₁ = Σ_p C(k, p) l_{p+1} E_{k−p}.
 */
export function bell(l: ArrayLike<number>, order: number, out: Float64Array): void {
  out[0] = 1;
  for (let k = 0; k < order; k++) {
    let [sum, binomial] = [0, 1];
    for (let p = 0; p <= k; p++) {
      sum += binomial * l[p + 1]! * out[k - p]!;
      binomial = (binomial * (k - p)) / (p + 1);
    }
    out[k + 1] = sum;
  }
}

/**
 * The same for two variables: e⁻ˡ ∂ᵢ∂ⱼ(eˡ) for i ≤ first, j ≤ second into `out[i·(second+1) + j]`, from the derivatives
 * of the exponent in the same layout.
 */
export function bell2(l: ArrayLike<number>, first: number, second: number, out: Float64Array): void {
  const row = second + 1;
  out[0] = 1;
  for (let i = 0; i <= first; i++) {
    for (let j = 0; j <= second; j++) {
      if (i === 0 && j === 0) continue;
      // one derivative is taken of the exponential, the others are shared out between its two factors
      const [m, n] = i > 0 ? [i - 1, j] : [0, j - 1];
      let [sum, c] = [0, 1];
      for (let p = 0; p <= m; p++) {
        let d = c;
        for (let q = 0; q <= n; q++) {
          const at = i > 0 ? (p + 1) * row + q : q + 1;
          sum += d * l[at]! * out[(m - p) * row + (n - q)]!;
          d = (d * (n - q)) / (q + 1);
        }
        c = (c * (m - p)) / (p + 1);
      }
      out[i * row + j] = sum;
    }
  }
}
