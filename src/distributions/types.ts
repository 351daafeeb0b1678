/**
 * What a distribution is to programs, transforms and users.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Builder, Node, Shape } from '../ir/index.js';
import type { Key } from '../staging/index.js';

/** A real parameter or value: a tensor, or a number that stands for a scalar. */
export type Num = tf.Tensor | number;

declare const integer: unique symbol;
declare const truth: unique symbol;

/** A tensor of integers. tfjs tensors carry no element type in TypeScript; distributions over integers return this. */
export type IntTensor = tf.Tensor & { readonly [integer]: true };

/** A tensor of booleans, returned by distributions over {false, true}. */
export type BoolTensor = tf.Tensor & { readonly [truth]: true };

/**
 * A differentiable bijection from the unconstrained reals onto a support: y = forward(x).
 *
 * `forwardLogDet` is log|dy/dx|, element by element for a bijector of scalars and summed over the last `eventRank`
 * axes for one of events. A support of fewer dimensions than its numbers (a simplex) has unconstrained values of another
 * shape, and a determinant in those coordinates that its densities refer to.
 */
export interface Bijector {
  readonly name: string;
  /** Unconstrained → support. */
  forward(x: Node): Node;
  /** Support → unconstrained. */
  inverse(y: Node): Node;
  /** log|det ∂forward/∂x| at the unconstrained x. */
  forwardLogDet(x: Node): Node;
  /** Shape of the unconstrained value for a value's shape; default the same. */
  freeShape?(shape: Shape): Shape;
}

/** The set in which a distribution's values lie, declared and not detected. */
export interface Support {
  /** `real`, `positive`, `unitInterval`, `interval(0, 2)`, `boolean`, `realVector`, … */
  readonly name: string;
  /** Number of trailing axes that make up one value of the support. */
  readonly eventRank: number;
  /** For a set of arrays: the set of scalars in which each element lies. */
  readonly element?: Support;
  /** Whether x lies in the set: bool, event axes reduced. NaN and infinities do not. */
  contains(x: Node): Node;
  /** The bijector from the reals, where there is one; bounds that are recorded values become nodes of `b`. */
  readonly bijector?: (b: Builder) => Bijector;
}

/**
 * How the gradient through a site is to be estimated. Here it is a plain descriptor; the transforms give it meaning,
 * and users may add kinds of their own.
 */
export type Strategy =
  | { readonly kind: 'reparam' }
  | { readonly kind: 'reinforce' }
  | { readonly kind: string; readonly [option: string]: unknown };

/** A parameter outside its constraint, at the first such index. */
export interface ParameterFault {
  readonly code: 'parameter';
  readonly family: string;
  readonly parameter: string;
  readonly value: number;
  /** Index into the parameter; [] for a scalar. */
  readonly index: readonly number[];
  /** What the parameter must be, to follow `must be`: `positive`, `greater than low`. */
  readonly constraint: string;
}

/** A value outside the support, at the first such index; of an event that is outside as a whole, at its first element. */
export interface ValueFault {
  readonly code: 'value';
  readonly family: string;
  readonly value: number;
  /** Index into the value; [] for a scalar. */
  readonly index: readonly number[];
  /** Name of the support. */
  readonly support: string;
}

/** What `check` and `checkValue` find. The site is not known here: the language adds it. */
export type Fault = ParameterFault | ValueFault;

/**
 * A distribution over values V; H is the type of its literal values (`boolean`), `never` without a finite support.
 *
 * A draw has shape `[...batchShape, ...eventShape]`. Elements of the batch are independent; an event has one density.
 */
export interface Dist<V = tf.Tensor, H = never> {
  readonly family: string;
  readonly params: Readonly<Record<string, Num>>;
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly dtype: 'f' | 'i32' | 'bool';
  readonly support: Support;
  /** Chosen by `reinforce(d)` and its like; else `reparam` where that exists, and nothing where it does not. */
  readonly strategy: Strategy | undefined;
  /** Whether a draw is a differentiable function of the parameters and of noise that does not depend on them. */
  readonly reparameterizable: boolean;
  /**
   * How the derivative of a draw comes about: `explicit`, a function of parameters and noise is differentiated;
   * `implicit`, the derivative of the quantile function is attached to draws by rejection. Absent without any.
   */
  readonly reparameterization?: 'explicit' | 'implicit';
  /**
   * A draw as a node: key u32[..., 2] → [..., ...batchShape, ...eventShape], where leading axes of the key make
   * independent draws.
   */
  draw(key: Node): Node;
  /** Log density as a node: `batchShape` after broadcasting with the batch axes of x; −∞ outside the support. */
  score(x: Node): Node;
  /** A draw. */
  sample(key: Key): V;
  /** Log density; −∞ outside the support. */
  logProb(x: V | H | Num): tf.Tensor;
  /** Mean, of the shape of a draw (of probabilities for booleans). */
  mean(): tf.Tensor;
  /** Variance of each element, of the shape of a draw. */
  variance(): tf.Tensor;
  /** Parameters outside their constraints: one fault a parameter, of those whose values are known now. */
  check(): readonly ParameterFault[];
  /** The first element of x outside the support, if x and the bounds are known now. */
  checkValue(x: V | H | Num): ValueFault | undefined;
  readonly __literal?: H;
}
