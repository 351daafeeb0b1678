/**
 * Products with a logarithm, zero where the factor is.
 *
 * @module
 */

/** x log y; 0 at x = 0, whatever y but NaN. */
export function xlogy(x: number, y: number): number {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y);
}

/** x log(1+y); 0 at x = 0, whatever y but NaN. */
export function xlog1py(x: number, y: number): number {
  return x === 0 && !Number.isNaN(y) ? 0 : x * Math.log1p(y);
}
