/**
 * Effects as handlers see them: plain records, one kind a construct.
 *
 * Their static types (`Site`, `Obs`, …) carry addresses and value types and nothing else; what a handler needs is here.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Dist, IntTensor } from '../distributions/index.js';
import type { Node } from '../ir/index.js';
import type { ModelFault } from './faults.js';
import type { Prob } from './types.js';
import type { Where } from './where.js';

/** Any distribution, whatever its values. */
export type AnyDist = Dist<unknown, unknown>;

/** A latent choice: answered with its value. */
export interface SampleEffect {
  readonly kind: 'sample';
  readonly address: string;
  readonly dist: AnyDist;
  readonly where: Where;
}

/** An observation: scored. */
export interface ObserveEffect {
  readonly kind: 'observe';
  readonly address: string;
  readonly dist: AnyDist;
  readonly value: tf.Tensor | number | boolean;
  readonly where: Where;
}

/** A program whose addresses stand in a group of their own: answered with its result. */
export interface CallEffect {
  readonly kind: 'call';
  readonly address: string;
  readonly program: Prob<unknown, unknown>;
  readonly where: Where;
}

/**
 * `size` independent runs of `body` along an axis: answered with their results, stacked. `data` is a tree whose leaves
 * have that axis in front; the body gets the elements.
 */
export interface PlateEffect {
  readonly kind: 'plate';
  readonly address: string;
  readonly size: number;
  readonly body: (index: IntTensor, data: unknown) => Prob<unknown, unknown>;
  readonly data: unknown;
  readonly where: Where;
}

/** A distribution over a record of addresses, which may be nested. */
export interface JointDist<C> {
  /** Paths of the addresses, `a` or `group.a`. */
  readonly addresses: readonly string[];
  /** A draw, with its log density (a scalar). */
  draw(key: Node): { readonly choices: C; readonly logDensity: Node };
  /** Log density at given choices, a scalar. */
  score(choices: C): Node;
}

/** Several addresses at once: answered with a record of their values. */
export interface JointEffect {
  readonly kind: 'joint';
  readonly joint: JointDist<unknown>;
  readonly where: Where;
}

/** A fault found by an interpreter between the program and the handler; reported with the others. */
export interface FaultEffect {
  readonly kind: 'fault';
  readonly fault: ModelFault;
}

/** What generative programs yield. */
export type GenerativeEffect =
  SampleEffect | ObserveEffect | CallEffect | PlateEffect | JointEffect | FaultEffect;
