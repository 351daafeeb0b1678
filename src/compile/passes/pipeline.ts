/**
 * The passes in their order.
 *
 * @module
 */
import type { Graph, Precision } from '../../ir/index.js';
import { dead } from './dead.js';
import { dot } from './dot.js';
import { fold } from './fold.js';
import { hoist } from './hoist.js';
import { hasPrecision, inlineCalls, inlinePrecisely } from './inline-calls.js';
import { layout } from './layout.js';
import { countNodes, type Pass } from './pass.js';
import { simplify } from './simplify.js';

/** Name of a pass. */
export type PassName = 'inlineCalls' | 'fold' | 'simplify' | 'layout' | 'dot' | 'hoist' | 'dead';

/** All passes, in the order in which they first run. */
export const passes: readonly (Pass & { readonly name: PassName })[] = [
  inlineCalls,
  fold,
  simplify,
  layout,
  dot,
  hoist,
  dead,
] as readonly (Pass & { readonly name: PassName })[];

/** What one pass did, over all of its runs. */
export interface PassReport {
  readonly name: PassName;
  /** Nodes before its first run, those of sub-graphs included. */
  readonly before: number;
  /** Nodes after its last run. */
  readonly after: number;
  /** Number of times that each rule was applied. */
  readonly changes: Readonly<Record<string, number>>;
}

/** How a graph is optimized. */
export interface OptimizeOptions {
  /** Passes that are left out; default none. */
  readonly without?: readonly PassName[];
  /** Width of real numbers in the program; default `'float64'`. Solves stay in float64. */
  readonly precision?: Precision;
}

/** Rounds end when nothing changes, and here at the latest. */
const roundLimit = 4;

/**
 * The graph with equal inputs, outputs and values that is cheapest to run, and what each pass did. Passes run in rounds
 * until none of them changes anything. Time is linear in the size of the graph.
 *
 * Values are those of the reference evaluator to rounding, in which sums may be taken in another order; NaN and
 * infinities stay where they are; the sign of a zero does not.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.add(tf.mul(x, 0), tf.exp(tf.neg(tf.neg(x)))), [tensor([1, 2, 3])]);
 * const { graph: small } = optimize(graph);
 * evaluate(small, [hostArray([0, 0, 0], [3], 'f')])[0]!.data; // [1, 1, 1]
 */
export function optimize(
  graph: Graph,
  options: OptimizeOptions = {},
): { graph: Graph; report: readonly PassReport[] } {
  const { without = [], precision = 'float64' } = options;
  const mixed = precision === 'float32' || hasPrecision(graph);
  const chosen = passes
    .filter((p) => !without.includes(p.name))
    .map((p) => (mixed && p === inlineCalls ? { ...inlinePrecisely, name: p.name } : p));
  const reports = new Map<PassName, PassReport>();
  let current = graph;
  let count = countNodes(graph);
  // the graph that each pass is known to leave as it is
  const settled = new Map<PassName, Graph>();
  for (let round = 0; round < roundLimit; round++) {
    const begun = current;
    for (const pass of chosen) {
      if (settled.get(pass.name) === current) continue;
      const changes: Record<string, number> = { ...reports.get(pass.name)?.changes };
      const made = pass.run(current, (rule) => (changes[rule] = (changes[rule] ?? 0) + 1));
      if (made === current) settled.set(pass.name, current);
      const before = reports.get(pass.name)?.before ?? count;
      if (made !== current) count = countNodes(made);
      reports.set(pass.name, { name: pass.name, before, after: count, changes });
      current = made;
    }
    if (current === begun) break;
  }
  return { graph: current, report: chosen.map((p) => reports.get(p.name)!) };
}
