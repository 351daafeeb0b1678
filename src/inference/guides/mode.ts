/**
 * The mode of a density by damped Newton steps.
 *
 * @module
 */
import type { Status } from '../../optimize/status.js';
import { choleskyOf, choleskySolveOf, innerOf } from './dense.js';

/** A function of n variables to second order at a point. */
export interface Curvature {
  readonly value: number;
  readonly gradient: Float64Array;
  /** [n, n], row-major. */
  readonly hessian: Float64Array;
}

/** Where a search for a mode ended. */
export interface Mode {
  readonly point: Float64Array;
  /** −∇²f at the point, [n, n]. */
  readonly precision: Float64Array;
  /** f at the point. */
  readonly value: number;
  readonly status: Status;
  /** Number of times that f was evaluated. */
  readonly evaluations: number;
}

/** When to stop. */
export interface ModeOptions {
  /** Limit of evaluations; default 200. */
  readonly maxEvaluations?: number;
}

/**
 * Decrement gᵀ(−H)⁻¹g at which Newton's method has arrived: its root is the distance to the mode in standard
 * deviations, and the step that is still made squares it.
 */
const arrived = 1e-8;
/** Damping at which the step is a millionth of the curvature's own: nothing improves the point any more. */
const stuck = 1e12;

/**
 * Maximizes f from `start` by Newton steps with Marquardt's damping:
 *
 *     (−H + λ diag(|H|)) p = g,   z ← z + p if f rises by a fair part of what the quadratic model promises,
 *
 * with λ = 0 wherever −H is positive definite and the model is right, larger where not. Damping by the diagonal makes
 * the search independent of the parameters' units. The status is `converged` at a maximum with −H positive definite,
 * `singular` where the gradient vanishes but −H is not positive definite (f has no strict maximum there).
 *
 * Source: Moré, *The Levenberg–Marquardt algorithm: implementation and theory* (1978).
 */
export function findMode(
  f: (z: Float64Array) => Curvature,
  start: Float64Array,
  options: ModeOptions = {},
): Mode {
  const { maxEvaluations = 200 } = options;
  const n = start.length;
  let point = start.slice();
  let here = f(point);
  let evaluations = 1;
  let damping = 0;
  const end = (status: Status): Mode => {
    return { point, precision: here.hessian.map((h) => -h), value: here.value, status, evaluations };
  };
  if (!usable(here)) return end('nonfinite');
  while (evaluations < maxEvaluations) {
    const plain = damping === 0 ? choleskyOf(damped(here.hessian, 0, n), n) : undefined;
    if (damping === 0 && plain === undefined) damping = 1e-3;
    const factor = plain ?? choleskyOf(damped(here.hessian, damping, n), n);
    if (factor === undefined) {
      damping *= 10;
      if (damping > stuck) return end('singular');
      continue;
    }
    const step = choleskySolveOf(factor, here.gradient);
    const decrement = innerOf(here.gradient, step);
    const trial = point.map((z, i) => z + step[i]!);
    const there = f(trial);
    evaluations += 1;
    if (decrement <= arrived) {
      // below this the change of f drowns in rounding, and the full step is right
      if (usable(there)) [point, here] = [trial, there];
      return end(choleskyOf(damped(here.hessian, 0, n), n) === undefined ? 'singular' : 'converged');
    }
    const quadratic = innerOf(step, times(here.hessian, step));
    const ratio = usable(there) ? (there.value - here.value) / (decrement + quadratic / 2) : -1;
    if (ratio > 1e-4) {
      [point, here] = [trial, there];
      if (ratio > 0.75) damping = damping < 1e-3 ? 0 : damping / 10;
    }
    if (ratio < 0.25) damping = Math.max(1e-3, damping * 4);
    if (damping > stuck) return end('stagnated');
  }
  return end('maxSteps');
}

function usable(c: Curvature): boolean {
  return Number.isFinite(c.value) && c.gradient.every(Number.isFinite) && c.hessian.every(Number.isFinite);
}

/** −H + λ diag(|H|); a zero on the diagonal counts as 1. */
function damped(hessian: Float64Array, damping: number, n: number): Float64Array {
  const a = hessian.map((h) => -h);
  for (let i = 0; i < n; i++) a[i * n + i]! += damping * (Math.abs(hessian[i * n + i]!) || 1);
  return a;
}

function times(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return x.map((_, i) => innerOf(matrix.subarray(i * n, (i + 1) * n), x));
}
