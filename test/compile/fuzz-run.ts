/**
 * The loop over random samples, and what it reads from the environment:
 *
 *   ADJOINT_FUZZ=10000      number of samples of each family (default: a hundred or less)
 *   FUZZ_SEED=123           that sample alone
 *   FUZZ_FROM=1000          the first seed
 *   FUZZ_FAMILY=gradients   that family alone
 *   FUZZ_EXECUTOR=wasm64    executors whose names begin so
 *   FUZZ_FAILURES=10        number of failures that are shrunk and printed (default 1)
 */
import type { Subject } from './executors-subject.js';
import { check, report, type Failure } from './fuzz-check.js';
import { oracleOf, type Sample } from './fuzz-judge.js';
import { evaluateRounded } from './fuzz-rounding.js';
import { sampleOf, type Family } from './fuzz-samples.js';
import { shrink } from './fuzz-shrink.js';

/** What was judged of an executor. */
export interface Tally {
  samples: number;
  elements: number;
  /** Elements judged by their conditioning. */
  conditioned: number;
  unjudged: number;
  /** Samples with an element that was not judged. */
  partly: number;
  readonly failures: string[];
}

/** A failing sample made small, with what is wrong and how to repeat it. */
export function explain(subject: Subject, sample: Sample, failure: Failure, repeat: string): string {
  const threw = failure.found.length === 0;
  const failureOf = (s: Sample): Failure | undefined => {
    const outcome = check({ ...subject, runs: 9 }, oracleOf(s));
    // a failure of another kind is another failure
    return 'failure' in outcome && (outcome.failure.found.length === 0) === threw
      ? outcome.failure
      : undefined;
  };
  const small = shrink(sample, (s) => {
    // what is left out of a loop may be what ends it
    evaluateRounded(s.graph, s.inputs, { precision: 'float64', seed: 0, ulps: 0, steps: 5000 });
    return failureOf(s);
  });
  return `${report(subject.name, small, failureOf(small) ?? failure)}\nfirst seen: ${failure.message}\nrepeat by: ${repeat}`;
}

const yieldToHost = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Checks executors on samples `from`, `from + 1`, … of a family. A sample's reference is evaluated once for all of them.
 *
 * @param failures number of failures of one executor after which it is left out.
 */
export async function fuzz(
  family: Family,
  subjects: readonly Subject[],
  from: number,
  count: number,
  failures = 1,
): Promise<Map<Subject, Tally>> {
  const tallies = new Map<Subject, Tally>();
  for (const s of subjects)
    tallies.set(s, { samples: 0, elements: 0, conditioned: 0, unjudged: 0, partly: 0, failures: [] });
  for (let seed = from; seed < from + count; seed++) {
    // finalizers of what was compiled run between the host's tasks only
    if (seed % 50 === 0) await yieldToHost();
    if ([...tallies.values()].every((t) => t.failures.length >= failures)) break;
    const sample = sampleOf(family, seed);
    if (sample === undefined) continue;
    const oracle = oracleOf(sample);
    for (const [subject, tally] of tallies) {
      if (tally.failures.length >= failures) continue;
      const outcome = check(subject, oracle);
      tally.samples++;
      if ('failure' in outcome) {
        const file = subject.name.includes('without') ? 'fuzz-passes' : 'fuzz';
        const repeat = `FUZZ_FAMILY=${family} FUZZ_SEED=${seed} FUZZ_EXECUTOR='${subject.name}' npx vitest run test/compile/${file}.test.ts`;
        tally.failures.push(explain(subject, sample, outcome.failure, repeat));
        continue;
      }
      const { elements, conditioned, unjudged } = outcome.verdict;
      tally.elements += elements;
      tally.conditioned += conditioned;
      tally.unjudged += unjudged;
      if (unjudged > 0) tally.partly++;
    }
  }
  return tallies;
}

/** The environment's wishes. */
export interface Wishes {
  readonly families: (all: readonly Family[]) => readonly Family[];
  readonly subjects: (all: readonly Subject[]) => readonly Subject[];
  readonly from: number;
  readonly count: number;
  readonly failures: number;
}

/** Reads the environment; `usual` is the number of samples without it. */
export function wishes(env: Readonly<Record<string, string | undefined>>, usual: number): Wishes {
  const { ADJOINT_FUZZ, FUZZ_SEED, FUZZ_FROM, FUZZ_FAMILY, FUZZ_EXECUTOR, FUZZ_FAILURES } = env;
  return {
    families: (all) => all.filter((f) => FUZZ_FAMILY === undefined || f === FUZZ_FAMILY),
    subjects: (all) => all.filter((s) => FUZZ_EXECUTOR === undefined || s.name.startsWith(FUZZ_EXECUTOR)),
    from: Number(FUZZ_SEED ?? FUZZ_FROM ?? 0),
    count: FUZZ_SEED === undefined ? Number(ADJOINT_FUZZ ?? usual) : 1,
    failures: Number(FUZZ_FAILURES ?? 1),
  };
}
