/**
 * The typed trace: from effects to choices and back.
 *
 * @module
 */
import type { BoolTensor, IntTensor } from '../distributions/index.js';
import type { choices, Exactness, Obs, OptSite, Program, Site, SomeOptSite, SomeSite } from './types.js';

/** Members of a record written out flat, for readable hovers. */
export type Simplify<T> = { readonly [K in keyof T]: T[K] } & {};

/**
 * The choices of a program that yields effects E: one member an address; optional for `maybe` sites; observations are
 * no choices. Where one address has two value types, the member is their union, which `Checked` detects.
 */
export type ChoicesOf<E> = [Extract<E, SomeOptSite>] extends [never]
  ? { readonly [S in Extract<E, SomeSite> as S['address']]: S['value'] }
  : Simplify<
      { readonly [S in Extract<E, SomeSite> as S['address']]: S['value'] } & {
        readonly [S in Extract<E, SomeOptSite> as S['address']]?: S['value'];
      }
    >;

/** The effects of a program with choices C, as `yield*` hands them to the caller: the inverse of {@link ChoicesOf}. */
export type SitesOf<C> = {
  [K in keyof C & string]-?: {} extends Pick<C, K>
    ? string extends keyof C
      ? never
      : IsPattern<K> extends true
        ? Site<K, C[K]>
        : OptSite<K, Exclude<C[K], undefined>>
    : Site<K, C[K]>;
}[keyof C & string];

/** The effect of a program in a group of its own; a group without choices is no choice. */
export type GroupOf<A extends string, C> = [keyof C] extends [never] ? Obs<A, C> : Site<A, C>;

/** Whether a key is a template such as `x${number}`, which stands for any number of addresses. */
export type IsPattern<K extends string> = {} extends Record<K, 1> ? true : false;

/** The choices of a program type; `any` of `any`. */
export type ChoicesIn<P> = IsAny<P> extends true ? P : P extends { readonly [choices]: infer C } ? C : never;

/** Whether a type is `any`, as it is in JavaScript: then the run-time checks decide alone. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * What a value is, in the words of the messages. Ranks are left out: tfjs loses them at once (`tf.add(x, 1)` of a
 * `Tensor1D` is a `Tensor`).
 */
export type Kind<V> = [V] extends [boolean]
  ? 'host boolean'
  : [V] extends [number]
    ? 'host number'
    : [V] extends [IntTensor]
      ? 'int tensor'
      : [V] extends [BoolTensor]
        ? 'bool tensor'
        : [V] extends [{ readonly rankType: unknown; readonly dataId: unknown }]
          ? 'tensor'
          : 'group of addresses';

/** Sites with host values in C, as sentences; `never` if there are none. A plate cannot vary them. */
export type HostSites<C, Path extends string = ''> = {
  [K in keyof C & string]: Kind<Exclude<C[K], undefined>> extends infer T
    ? T extends 'host boolean' | 'host number'
      ? `site '${Path}${K}' has a host value, which cannot vary along a plate; use the tensor-valued strategy`
      : T extends 'group of addresses'
        ? HostSites<C[K], `${Path}${K}.`>
        : never
    : never;
}[keyof C & string];

/** Nothing if no site of C has a host value, else a record that cannot be given, whose member is the message. */
export type NoHost<C> =
  IsAny<C> extends true
    ? unknown
    : [HostSites<C>] extends [never]
      ? unknown
      : { readonly [K in HostSites<C>]: never };

/** Any generative program, as a bound for type parameters. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- choices are invariant: no other type is a bound for all
export type AnyProgram = Program<unknown, any, Exactness>;
