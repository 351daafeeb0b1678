/**
 * `condition`: latent sites become observations.
 *
 * @module
 */
import type { IntTensor, Num } from '../distributions/index.js';
import { ops, sameShape } from '../ir/index.js';
import { avalOf, flatten, isLeaf, nodeOf, tensorOf, type Leaf } from '../staging/index.js';
import type { Simplify } from './choices.js';
import type { GenerativeEffect, PlateEffect, SampleEffect } from './effects.js';
import { nearestAddresses, shapeText } from './faults.js';
import { recordingBuilder } from './handler.js';
import { isPlain, ownMember } from './parts.js';
import { adopt, asProgram, makeProb } from './prob.js';
import type { Report } from './problems.js';
import type { Exactness, Prob, Program } from './types.js';
import { here, type Where } from './where.js';

/** Values for some of the choices C. */
export type Given<C> = {
  readonly [K in keyof C]?: Latent<C[K]> extends true ? C[K] | Num | boolean : Given<C[K]>;
};

type Latent<V> = V extends boolean | number | { readonly dataId: unknown } ? true : false;

/** The choices C that G leaves open. */
export type Open<C, G> = Simplify<{
  [
    K in keyof C as K extends keyof G
      ? Latent<C[K]> extends true
        ? never
        : [keyof Open<C[K], G[K]>] extends [never]
          ? never
          : K
      : K
  ]: K extends keyof G ? Open<C[K], G[K]> : C[K];
}>;

type Unknown<C, G> = {
  [K in keyof G & string]: K extends keyof C ? never : `the program has no site '${K}'`;
}[keyof G & string];

/**
 * The program with some of its latent sites observed at given values: its density at the remaining choices z is
 * p(z, given). It still returns what the program returns.
 *
 * In a plate, values have the plate's axis in front. Any interpreter runs the result; the condition is itself one, of
 * the same effects.
 *
 * @param given values for some addresses, nested as the program is.
 * @throws ModelError when it is run: a value for an address that is never visited (the nearest ones are named), or one
 *   outside the support.
 * @example
 * const model = gen(function* () {
 *   const sigma = yield* sample('sigma', halfNormal(1));
 *   return yield* sample('w', normal(0, sigma));
 * });
 * const given = condition(model(), { sigma: 0.5 }); // choices: { w: Tensor }
 * Object.keys(simulate(given, key(1)).choices); // ['w']
 */
export function condition<R, C, const G extends Given<C>>(
  p: Program<R, C, Exactness>,
  given: G & Report<Unknown<C, G>>,
): Program<R, Open<C, G>> {
  const where = here();
  adopt(p);
  return asProgram(
    makeProb<unknown, R>(() => conditioned(p, given, '', where), { text: 'condition(…)', where }),
  );
}

function* conditioned<R>(
  p: Prob<unknown, R>,
  given: Readonly<Record<string, unknown>>,
  path: string,
  where: Where,
): Generator<unknown, R, unknown> {
  const visited = new Set<string>();
  const run = p[Symbol.iterator]();
  let step = run.next();
  while (step.done !== true) {
    const effect = step.value as GenerativeEffect;
    // What is no effect passes through, for the runner to complain of.
    if (typeof effect === 'object' && effect !== null && 'address' in effect) visited.add(effect.address);
    step = run.next(yield* answer(effect, given, path, where));
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || visited.has(name)) continue;
    const nearest = nearestAddresses(name, visited);
    const [code, expected, found] = ['unused-value' as const, 'a latent site', 'nothing'];
    yield {
      kind: 'fault',
      fault: { code, address: `${path}${name}`, expected, found, where: where(), nearest },
    };
  }
  return step.value;
}

function* answer(
  effect: GenerativeEffect,
  given: Readonly<Record<string, unknown>>,
  path: string,
  where: Where,
): Generator<unknown, unknown, unknown> {
  const value =
    typeof effect === 'object' && effect !== null && 'address' in effect
      ? ownMember(given, effect.address)
      : undefined;
  if (value === undefined) return yield effect;
  if (effect.kind === 'sample' && isLeaf(value)) return yield* observed(effect, value, path, where);
  if (effect.kind === 'call' && isPlain(value)) {
    const inner = `${path}${effect.address}.`;
    const start = (): Iterator<unknown, unknown, unknown> => conditioned(effect.program, value, inner, where);
    return yield { ...effect, program: makeProb(start, { text: 'condition(…)', where }) };
  }
  if (effect.kind === 'plate' && isPlain(value)) return yield* plateGiven(effect, value, path, where);
  const code = effect.kind === 'observe' ? 'unused-value' : 'kind';
  const [expected, found] = effect.kind === 'observe' ? ['a latent site', 'an observation'] : kinds(effect);
  const address = 'address' in effect ? `${path}${effect.address}` : path;
  yield { kind: 'fault', fault: { code, address, expected, found, subject: 'condition', where: where() } };
  return yield effect;
}

const kinds = (effect: GenerativeEffect): readonly [string, string] =>
  effect.kind === 'sample' ? ['tensor', 'group of addresses'] : ['group of addresses', 'tensor'];

/** Observes the value where the program samples; the program goes on with the value, a tensor. */
function* observed(
  effect: SampleEffect,
  value: Leaf,
  path: string,
  where: Where,
): Generator<unknown, unknown, unknown> {
  const { dist, address } = effect;
  const b = recordingBuilder();
  const [expected, found] = [[...dist.batchShape, ...dist.eventShape], avalOf(value).shape];
  if (!sameShape(expected, found)) {
    const texts = { expected: shapeText(expected), found: shapeText(found), subject: 'value' };
    yield {
      kind: 'fault',
      fault: { code: 'shape', address: `${path}${address}`, ...texts, where: where(), also: effect.where() },
    };
    return tensorOf(ops.fill(b, 0, expected, dist.dtype));
  }
  yield { kind: 'observe', address, dist, value, where: effect.where };
  return tensorOf(ops.cast(nodeOf(value, b), dist.dtype));
}

/** The plate with the given values among its data, element by element; each must have the plate's axis in front. */
function* plateGiven(
  effect: PlateEffect,
  value: Readonly<Record<string, unknown>>,
  path: string,
  where: Where,
): Generator<unknown, unknown, unknown> {
  const inner = `${path}${effect.address}.`;
  const { leaves, paths } = flatten(value);
  const wrong = leaves.findIndex((leaf) => avalOf(leaf).shape[0] !== effect.size);
  if (wrong >= 0) {
    const texts = {
      expected: `[${effect.size},…]`,
      found: shapeText(avalOf(leaves[wrong]!).shape),
      subject: 'value',
    };
    const address = `${inner}${paths[wrong]!}`;
    yield {
      kind: 'fault',
      fault: { code: 'shape', address, ...texts, where: where(), also: effect.where() },
    };
    return yield effect;
  }
  const body = (index: IntTensor, data: unknown): Prob<unknown, unknown> => {
    const [own, given] = data as [unknown, Readonly<Record<string, unknown>>];
    const p = effect.body(index, own);
    return makeProb(() => conditioned(p, given, inner, where), { text: 'condition(…)', where });
  };
  return yield { ...effect, body, data: [effect.data, value] };
}
