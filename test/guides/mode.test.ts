import { Matrix, CholeskyDecomposition, inverse, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { choleskyOf, choleskyOfInverse, choleskySolveOf } from '../../src/inference/guides/dense.js';
import { findMode, type Curvature } from '../../src/inference/guides/mode.js';

const n = 5;
/** A positive definite matrix whose rows differ in scale by 10⁸. */
const scales = [1e-4, 1, 1e4, 10, 0.1];
const matrix = Float64Array.from({ length: n * n }, (_, at) => {
  const [i, j] = [Math.floor(at / n), at % n];
  return scales[i]! * scales[j]! * (i === j ? 2 : Math.cos(i + j) / 2);
});
const oracle = new Matrix(n, n).apply(function (this: Matrix, i, j) {
  this.set(i, j, matrix[i * n + j]!);
});

describe('dense linear algebra', () => {
  it('factors, solves and inverts as ml-matrix does', () => {
    const l = choleskyOf(matrix, n)!;
    const expected = new CholeskyDecomposition(oracle).lowerTriangularMatrix;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) expect(l[i * n + j]! / expected.get(i, j)).toBeCloseTo(1, 10);
    }
    const b = Float64Array.from([1, 2, 3, 4, 5]);
    const x = choleskySolveOf(l, b);
    const solved = solve(oracle, Matrix.columnVector(Array.from(b))).to1DArray();
    solved.forEach((v, i) => expect(x[i]! / v).toBeCloseTo(1, 9));
    const c = choleskyOfInverse(matrix, n)!;
    const product = new Matrix(n, n).apply(function (this: Matrix, i, j) {
      let s = 0;
      for (let k = 0; k <= Math.min(i, j); k++) s += c[i * n + k]! * c[j * n + k]!;
      this.set(i, j, s);
    });
    const inv = inverse(oracle);
    for (let i = 0; i < n; i++) expect(product.get(i, i) / inv.get(i, i)).toBeCloseTo(1, 9);
  });

  it('refuses a matrix that is not positive definite, or only by rounding', () => {
    expect(choleskyOf(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(choleskyOf(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
    expect(choleskyOfInverse(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
    expect(choleskyOfInverse(Float64Array.of(-1, 0, 0, 1), 2)).toBeUndefined();
  });
});

/** Log joint of y ~ N(m, eˢ) with flat priors, n observations, in (m, s): not concave far from the mode. */
function gaussian(y: readonly number[]): (z: Float64Array) => Curvature {
  return ([m, s]) => {
    const [q, e] = [Math.exp(-2 * s!), y.map((v) => v - m!)];
    const ss = e.reduce((t, v) => t + v * v, 0);
    const sum = e.reduce((t, v) => t + v, 0);
    return {
      value: -y.length * s! - (q * ss) / 2,
      gradient: Float64Array.of(q * sum, -y.length + q * ss),
      hessian: Float64Array.of(-q * y.length, -2 * q * sum, -2 * q * sum, -2 * q * ss),
    };
  };
}

describe('findMode', () => {
  it('takes one step on a quadratic, whatever its units', () => {
    const target = [3, -1e6, 1e-6, 0, 2];
    const quadratic = (z: Float64Array): Curvature => {
      const d = z.map((v, i) => v - target[i]!);
      const g = d.map((_, i) => -d.reduce((s, v, j) => s + matrix[i * n + j]! * v, 0));
      return {
        value: d.reduce((s, v, i) => s + (v * g[i]!) / 2, 0),
        gradient: g,
        hessian: matrix.map((v) => -v),
      };
    };
    const found = findMode(quadratic, new Float64Array(n));
    expect(found.status).toBe('converged');
    expect(found.evaluations).toBeLessThanOrEqual(3);
    found.point.forEach((v, i) => expect(v).toBeCloseTo(target[i]!, 6));
  });

  it('finds the mode of a location and a log scale from far away', () => {
    const y = [1e4, 1e4 + 2, 1e4 + 4, 1e4 + 1];
    const found = findMode(gaussian(y), new Float64Array(2));
    expect(found.status).toBe('converged');
    expect(found.point[0]).toBeCloseTo(1e4 + 1.75, 8);
    expect(found.point[1]).toBeCloseTo(Math.log(2.1875) / 2, 8);
    expect(found.evaluations).toBeLessThan(40);
  });

  it('does not take a saddle for a mode', () => {
    const saddle = ([x, y]: Float64Array): Curvature => ({
      value: (-x! * x!) / 2 + (y! * y!) / 2 - y! ** 4 / 4,
      gradient: Float64Array.of(-x!, y! - y! ** 3),
      hessian: Float64Array.of(-1, 0, 0, 1 - 3 * y! * y!),
    });
    expect(findMode(saddle, Float64Array.of(1, 1e-3)).status).toBe('converged');
    expect(findMode(saddle, Float64Array.of(1, 1e-3)).point[1]).toBeCloseTo(1, 6);
    // on the ridge itself the gradient vanishes in y
    expect(findMode(saddle, Float64Array.of(1, 0)).status).toBe('singular');
  });

  it('says what kept it from a mode', () => {
    const flat = ([x]: Float64Array): Curvature => ({
      value: -(x! ** 2) / 2,
      gradient: Float64Array.of(-x!, 0),
      hessian: Float64Array.of(-1, 0, 0, 0),
    });
    expect(findMode(flat, Float64Array.of(2, 1)).status).toBe('singular');
    const unbounded = ([x]: Float64Array): Curvature => ({
      value: x!,
      gradient: Float64Array.of(1),
      hessian: Float64Array.of(0),
    });
    expect(findMode(unbounded, new Float64Array(1)).status).toBe('maxSteps');
    const nan = (): Curvature => ({ value: NaN, gradient: Float64Array.of(0), hessian: Float64Array.of(-1) });
    expect(findMode(nan, new Float64Array(1)).status).toBe('nonfinite');
  });
});
