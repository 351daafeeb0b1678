/**
 * The monad of programs: the other skin over the same program type, for `pipe`.
 *
 * `chain(f)` after p runs p, then f of its result; choices of both are choices of the whole. The laws hold as equality
 * of what any interpreter sees: the same effects in the same order, and the same result.
 *
 * fp-ts' own `bind` and `apS` need one effect type throughout; those here widen it. The instances register the type with
 * fp-ts for everything else. Both skins mix: `yield* pipe(…)` inside `gen`, and programs of `gen` inside a `pipe`.
 *
 * @module
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { ChainRec2 } from 'fp-ts/lib/ChainRec.js';
import type { Monad2 } from 'fp-ts/lib/Monad.js';
import type { ChoicesOf, Simplify } from './choices.js';
import { adopt, asProgram, makeProb } from './prob.js';
import type { Checked } from './problems.js';
import type { Prob, Program } from './types.js';
import { here } from './where.js';

declare module 'fp-ts/HKT.js' {
  interface URItoKind2<E, A> {
    readonly Prob: Prob<E, A>;
  }
}

/**
 * The name of the type constructor in fp-ts.
 *
 * @example
 * URI; // 'Prob'
 */
export const URI = 'Prob' as const;
/** The name of the type constructor in fp-ts. */
export type URI = typeof URI;

/** Where a chain keeps its program and continuation, so that long chains are run by a loop. */
const chained = Symbol('adjoint.chain');

interface Link {
  readonly first: Prob<unknown, unknown>;
  readonly next: (a: unknown) => Prob<unknown, unknown>;
}

const linkOf = (p: Prob<unknown, unknown>): Link | undefined => (p as { readonly [chained]?: Link })[chained];

/** Runs a chain with its continuations on a stack of its own: neither left nor right nesting deepens JavaScript's. */
function* unwind(start: Link): Generator<unknown, unknown, unknown> {
  const rest = [start.next];
  let p = start.first;
  for (;;) {
    for (let link = linkOf(p); link !== undefined; link = linkOf(p)) {
      rest.push(link.next);
      adopt(p);
      p = link.first;
    }
    const value: unknown = yield* p;
    const next = rest.pop();
    if (next === undefined) return value;
    p = next(value);
  }
}

function link<E, A>(first: Prob<unknown, unknown>, next: (a: never) => Prob<unknown, unknown>): Prob<E, A> {
  const made = { first: adopt(first), next: next as Link['next'] };
  const p = makeProb<E, A>(
    () => unwind(made),
    () => ({ text: 'a chain of programs', where: here() }),
  );
  return Object.assign(p, { [chained]: made });
}

/**
 * The program without effects that returns `a`.
 *
 * @example
 * simulate(define(() => of(7))(), key(1)).value; // 7
 */
export function of<A>(a: A): Prob<never, A> {
  return makeProb<never, A>(
    function* () {
      return a;
    },
    () => ({ text: 'of(…)', where: here() }),
  );
}

/**
 * Runs the program, then `f` of its result.
 *
 * @example
 * const walk = define(() => chain((a: tf.Tensor) => sample('b', normal(a, 1)))(sample('a', normal(0, 1))));
 * Object.keys(simulate(walk(), key(1)).choices); // ['a', 'b']
 */
export function chain<A, E2, B>(f: (a: A) => Prob<E2, B>): <E1>(p: Prob<E1, A>) => Prob<E1 | E2, B> {
  return (p) => link(p, f);
}

/**
 * The program with its result passed through a function.
 *
 * @example
 * const doubled = define(() => map((a: tf.Tensor) => tf.mul(2, a))(sample('a', normal(0, 1))));
 * const { value, choices } = simulate(doubled(), key(1));
 * value.dataSync()[0]! / choices.a.dataSync()[0]!; // 2
 */
export function map<A, B>(f: (a: A) => B): <E>(p: Prob<E, A>) => Prob<E, B> {
  return (p) => link(p, (a: A) => of(f(a)));
}

/**
 * The start of a `pipe` that collects named results: a program that returns an empty record.
 *
 * @example
 * simulate(define(() => Do)(), key(1)).value; // {}
 */
export const Do: Prob<never, {}> = of({});

type With<A, N extends string, B> = Simplify<A & { readonly [K in N]: B }>;

