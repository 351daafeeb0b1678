/**
 * Which axes of a value run element by element along the axes of a choice.
 *
 * Axis p of a node is aligned with axis a of a choice if the node's elements at index i of p depend on the choice's
 * elements at index i of a alone. Elements of a batch or plate are drawn independently, so a cost that is aligned is
 * credited to the choice element by element; where alignment is lost (a sum over the axis, a matrix product, a running
 * sum, an operation that is not listed) all elements share the signal, which is right too, and noisier.
 *
 * @module
 */
import { binaryNames, unaryNames, type AnyNode, type Node, type OpName } from '../../src/ir/index.js';

/** For each axis of the choice, the axis of the node that is aligned with it. */
export type Alignment = readonly (number | undefined)[];

const elementwise: ReadonlySet<OpName> = new Set<OpName>([
  ...unaryNames,
  ...binaryNames,
  'isNaN',
  'isFinite',
  'compare',
  'select',
  'cast',
]);

/**
 * The alignment of every node that depends on `choice`.
 *
 * @param choice a value whose first `rank` axes are independent elements. @param nodes operands first.
 * @param dependent the nodes that depend on the choice.
 */
export function alignments(
  choice: Node,
  rank: number,
  nodes: readonly Node[],
  dependent: ReadonlySet<Node>,
): ReadonlyMap<Node, Alignment> {
  const found = new Map<Node, Alignment>();
  const axes = Array.from({ length: rank }, (_, a) => a);
  for (const n of nodes) {
    if (!dependent.has(n)) continue;
    if (n === choice) {
      found.set(n, axes);
      continue;
    }
    const operands = n.operands.map((o) => found.get(o));
    found.set(
      n,
      axes.map((a) =>
        follow(
          n as AnyNode,
          operands.map((o) => (o === undefined ? 'none' : (o[a] ?? 'lost'))),
        ),
      ),
    );
  }
  return found;
}

/** Where an operand has the axis: at a position, nowhere because it is independent of the choice, or nowhere any more. */
type Position = number | 'none' | 'lost';

/** The axis of a node's result, given where its operands have it. */
function follow(n: AnyNode, operands: readonly Position[]): number | undefined {
  if (operands.includes('lost')) return undefined;
  const positions = new Set(operands.filter((p) => typeof p === 'number'));
  if (n.op === 'dot') return followDot(n, operands);
  const [p] = positions;
  if (p === undefined || positions.size > 1) return undefined;
  if (elementwise.has(n.op)) return p;
  const [x] = n.operands;
  switch (n.op) {
    case 'broadcast': {
      const q = n.attrs.axes[p]!;
      return x!.shape[p] === n.shape[q] ? q : undefined;
    }
    case 'reshape':
      return followReshape(x!.shape, n.shape, p);
    case 'transpose':
      return n.attrs.perm.indexOf(p);
    case 'reduceSum':
    case 'reduceProd':
    case 'reduceMax':
    case 'reduceMin':
      return without(n.attrs.axes, p);
    case 'argMax':
    case 'argMin':
      return without([n.attrs.axis], p);
    case 'slice': {
      const { start, limit, stride } = n.attrs;
      return start[p] === 0 && limit[p] === x!.shape[p] && stride[p] === 1 ? p : undefined;
    }
    case 'pad':
      return n.attrs.low[p] === 0 && n.attrs.high[p] === 0 && n.attrs.interior[p] === 0 ? p : undefined;
    case 'reverse':
      return n.attrs.axes.includes(p) ? undefined : p;
    case 'concat':
    case 'cumsum':
      return n.attrs.axis === p ? undefined : p;
    case 'cholesky':
    case 'triangularSolve':
      return p < n.shape.length - 2 ? p : undefined;
    case 'gather':
      // The choice among the indices is not followed: only what is gathered from.
      if (operands[1] !== 'none' || p === n.attrs.axis) return undefined;
      return p < n.attrs.axis ? p : p + n.operands[1]!.shape.length - n.attrs.batchDims - 1;
    default:
      return undefined;
  }
}

/** The position of an axis after others are removed; undefined if it is removed itself. */
function without(axes: readonly number[], p: number): number | undefined {
  return axes.includes(p) ? undefined : p - axes.filter((a) => a < p).length;
}

/** The axis of the new shape that has the same size and as many elements after it. */
function followReshape(from: readonly number[], to: readonly number[], p: number): number | undefined {
  const after = (shape: readonly number[], i: number): number =>
    shape.slice(i + 1).reduce((s, d) => s * d, 1);
  const q = to.findIndex((d, i) => d === from[p] && after(to, i) === after(from, p));
  return q < 0 ? undefined : q;
}

function followDot(n: Extract<AnyNode, { op: 'dot' }>, [l, r]: readonly Position[]): number | undefined {
  const { lhsBatch, rhsBatch, lhsContract, rhsContract } = n.attrs;
  const [lb, rb] = [
    typeof l === 'number' ? lhsBatch.indexOf(l) : -1,
    typeof r === 'number' ? rhsBatch.indexOf(r) : -1,
  ];
  if (typeof l === 'number' && typeof r === 'number') return lb >= 0 && lb === rb ? lb : undefined;
  if (lb >= 0 || rb >= 0) return Math.max(lb, rb);
  const free = (rank: number, batch: readonly number[], contract: readonly number[]): number[] =>
    Array.from({ length: rank }, (_, i) => i).filter((i) => !batch.includes(i) && !contract.includes(i));
  const left = free(n.operands[0]!.shape.length, lhsBatch, lhsContract);
  const right = free(n.operands[1]!.shape.length, rhsBatch, rhsContract);
  if (typeof l === 'number') return left.includes(l) ? lhsBatch.length + left.indexOf(l) : undefined;
  const q = right.indexOf(r as number);
  return q < 0 ? undefined : lhsBatch.length + left.length + q;
}
