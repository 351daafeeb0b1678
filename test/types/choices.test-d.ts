import * as tf from '@tensorflow/tfjs-core';
import { pipe } from 'fp-ts/lib/function.js';
import {
  bernoulli,
  flip,
  logNormal,
  normal,
  type BoolTensor,
  type Dist,
  type IntTensor,
} from '../../src/distributions/index.js';
import {
  apS,
  average,
  bind,
  call,
  chain,
  condition,
  define,
  density,
  Do,
  expW,
  gen,
  logLower,
  map,
  maybe,
  objective,
  observe,
  plate,
  plus,
  sample,
  sampleAt,
  sampleJoint,
  simulate,
  simulated,
  trust,
  type ChoicesIn,
  type Cost,
  type Est,
  type ExactLog,
  type JointDist,
  type LogWeight,
  type Lower,
  type Model,
  type Prob,
  type Program,
  type Unbiased,
} from '../../src/language/index.js';
import { elbo } from '../../src/objectives/index.js';
import type { Key } from '../../src/staging/index.js';

/** Equality of types, never mere assignability. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(proof: Same<A, B>): void;
type Choices<F extends (...args: never[]) => unknown> = ChoicesIn<ReturnType<F>>;

declare function host<V, H>(d: Dist<V, H>): Dist<H, H>;
declare const y: tf.Tensor;
declare const k: Key;

// ---- one address -----------------------------------------------------------------------------------------------------

const step = gen(function* (m: tf.Tensor) {
  const a = yield* sample('a', normal(m, 1));
  const b = yield* sample('b', host(flip(0.3)));
  return b ? a : m;
});
same<typeof step, (m: tf.Tensor) => Program<tf.Tensor, { readonly a: tf.Tensor; readonly b: boolean }>>(true);

const model = gen(function* (data: tf.Tensor) {
  const mu = yield* sample('mu', normal(0, 5));
  const z = yield* call('sub', step(mu));
  yield* observe('y', normal(z, 1), data);
});
same<
  Choices<typeof model>,
  { readonly mu: tf.Tensor; readonly sub: { readonly a: tf.Tensor; readonly b: boolean } }
>(true);
same<Choices<typeof model>, { readonly mu: tf.Tensor }>(false);

// The same address in both branches of an if.
const branches = gen(function* (c: boolean) {
  return c ? yield* sample('v', normal(0, 1)) : yield* sample('v', normal(1, 1));
});
same<Choices<typeof branches>, { readonly v: tf.Tensor }>(true);

// A union of literals: both keys.
const either = gen(function* (name: 'p' | 'q') {
  yield* sample(name, normal(0, 1));
});
same<Choices<typeof either>, { readonly p: tf.Tensor; readonly q: tf.Tensor }>(true);

// A template in a loop.
const pattern = gen(function* () {
  for (let i = 0; i < 3; i++) yield* sample(`x${i}`, normal(0, 1));
  yield* sample('last', flip(0.5));
});
same<Choices<typeof pattern>, { readonly [x: `x${number}`]: tf.Tensor; readonly last: BoolTensor }>(true);
const names = gen(function* () {
  yield* sample('x0', normal(0, 1));
  yield* sample('last', flip(0.5));
});
elbo(pattern(), pattern());
elbo(pattern(), names());

// Generic addresses stay open in a helper's declaration and resolve where it is used.
const named = <const N extends string>(
  name: N,
): Prob<import('../../src/language/index.js').Site<N, tf.Tensor>, tf.Tensor> => sample(name, normal(0, 1));
function* twoOf<const N extends string>(name: N) {
  yield* sample(`${name}1`, normal(0, 1));
  return yield* named(name);
}
const resolved = gen(function* () {
  yield* twoOf('a');
});
same<Choices<typeof resolved>, { readonly a1: tf.Tensor; readonly a: tf.Tensor }>(true);

// maybe, also twice and through inlining.
const optional = gen(function* (deep: boolean) {
  const a = yield* sample('a', normal(0, 1));
  if (deep) yield* maybe(maybe(sample('extra', normal(a, 1))));
});
same<Choices<typeof optional>, { readonly a: tf.Tensor; readonly extra?: tf.Tensor }>(true);
const inlined = gen(function* () {
  yield* pattern();
  yield* optional(true);
});
same<
  Choices<typeof inlined>,
  {
    readonly [x: `x${number}`]: tf.Tensor;
    readonly last: BoolTensor;
    readonly a: tf.Tensor;
    readonly extra?: tf.Tensor;
  }
>(true);

// Nothing, and what types do not see.
same<Choices<() => Program<number, {}>>, {}>(true);
const dynamic = gen(function* (name: string) {
  yield* sampleAt(name, normal(0, 1));
});
same<Choices<typeof dynamic>, {}>(true);

// ---- groups ----------------------------------------------------------------------------------------------------------

const row = gen(function* (i: IntTensor) {
  const z = yield* sample('z', normal(0, 1));
  yield* observe('x', bernoulli({ logits: z }), tf.gather(y, i));
  return z;
});
const likelihood = gen(function* (i: IntTensor) {
  yield* observe('x', normal(0, 1), tf.gather(y, i));
});
const plated = gen(function* () {
  yield* plate('data', 10, (i) => likelihood(i));
  return yield* plate('rows', 10, (i) => row(i));
});
same<typeof plated, () => Program<tf.Tensor, { readonly rows: { readonly z: tf.Tensor } }>>(true);

declare const joint: JointDist<{ readonly mu: tf.Tensor; readonly rows: { readonly z: tf.Tensor } }>;
const together = gen(function* () {
  const { rows } = yield* sampleJoint(joint);
  return rows.z;
});
same<
  typeof together,
  () => Program<tf.Tensor, { readonly mu: tf.Tensor; readonly rows: { readonly z: tf.Tensor } }>
>(true);

// condition leaves the rest.
const open = condition(model(y), { sub: { b: true } });
same<ChoicesIn<typeof open>, { readonly mu: tf.Tensor; readonly sub: { readonly a: tf.Tensor } }>(true);
const closed = condition(model(y), { sub: { a: 1, b: true } });
same<ChoicesIn<typeof closed>, { readonly mu: tf.Tensor }>(true);

// ---- annotations, recursion, any ---------------------------------------------------------------------------------------

const annotated: Model<[m: tf.Tensor], { readonly a: tf.Tensor; readonly b: boolean }, tf.Tensor> = step;
same<ReturnType<typeof annotated>, ReturnType<typeof step>>(true);

interface GeomC {
  readonly b: boolean;
  readonly next?: GeomC;
}
interface GeomD {
  readonly b: boolean;
  readonly next?: GeomD;
}
const geom: (p: tf.Tensor) => Program<number, GeomC> = gen(function* (p: tf.Tensor) {
  if (yield* sample('b', host(flip(p)))) return 0;
  return 1 + (yield* maybe(call('next', geom(p))));
});
declare const twin: (p: tf.Tensor) => Program<number, GeomD>;
elbo(geom(y), geom(y));
elbo(geom(y), twin(y));
declare const anything: any;
declare const anyChoices: Program<void, any>;
elbo(anything, model(y));
elbo(anyChoices, model(y));
elbo(model(y), anyChoices);

// A host guide fits a tensor model: literals lift.
const tensorModel = gen(function* () {
  yield* sample('coin', flip(0.5));
});
const hostGuide = gen(function* () {
  yield* sample('coin', host(flip(0.5)));
});
elbo(tensorModel(), hostGuide());

// The model's optional site may be left out, or sampled.
elbo(
  optional(true),
  gen(function* () {
    yield* sample('a', normal(0, 1));
  })(),
);
elbo(optional(true), optional(false));

// ---- results and tags ----------------------------------------------------------------------------------------------------

const run = simulate(step(y), k);
same<typeof run.choices, { readonly a: tf.Tensor; readonly b: boolean }>(true);
same<typeof run.value, tf.Tensor>(true);

const bounded = elbo(tensorModel(), tensorModel(), { particles: 4 });
same<typeof bounded, Prob<Cost, Est<Lower>>>(true);
const weights = objective(function* () {
  const z = yield* simulated(step(y));
  same<typeof z.logWeight, LogWeight<ExactLog>>(true);
  const p = yield* density(step(y), z.choices);
  return plus(trust(z.value, 'unbiased'), expW(p));
});
same<typeof weights, Prob<Cost, Est<Unbiased>>>(true);
const averaged = average(3, weights);
same<typeof averaged, Prob<Cost, Est<Unbiased>>>(true);
const lowered = logLower(trust(y, 'exact'));
same<typeof lowered, Est<Lower>>(true);

// ---- the pipe skin --------------------------------------------------------------------------------------------------------

const piped = define((data: tf.Tensor) =>
  pipe(
    Do,
    bind('mu', () => sample('mu', normal(0, 1))),
    apS('c', sample('coin', host(flip(0.3)))),
    bind('z', ({ mu, c }) => (c ? sample('z', normal(mu, 1)) : sample('z', logNormal(0, 1)))),
    bind('seen', ({ z }) => observe('y', normal(z, 1), data)),
    map(({ z }) => z),
  ),
);
same<
  typeof piped,
  (
    data: tf.Tensor,
  ) => Program<tf.Tensor, { readonly mu: tf.Tensor; readonly coin: boolean; readonly z: tf.Tensor }>
>(true);
const mixed = gen(function* () {
  return yield* pipe(
    sample('u', normal(0, 1)),
    chain((x) => sample('v', normal(x, 1))),
  );
});
same<typeof mixed, () => Program<tf.Tensor, { readonly u: tf.Tensor; readonly v: tf.Tensor }>>(true);
