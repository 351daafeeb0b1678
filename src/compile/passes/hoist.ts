/**
 * Loop invariants computed before the loop. What a body computes from constants of the loop alone becomes a constant
 * of the loop itself; a carry that no step changes becomes one too; results that are the same at every step, or that
 * are what the step was given, are not computed in the loop.
 *
 * Nothing leaves a branch of a `cond`. What may not end stays where it is, unless the loop is sure to run it.
 *
 * @module
 */
import { Builder, isOp, makeGraph, type Graph, type Node, type OpName } from '../../ir/index.js';
import { invariantsOf, isBounded } from './invariant.js';
import type { Pass } from './pass.js';
import { buildAgain } from './rebuild.js';
import { rewriting, type Rule, type Target } from './rewrite.js';

/** The values of some invariant nodes of a body, computed outside; `args` has the operands of the fixed inputs. */
function outside(
  to: Target,
  body: Graph,
  args: readonly (Node | undefined)[],
  wanted: readonly Node[],
): Node[] {
  const values = new Map<Node, readonly Node[]>();
  const needed = new Set<Node>();
  const stack = [...wanted];
  while (stack.length > 0) {
    const n = stack.pop()!;
    if (needed.has(n)) continue;
    needed.add(n);
    stack.push(...n.operands);
  }
  body.inputs.forEach((n, i) => {
    if (needed.has(n)) values.set(n, [args[i]!]);
  });
  for (const node of body.nodes) {
    if (node.op === 'input' || !needed.has(node)) continue;
    if (isOp(node, 'proj')) {
      values.set(node, [values.get(node.operands[0]!)![node.attrs.index]!]);
      continue;
    }
    const operands = node.operands.map((o) => values.get(o)![0]!);
    values.set(node, to.nodes<OpName>(node.op, node.attrs, operands));
  }
  return wanted.map((n) => values.get(n)![0]!);
}

