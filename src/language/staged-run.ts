/**
 * Runs outside recordings: the program is staged whole, and run on the executor.
 *
 * @module
 */
import { apply, currentRecording, flatten, stage } from '../staging/index.js';
import { takeApart, type Parts } from './parts.js';
import { choicesOf, type Outcome, type Run, type SiteRecord } from './record.js';

/**
 * The result of `f(...args)`, tensors among host values: at once inside a recording; else `f` is staged with the leaves of
 * `args` as inputs, and the tensors of the result are computed. Equal programs compile once.
 */
export function staged<T>(args: readonly unknown[], f: (...args: unknown[]) => T): T {
  if (currentRecording() !== undefined) return f(...args);
  let parts: Parts | undefined;
  const { graph, captures } = stage((...inputs: unknown[]) => {
    parts = takeApart(f(...inputs));
    return parts.tensors;
  }, args);
  return parts!.rebuild(apply(graph, flatten(args).leaves, captures)) as T;
}

/** `staged` for one run of a program, with its choices. */
export function stagedRun<R, C>(args: readonly unknown[], f: (...args: unknown[]) => Outcome<R>): Run<R, C> {
  let records: readonly SiteRecord[] = [];
  const { value, logDensity, tensors } = staged(args, (...inputs) => {
    const outcome = f(...inputs);
    records = outcome.sites;
    const tensors = records.map((s) => ({ value: s.value, logProb: s.logProb }));
    return { value: outcome.value, logDensity: outcome.logDensity, tensors };
  });
  const sites = records.map((site, i): SiteRecord => ({ ...site, ...tensors[i]! }));
  return { value, choices: choicesOf(sites) as C, logDensity, sites };
}
