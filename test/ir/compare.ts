/**
 * Comparison of concrete values.
 */
import { formatAval, sameShape, type HostArray } from '../../src/ir/index.js';

/** Whether two numbers agree: both NaN, equal, or reals within a relative tolerance. */
export function agree(a: number, b: number, tolerance: number): boolean {
  if (a === b || (a !== a && b !== b)) return true;
  // an infinity agrees with itself only: any tolerance of it is infinite, too
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/** The first place where found differs from expected, as a sentence; integers must be identical. */
export function firstDifference(
  expected: readonly HostArray[],
  found: readonly HostArray[],
  tolerance: number,
): string | undefined {
  if (expected.length !== found.length) return `${expected.length} results expected, ${found.length} found`;
  for (const [i, e] of expected.entries()) {
    const f = found[i]!;
    if (e.dtype !== f.dtype || !sameShape(e.shape, f.shape) || e.data.length !== f.data.length) {
      return `result ${i}: expected ${formatAval(e)}, found ${formatAval(f)}`;
    }
    for (let k = 0; k < e.data.length; k++) {
      if (!agree(e.data[k]!, f.data[k]!, e.dtype === 'f' ? tolerance : 0)) {
        return `result ${i}, element ${k} of ${formatAval(e)}: expected ${e.data[k]}, found ${f.data[k]}`;
      }
    }
  }
  return undefined;
}
