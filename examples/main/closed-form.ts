/** Ridge regression in plain float64 JavaScript: what the layers and hypergradients are held against. */

type Matrix = readonly (readonly number[])[];

/** x with A x = b, for a symmetric positive definite A, by Cholesky's factors. */
function solve(a: Matrix, b: readonly number[]): number[] {
  const n = b.length;
  const l = a.map((row) => [...row]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = l[i]![j]!;
      for (let k = 0; k < j; k++) s -= l[i]![k]! * l[j]![k]!;
      l[i]![j] = i === j ? Math.sqrt(s) : s / l[j]![j]!;
    }
  }
  const x = [...b];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i]![k]! * x[k]!;
    x[i]! /= l[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k]![i]! * x[k]!;
    x[i]! /= l[i]![i]!;
  }
  return x;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * b[i]!, 0);

/** Rows and the values to predict from them. */
export interface Half {
  readonly x: Matrix;
  readonly y: readonly number[];
}

/**
 * Ridge with a log-penalty λ_j a feature. Inner ½ mean (Xw − y)² + ½ Σ_j e^{λ_j} w_j², outer F = ½ mean (Vw − t)²:
 *
 *     H = XᵀX/n + diag e^λ,   w* = H⁻¹ Xᵀy/n,   ∂F/∂λ_j = −e^{λ_j} w*_j [H⁻¹ ∇_w F]_j.
 */
export function ridge(train: Half, validation: Half, penalties: readonly number[]) {
  const features = train.x[0]!.map((_, j) => j);
  const n = train.x.length;
  const column = features.map((j) => train.x.map((row) => row[j]!));
  const hessian = features.map((i) =>
    features.map((j) => dot(column[i]!, column[j]!) / n + (i === j ? penalties[i]! : 0)),
  );
  const w = solve(
    hessian,
    column.map((c) => dot(c, train.y) / n),
  );
  const residual = validation.x.map((row, i) => dot(row, w) - validation.y[i]!);
  const m = residual.length;
  const slope = features.map((j) => residual.reduce((s, r, i) => s + r * validation.x[i]![j]!, 0) / m);
  const v = solve(hessian, slope);
  return {
    w,
    loss: dot(residual, residual) / (2 * m),
    hypergradient: features.map((j) => -penalties[j]! * w[j]! * v[j]!),
  };
}
