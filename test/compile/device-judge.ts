/**
 * The judge of device executors: float32 results against the reference in float64, on operands that float32 holds.
 */
import {
  evaluate,
  Builder,
  type AnyNode,
  type Executor,
  type Graph,
  type HostArray,
} from '../../src/ir/index.js';
import { interpret } from '../../src/ir/inline.js';
import { DeviceError } from '../../src/compile/device/index.js';

/** Relative error that is accepted. */
export const tolerance = 1e-5;

/** Reals rounded to float32. */
export function rounded(x: HostArray): HostArray {
  return x.dtype === 'f' ? { ...x, data: Float64Array.from(x.data, Math.fround) } : x;
}

/**
 * Operations whose results are sums or follow from such: what cancels is judged beside the largest number that takes
 * part, not beside what is left of it.
 */
const sums: ReadonlySet<string> = new Set([
  'reduceSum',
  'cumsum',
  'dot',
  'conv',
  'poolSum',
  'scatterAdd',
  'cholesky',
  'triangularSolve',
  'lu',
  'qr',
  'linearSolve',
  'root',
  'custom',
  'cond',
  'while',
  'scan',
]);

const finite = (v: number): number => (Number.isFinite(v) ? Math.abs(v) : 0);

/** The largest finite magnitude among values. */
export function largest(values: readonly HostArray[]): number {
  let m = 0;
  for (const v of values) if (v.dtype === 'f') for (const e of v.data) m = Math.max(m, finite(e));
  return m;
}

/** The first place where `found` is not `expected` within the tolerance of max(|expected|, floor); integers are identical. */
export function difference(
  expected: readonly HostArray[],
  found: readonly HostArray[],
  floor = 0,
): string | undefined {
  for (const [i, e] of expected.entries()) {
    const f = found[i]!;
    if (e.dtype !== f.dtype || String(e.shape) !== String(f.shape)) return `result ${i}: another type`;
    for (let k = 0; k < e.data.length; k++) {
      const [b, a] = [e.data[k]!, f.data[k]!];
      if (a === b || (a !== a && b !== b)) continue;
      // beyond the range of float32 the value is infinite, below it is subnormal or zero
      if (e.dtype === 'f' && (a === Math.fround(b) || Math.abs(a - b) < 1e-37)) continue;
      const close = Math.abs(a - b) <= tolerance * Math.max(Math.abs(b), floor);
      if (e.dtype !== 'f' || !close) return `result ${i}, element ${k}: ${b} expected, ${a} found`;
    }
  }
  return undefined;
}

/** A node alone, as a graph of its operands. */
function alone(node: AnyNode): Graph {
  const b = new Builder();
  const inputs = node.operands.map((o) => b.input(o.avals[0]!));
  return b.finish(b.nodes(node.op, node.attrs, inputs));
}

/** Operations of a graph and of what it carries that a device refuses. */
export function refused(executor: Executor, graph: Graph): readonly string[] {
  try {
    executor.compile(graph);
    return [];
  } catch (error) {
    if (error instanceof DeviceError) return error.faults.map((f) => f.op);
    throw error;
  }
}

/**
 * Every node of a graph on the operands that it has in the reference, rounded to float32: so an error is that of one
 * operation. Returns the number of nodes judged; throws at the first that differs.
 */
export function judgeNodes(executor: Executor, graph: Graph, inputs: readonly HostArray[]): number {
  let count = 0;
  interpret<HostArray>(graph, inputs.map(rounded), (node, operands) => {
    const one = alone(node);
    const expected = evaluate(one, operands);
    if (node.op !== 'const' && refused(executor, one).length === 0) {
      const floor = sums.has(node.op) ? largest([...operands, ...expected]) : 0;
      const found = difference(expected, executor.compile(one)(operands), floor);
      if (found !== undefined) {
        throw new Error(`${node.op} of ${operands.map((o) => `[${o.data.join(',')}]`).join(', ')}: ${found}`);
      }
      count++;
    }
    return expected.map(rounded);
  });
  return count;
}
