/**
 * Arrays that are joined of parts along one axis: what pads and concatenations make, and what sums of them are.
 *
 * @module
 */
import { isOp, type Node } from '../../ir/index.js';
import type { Target } from './rewrite.js';
import { valueOf } from './terms.js';

/** A part of an array, from `start` up to `limit` along the axis; zeros if it has no node. */
interface Segment {
  readonly start: number;
  readonly limit: number;
  readonly node: Node | undefined;
}

/** An array as parts along an axis; neighbouring zeros are one part. */
interface Segments {
  readonly axis: number;
  readonly parts: readonly Segment[];
}

/** More parts are left alone, so that long sums of single elements cost what they are long. */
const mostParts = 48;

function joined(
  axis: number,
  pieces: readonly { readonly size: number; readonly node: Node | undefined }[],
): Segments {
  const parts: Segment[] = [];
  let at = 0;
  for (const { size, node } of pieces) {
    if (size === 0) continue;
    const last = parts[parts.length - 1];
    if (node === undefined && last !== undefined && last.node === undefined) {
      parts[parts.length - 1] = { ...last, limit: at + size };
    } else parts.push({ start: at, limit: at + size, node });
    at += size;
  }
  return { axis, parts };
}

/** The parts of a pad with zeros along one axis, or of a concatenation. */
function segmentsOf(x: Node): Segments | undefined {
  if (isOp(x, 'pad')) {
    const { low, high, interior, value } = x.attrs;
    const inner = x.operands[0]!;
    const axes = low.flatMap((w, a) => (w + high[a]! > 0 ? [a] : []));
    if (value !== 0 || axes.length !== 1 || interior.some((w, a) => w > 0 && inner.shape[a]! > 1))
      return undefined;
    const axis = axes[0]!;
    const before = { size: low[axis]!, node: undefined };
    const after = { size: high[axis]!, node: undefined };
    return joined(axis, [before, { size: inner.shape[axis]!, node: inner }, after]);
  }
  if (isOp(x, 'concat')) {
    const { axis } = x.attrs;
    if (x.operands.length > mostParts) return undefined;
    const zero = (n: Node): Node | undefined => (valueOf(n) === 0 ? undefined : n);
    return joined(
      axis,
      x.operands.map((n) => ({ size: n.shape[axis]!, node: zero(n) })),
    );
  }
  return undefined;
}

/** The parts of a sum, if wherever one array has a part the other has zeros. */
function disjoint(a: Segments, b: Segments): Segment[] | undefined {
  const merged: Segment[] = [...a.parts, ...b.parts].filter((p) => p.node !== undefined);
  merged.sort((p, q) => p.start - q.start);
  for (let i = 1; i < merged.length; i++) if (merged[i]!.start < merged[i - 1]!.limit) return undefined;
  return merged.length > mostParts ? undefined : merged;
}

/**
 * x + y for arrays of which one is zero wherever the other is not: their parts, concatenated. Gradients of slices add
 * up to such sums.
 */
export function joinedSum(x: Node, y: Node, to: Target): Node | undefined {
  const a = segmentsOf(x);
  const b = a === undefined ? undefined : segmentsOf(y);
  if (a === undefined || b === undefined || a.axis !== b.axis) return undefined;
  const { axis } = a;
  const parts = disjoint(a, b);
  if (parts === undefined || parts.length === 0) return undefined;
  const pieces: Node[] = [];
  let at = 0;
  const zeros = (limit: number): void => {
    if (limit > at)
      pieces.push(
        to.fill(
          0,
          x.shape.map((d, i) => (i === axis ? limit - at : d)),
          x.dtype,
        ),
      );
  };
  for (const { start, limit, node } of parts) {
    zeros(start);
    pieces.push(node!);
    at = limit;
  }
  zeros(x.shape[axis]!);
  return to.node('concat', { axis }, pieces);
}

