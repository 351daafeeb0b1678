/**
 * Abstract evaluation of the orthogonal decompositions.
 *
 * @module
 */
import { expect } from './abstract-rule.js';
import type { AbstractTable } from './abstract.js';

/** Rules of qr, eigh and svd. */
export const abstractDecompositions: Pick<AbstractTable, 'qr' | 'eigh' | 'svd'> = {
  qr: (_, [a]) => {
    expect('qr', a!.dtype === 'f' && a!.shape.length >= 2, 'expected real matrices', [a!]);
    const [m, n] = a!.shape.slice(-2) as [number, number];
    const [lead, k] = [a!.shape.slice(0, -2), Math.min(m, n)];
    return [
      { shape: [...lead, m, k], dtype: 'f' },
      { shape: [...lead, k, n], dtype: 'f' },
    ];
  },
  eigh: (_, [a]) => {
    const [m, n] = a!.shape.slice(-2);
    const ok = a!.dtype === 'f' && a!.shape.length >= 2 && m === n;
    expect('eigh', ok, 'expected real square matrices', [a!]);
    return [{ shape: a!.shape.slice(0, -1), dtype: 'f' }, a!.avals[0]!];
  },
  svd: (_, [a]) => {
    expect('svd', a!.dtype === 'f' && a!.shape.length >= 2, 'expected real matrices', [a!]);
    const [m, n] = a!.shape.slice(-2) as [number, number];
    const [lead, k] = [a!.shape.slice(0, -2), Math.min(m, n)];
    return [
      { shape: [...lead, m, k], dtype: 'f' },
      { shape: [...lead, k], dtype: 'f' },
      { shape: [...lead, k, n], dtype: 'f' },
    ];
  },
};
