/**
 * Compile caches.
 *
 * @module
 */
import type { Compiled, Executor } from '../ir/index.js';
import { countNodes } from './passes/index.js';
import { Recent } from './recent.js';

/** Nodes of the graphs that a cache remembers. */
const budget = 100_000;

/**
 * The executor that compiles structurally equal graphs once. It holds the `limit` compiled graphs that were asked for
 * last, of at most 100,000 nodes together; the cache lives and dies with the returned object.
 *
 * @param limit number of compiled graphs kept; default 256.
 * @example
 * const graphOf = () => stage((x: tf.Tensor) => tf.exp(x), [tf.scalar(0)]).graph;
 * const executor = cached(bufferExecutor);
 * executor.compile(graphOf()) === executor.compile(graphOf()); // true
 */
export function cached(executor: Executor, limit = 256): Executor {
  const compiled = new Recent<Compiled>(limit, budget);
  return {
    name: executor.name,
    compile: (graph) => {
      const known = compiled.get(graph.key);
      if (known !== undefined) return known;
      const run = executor.compile(graph);
      compiled.set(graph.key, run, countNodes(graph));
      return run;
    },
  };
}
