/**
 * Limits of iterations: steps and tolerances that they can be compared with.
 *
 * @module
 */

/** The largest number that a counter (int32) reaches. */
const most = 2 ** 31 - 1;

/** `steps` as a limit of a counter; Infinity is no limit. Throws, naming the option, if it is not whole or is negative. */
export function stepLimit(option: string, steps: number): number {
  if (steps === Infinity) return most;
  if (Number.isInteger(steps) && steps >= 0) return Math.min(steps, most);
  throw new Error(`${option}: expected a whole number of steps, 0 or more, found ${steps}`);
}

/** `tol` itself. Throws, naming the option, if it is negative or NaN. */
export function toleranceOf(option: string, tol: number): number {
  if (tol >= 0) return tol;
  throw new Error(`${option}: expected a tolerance of 0 or more, found ${tol}`);
}
