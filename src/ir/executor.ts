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
 * times. Arguments are values: their `data` is never written once they have been passed, so that an executor may keep
 * copies by identity. Results are new arrays, each of its own, that the executor never writes again; they may be
 * `DeviceArray`s, and then belong to the caller.
 */
export interface Executor {
  readonly name: string;
  compile(graph: Graph): Compiled;
}
