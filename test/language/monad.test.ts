import * as tf from '@tensorflow/tfjs-core';
import { fc, test } from '@fast-check/vitest';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, test as it } from 'vitest';
import { bufferExecutor } from '../../src/compile/index.js';
import { normal } from '../../src/distributions/index.js';
import {
  apS,
  bind,
  chain,
  ChainRec,
  define,
  Do,
  gen,
  let as let_,
  map,
  Monad,
  observe,
  of,
  sample,
  simulate,
  type Prob,
} from '../../src/language/index.js';
import { drive } from '../../src/language/handler.js';
import { key } from '../../src/random/index.js';
import { register, tensor } from '../../src/staging/index.js';

register({ executor: bufferExecutor });

/** All that an interpreter sees: the effects in order, with answers that depend on all before, and the result. */
function seen<A>(p: Prob<unknown, A>): { readonly effects: readonly string[]; readonly result: A } {
  const effects: string[] = [];
  const result = drive(p, (effect) => {
    const { kind, address } = effect as { readonly kind: string; readonly address: string };
    effects.push(`${kind} ${address}`);
    return effects.length * 10 + address.length;
  });
  return { effects, result };
}

type P = Prob<unknown, number>;
const draw = (address: string): P => sample(address, normal(0, 1)) as Prob<unknown, unknown> as P;

/** Programs of numbers, and functions into them, of every construct. */
const programs: fc.Arbitrary<P> = fc.letrec<{ p: P }>((tie) => ({
  p: fc.oneof(
    { maxDepth: 4 },
    fc.integer().map((n) => of(n) as P),
    fc.constantFrom('a', 'bb', 'ccc').map(draw),
    fc.tuple(tie('p'), tie('p')).map(([a, b]) =>
      pipe(
        a,
        chain((x) => map((y: number) => x - 2 * y)(b)),
      ),
    ),
    fc.tuple(tie('p'), fc.constantFrom('i', 'jj')).map(
      ([a, k]) =>
        gen(function* () {
          const x: number = yield* a as Prob<never, number>;
          const y: number = yield* draw(k) as Prob<never, number>;
          return x + 3 * y;
        })() as P,
    ),
  ),
})).p;

const functions: fc.Arbitrary<(n: number) => P> = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map((k) => (n: number) => of(n * k) as P),
  fc.constantFrom('x', 'yy').map(
    (k) => (n: number) =>
      pipe(
        draw(`${k}${n % 3}`),
        map((v) => v + n),
      ),
  ),
  programs.map(
    (p) => (n: number) =>
      pipe(
        p,
        map((v) => v * n),
      ),
  ),
);

describe('monad laws', () => {
  test.prop([fc.integer(), functions])('of(a) then f is f(a)', (a, f) => {
    expect(seen(pipe(of(a), chain(f)))).toEqual(seen(f(a)));
  });

  test.prop([programs])('p then of is p', (p) => {
    expect(
      seen(
        pipe(
          p,
          chain((a) => of(a) as P),
        ),
      ),
    ).toEqual(seen(p));
  });

  test.prop([programs, functions, functions])('nesting does not matter', (p, f, g) => {
    expect(seen(pipe(p, chain(f), chain(g)))).toEqual(
      seen(
        pipe(
          p,
          chain((a) => pipe(f(a), chain(g))),
        ),
      ),
    );
  });

  test.prop([programs])('map of the identity is the identity, and of a composition the composition', (p) => {
    expect(
      seen(
        pipe(
          p,
          map((x) => x),
        ),
      ),
    ).toEqual(seen(p));
    expect(
      seen(
        pipe(
          p,
          map((x) => x + 1),
          map((x) => x * 2),
        ),
      ),
    ).toEqual(
      seen(
        pipe(
          p,
          map((x) => (x + 1) * 2),
        ),
      ),
    );
  });

  test.prop([programs, functions])('the instance for fp-ts is the same', (p, f) => {
    expect(seen(Monad.chain(p, f))).toEqual(seen(pipe(p, chain(f))));
    expect(seen(Monad.map(p, (x) => x + 1))).toEqual(
      seen(
        pipe(
          p,
          map((x) => x + 1),
        ),
      ),
    );
    expect(seen(Monad.ap(of((x: number) => x - 1) as Prob<unknown, (x: number) => number>, p))).toEqual(
      seen(
        pipe(
          p,
          map((x) => x - 1),
        ),
      ),
    );
  });

  test.prop([programs])('a program can be run again', (p) => {
    expect(seen(p)).toEqual(seen(p));
  });

  it('the judge refuses a chain that runs its program twice', () => {
    const twice = (p: P): P =>
      pipe(
        p,
        chain(() => p),
      );
    expect(seen(twice(draw('a')))).not.toEqual(seen(draw('a')));
  });
});

describe('long chains do not use the stack', () => {
  const n = 50_000;

  it('nested to the left', () => {
    let p: Prob<never, number> = of(0);
    for (let i = 0; i < n; i++)
      p = pipe(
        p,
        map((x) => x + 1),
      );
    expect(seen(p).result).toBe(n);
  });

  it('nested to the right', () => {
    const count = (i: number): Prob<never, number> =>
      i === n
        ? of(i)
        : pipe(
            of(i),
            chain((k) => count(k + 1)),
          );
    expect(seen(count(0)).result).toBe(n);
  });

  it('by chainRec', () => {
    const p = ChainRec.chainRec(0, (i: number): Prob<never, Either<number, string>> =>
      of(i < n ? left(i + 1) : right(`${i}`)),
    );
    expect(seen(p).result).toBe(`${n}`);
  });
});

describe('the pipe skin', () => {
  const model = define((y: tf.Tensor) =>
    pipe(
      Do,
      bind('mu', () => sample('mu', normal(0, 1))),
      apS('c', sample('coin', normal(0, 2))),
      let_('twice', ({ mu }) => tf.mul(mu, 2)),
      bind('z', ({ twice, c }) => sample('z', normal(tf.add(twice, c), 1))),
      bind('seen', ({ z }) => observe('y', normal(z, 1), y)),
      map(({ z }) => z),
    ),
  );
  const twin = gen(function* (y: tf.Tensor) {
    const mu = yield* sample('mu', normal(0, 1));
    const c = yield* sample('coin', normal(0, 2));
    const z = yield* sample('z', normal(tf.add(tf.mul(mu, 2), c), 1));
    yield* observe('y', normal(z, 1), y);
    return z;
  });

  it('gives the numbers of its twin with gen', () => {
    const [a, b] = [simulate(model(tensor(0.3)), key(1)), simulate(twin(tensor(0.3)), key(1))];
    expect(Object.keys(a.choices)).toEqual(Object.keys(b.choices));
    expect(a.logDensity.dataSync()).toEqual(b.logDensity.dataSync());
    expect(a.value.dataSync()).toEqual(b.value.dataSync());
  });

  it('mixes with gen', () => {
    const mixed = gen(function* () {
      const v = yield* pipe(
        sample('u', normal(0, 1)),
        chain((u) => sample('v', normal(u, 1))),
      );
      return yield* model(v);
    });
    expect(Object.keys(simulate(mixed(), key(1)).choices)).toEqual(['u', 'v', 'mu', 'coin', 'z']);
  });
});
