/** Sweeps over all operations on a device: the grid's cases and random graphs. */
import { evaluate, type Executor, type HostArray } from '../../src/ir/index.js';
import { gridCases } from '../autodiff/grid-cases.js';
import { graphOf, type Case } from '../autodiff/judge.js';
import { randomGraph } from '../ir/random-graph.js';
import { difference, judgeNodes, largest, refused, rounded } from './device-judge.js';

/** What differs in the values of the grid's cases on a device, beside the largest number that takes part. */
export function failing(device: Executor): string[] {
  const found: string[] = [];
  for (const c of Object.values<readonly Case[]>(gridCases).flat()) {
    const graph = graphOf(c);
    if (refused(device, graph).length > 0) continue;
    const args = c.args.map(rounded);
    const expected: HostArray[] = evaluate(graph, args);
    const off = difference(expected, device.compile(graph)(args), largest([...args, ...expected]));
    if (off !== undefined) found.push(`${c.name}: ${off}`);
  }
  return found;
}

/** Judges the nodes of random graphs on a device: how many there were. */
export function nodesJudged(device: Executor, graphs: number): number {
  let count = 0;
  for (let seed = 1; seed <= graphs; seed++) {
    const { graph, inputs } = randomGraph(seed, 10);
    count += judgeNodes(device, graph, inputs);
  }
  return count;
}
