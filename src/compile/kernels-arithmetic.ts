/**
 * Inner loops of real arithmetic, the operations that most steps are made of.
 *
 * Operands that advance by one element, or stay at one, have unrolled loops: an engine reloads array bases and lengths
 * at every back edge, which costs more than the arithmetic.
 *
 * @module
 */
import type { Kernel2 } from './nest.js';

type Real = Float64Array;
type RealKernel = Kernel2<Real, Real, Real>;

const add: RealKernel = (n, out, k, ok, a, p, pa, b, q, qb) => {
  let i = 0;
  if (ok === 1 && pa === 1 && qb === 1) {
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! + b[q]!;
      out[k + 1] = a[p + 1]! + b[q + 1]!;
      out[k + 2] = a[p + 2]! + b[q + 2]!;
      out[k + 3] = a[p + 3]! + b[q + 3]!;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
      q = (q + 4) | 0;
    }
  } else if (ok === 1 && pa === 1 && qb === 0) {
    const s = b[q]!;
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! + s;
      out[k + 1] = a[p + 1]! + s;
      out[k + 2] = a[p + 2]! + s;
      out[k + 3] = a[p + 3]! + s;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
    }
  }
  for (; i < n; i++) {
    out[k] = a[p]! + b[q]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const sub: RealKernel = (n, out, k, ok, a, p, pa, b, q, qb) => {
  let i = 0;
  if (ok === 1 && pa === 1 && qb === 1) {
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! - b[q]!;
      out[k + 1] = a[p + 1]! - b[q + 1]!;
      out[k + 2] = a[p + 2]! - b[q + 2]!;
      out[k + 3] = a[p + 3]! - b[q + 3]!;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
      q = (q + 4) | 0;
    }
  } else if (ok === 1 && pa === 1 && qb === 0) {
    const s = b[q]!;
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! - s;
      out[k + 1] = a[p + 1]! - s;
      out[k + 2] = a[p + 2]! - s;
      out[k + 3] = a[p + 3]! - s;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
    }
  } else if (ok === 1 && pa === 0 && qb === 1) {
    const s = a[p]!;
    for (; i < n - 3; i += 4) {
      out[k] = s - b[q]!;
      out[k + 1] = s - b[q + 1]!;
      out[k + 2] = s - b[q + 2]!;
      out[k + 3] = s - b[q + 3]!;
      k = (k + 4) | 0;
      q = (q + 4) | 0;
    }
  }
  for (; i < n; i++) {
    out[k] = a[p]! - b[q]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const mul: RealKernel = (n, out, k, ok, a, p, pa, b, q, qb) => {
  let i = 0;
  if (ok === 1 && pa === 1 && qb === 1) {
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! * b[q]!;
      out[k + 1] = a[p + 1]! * b[q + 1]!;
      out[k + 2] = a[p + 2]! * b[q + 2]!;
      out[k + 3] = a[p + 3]! * b[q + 3]!;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
      q = (q + 4) | 0;
    }
  } else if (ok === 1 && pa === 1 && qb === 0) {
    const s = b[q]!;
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! * s;
      out[k + 1] = a[p + 1]! * s;
      out[k + 2] = a[p + 2]! * s;
      out[k + 3] = a[p + 3]! * s;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
    }
  }
  for (; i < n; i++) {
    out[k] = a[p]! * b[q]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const div: RealKernel = (n, out, k, ok, a, p, pa, b, q, qb) => {
  let i = 0;
  if (ok === 1 && pa === 1 && qb === 1) {
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! / b[q]!;
      out[k + 1] = a[p + 1]! / b[q + 1]!;
      out[k + 2] = a[p + 2]! / b[q + 2]!;
      out[k + 3] = a[p + 3]! / b[q + 3]!;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
      q = (q + 4) | 0;
    }
  } else if (ok === 1 && pa === 1 && qb === 0) {
    const s = b[q]!;
    for (; i < n - 3; i += 4) {
      out[k] = a[p]! / s;
      out[k + 1] = a[p + 1]! / s;
      out[k + 2] = a[p + 2]! / s;
      out[k + 3] = a[p + 3]! / s;
      k = (k + 4) | 0;
      p = (p + 4) | 0;
    }
  }
  for (; i < n; i++) {
    out[k] = a[p]! / b[q]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

/** add(a, b) = b + a: a scalar on the left is read like one on the right. */
const commuted =
  (kernel: RealKernel): RealKernel =>
  (n, out, k, ok, a, p, pa, b, q, qb) =>
    pa === 0 ? kernel(n, out, k, ok, b, q, qb, a, p, pa) : kernel(n, out, k, ok, a, p, pa, b, q, qb);

/** The loops of arithmetic. */
export const arithmetic: { readonly [K in 'add' | 'sub' | 'mul' | 'div']: RealKernel } = {
  add: commuted(add),
  sub,
  mul: commuted(mul),
  div,
};
