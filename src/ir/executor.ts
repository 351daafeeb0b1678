/**
 * The contract between graphs and whatever runs them.
 *
 * @module
 */
import type { Graph } from './graph.js';
import type { HostArray } from './types.js';

/** A graph made ready to run: inputs in the order of `graph.inputs`, results in the order of `graph.outputs`. */
export type Compiled = (inputs: readonly HostArray[]) => HostArray[];

/**
 * Runs graphs. `compile` may be slow and is called once a graph; the function it returns may be called any number of
 * times. Results are fresh buffers that the executor never writes again.
 */
export interface Executor {
  readonly name: string;
  compile(graph: Graph): Compiled;
}