/**
 * Runs a program made of the results so far, and names its result.
 *
 * @example
 * const start = bind('mu', () => sample('mu', normal(0, 1)))(Do);
 * const both = define(() => bind('x', ({ mu }: { readonly mu: tf.Tensor }) => sample('x', normal(mu, 1)))(start));
 * Object.keys(simulate(both(), key(1)).value); // ['mu', 'x']
 */
export function bind<const N extends string, A, E2, B>(
  name: Exclude<N, keyof A>,
  f: (a: A) => Prob<E2, B>,
): <E1>(p: Prob<E1, A>) => Prob<E1 | E2, With<A, N, B>> {
  return (p) => link(p, (a: A) => map((b: B) => ({ ...a, [name]: b }))(f(a)));
}

/**
 * Runs a program that does not depend on the results so far, and names its result.
 *
 * @example
 * const both = define(() => apS('x', sample('x', normal(0, 1)))(apS('mu', sample('mu', normal(0, 1)))(Do)));
 * Object.keys(simulate(both(), key(1)).value); // ['mu', 'x']
 */
export function apS<const N extends string, A, E2, B>(
  name: Exclude<N, keyof A>,
  other: Prob<E2, B>,
): <E1>(p: Prob<E1, A>) => Prob<E1 | E2, With<A, N, B>> {
  adopt(other);
  return bind<N, A, E2, B>(name, () => other);
}

/**
 * Names a value computed from the results so far.
 *
 * @example
 * import { let as name } from 'adjoint';
 * const named = define(() => name('size', () => 3)(Do));
 * simulate(named(), key(1)).value; // { size: 3 }
 */
function letValue<const N extends string, A, B>(
  name: Exclude<N, keyof A>,
  f: (a: A) => B,
): <E>(p: Prob<E, A>) => Prob<E, With<A, N, B>> {
  return (p) => link(p, (a: A) => of({ ...a, [name]: f(a) }));
}

export { letValue as let };

/**
 * A generative function from one that returns a program built with `pipe`; the twin of `gen`, with its checks.
 *
 * @example
 * const prior = apS('mu', sample('mu', normal(0, 1)))(Do); // with fp-ts: pipe(Do, apS('mu', …), bind('y', …))
 * const model = define((y: tf.Tensor) =>
 *   bind('seen', ({ mu }: { readonly mu: tf.Tensor }) => observe('y', normal(mu, 1), y))(prior),
 * );
 * simulate(model(tensor(0.5)), key(1)).sites.map((s) => s.address); // ['mu', 'y']
 */
export function define<Args extends readonly unknown[], E, R>(
  f: ((...args: Args) => Prob<E, R>) & NoInfer<Checked<E>>,
): (...args: Args) => Program<R, ChoicesOf<E>> {
  const start = f as (...args: Args) => Prob<E, R>;
  const text = start.name === '' ? 'a generative program' : `the program ${start.name}`;
  return (...args) =>
    asProgram(
      makeProb<E, R>(
        () => start(...args)[Symbol.iterator](),
        () => ({ text, where: here() }),
      ),
    );
}

/**
 * The monad instance, for fp-ts' generic functions.
 *
 * @example
 * simulate(define(() => Monad.map(Monad.of(3), (n) => n + 1))(), key(1)).value; // 4
 */
export const Monad: Monad2<URI> = {
  URI,
  of,
  map: (p, f) => map(f)(p),
  ap: <E, A, B>(pf: Prob<E, (a: A) => B>, p: Prob<E, A>): Prob<E, B> =>
    link(pf, (f: (a: A) => B) => map(f)(p)),
  chain: (p, f) => link(p, f),
};

/**
 * Loops of any length: f until it gives a `right`.
 *
 * @example
 * const countTo = (n: number) =>
 *   ChainRec.chainRec(0, (i) => of(i < n ? { _tag: 'Left' as const, left: i + 1 } : { _tag: 'Right' as const, right: i }));
 * simulate(define(() => countTo(1000))(), key(1)).value; // 1000
 */
export const ChainRec: ChainRec2<URI> = {
  ...Monad,
  chainRec: <E, A, B>(a: A, f: (a: A) => Prob<E, Either<A, B>>): Prob<E, B> => {
    const step = (e: Either<A, B>): Prob<E, B> => (e._tag === 'Left' ? link(f(e.left), step) : of(e.right));
    return link(f(a), step);
  },
};
