/**
 * Reference evaluation of operations that carry sub-graphs.
 *
 * @module
 */
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import type { Graph } from './graph.js';
import { clampIndex } from './indexing.js';
import { sizeOf, type HostArray } from './types.js';

/** Row t of an array's leading axis. */
function row(x: HostArray, t: number): HostArray {
  const shape = x.shape.slice(1);
  const n = sizeOf(shape);
  return { data: x.data.slice(t * n, (t + 1) * n), shape, dtype: x.dtype };
}

/** Rules of control flow, given how to run a graph. */
export function evaluateControl(
  run: (graph: Graph, inputs: readonly HostArray[]) => HostArray[],
): Pick<EvaluateTable, 'cond' | 'while' | 'scan' | 'linearSolve' | 'root'> {
  const buffers = (graph: Graph, inputs: readonly HostArray[]) => run(graph, inputs).map((v) => v.data);
  return {
    cond: ({ branches }, [index, ...args]) =>
      buffers(branches[clampIndex(index!.data[0]!, branches.length)]!, args),
    while: ({ cond, body, condConsts, bodyConsts }, operands) => {
      const forCond = operands.slice(0, condConsts);
      const forBody = operands.slice(condConsts, condConsts + bodyConsts);
      let carry = operands.slice(condConsts + bodyConsts);
      while (run(cond, [...forCond, ...carry])[0]!.data[0]) carry = run(body, [...forBody, ...carry]);
      return carry.map((c) => c.data);
    },
    scan: ({ body, length, consts, carry: carried, reverse }, operands, results) => {
      const constants = operands.slice(0, consts);
      let carry = operands.slice(consts, consts + carried);
      const xs = operands.slice(consts + carried);
      const ys = results.slice(carried).map(zeros);
      for (let step = 0; step < length; step++) {
        const t = reverse ? length - 1 - step : step;
        const out = run(body, [...constants, ...carry, ...xs.map((x) => row(x, t))]);
        carry = out.slice(0, carried);
        out.slice(carried).forEach((y, i) => ys[i]!.set(y.data, t * y.data.length));
      }
      return [...carry.map((c) => c.data), ...ys];
    },
    linearSolve: ({ solve }, operands) => buffers(solve, operands),
    root: ({ solve }, operands) => buffers(solve, operands),
  };
}
