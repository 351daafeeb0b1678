/**
 * What interpreters of generative programs have in common: the scope of a run, and the interface of handlers.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { IntTensor } from '../distributions/index.js';
import type { Builder, Node } from '../ir/index.js';
import { currentRecording } from '../staging/index.js';
import type { JointEffect, SampleEffect } from './effects.js';
import type { Trace } from './record.js';
import type { Prob } from './types.js';

/** Where a run stands: the path of groups, the plates around, and the handler's own state, which groups narrow. */
export interface Scope<S> {
  readonly path: readonly string[];
  readonly plates: readonly { readonly address: string; readonly size: number }[];
  readonly state: S;
}

/** A latent site, as a handler sees it. */
export interface Latent<S> {
  readonly address: string;
  /** The last part of the path. */
  readonly name: string;
  readonly effect: SampleEffect;
  readonly scope: Scope<S>;
  readonly trace: Trace;
  readonly builder: Builder;
}

/** How latent sites get their values. S is the handler's state: a key, the choices given. */
export interface Handler<S> {
  /** The value of a latent site as a node; undefined if there is none, which the handler has reported as a fault. */
  latent(site: Latent<S>): Node | undefined;
  /** The values of a joint site, with their log density, or undefined as above. */
  joint(effect: JointEffect, scope: Scope<S>, trace: Trace, builder: Builder): JointAnswer | undefined;
  /** The state of the group at an address. */
  group(scope: Scope<S>, address: string, trace: Trace): S;
  /** The data that the elements of a plate need, a tree with the plate's axis in front of each leaf. */
  spread(scope: Scope<S>, size: number, trace: Trace): unknown;
  /** The state of one element of a plate, from the plate's own state, the element's data and its index. */
  element(state: S, data: unknown, index: IntTensor): S;
}

/** The values of a joint site. */
export interface JointAnswer {
  readonly choices: unknown;
  readonly values: readonly tf.Tensor[];
  readonly logDensity: Node;
}

/** The innermost recording's builder: runs happen inside recordings. */
export function recordingBuilder(): Builder {
  const recording = currentRecording();
  if (recording === undefined) throw new Error('a program runs inside a recording: use simulate or assess');
  return recording.builder;
}

/**
 * Feeds a program the answers to its effects until it returns.
 *
 * @throws if `p` is no program: a generative function that was not applied, say.
 */
export function drive<A>(p: Prob<unknown, A>, answer: (effect: unknown) => unknown): A {
  if (typeof (p as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    const remedy = typeof p === 'function' ? ': apply it to its arguments, as in model(x)' : '';
    throw new Error(`expected a program, found a value of type ${typeof p}${remedy}`);
  }
  const run = p[Symbol.iterator]();
  for (let step = run.next(); ;) {
    if (step.done === true) return step.value;
    step = run.next(answer(step.value));
  }
}
