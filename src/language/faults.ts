/**
 * Modelling faults: tagged records, collected over a whole run and thrown together.
 *
 * @module
 */
import type { ParameterFault, ValueFault } from '../distributions/index.js';
import type { Shape } from '../ir/index.js';

/** Which rule of the language was broken; `docs/errors.md` lists them. */
export type FaultCode =
  | 'duplicate-address'
  | 'sampled-and-observed'
  | 'missing-in-guide'
  | 'missing-value'
  | 'extra-in-guide'
  | 'unused-value'
  | 'kind'
  | 'shape'
  | 'event-axis'
  | 'support'
  | 'parameter'
  | 'value'
  | 'log-prob-shape'
  | 'no-strategy'
  | 'unfit-strategy'
  | 'unknown-strategy'
  | 'forgotten-star'
  | 'starless-yield'
  | 'improper'
  | 'expectation-observes'
  | 'guide-observes';

/**
 * One fault of a model, a guide or the values given to them. `expected` and `found` are short texts that stand in the
 * sentence; the sentence itself is made by `render`.
 */
export interface ModelFault {
  readonly code: FaultCode;
  /** Path of the address, `a` or `group.a`. */
  readonly address: string;
  readonly expected: string;
  readonly found: string;
  /** The user's line, if it is known: `model.ts:12:20`. */
  readonly where: string | undefined;
  /** A second line of the user's: the first of two sites with one address, or the model's site for one of the guide's. */
  readonly also?: string | undefined;
  /** What else the sentence names: a family, a parameter, a bijector. */
  readonly subject?: string;
  /** Addresses that resemble the one at fault, nearest first. */
  readonly nearest?: readonly string[];
}

/** Text of a shape: `[2,3]`. */
export const shapeText = (shape: Shape): string => `[${shape.join(',')}]`;

const indexText = (index: readonly number[]): string =>
  index.length === 0 ? '' : ` at index [${index.join(',')}]`;

/** A program object that was made in a run and never started. */
export function forgottenFault(label: string, where: string | undefined): ModelFault {
  return { code: 'forgotten-star', address: '', expected: `yield* ${label}`, found: label, where };
}

/** What a distribution's own check found, at a site. */
export function parameterFault(
  address: string,
  fault: ParameterFault,
  where: string | undefined,
): ModelFault {
  return {
    code: 'parameter',
    address,
    expected: fault.constraint,
    found: `${fault.value}${indexText(fault.index)}`,
    where,
    subject: `the parameter ${fault.parameter} of ${fault.family}`,
  };
}

/** What a distribution's check of a value found, at a site. */
export function valueFault(address: string, fault: ValueFault, where: string | undefined): ModelFault {
  return {
    code: 'value',
    address,
    expected: fault.support,
    found: `${fault.value}${indexText(fault.index)}`,
    where,
    subject: fault.family,
  };
}

/** The addresses nearest to one that does not exist, at most three, by edit distance; far ones are left out. */
export function nearestAddresses(address: string, known: Iterable<string>): string[] {
  const limit = Math.max(2, Math.ceil(address.length / 2));
  return [...new Set(known)]
    .map((name) => ({ name, distance: editDistance(address, name) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Least number of insertions, deletions, replacements and swaps of neighbours that turn a into b. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, next[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      next.push(best);
    }
    before = last;
    last = next;
  }
  return last[b.length]!;
}