/** A body whose inputs are the old ones in another order, with further ones for nodes that are computed outside. */
function withInputs(
  body: Graph,
  outputs: readonly Node[],
  order: readonly number[],
  kept: readonly Node[],
  at: number,
): Graph {
  const b = new Builder();
  const args = new Array<Node>(body.inputs.length);
  const given = new Map<Node, Node>();
  const hand = (): void => kept.forEach((n) => given.set(n, b.input(n.avals[0]!)));
  order.forEach((i, k) => {
    if (k === at) hand();
    args[i] = b.input(body.inputs[i]!.avals[0]!);
  });
  if (at >= order.length) hand();
  return b.finish(buildAgain(b, makeGraph(body.inputs, outputs), args, undefined, given));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const hoistScan: Rule<'scan'> = ({ operands, avals, attrs }, to) => {
  const { body, length, consts, carry } = attrs;
  const inputs = new Map(body.inputs.map((n, i) => [n, i]));
  const unchanged = range(0, carry).filter((j) => body.outputs[j] === body.inputs[consts + j]);
  const still = new Set(unchanged);
  const isFixed = (i: number): boolean => i < consts || still.has(i - consts);
  // a body that is run at all runs all of its nodes
  const ends = length > 0 ? (): boolean => true : isBounded;
  const { all } = invariantsOf(body, (n) => isFixed(inputs.get(n)!), ends);
  const given = (y: Node): number | undefined => {
    const i = inputs.get(y);
    return i !== undefined && i >= consts + carry ? i : undefined;
  };
  const ys = range(carry, body.outputs.length);
  const same = ys.filter((i) => all.has(body.outputs[i]!));
  const passed = ys.filter((i) => given(body.outputs[i]!) !== undefined);
  const [known, moving] = [
    new Set([...unchanged, ...same, ...passed]),
    range(0, carry).filter((j) => !still.has(j)),
  ];
  const left = range(0, body.outputs.length).filter((i) => !known.has(i));
  const outputs = left.map((i) => body.outputs[i]!);
  const { kept } = invariantsOf(makeGraph(body.inputs, outputs), (n) => isFixed(inputs.get(n)!), ends);
  if (known.size === 0 && kept.length === 0) return undefined;

  to.begin();
  const args = operands.map((x, i) => (isFixed(i) ? x : undefined));
  const values = outside(to, body, args, [...kept, ...same.map((i) => body.outputs[i]!)]);
  const first = [...range(0, consts), ...unchanged.map((j) => consts + j)];
  const order = [...first, ...moving.map((j) => consts + j), ...range(consts + carry, operands.length)];
  const made =
    left.length === 0
      ? []
      : to.nodes(
          'scan',
          {
            ...attrs,
            body: withInputs(body, outputs, order, kept, first.length),
            consts: first.length + kept.length,
            carry: moving.length,
          },
          [
            ...first.map((i) => operands[i]!),
            ...values.slice(0, kept.length),
            ...order.slice(first.length).map((i) => operands[i]!),
          ],
        );
  return avals.map((aval, i) => {
    if (!known.has(i)) return made[left.indexOf(i)]!;
    if (i < carry) return operands[consts + i]!;
    const from = given(body.outputs[i]!);
    if (from !== undefined) return operands[from]!;
    const value = values[kept.length + same.indexOf(i)]!;
    return to.node('broadcast', { shape: aval.shape, axes: value.shape.map((_, a) => a + 1) }, [value]);
  });
};

const hoistWhile: Rule<'while'> = ({ operands, avals, attrs }, to) => {
  const { cond, body, condConsts, bodyConsts } = attrs;
  const count = avals.length;
  const still = range(0, count).filter((j) => body.outputs[j] === body.inputs[bodyConsts + j]);
  // a loop that changes nothing does not begin or does not end: it stays as it is
  const unchanged = still.length === count ? [] : still;
  const fixed = new Set(unchanged);
  const moving = range(0, count).filter((j) => !fixed.has(j));
  const part = (graph: Graph, consts: number, ends: (node: Node) => boolean) => {
    const inputs = new Map(graph.inputs.map((n, i) => [n, i]));
    const isFixed = (i: number): boolean => i < consts || fixed.has(i - consts);
    const outputs = graph === cond ? cond.outputs : moving.map((j) => body.outputs[j]!);
    const { kept } = invariantsOf(makeGraph(graph.inputs, outputs), (n) => isFixed(inputs.get(n)!), ends);
    const first = [...range(0, consts), ...unchanged.map((j) => consts + j)];
    return { graph, consts, outputs, kept, first, isFixed };
  };
  // the condition is evaluated once at least; the body, perhaps never
  const parts = [part(cond, condConsts, () => true), part(body, bodyConsts, isBounded)] as const;
  if (unchanged.length === 0 && parts.every((p) => p.kept.length === 0)) return undefined;

  to.begin();
  const start = condConsts + bodyConsts;
  const built = parts.map(({ graph, consts, outputs, kept, first, isFixed }) => {
    const from = graph === cond ? 0 : condConsts;
    const operandOf = (i: number): Node => operands[i < consts ? from + i : start + i - consts]!;
    const args = graph.inputs.map((_, i) => (isFixed(i) ? operandOf(i) : undefined));
    const order = [...first, ...moving.map((j) => consts + j)];
    return {
      graph: withInputs(graph, outputs, order, kept, first.length),
      fixed: [...first.map(operandOf), ...outside(to, graph, args, kept)],
    };
  });
  const [forCond, forBody] = built as [(typeof built)[0], (typeof built)[0]];
  const made = to.nodes(
    'while',
    {
      cond: forCond.graph,
      body: forBody.graph,
      condConsts: forCond.fixed.length,
      bodyConsts: forBody.fixed.length,
    },
    [...forCond.fixed, ...forBody.fixed, ...moving.map((j) => operands[start + j]!)],
  );
  return avals.map((_, j) => (fixed.has(j) ? operands[start + j]! : made[moving.indexOf(j)]!));
};

const passCond: Rule<'cond'> = ({ operands: [index, ...args], avals, attrs }, to) => {
  const { branches } = attrs;
  const inputs = new Map(branches[0]!.inputs.map((n, i) => [n, i]));
  const place = branches[0]!.outputs.map((o) => inputs.get(o) ?? -1);
  const passed = (i: number): boolean =>
    place[i]! >= 0 && branches.every((b) => b.outputs[i] === b.inputs[place[i]!]);
  const left = range(0, avals.length).filter((i) => !passed(i));
  if (left.length === avals.length) return undefined;
  to.begin();
  const order = range(0, args.length);
  const smaller = branches.map((b) =>
    withInputs(
      b,
      left.map((i) => b.outputs[i]!),
      order,
      [],
      order.length,
    ),
  );
  const made = left.length === 0 ? [] : to.nodes('cond', { ...attrs, branches: smaller }, [index!, ...args]);
  return avals.map((_, i) => (passed(i) ? args[place[i]!]! : made[left.indexOf(i)]!));
};

/** The pass `hoist`. */
export const hoist: Pass = rewriting('hoist', {
  scan: { 'invariants of a scan': hoistScan },
  while: { 'invariants of a while': hoistWhile },
  cond: { 'results that every branch passes on': passCond },
});
