/**
 * Log weights and estimates, with what is known of their bias in their types.
 *
 * Two families. A {@link LogWeight} is the logarithm w of a random weight: E exp(w) is the truth (`ExpUnbiased`, the density
 * of an approximate program), or E exp(−w) is its reciprocal (`RecipUnbiased`, the weight of a simulated one), or both
 * (`ExactLog`). An {@link Est} is a random value whose expectation is a quantity, or bounds it. Subtyping is the order of
 * knowledge: what is exact is unbiased, what is unbiased is a lower and an upper bound.
 *
 * Functions exist only where the claim follows, so an unsound combination does not type-check. By Jensen's inequality
 * E w ≤ log E exp(w), which makes `bound` a lower bound.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Node } from '../ir/index.js';
import { lift, type Leaf } from '../staging/index.js';

/** An estimate of which nothing is known. */
export interface Biased {
  readonly biased: 1;
}
/** E ≤ truth. */
export interface Lower extends Biased {
  readonly lower: 1;
}
/** E ≥ truth. */
export interface Upper extends Biased {
  readonly upper: 1;
}
/** E = truth. */
export interface Unbiased extends Lower, Upper {
  readonly unbiased: 1;
}
/** No randomness. */
export interface Exact extends Unbiased {
  readonly exact: 1;
}

/** E exp(w) = truth. */
export interface ExpUnbiased {
  readonly up: 1;
}
/** E exp(−w) = 1/truth. */
export interface RecipUnbiased {
  readonly down: 1;
}
/** w = log truth. */
export interface ExactLog extends ExpUnbiased, RecipUnbiased {}

/** Carries a tag in the type; nothing is stored under it. */
declare const tag: unique symbol;

/** A random scalar whose expectation is the quantity wanted, or a bound of it as B says. */
export interface Est<out B extends Biased> {
  readonly value: tf.Tensor;
  readonly [tag]: B;
}

/** The logarithm of a random weight, a scalar, of which T tells in what sense it is unbiased. */
export interface LogWeight<out T> {
  readonly value: tf.Tensor;
  readonly [tag]: T;
}

function weight<T>(value: tf.Tensor): LogWeight<T> {
  return { value } as LogWeight<T>;
}

function est<B extends Biased>(value: tf.Tensor): Est<B> {
  return { value } as Est<B>;
}

const scalar = (args: readonly Leaf[], f: (...nodes: Node[]) => Node): tf.Tensor =>
  lift(args, (_, ...nodes) => f(...nodes))[0] as tf.Tensor;

/**
 * The log weight of an exact density that the caller has computed: w = log p.
 *
 * @example
 * exactLog(normal(0, 1).logProb(0)).value.dataSync()[0]; // ≈ -0.918939
 */
export function exactLog(value: tf.Tensor): LogWeight<ExactLog> {
  return weight(value);
}

/**
 * log p̂ − log q̂: with independent estimates, unbiased for p/q in `exp`.
 *
 * @example
 * ratio(exactLog(tensor(-1)), exactLog(tensor(-3))).value.dataSync()[0]; // 2
 */
export function ratio(p: LogWeight<ExpUnbiased>, q: LogWeight<RecipUnbiased>): LogWeight<ExpUnbiased> {
  return weight(scalar([p.value, q.value], (a, b) => ops.sub(a, b)));
}

/**
 * log p̂ + log q̂ of independent estimates: unbiased for the product in `exp`.
 *
 * @example
 * product(exactLog(tensor(-1)), exactLog(tensor(-3))).value.dataSync()[0]; // -4
 */
export function product(p: LogWeight<ExpUnbiased>, q: LogWeight<ExpUnbiased>): LogWeight<ExpUnbiased> {
  return weight(scalar([p.value, q.value], (a, b) => ops.add(a, b)));
}

/**
 * log (1/K) Σₖ exp wₖ: the average weight.
 *
 * @example
 * logMeanExp([exactLog(tensor(0)), exactLog(tensor(-1000))]).value.dataSync()[0]; // ≈ -0.693147
 */
export function logMeanExp(ws: readonly LogWeight<ExpUnbiased>[]): LogWeight<ExpUnbiased> {
  const values = ws.map((w) => w.value);
  return weight(
    scalar(values, (...nodes) => ops.sub(shapes.logSumExp(shapes.stack(nodes)), Math.log(ws.length))),
  );
}

/**
 * E w ≤ log E exp(w): a lower bound of the log of what the weight estimates.
 *
 * @example
 * bound(ratio(exactLog(tensor(-1)), exactLog(tensor(-3)))).value.dataSync()[0]; // 2
 */
export function bound(w: LogWeight<ExpUnbiased>): Est<Lower> {
  return est(w.value);
}

/**
 * E w ≥ −log E exp(−w): an upper bound of the log of what the weight estimates.
 *
 * @example
 * boundAbove(exactLog(tensor(-3))).value.dataSync()[0]; // -3
 */
export function boundAbove(w: LogWeight<RecipUnbiased>): Est<Upper> {
  return est(w.value);
}

/**
 * exp(w): an unbiased estimate of what the weight estimates.
 *
 * @example
 * expW(exactLog(tensor(0))).value.dataSync()[0]; // 1
 */
export function expW(w: LogWeight<ExpUnbiased>): Est<Unbiased> {
  return est(scalar([w.value], (x) => ops.exp(x)));
}

/**
 * log of an exact value. Of an unbiased estimate it would be biased: see {@link logLower}.
 *
 * @example
 * log(exactly(tensor(2))).value.dataSync()[0]; // ≈ 0.693147
 */
export function log(e: Est<Exact>): Est<Exact> {
  return est(scalar([e.value], (x) => ops.log(x)));
}

/**
 * log of an unbiased estimate: E log X ≤ log E X.
 *
 * @example
 * logLower(expW(exactLog(tensor(-2)))).value.dataSync()[0]; // ≈ -2.000000
 */
export function logLower(e: Est<Unbiased>): Est<Lower> {
  return est(scalar([e.value], (x) => ops.log(x)));
}

/**
 * A tensor that is the quantity itself.
 *
 * @example
 * exactly(tensor(3)).value.dataSync()[0]; // 3
 */
export function exactly(value: tf.Tensor): Est<Exact> {
  return est(value);
}

/** The claims that `trust` takes. */
export interface Claims {
  readonly exact: Exact;
  readonly unbiased: Unbiased;
  readonly lower: Lower;
  readonly upper: Upper;
  readonly biased: Biased;
}

/**
 * A tensor as an estimate on the caller's word.
 *
 * @example
 * const guess = trust(tensor(0.5), 'biased'); // Est<Biased>
 * guess.value.dataSync()[0]; // 0.5
 */
export function trust<K extends keyof Claims>(value: tf.Tensor, _claim: K): Est<Claims[K]> {
  return est(value);
}

/**
 * a + b: what both are known to be.
 *
 * @example
 * plus(exactly(tensor(1)), exactly(tensor(2))).value.dataSync()[0]; // 3
 */
export function plus<B extends Biased>(a: Est<B>, b: Est<B>): Est<B> {
  return est(scalar([a.value, b.value], (x, y) => ops.add(x, y)));
}

/**
 * c · e for c ≥ 0, which keeps bounds on their side.
 *
 * @example
 * times(0.5, exactly(tensor(3))).value.dataSync()[0]; // 1.5
 */
export function times<B extends Biased>(c: number, e: Est<B>): Est<B> {
  if (!(c >= 0)) throw new Error(`times: a factor below 0 would turn bounds around, found ${c}`);
  return est(scalar([e.value], (x) => ops.mul(x, c)));
}
