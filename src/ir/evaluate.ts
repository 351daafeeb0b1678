/**
 * The reference evaluator: a plain float64 interpreter, written for obviousness. It is the oracle of every executor.
 *
 * @module
 */
import type { OpName, OpTable } from './catalogue.js';
import { isDeviceArray } from './device-array.js';
import { evaluateControl } from './evaluate-control.js';
import { evaluateCustom } from './evaluate-custom.js';
import { evaluateDecompositions } from './evaluate-decompositions.js';
import { evaluateElementwise } from './evaluate-elementwise.js';
import { evaluateLinalg } from './evaluate-linalg.js';
import { evaluateRandom } from './evaluate-random.js';
import { evaluateReductions } from './evaluate-reductions.js';
import type { EvaluateRule, EvaluateTable } from './evaluate-rule.js';
import { evaluateShapes } from './evaluate-shapes.js';
import { evaluateSpecial } from './evaluate-special.js';
import { evaluateWindows } from './evaluate-windows.js';
import type { Executor } from './executor.js';
import { inputAvals, type Graph } from './graph.js';
import { interpret } from './inline.js';
import { formatAval, sameShape, sizeOf, type HostArray } from './types.js';

/** One rule an operation. */
export const evaluateRules: EvaluateTable = {
  ...evaluateElementwise,
  ...evaluateShapes,
  ...evaluateSpecial,
  ...evaluateWindows,
  ...evaluateReductions,
  ...evaluateLinalg,
  ...evaluateDecompositions,
  ...evaluateRandom,
  ...evaluateControl(evaluate),
  ...evaluateCustom(evaluate),
  input: () => {
    throw new Error('evaluate: inputs are bound before the walk');
  },
  proj: () => {
    throw new Error('evaluate: projections are resolved by the walk');
  },
};

/** Throws unless the values fit a graph's inputs in number, shape, element type and size of buffer. */
export function checkInputs(who: string, graph: Graph, inputs: readonly HostArray[]): void {
  const avals = inputAvals(graph);
  if (inputs.length !== avals.length) {
    throw new Error(`${who}: the graph has ${avals.length} inputs, ${inputs.length} values were given`);
  }
  avals.forEach((a, i) => {
    const v = inputs[i]!;
    let fits = v.dtype === a.dtype && sameShape(v.shape, a.shape);
    // values elsewhere have the size of their shape, and to look at them would copy them
    if (fits && !isDeviceArray(v)) fits = v.data.length === sizeOf(a.shape);
    if (!fits) {
      const size =
        isDeviceArray(v) || v.data.length === sizeOf(v.shape) ? '' : ` with ${v.data.length} elements`;
      throw new Error(`${who}: input ${i} is ${formatAval(a)}, found ${formatAval(v)}${size}`);
    }
  });
}

/**
 * The values of a graph's outputs for given values of its inputs, in new buffers.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.exp(x), [tensor([0, 0])]);
 * const [y] = evaluate(graph, [{ shape: [2], dtype: 'f', data: new Float64Array([0, 1]) }]);
 * y!.data; // ≈ [1, 2.71828]
 *
 * @throws Error if the inputs do not fit the graph's.
 */
export function evaluate(graph: Graph, inputs: readonly HostArray[]): HostArray[] {
  checkInputs('evaluate', graph, inputs);
  const outputs = interpret<HostArray>(graph, inputs, (node, operands) => {
    // the union over operations is correlated: node.attrs are those of node.op
    const rule = evaluateRules[node.op] as EvaluateRule<OpName>;
    const data = rule(node.attrs as OpTable[OpName], operands, node.avals);
    return node.avals.map((a, i) => ({ data: data[i]!, shape: a.shape, dtype: a.dtype }));
  });
  return outputs.map(({ data, shape, dtype }) => ({ data: data.slice(), shape, dtype }));
}

/**
 * The executor that evaluates by the reference rules.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.square(x), [tf.scalar(0)]);
 * const run = referenceExecutor.compile(graph);
 * run([{ shape: [], dtype: 'f', data: new Float64Array([3]) }])[0]!.data; // [9]
 */
export const referenceExecutor: Executor = {
  name: 'reference',
  compile: (graph) => (inputs) => evaluate(graph, inputs),
};
