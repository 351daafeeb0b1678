/**
 * `assess`: the density of a program at given choices.
 *
 * @module
 */
import { currentRecording, flatten, isRecorded, type Leaf } from '../staging/index.js';
import { assessing, type Given, type Knowledge } from './assessing.js';
import { collect } from './errors.js';
import { nearestAddresses, type ModelFault } from './faults.js';
import { isPlain } from './parts.js';
import type { Outcome, Run, SiteRecord } from './record.js';
import { outcomeOf } from './run.js';
import { stagedRun } from './staged-run.js';
import type { Exactness, Prob, Program } from './types.js';

/**
 * Runs a program with the latent values given:
 *
 *     logDensity = log p(choices, observations)
 *
 * Works eagerly and inside recordings; derivatives flow into the choices.
 *
 * @param p an applied program.
 * @param choices a value for every latent address, nested as the program is: tensors, or literals.
 * @throws ModelError: a missing value, a value at an address that the program does not have, a value of another kind or
 *   shape or outside the support, and every fault of the program itself.
 * @example
 * const model = gen(function* () {
 *   const mu = yield* sample('mu', normal(0, 1));
 *   yield* observe('y', normal(mu, 1), 0);
 * });
 * assess(model(), { mu: 0 }).logDensity.dataSync()[0]; // ≈ -1.837877
 */
export function assess<R, C>(p: Program<R, C, Exactness>, choices: Values<C>): Run<R, C> {
  const eager = currentRecording() === undefined;
  const concrete = eager ? concreteLeaves(choices) : new Map<string, Leaf>();
  return stagedRun([choices], (given) =>
    collect((faults) =>
      assessOutcome(p, eager ? given : choices, { concrete, guide: new Map(), fromGuide: false }, faults),
    ),
  );
}

/** Choices as they may be given: a literal does for a tensor. */
export type Values<C> = 0 extends 1 & C
  ? C
  : {
      readonly [K in keyof C]: C[K] extends { readonly dataId: unknown }
        ? C[K] | number | boolean
        : Values<C[K]>;
    };

/** Leaves with values known now, by path. */
export function concreteLeaves(choices: unknown): Map<string, Leaf> {
  const { leaves, paths } = flatten(choices);
  return new Map(leaves.flatMap((leaf, i) => (isRecorded(leaf) ? [] : [[paths[i]!, leaf] as const])));
}

/** A run at given choices inside a recording; values at addresses that were never visited are faults too. */
export function assessOutcome<R>(
  p: Prob<unknown, R>,
  choices: unknown,
  known: Knowledge,
  faults: ModelFault[],
): Outcome<R> {
  const state: Given = { values: choices as Record<string, unknown> };
  const outcome = outcomeOf(p, assessing(known), state, faults);
  const addresses = [...outcome.visits].flatMap(([address, visit]) =>
    visit.kind === 'sample' ? [address] : [],
  );
  for (const address of unvisited(choices, outcome, '')) {
    const code = known.fromGuide ? 'extra-in-guide' : 'unused-value';
    const where = siteBelow(known.guide, address)?.where();
    const nearest = nearestAddresses(address, addresses);
    const found = outcome.visits.has(address) ? 'an observation' : 'nothing';
    faults.push({ code, address, expected: 'a latent site', found, where, nearest });
  }
  return outcome;
}

/** The outermost addresses of given values that the run did not visit. */
function unvisited(values: unknown, { visits }: Outcome<unknown>, path: string): string[] {
  if (!isPlain(values)) return [];
  return Object.entries(values).flatMap(([name, value]) => {
    const address = `${path}${name}`;
    const visit = visits.get(address);
    if (value === undefined) return [];
    if (visit === undefined || visit.kind === 'observe') return [address];
    return visit.kind === 'group' ? unvisited(value, { visits } as Outcome<unknown>, `${address}.`) : [];
  });
}

function siteBelow(sites: ReadonlyMap<string, SiteRecord>, address: string): SiteRecord | undefined {
  for (const [path, site] of sites) if (path === address || path.startsWith(`${address}.`)) return site;
  return undefined;
}
