/**
 * What is expected of executors on a family of random samples.
 */
import { expect } from 'vitest';
import type { Subject } from './executors-subject.js';
import { fuzz, type Wishes } from './fuzz-run.js';
import type { Family } from './fuzz-samples.js';

/** Share of elements, and of samples with such elements, that may be left unjudged. */
const limits = { elements: 0.01, samples: 0.2 };

/** No failure, and few elements that could not be judged. */
export async function expectAgreement(
  family: Family,
  subjects: readonly Subject[],
  { from, count, failures }: Wishes,
): Promise<void> {
  const tallies = [...(await fuzz(family, subjects, from, count, failures))];
  expect(tallies.flatMap(([, t]) => t.failures).join('\n\n')).toBe('');
  if (count < 100) return;
  for (const [{ name }, tally] of tallies) {
    expect(tally.samples, `${name}: samples that could be made`).toBeGreaterThan(0.8 * count);
    expect(tally.unjudged / tally.elements, `${name}: elements not judged`).toBeLessThan(limits.elements);
    expect(tally.partly / tally.samples, `${name}: samples partly judged`).toBeLessThan(limits.samples);
  }
}
