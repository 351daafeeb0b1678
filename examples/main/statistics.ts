/** Statistics of draws. */

/** Draws of named scalars: one array of n numbers each. */
export type Draws = readonly { readonly name: string; readonly values: Float64Array }[];

/** Mean and standard deviation of n numbers. */
export function moments(values: Float64Array): { mean: number; sd: number } {
  let mean = 0;
  for (const v of values) mean += v;
  mean /= values.length;
  let square = 0;
  for (const v of values) square += (v - mean) ** 2;
  return { mean, sd: Math.sqrt(square / (values.length - 1)) };
}

/** Correlations of all pairs. */
function correlations(draws: Draws): number[][] {
  const scaled = draws.map(({ values }) => {
    const { mean, sd } = moments(values);
    return values.map((v) => (v - mean) / sd);
  });
  return scaled.map((a) =>
    scaled.map((b) => {
      let s = 0;
      for (let i = 0; i < a.length; i++) s += a[i]! * b[i]!;
      return s / (a.length - 1);
    }),
  );
}

/** The diagonal of the inverse of a positive definite matrix, by Gauss–Jordan elimination. */
function inverseDiagonal(matrix: readonly (readonly number[])[]): number[] {
  const n = matrix.length;
  const a = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    const pivot = a[k]![k]!;
    a[k] = a[k]!.map((x) => x / pivot);
    for (let i = 0; i < n; i++) {
      const factor = a[i]![k]!;
      if (i !== k) a[i] = a[i]!.map((x, j) => x - factor * a[k]![j]!);
    }
  }
  return a.map((row, i) => row[n + i]!);
}

/**
 * 1/√(Σᵢᵢ (Σ⁻¹)ᵢᵢ): the SD of a coordinate given all others, in units of its own. It is what the best mean-field
 * Gaussian reports of a Gaussian with covariance Σ.
 */
export function conditionalRatios(draws: Draws): number[] {
  // of correlations: the products do not depend on the units
  return inverseDiagonal(correlations(draws)).map((x) => 1 / Math.sqrt(x));
}
