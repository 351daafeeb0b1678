/**
 * Programs and the effects that they yield, as types.
 *
 * A program is an iterable: `yield*` runs it inside another program, a handler runs it at the top. What it yields is its
 * effect type E, of which the choices (the typed trace) are read off; see `choices.ts`.
 *
 * @module
 */
import type { ChoicesOf, SitesOf } from './choices.js';

/** Brand of program objects: an expression statement of this type is a forgotten `yield*`. */
export const program: unique symbol = Symbol('adjoint.program');

/**
 * A program: yields effects E and returns A. Iterable, so that `yield*` runs it; it is not itself an effect, so that a
 * forgotten star is a type error.
 */
export interface Prob<out E, out A> {
  [Symbol.iterator](): Iterator<E, A, unknown>;
  readonly [program]: true;
}

/** Whether densities of a program are exact, or unbiased estimates. */
export type Exactness = 'exact' | 'approx';

/** Names the choices of a program in its type; nothing is stored under it. */
export declare const choices: unique symbol;
/** Makes choices exact in types: no value of one choice type passes for another. Nothing is stored under it. */
declare const exactly: unique symbol;
/** Names the exactness of a program in its type; nothing is stored under it. */
declare const exactness: unique symbol;

/**
 * A generative program: its effects are its choices C, addresses with the types of their values, and it returns R.
 * Choices are exact: a program with more or fewer addresses is of another type.
 */
export interface Program<out R, C, out X extends Exactness = 'exact'> extends Prob<SitesOf<C>, R> {
  readonly [choices]: C;
  readonly [exactly]: (c: C) => void;
  readonly [exactness]: X;
}

/**
 * A latent choice V at an address; a group of addresses where V is a record. Exact in V: of two sites with a tensor and a
 * bool tensor neither stands for both, so that a union of effects keeps them apart.
 */
export interface Site<out Addr extends string, in out V> extends SomeSite {
  readonly address: Addr;
  readonly value: V;
  readonly [exactly]?: (v: V) => V;
}

/** A choice that some runs make and others do not. */
export interface OptSite<out Addr extends string, in out V> extends SomeOptSite {
  readonly address: Addr;
  readonly value: V;
  readonly [exactly]?: (v: V) => V;
}

/** What all {@link Site}s have in common. */
export interface SomeSite {
  readonly kind: 'site';
  readonly address: string;
  readonly value: unknown;
}

/** What all {@link OptSite}s have in common. */
export interface SomeOptSite {
  readonly kind: 'opt';
  readonly address: string;
  readonly value: unknown;
}

/** An observation: scores, and is not a choice. */
export interface Obs<out Addr extends string, out V> {
  readonly kind: 'obs';
  readonly address: Addr;
  readonly value: V;
}

/** A choice whose address is known only at run time; types do not see it, the run-time checks do. */
export interface DynamicSite<out V> {
  readonly kind: 'dynamic';
  readonly value: V;
}

/** Any effect of a generative program. */
export type Effect = SomeSite | SomeOptSite | Obs<string, unknown> | DynamicSite<unknown>;

/** A generative function: an ordinary function that returns a program. */
export type Gen<Args extends readonly unknown[], R, E> = (...args: Args) => Program<R, ChoicesOf<E>>;

/**
 * The type of an exported generative function, written out where declarations must be annotated.
 *
 * @example
 * const coin: Model<[p: tf.Tensor], { readonly b: BoolTensor }> = gen(function* (p: tf.Tensor) {
 *   yield* sample('b', flip(p));
 * });
 */
export type Model<Args extends readonly unknown[], Choices, R = void> = (
  ...args: Args
) => Program<R, Choices>;
