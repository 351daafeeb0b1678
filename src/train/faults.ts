/**
 * Why a fit stopped: the step, the leaf and the operation that first gave NaN or infinity.
 *
 * @module
 */
import { evaluate, isOp, makeGraph, type HostArray, type Node } from '../ir/index.js';
import type { Advanced, FitProgram, Values } from './program.js';
import { parts } from './state.js';

/**
 * Thrown by a fit whose objective or gradient is not finite. The state before the fault is kept in `fit.state`.
 *
 * @example
 * const logarithm: Estimator<tf.Tensor, undefined> = Object.assign(
 *   (key: Key, x: tf.Tensor, state: undefined) => ({ value: tf.log(x), gradient: tf.div(1, x), state }),
 *   { sense: 'minimize' as const, init: () => undefined },
 * );
 * try {
 *   fit(logarithm, { params: tensor(0.5), optimizer: sgd(1), steps: 10, key: key(0) }).runSync();
 * } catch (error) {
 *   (error as NonFiniteError).step; // 1
 *   (error as NonFiniteError).message; // 'fit: the objective is NaN at step 1: it was first not finite in log(-1.5)…'
 * }
 */
export class NonFiniteError extends Error {
  override readonly name: string = 'NonFiniteError';
  /** The step at which it happened, counted from 0. */
  readonly step: number;
  /** The objective's value at this step. */
  readonly value: number;

  constructor(message: string, step: number, value: number) {
    super(message);
    this.step = step;
    this.value = value;
  }
}

/** The first step of a run whose value or gradient is not finite, relative to the run's start. */
export function firstFault(run: Advanced): number | undefined {
  for (let t = 0; t < run.objective.length; t++) {
    if (!Number.isFinite(run.objective[t]!) || run.finite.some((flags) => flags[t] === 0)) return t;
  }
  return undefined;
}

const advice =
  'Start elsewhere, take smaller steps, or keep the parameters in their domain by a change of variables.';

/** The error for step number `step`, which starts from `values` and is known to go wrong. */
export function explainFault(program: FitProgram, step: number, values: Values): NonFiniteError {
  const { graph, layout } = program;
  const all = evaluate(makeGraph(graph.inputs, graph.nodes), program.inputs(step, values));
  const results = new Map(graph.nodes.map((n, i) => [n, all[i]!]));
  const output = graph.outputs[0]!;
  const value = results.get(output)!.data[0]!;
  if (!Number.isFinite(value)) {
    const from = describe(culprit(output, results), results, program);
    return new NonFiniteError(
      `fit: the objective is ${value} at step ${step}${from}. ${advice}`,
      step,
      value,
    );
  }
  const flags = graph.outputs.slice(1, 1 + layout.params.length);
  const faulty = flags.flatMap((n, i) =>
    results.get(n)!.data[0] === 0 ? [{ flag: n, path: layout.params[i]!.path }] : [],
  );
  // a flag is min(isFinite(gradient))
  const gradient = faulty[0]?.flag.operands[0]?.operands[0];
  const from = gradient === undefined ? '' : describe(culprit(gradient, results), results, program);
  const names = faulty.map((f) => `'${f.path}'`).join(', ');
  const message = `fit: the gradient of ${names} is not finite at step ${step}${from}, although the objective is ${value}. ${advice}`;
  return new NonFiniteError(message, step, value);
}

function finite(v: HostArray): boolean {
  return v.dtype !== 'f' || (v.data as Float64Array).every(Number.isFinite);
}

/** Back from a value that is not finite to the first one on its way that was made of finite ones. */
function culprit(node: Node, results: ReadonlyMap<Node, HostArray>): Node {
  for (let n = node; ;) {
    const cause = n.operands.find((o) => !finite(results.get(o)!));
    if (cause === undefined) return n;
    n = cause;
  }
}

/** The text that follows the step number. */
function describe(node: Node, results: ReadonlyMap<Node, HostArray>, { layout }: FitProgram): string {
  if (isOp(node, 'const')) return ': a constant of the program is not finite';
  if (!isOp(node, 'input')) {
    const where = node.origin === undefined ? '' : `, made by ${node.origin()}`;
    return `: it was first not finite in ${application(node, results)}${where}`;
  }
  const carried = parts.flatMap((part) => layout[part].map((leaf) => ({ part, path: leaf.path })));
  const source = carried[node.attrs.index - 2];
  if (source === undefined) return ': the data are not finite';
  return source.part === 'params'
    ? `: the parameter '${source.path}' is not finite`
    : `: the ${source.part} state is not finite`;
}

/** An operation with its operands' values at the first element that is not finite: `log(-1)`. */
function application(node: Node, results: ReadonlyMap<Node, HostArray>): string {
  const data = results.get(node)!.data;
  const at = data.findIndex((x) => !Number.isFinite(x));
  const operands = node.operands.map((o) => results.get(o)!.data);
  const elementwise = at >= 0 && operands.length > 0 && operands.every((o) => o.length === data.length);
  if (!elementwise) return node.op;
  return `${node.op}(${operands.map((o) => String(Number(o[at]!.toPrecision(6)))).join(', ')})`;
}
