/**
 * Mistakes as types: sentences that the compiler prints.
 *
 * Problems are computed as a union of sentences and become the member names of a required record, so that TypeScript
 * lists all of them at once; a checked parameter is conditional on its own type, so that the expected type shown is the
 * report alone. The run-time twins of these sentences are in `errors.ts`.
 *
 * @module
 */
import type { IsAny, IsPattern, Kind } from './choices.js';
import type { Obs, Prob, SomeOptSite, SomeSite } from './types.js';

/** Nothing if there is no problem, else a record that cannot be given, with the sentences as member names. */
export type Report<P> = [P] extends [never] ? unknown : { readonly [K in P & string]: never };

// ---- within one program --------------------------------------------------------------------------------------------

type AnySite = SomeSite | SomeOptSite;

/** The sites of E at address K. */
type At<E, K> = E extends AnySite ? (E['address'] extends K ? E : never) : never;

/** A value type boxed so that only equal types fit each other; `boolean`, itself a union, stays whole. */
type Boxed<E> = E extends AnySite ? (v: E['value']) => E['value'] : never;

/** `true` if some site's value type differs from another's, else `never`. */
type Differ<E, All = Boxed<E>> = E extends AnySite ? ([All] extends [Boxed<E>] ? never : true) : never;

type TwoTypes<E, K extends string = Extract<E, AnySite>['address']> = K extends string
  ? string extends K
    ? never
    : [Differ<At<E, K>>] extends [never]
      ? never
      : `address '${K}' is used with two different value types`
  : never;

type Observed<E> = Extract<E, Obs<string, unknown>>['address'];

type Both<E, K extends string = Extract<E, AnySite>['address']> =
  K extends Observed<E> ? `address '${K}' is both sampled and observed` : never;

type Plain<E> = E extends AnySite | Obs<string, unknown>
  ? string extends E['address']
    ? 'address is a plain string: use a literal, a template such as `x${i}`, or sampleAt()'
    : never
  : never;

type Starless<E> = [Extract<E, Prob<unknown, unknown>>] extends [never]
  ? never
  : 'write yield* program, not yield program';

/** What is wrong with the effects that a generative function yields; `unknown` if nothing is. */
export type Checked<E> =
  IsAny<E> extends true ? unknown : Report<Starless<E> | Plain<E> | TwoTypes<E> | Both<E>>;

// ---- between a model and a guide -----------------------------------------------------------------------------------

/** Levels of nesting that are compared; deeper ones, as in recursive programs, are left to run time. */
type Depth = readonly [1, 1, 1, 1, 1, 1];
type Deeper<D> = D extends readonly [1, ...infer Rest] ? Rest : never;

/** The name of a key in a sentence: a template is written with dots, since it must name one member. */
type NameOf<K extends string> = IsPattern<K> extends true ? `${Head<K>}...` : K;
type Head<K extends string> = K extends `${infer C}${infer Rest}`
  ? IsPattern<C> extends true
    ? ''
    : `${C}${Head<Rest>}`
  : '';

/** Keys that C has for certain: required members and no templates. */
type Certain<C> = { [K in keyof C & string]-?: {} extends Pick<C, K> ? never : K }[keyof C & string];

type Missing<M, G, Path extends string> = {
  [K in Certain<M>]: K extends Certain<G> ? never : `guide never samples '${Path}${K}'`;
}[Certain<M>];

type Extra<M, G, Path extends string> = {
  [K in keyof G & string]-?: K extends keyof M
    ? never
    : `guide samples '${Path}${NameOf<K>}', which the model does not have (observed, misspelt, or an auxiliary: use marginal)`;
}[keyof G & string];

/** Whether a guide's kind serves a model's: equal, or a host literal where the model takes the tensor (literals lift). */
type Fits<M, G> = [M] extends [G]
  ? true
  : [M, G] extends ['bool tensor', 'host boolean'] | ['int tensor' | 'tensor', 'host number']
    ? true
    : false;

type Compare<M, G, Path extends string, D> =
  Kind<M> extends 'group of addresses'
    ? Kind<G> extends 'group of addresses'
      ? Problems<M, G, `${Path}.`, Deeper<D>>
      : `at '${Path}': model needs a group of addresses, guide gives a ${Kind<G>}`
    : Fits<Kind<M>, Kind<G>> extends true
      ? never
      : `at '${Path}': model needs a ${Kind<M>}, guide gives a ${Kind<G>}`;

type Wrong<M, G, Path extends string, D> = {
  [K in keyof G & keyof M & string]-?: Compare<
    Exclude<M[K], undefined>,
    Exclude<G[K], undefined>,
    `${Path}${NameOf<K>}`,
    D
  >;
}[keyof G & keyof M & string];

/**
 * The sentences that say how the choices G of a guide fail those of a model M: missing, extra, and of another kind.
 * `any` on either side leaves everything to the run-time checks.
 */
export type Problems<M, G, Path extends string = '', D = Depth> = [D] extends [never]
  ? never
  : true extends IsAny<M> | IsAny<G>
    ? never
    : (<T>() => T extends M ? 1 : 2) extends <T>() => T extends G ? 1 : 2
      ? never
      : Missing<M, G, Path> | Extra<M, G, Path> | Wrong<M, G, Path, D>;
