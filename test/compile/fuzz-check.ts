/**
 * What must hold of an executor on one sample.
 */
import { print, type HostArray } from '../../src/ir/index.js';
import type { Subject } from './executors-subject.js';
import { judge, type Oracle, type Sample, type Verdict } from './fuzz-judge.js';

/** A sample on which an executor failed. */
export interface Failure {
  readonly message: string;
  readonly expected: readonly HostArray[];
  /** Nothing where it threw. */
  readonly found: readonly HostArray[];
  /** Index of the wrong result; nothing where it threw. */
  readonly result?: number;
}

/** The outcome of a check. */
export type Outcome = { readonly failure: Failure } | { readonly verdict: Verdict };

const copies = (xs: readonly HostArray[]): HostArray[] => xs.map((x) => ({ ...x, data: x.data.slice() }));

/** Index of the first array of which any element has changed; −1 if there is none. */
function changed(before: readonly HostArray[], after: readonly HostArray[]): number {
  return before.findIndex((x, i) => x.data.some((v, k) => !Object.is(v, after[i]!.data[k])));
}

/**
 * Compiles a graph and runs it twice: the results must agree with the reference, be the same both times, bit by bit, and
 * not be written again; arguments must not be written at all.
 */
export function check({ executor, spoil, ...demand }: Subject, oracle: Oracle): Outcome {
  const expected = oracle.reference;
  const failed = (message: string, found: readonly HostArray[] = [], result?: number): Outcome => ({
    failure: { message, expected, found, ...(result === undefined ? {} : { result }) },
  });
  const inputs = copies(oracle.inputs);
  try {
    const run = executor.compile(oracle.graph);
    spoil?.(0);
    const first = run(inputs);
    const kept = copies(first);
    const verdict = judge(oracle, first, demand);
    if (verdict.difference !== undefined) return failed(verdict.difference, first, verdict.result);
    spoil?.(1);
    const second = run(inputs);
    const written = changed(oracle.inputs, inputs);
    if (written >= 0) return failed(`input ${written} was written`, first);
    const again = changed(kept, first);
    if (again >= 0) return failed(`result ${again} was written by a later run`, kept, again);
    const differs = changed(kept, second);
    if (differs >= 0) return failed(`result ${differs} of a second run is another`, second, differs);
    return { verdict };
  } catch (error) {
    return failed(`threw ${error instanceof Error ? error.message : String(error)}`);
  }
}

function text({ data, shape, dtype }: HostArray): string {
  const list = Array.from(data.subarray(0, 40), (v) => (Object.is(v, -0) ? '-0' : String(v))).join(', ');
  return `${dtype}[${shape.join(',')}] = [${list}${data.length > 40 ? ', …' : ''}]`;
}

/** A failing sample with all that is needed to see what is wrong. */
export function report(
  name: string,
  { graph, inputs }: Sample,
  { message, expected, found, result }: Failure,
): string {
  const shown = (xs: readonly HostArray[]): string =>
    (result === undefined ? xs : xs.slice(result, result + 1)).map((x) => `\n  ${text(x)}`).join('');
  return (
    `${name}: ${message}\n${print(graph)}\ninputs:${inputs.map((x) => `\n  ${text(x)}`).join('')}\n` +
    `expected:${shown(expected)}\nfound:${shown(found)}`
  );
}
