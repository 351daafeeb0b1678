/**
 * Control flow whose course is known, and constants that sub-graphs are handed.
 *
 * @module
 */
import {
  Builder,
  inline,
  isOp,
  sizeOf,
  type Graph,
  type HostArray,
  type Node,
  type Shape,
} from '../../ir/index.js';
import { clampIndex } from '../../ir/indexing.js';
import type { RuleTable } from './rewrite.js';
import { valueOf } from './terms.js';

/** Constants of more elements are handed in, not copied into every sub-graph. */
const smallConstant = 64;

/** A constant that a sub-graph can make itself: a scalar repeated, or a small array. */
interface Known {
  readonly value: HostArray;
  /** Shape to repeat a scalar to. */
  readonly shape: Shape | undefined;
}

function known(x: Node): Known | undefined {
  let n = x;
  while (n.op === 'broadcast' || n.op === 'reshape') n = n.operands[0]!;
  if (!isOp(n, 'const')) return undefined;
  const { value }: { readonly value: HostArray } = (n as Node<'const'>).attrs;
  if (sizeOf(value.shape) === 1) return { value: { ...value, shape: [] }, shape: x.shape };
  return n === x && sizeOf(value.shape) <= smallConstant ? { value, shape: undefined } : undefined;
}

/** A graph without the inputs whose operands are known constants: the graph makes these itself. */
function specialized(graph: Graph, operands: readonly Node[], from: number, until: number): Graph {
  const b = new Builder();
  const args = graph.inputs.map((input, i) => {
    const found = i >= from && i < until ? known(operands[i]!) : undefined;
    if (found === undefined) return b.input(input.avals[0]!);
    const c = b.constant(found.value);
    if (found.shape === undefined || found.shape.length === 0) return c;
    return b.node('broadcast', { shape: found.shape, axes: [] }, [c]);
  });
  return b.finish(inline(b, graph, args));
}

const unknownOnly = (operands: readonly Node[]): Node[] => operands.filter((x) => known(x) === undefined);

/** The value of a graph's only output, if it is a constant. */
function constantOutput(graph: Graph): number | undefined {
  return valueOf(graph.outputs[0]!);
}

/**
 * Rules of control flow. A loop of one step stays a loop, so that its body rounds as that of a longer one does: training in
 * chunks gives the same numbers whatever their length.
 */
export const controlRules: RuleTable = {
  cond: {
    'known branch': ({ operands: [index, ...args], attrs: { branches, precision } }, to) => {
      // a branch of another precision is not what it would be outside
      if (precision !== undefined) return undefined;
      const only = branches.length === 1 ? 0 : valueOf(index!);
      return only === undefined ? undefined : to.inline(branches[clampIndex(only, branches.length)]!, args);
    },
    'equal branches': ({ operands: [, ...args], attrs: { branches, precision } }, to) =>
      precision === undefined &&
      branches.every(
        (b) =>
          b === branches[0] || (b.nodes.length === branches[0]!.nodes.length && b.key === branches[0]!.key),
      )
        ? to.inline(branches[0]!, args)
        : undefined,
    'constant operands of branches': ({ operands: [index, ...args], attrs }, to) => {
      const { branches } = attrs;
      const rest = unknownOnly(args);
      if (rest.length === args.length) return undefined;
      to.begin();
      const made = branches.map((b) => specialized(b, args, 0, args.length));
      return to.nodes('cond', { ...attrs, branches: made }, [index!, ...rest]);
    },
  },
  while: {
    'loop that does not begin': ({ operands, attrs: { cond, condConsts, bodyConsts } }) =>
      constantOutput(cond) === 0 ? operands.slice(condConsts + bodyConsts) : undefined,
    'constant operands of a loop': ({ operands, attrs }, to) => {
      const { cond, body, condConsts, bodyConsts } = attrs;
      const forCond = operands.slice(0, condConsts);
      const forBody = operands.slice(condConsts, condConsts + bodyConsts);
      const carry = operands.slice(condConsts + bodyConsts);
      const [restCond, restBody] = [unknownOnly(forCond), unknownOnly(forBody)];
      if (restCond.length + restBody.length === condConsts + bodyConsts) return undefined;
      to.begin();
      return to.nodes(
        'while',
        {
          cond: specialized(cond, forCond, 0, condConsts),
          body: specialized(body, forBody, 0, bodyConsts),
          condConsts: restCond.length,
          bodyConsts: restBody.length,
        },
        [...restCond, ...restBody, ...carry],
      );
    },
  },
  scan: {
    'loop of no step': ({ operands, avals, attrs: { length, consts, carry } }, to) => {
      if (length > 0) return undefined;
      const ys = avals.slice(carry).map((a) => to.fill(0, a.shape, a.dtype));
      return [...operands.slice(consts, consts + carry), ...ys];
    },
    'constant operands of a loop': ({ operands, attrs }, to) => {
      const { body, consts } = attrs;
      const fixed = operands.slice(0, consts);
      const rest = unknownOnly(fixed);
      if (rest.length === consts) return undefined;
      to.begin();
      const made = specialized(body, fixed, 0, consts);
      return to.nodes('scan', { ...attrs, body: made, consts: rest.length }, [
        ...rest,
        ...operands.slice(consts),
      ]);
    },
  },
};
