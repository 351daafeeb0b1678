/**
 * Step sizes as functions of the step index.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, type Node } from '../ir/index.js';
import { lift, tensor } from '../staging/index.js';

/**
 * A step size η(t) for t = 0, 1, 2, …: a function of a scalar tensor, so that it can be staged. Any function of
 * tensors is a schedule: `(t) => tf.div(0.1, tf.add(1, t))`.
 */
export type Schedule = (step: tf.Tensor) => tf.Tensor;

/** A constant step size or a schedule. */
export type Rate = number | Schedule;

/** The step size of a rate at a step. */
export function rateAt(rate: Rate, step: tf.Tensor): tf.Tensor | number {
  return typeof rate === 'number' ? rate : rate(step);
}

/** A schedule from a formula over nodes; t is real. */
function scheduled(formula: (t: Node) => Node): Schedule {
  return (step) => lift([step], (_b, t) => formula(ops.cast(t!, 'f')))[0] as tf.Tensor;
}

function positive(name: string, values: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(values)) {
    if (!(value > 0) || !Number.isFinite(value)) {
      throw new Error(`${name}: ${key} must be positive and finite, found ${value}`);
    }
  }
}

/**
 * η(t) = rate.
 *
 * @throws Error if `rate` is not positive and finite.
 * @example
 * constant(0.1)(tf.scalar(1000)); // 0.1
 */
export function constant(rate: number): Schedule {
  positive('constant', { rate });
  return () => tensor(rate);
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** Steps over which the rate falls by `factor`. */
  readonly steps: number;
  /** The factor of one period; default 0.1. */
  readonly factor?: number;
}

/**
 * η(t) = rate · factor^(t / steps).
 *
 * @throws Error if `rate`, `steps` or `factor` is not positive and finite.
 * @example
 * const rate = exponentialDecay(0.1, { steps: 1000 });
 * rate(tf.scalar(0)); // 0.1
 * rate(tf.scalar(1000)); // 0.01
 */
export function exponentialDecay(rate: number, options: ExponentialDecayOptions): Schedule {
  const { steps, factor = 0.1 } = options;
  positive('exponentialDecay', { rate, steps, factor });
  return scheduled((t) => ops.mul(rate, ops.exp(ops.mul(t, Math.log(factor) / steps))));
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** Length of the decay; the rate stays at `end` afterwards. */
  readonly steps: number;
  /** The last rate; default 0. */
  readonly end?: number;
}

/**
 * η(t) = end + (rate − end) · (1 + cos(π · min(t, steps) / steps)) / 2.
 *
 * Source: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts* (2017), one period.
 *
 * @throws Error if `rate` or `steps` is not positive and finite.
 * @example
 * const rate = cosineDecay(0.1, { steps: 100 });
 * rate(tf.scalar(50)); // 0.05
 * rate(tf.scalar(200)); // 0
 */
export function cosineDecay(rate: number, options: CosineDecayOptions): Schedule {
  const { steps, end = 0 } = options;
  positive('cosineDecay', { rate, steps });
  return scheduled((t) => {
    const phase = ops.mul(ops.minimum(t, steps), Math.PI / steps);
    return ops.add(end, ops.mul((rate - end) / 2, ops.add(1, ops.cos(phase))));
  });
}

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  /** Length of the decay; the rate stays at `end` afterwards. */
  readonly steps: number;
  /** The last rate; default 0. */
  readonly end?: number;
  /** Exponent; default 1, a straight line. */
  readonly power?: number;
}

/**
 * η(t) = end + (rate − end) · (1 − min(t, steps) / steps)^power.
 *
 * @throws Error if `rate`, `steps` or `power` is not positive and finite.
 * @example
 * polynomialDecay(0.1, { steps: 100, end: 0.02 })(tf.scalar(50)); // 0.06
 */
export function polynomialDecay(rate: number, options: PolynomialDecayOptions): Schedule {
  const { steps, end = 0, power = 1 } = options;
  positive('polynomialDecay', { rate, steps, power });
  return scheduled((t) => {
    const left = ops.sub(1, ops.mul(ops.minimum(t, steps), 1 / steps));
    return ops.add(end, ops.mul(rate - end, ops.pow(left, power)));
  });
}

/** Options of {@link inverseTimeDecay}. */
export interface InverseTimeDecayOptions {
  /** The step at which the rate has fallen to `2^(−power)` of the first. */
  readonly steps: number;
  /** Exponent; default 1. Exponents in (1/2, 1] satisfy the conditions of Robbins and Monro (1951). */
  readonly power?: number;
}

/**
 * η(t) = rate / (1 + t / steps)^power.
 *
 * @throws Error if `rate`, `steps` or `power` is not positive and finite.
 * @example
 * inverseTimeDecay(0.1, { steps: 100 })(tf.scalar(300)); // 0.025
 */
export function inverseTimeDecay(rate: number, options: InverseTimeDecayOptions): Schedule {
  const { steps, power = 1 } = options;
  positive('inverseTimeDecay', { rate, steps, power });
  return scheduled((t) => ops.mul(rate, ops.pow(ops.add(1, ops.div(t, steps)), -power)));
}

/**
 * A linear warm-up before any rate: η(t) · min(1, (t + 1) / steps), where the schedule's own clock starts at t = 0.
 *
 * @throws Error if `steps` is not positive and finite.
 * @example
 * const rate = warmUp(cosineDecay(0.1, { steps: 2000 }), { steps: 100 });
 * rate(tf.scalar(0)); // 0.001
 * adam(rate); // a schedule stands wherever a rate does
 */
export function warmUp(rate: Rate, options: { readonly steps: number }): Schedule {
  const { steps } = options;
  positive('warmUp', { steps });
  return (step) =>
    lift([step, rateAt(rate, step)], (_b, t, eta) =>
      ops.mul(eta!, ops.minimum(1, ops.div(ops.add(ops.cast(t!, 'f'), 1), steps))),
    )[0] as tf.Tensor;
}
