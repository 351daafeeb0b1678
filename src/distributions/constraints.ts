/**
 * Constraints of parameters, tested on concrete values.
 *
 * @example
 * const sigma = { shape: [3], dtype: 'f', data: new Float64Array([1, 0, -2]) } as const;
 * constraints.positive.violation(sigma); // { value: 0, index: [1] }
 * constraints.finite.violation(sigma); // undefined
 *
 * @module
 */
import { stridesOf, type HostArray } from '../ir/index.js';

/** Where a constraint fails first. */
export interface Violation {
  readonly value: number;
  readonly index: readonly number[];
}

/** What a parameter must be. */
export interface Constraint {
  /** To follow `must be`. */
  readonly description: string;
  /** The first violation, row-major. */
  violation(value: HostArray): Violation | undefined;
}

/** The index of the element at a row-major offset. */
export function indexAt(offset: number, shape: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return shape.map((d, i) => Math.floor(offset / strides[i]!) % d);
}

function elementwise(description: string, test: (v: number) => boolean): Constraint {
  return {
    description,
    violation: ({ data, shape }) => {
      const at = data.findIndex((v) => !test(v));
      return at < 0 ? undefined : { value: data[at]!, index: indexAt(at, shape) };
    },
  };
}

/** Every element finite. */
export const finite: Constraint = elementwise('finite', Number.isFinite);

/** Every element finite and above zero. */
export const positive: Constraint = elementwise('positive', (v) => v > 0 && v < Infinity);

/** Every element in [0, 1]. */
export const probability: Constraint = elementwise('between 0 and 1', (v) => v >= 0 && v <= 1);

/** Every element in (0, 1]. */
export const possible: Constraint = elementwise('above 0 and at most 1', (v) => v > 0 && v <= 1);

/** Every element a number, infinities included. */
export const notNaN: Constraint = elementwise('a number', (v) => !Number.isNaN(v));

/** Every element finite and not negative. */
export const nonNegative: Constraint = elementwise('zero or more', (v) => v >= 0 && v < Infinity);

/** Every element a whole number, not negative. */
export const count: Constraint = elementwise(
  'a whole number, zero or more',
  (v) => Number.isInteger(v) && v >= 0,
);

/** Every vector of the last axis made of numbers between 0 and 1 with sum 1 (to 1e-6). */
export const simplex: Constraint = {
  description: 'probabilities with sum 1 along the last axis',
  violation: ({ data, shape }) => {
    const n = shape[shape.length - 1]!;
    for (let start = 0; start < data.length; start += n) {
      const row = Array.from(data.subarray(start, start + n));
      const at = row.findIndex((v) => !(v >= 0 && v <= 1 + 1e-6));
      const sum = row.reduce((s, v) => s + v, 0);
      if (at >= 0 || Math.abs(sum - 1) > 1e-6) {
        const found = start + Math.max(at, 0);
        return { value: data[found]!, index: indexAt(found, shape) };
      }
    }
    return undefined;
  },
};

function matrices(description: string, fault: (a: readonly number[], n: number) => number): Constraint {
  return {
    description,
    violation: ({ data, shape }) => {
      const n = shape[shape.length - 1]!;
      for (let start = 0; start < data.length; start += n * n) {
        const at = fault(Array.from(data.subarray(start, start + n * n)), n);
        if (at >= 0) return { value: data[start + at]!, index: indexAt(start + at, shape) };
      }
      return undefined;
    },
  };
}

/** Every matrix with finite elements and a positive diagonal; what stands above the diagonal is not read. */
export const lowerCholesky: Constraint = matrices('lower triangular with a positive diagonal', (a, n) =>
  a.findIndex((v, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return j <= i && !(Number.isFinite(v) && (i !== j || v > 0));
  }),
);

/** Every matrix symmetric (to 1e-6 of its diagonal) and positive definite; the pivot that fails is named. */
export const positiveDefinite: Constraint = matrices('symmetric positive definite', (a, n) => {
  const skew = a.findIndex((v, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    const scale = Math.sqrt(Math.abs(a[i * n + i]! * a[j * n + j]!));
    return !(Math.abs(v - a[j * n + i]!) <= 1e-6 * scale);
  });
  if (skew >= 0) return skew;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      if (i === j && !(s > 0)) return i * n + i;
      l[i * n + j] = i === j ? Math.sqrt(s) : s / l[j * n + j]!;
    }
  }
  return -1;
});
