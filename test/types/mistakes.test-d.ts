// Every call below is a mistake that the compiler refuses. What it says is in test/language/messages.test.ts, by the
// name in the comment.
import * as tf from '@tensorflow/tfjs-core';
import { flip, normal, type Dist } from '../../src/distributions/index.js';
import {
  bound,
  call,
  condition,
  density,
  gen,
  log,
  maybe,
  observe,
  plate,
  ratio,
  sample,
  trust,
  type ExactLog,
  type ExpUnbiased,
  type LogWeight,
  type Program,
} from '../../src/language/index.js';
import { elbo } from '../../src/objectives/index.js';

declare function host<V, H>(d: Dist<V, H>): Dist<H, H>;
declare const lower: LogWeight<ExpUnbiased>;
declare const exact: LogWeight<ExactLog>;

const a = gen(function* () {
  yield* sample('a', normal(0, 1));
});
const sub = gen(function* () {
  yield* sample('a', normal(0, 1));
  yield* sample('b', host(flip(0.5)));
});
const model = gen(function* () {
  yield* sample('mu', normal(0, 1));
  yield* call('sub', sub());
  yield* observe('y', normal(0, 1), 0.5);
});
const coin = gen(function* () {
  yield* sample('coin', flip(0.5));
});
const coinGuide = gen(function* () {
  yield* sample('coin', normal(0, 1));
});
const hostCoin = gen(function* () {
  yield* sample('coin', host(flip(0.5)));
});

const missing = gen(function* () {
  yield* sample('mu', normal(0, 1));
});
// missing
// @ts-expect-error
elbo(model(), missing());

const extra = gen(function* () {
  yield* sample('a', normal(0, 1));
  yield* sample('sgima', normal(0, 1));
});
// extra
// @ts-expect-error
elbo(a(), extra());

// wrong kind
// @ts-expect-error
elbo(coin(), coinGuide());

const nestedBool = gen(function* () {
  yield* sample('mu', normal(0, 1));
  yield* call(
    'sub',
    gen(function* () {
      yield* sample('a', normal(0, 1));
      yield* sample('b', flip(0.5));
    })(),
  );
});
// wrong kind, nested
// @ts-expect-error
elbo(model(), nestedBool());

// tensor guide for a host model
// @ts-expect-error
elbo(hostCoin(), coin());

const flat = gen(function* () {
  yield* sample('mu', normal(0, 1));
  yield* sub();
});
// wrong nesting
// @ts-expect-error
elbo(model(), flat());

const groupForValue = gen(function* () {
  yield* call('coin', a());
});
// group for a value
// @ts-expect-error
elbo(coin(), groupForValue());

const pattern = gen(function* () {
  for (let i = 0; i < 3; i++) yield* sample(`x${i}`, normal(0, 1));
});
const x0 = gen(function* () {
  yield* sample('x0', normal(0, 1));
});
// a pattern cannot promise x0
// @ts-expect-error
elbo(x0(), pattern());

const many = gen(function* () {
  yield* sample('p0', normal(0, 1));
  yield* sample('p1', normal(0, 1));
  yield* sample('p2', normal(0, 1));
  yield* sample('p3', normal(0, 1));
  yield* sample('p4', normal(0, 1));
  yield* sample('p5', normal(0, 1));
});
const none = gen(function* () {});
// many at once
// @ts-expect-error
elbo(many(), none());

const optional = gen(function* () {
  yield* maybe(sample('a', normal(0, 1)));
});
// an optional site of the guide is not enough
// @ts-expect-error
elbo(a(), optional());

// two types at one address
// @ts-expect-error
gen(function* () {
  yield* sample('b', host(flip(0.5)));
  yield* sample('v', normal(0, 1));
  yield* sample('v', host(flip(0.5)));
});

// two types at one address, inlined
// @ts-expect-error
gen(function* () {
  yield* coin();
  yield* sample('coin', normal(0, 1));
});

// sampled and observed
// @ts-expect-error
gen(function* () {
  yield* sample('v', normal(0, 1));
  yield* observe('v', normal(0, 1), 0);
});

// plain string address
// @ts-expect-error
gen(function* (name: string) {
  yield* sample(name, normal(0, 1));
});

// yield for yield*
// @ts-expect-error
gen(function* () {
  yield sample('mu', normal(0, 1));
});

const starless = sample('v', normal(0, 1));
// forgotten yield*, value used
// @ts-expect-error
normal(starless, 1);

// host value in a plate
// @ts-expect-error
plate('rows', 3, () => hostCoin());

// host value in a plate, nested
// @ts-expect-error
plate('rows', 3, () => model());

// observed value of another kind
// @ts-expect-error
observe('y', normal(0, 1), true);

// condition on an unknown address
// @ts-expect-error
condition(a(), { b: 1 });

// density at choices of another program
// @ts-expect-error
density(a(), { mu: 1 });

// annotation with another address
// @ts-expect-error
export const annotated: () => Program<void, { readonly a: tf.Tensor; readonly coin: tf.Tensor }> = a;

// lower minus lower
// @ts-expect-error
ratio(exact, lower);

// log of an unbiased estimate
// @ts-expect-error
log(trust(tf.scalar(1), 'unbiased'));

// a tensor for an estimate
// @ts-expect-error
bound(tf.scalar(1));