/** The slice of a concatenation, if it lies within few parts. */
export function sliceOfConcat(node: Node<'slice'>, to: Target): Node | undefined {
  const x = node.operands[0]!;
  if (!isOp(x, 'concat') || x.operands.length > mostParts) return undefined;
  const { axis } = x.attrs;
  const { start, limit, stride } = node.attrs;
  if (stride[axis] !== 1 || node.shape[axis] === 0) return undefined;
  const pieces: Node[] = [];
  let at = 0;
  const hit: (readonly [Node, number, number])[] = [];
  for (const part of x.operands) {
    const end = at + part.shape[axis]!;
    const [from, until] = [Math.max(at, start[axis]!), Math.min(end, limit[axis]!)];
    if (from < until) hit.push([part, from - at, until - at]);
    at = end;
  }
  // a slice over many parts would be cut into as many
  if (hit.length > 2 || hit.length === x.operands.length) return undefined;
  for (const [part, from, until] of hit) {
    const put = (list: readonly number[], v: number): number[] => list.map((w, i) => (i === axis ? v : w));
    pieces.push(to.node('slice', { start: put(start, from), limit: put(limit, until), stride }, [part]));
  }
  return pieces.length === 1 ? pieces[0] : to.node('concat', { axis }, pieces);
}

/** A concatenation with inner ones opened, and neighbours that are slices of one array or one fill taken together. */
export function flatConcat(node: Node<'concat'>, to: Target): Node | undefined {
  const { axis } = node.attrs;
  const parts = node.operands.flatMap((x) => opened(x, axis, node.operands.length));
  const same = parts.length === node.operands.length && parts.every((x, i) => x === node.operands[i]);
  const joins = parts.some(
    (x, i) => i > 0 && (bothFilled(parts[i - 1]!, x) || follows(parts[i - 1]!, x, axis)),
  );
  if (same && !joins) return undefined;
  const pieces: Node[] = [];
  for (const x of parts) {
    const previous = pieces[pieces.length - 1];
    const union = previous === undefined ? undefined : together(previous, x, axis, to);
    if (union === undefined) pieces.push(x);
    else pieces[pieces.length - 1] = union;
  }
  if (pieces.length === 0) return to.fill(0, node.shape, node.dtype);
  return pieces.length === 1 ? pieces[0] : to.node('concat', { axis }, pieces);
}

function opened(x: Node, axis: number, siblings: number): readonly Node[] {
  if (x.shape[axis] === 0) return [];
  const flat = isOp(x, 'concat') && x.attrs.axis === axis && x.operands.length + siblings <= mostParts;
  return flat ? x.operands : [x];
}

const bothFilled = (a: Node, b: Node): boolean => {
  const v = valueOf(a);
  return v !== undefined && Object.is(v, valueOf(b));
};

/** Whether b is the slice of an array that begins where the slice a ends. */
function follows(a: Node, b: Node, axis: number): boolean {
  if (!isOp(a, 'slice') || !isOp(b, 'slice') || a.operands[0] !== b.operands[0]) return false;
  const [p, q] = [a.attrs, b.attrs];
  return p.start.every((s, i) =>
    i === axis
      ? p.stride[i] === 1 && q.stride[i] === 1 && p.limit[i] === q.start[i]
      : s === q.start[i] && p.limit[i] === q.limit[i] && p.stride[i] === q.stride[i],
  );
}

function together(a: Node, b: Node, axis: number, to: Target): Node | undefined {
  if (bothFilled(a, b)) {
    const size = a.shape[axis]! + b.shape[axis]!;
    return to.fill(
      valueOf(a)!,
      a.shape.map((d, i) => (i === axis ? size : d)),
      a.dtype,
    );
  }
  if (!follows(a, b, axis)) return undefined;
  const [p, q] = [(a as Node<'slice'>).attrs, (b as Node<'slice'>).attrs];
  const limit = p.limit.map((v, i) => (i === axis ? q.limit[i]! : v));
  return to.node('slice', { start: p.start, limit, stride: p.stride }, [a.operands[0]!]);
}
