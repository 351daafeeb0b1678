/**
 * Inner loops of the other frequent operations on reals, each written out so that an engine can inline the operation.
 * Operations that are rare, or that cost far more than a call, share the loops of `each1` and `each2`.
 *
 * @module
 */
import type { Comparison, Data, UnaryName } from '../ir/index.js';
import { logistic, realUnary, softplus } from '../ir/scalar.js';
import type { Kernel1, Kernel2, Kernel3 } from './nest.js';

type Real = Float64Array;
type Map1 = Kernel1<Real, Real>;
type Test2 = Kernel2<Uint8Array, Real, Real>;

/** The loop of any function of one number. */
export function each1(f: (x: number) => number): Kernel1<Data, Data> {
  return (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = f(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  };
}

/** The loop of any function of two numbers. */
export function each2(f: (x: number, y: number) => number): Kernel2<Data, Data, Data> {
  return (n, out, k, ok, a, p, pa, b, q, qb) => {
    for (let i = 0; i < n; i++) {
      out[k] = f(a[p]!, b[q]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
      q = (q + qb) | 0;
    }
  };
}

const written: { readonly [K in UnaryName]?: Map1 } = {
  neg: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = -a[p]!;
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  abs: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.abs(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  sqrt: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.sqrt(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  exp: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.exp(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  log: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.log(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  log1p: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.log1p(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  tanh: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = Math.tanh(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  logistic: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = logistic(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
  softplus: (n, out, k, ok, a, p, pa) => {
    for (let i = 0; i < n; i++) {
      out[k] = softplus(a[p]!);
      k = (k + ok) | 0;
      p = (p + pa) | 0;
    }
  },
};

/** The loop of an operation of one real operand. */
export function realUnaryKernel(op: keyof typeof realUnary): Kernel1<Data, Data> {
  return (written[op] ?? each1(realUnary[op])) as Kernel1<Data, Data>;
}

/** isNaN. */
export const isNaNKernel: Kernel1<Uint8Array, Real> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] !== a[p] ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

/** isFinite: x − x is NaN for infinities and NaN. */
export const isFiniteKernel: Kernel1<Uint8Array, Real> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]! - a[p]! === 0 ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const less: Test2 = (n, out, k, ok, a, p, pa, b, q, qb) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]! < b[q]! ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const lessOrEqual: Test2 = (n, out, k, ok, a, p, pa, b, q, qb) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]! <= b[q]! ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const equal: Test2 = (n, out, k, ok, a, p, pa, b, q, qb) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] === b[q] ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const different: Test2 = (n, out, k, ok, a, p, pa, b, q, qb) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] !== b[q] ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
  }
};

const swapped =
  (kernel: Test2): Test2 =>
  (n, out, k, ok, a, p, pa, b, q, qb) =>
    kernel(n, out, k, ok, b, q, qb, a, p, pa);

/** Comparisons of reals. */
export const compareKernels: { readonly [K in Comparison]: Test2 } = {
  eq: equal,
  ne: different,
  lt: less,
  le: lessOrEqual,
  gt: swapped(less),
  ge: swapped(lessOrEqual),
};

/** select on reals. */
export const selectReal: Kernel3<Real, Uint8Array, Real, Real> = (
  n,
  out,
  k,
  ok,
  a,
  p,
  pa,
  b,
  q,
  qb,
  c,
  r,
  rc,
) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] !== 0 ? b[q]! : c[r]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
    r = (r + rc) | 0;
  }
};

/** select on integers and bools. */
export const selectDiscrete: Kernel3<Data, Uint8Array, Data, Data> = (
  n,
  out,
  k,
  ok,
  a,
  p,
  pa,
  b,
  q,
  qb,
  c,
  r,
  rc,
) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] !== 0 ? b[q]! : c[r]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
    q = (q + qb) | 0;
    r = (r + rc) | 0;
  }
};
