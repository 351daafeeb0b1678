/**
 * Inner loops that copy and convert elements.
 *
 * Each pair of element types that matters has a loop of its own: an engine makes a loop fast for the array types that it
 * has met there, so sharing one loop among all of them would make it slow for each. Positions advance by `| 0` sums,
 * which need no overflow check.
 *
 * @module
 */
import type { Data, DType } from '../ir/index.js';
import type { Kernel1 } from './nest.js';

type Real = Float64Array;

const realToReal: Kernel1<Real, Real> = (n, out, k, ok, a, p, pa) => {
  if (n === out.length && n === a.length && ok === 1 && pa === 1) {
    out.set(a);
    return;
  }
  for (let i = 0; i < n; i++) {
    out[k] = a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const unsignedToReal: Kernel1<Real, Uint32Array> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const signedToReal: Kernel1<Real, Int32Array> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const boolToReal: Kernel1<Real, Uint8Array> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

/** Integer arrays truncate toward zero and keep the low 32 bits as they store. */
const anyToInteger: Kernel1<Data, Data> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p]!;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const anyToBool: Kernel1<Data, Data> = (n, out, k, ok, a, p, pa) => {
  for (let i = 0; i < n; i++) {
    out[k] = a[p] !== 0 ? 1 : 0;
    k = (k + ok) | 0;
    p = (p + pa) | 0;
  }
};

const toReal = { f: realToReal, i32: signedToReal, u32: unsignedToReal, bool: boolToReal };

/** The loop that stores elements of one type as another. */
export function convert(from: DType, to: DType): Kernel1<Data, Data> {
  if (to === 'f') return toReal[from] as Kernel1<Data, Data>;
  return to === 'bool' && from !== 'bool' ? anyToBool : anyToInteger;
}
