/**
 * Transposes of the linear operations.
 *
 * For an operation y = A x (linear in x), the rule gives x̄ = Aᵀ ȳ.
 *
 * @module
 */
import { ops, shapes, sizeOf, type Node, type OpName, type OpTable, type Shape } from '../ir/index.js';
import { through } from './jvp-rule.js';
import { rearrange, scale } from './masked.js';
import {
  transposeCond,
  transposeLinearSolve,
  transposeScan,
  transposeWhile,
} from './transpose-rules-control.js';
import { nonLinear } from './transpose-refused.js';
import { transposeCustom, transposeLinearCall } from './transpose-rules-custom.js';
import { transposeWindows } from './transpose-rules-windows.js';
import type { TransposeRule, TransposeTable } from './transpose-rule.js';

/** Operations that are linear in at least one operand and that derivatives are made of. */
export type LinearName =
  | 'add'
  | 'sub'
  | 'neg'
  | 'mul'
  | 'div'
  | 'select'
  | 'cast'
  | 'broadcast'
  | 'reshape'
  | 'transpose'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'reverse'
  | 'gather'
  | 'scatterAdd'
  | 'reduceSum'
  | 'cumsum'
  | 'dot'
  | 'triangularSolve'
  | 'dynamicSlice'
  | 'dynamicUpdate'
  | 'conv'
  | 'poolSum'
  | 'cond'
  | 'scan'
  | 'while'
  | 'linearSolve'
  | 'custom'
  | 'linearCall';

/** The rule of an operation with one operand that is not element-wise. */
function one<K extends OpName>(f: (ct: Node, attrs: OpTable[K], shape: Shape) => Node): TransposeRule<K> {
  return ({ cotangents, attrs, avals }) => [through(cotangents[0], (ct) => f(ct, attrs, avals[0]!.shape))];
}

/** The rule of an operation that rearranges elements. */
function moved<K extends OpName>(f: (ct: Node, attrs: OpTable[K], shape: Shape) => Node): TransposeRule<K> {
  return ({ cotangents, attrs, avals }) => [
    through(cotangents[0], (ct) => rearrange(ct, (x) => f(x, attrs, avals[0]!.shape))),
  ];
}

/** The sum over what a broadcast repeated. */
function sumTo(ct: Node, shape: Shape, axes: readonly number[]): Node {
  const repeated = ct.shape
    .map((_, i) => i)
    .filter((i) => {
      const k = axes.indexOf(i);
      return k < 0 || (shape[k] === 1 && ct.shape[i] !== 1);
    });
  return shapes.reshape(shapes.reduceSum(ct, repeated), shape);
}

/** The transpose of a strided slice: zeros around and between. */
function unslice(ct: Node, start: readonly number[], stride: readonly number[], shape: Shape): Node {
  if (sizeOf(ct.shape) === 0) return ops.fill(ct.builder, 0, shape);
  const high = shape.map((d, i) => d - start[i]! - (ct.shape[i]! - 1) * stride[i]! - 1);
  return shapes.pad(
    ct,
    start,
    high,
    stride.map((s) => s - 1),
  );
}

/** The transpose of padding: what was inside. */
function unpad(ct: Node, low: readonly number[], interior: readonly number[], shape: Shape): Node {
  const limit = shape.map((d, i) => low[i]! + Math.max(0, d - 1) * (interior[i]! + 1) + Math.min(d, 1));
  return shapes.slice(
    ct,
    low,
    limit,
    interior.map((s) => s + 1),
  );
}

const inverse = (perm: readonly number[]): number[] => {
  const out = new Array<number>(perm.length);
  perm.forEach((p, i) => (out[p] = i));
  return out;
};

/** ā = ȳ · b over the free axes of b, put back in the order of a's axes; likewise b̄. */
const dot: TransposeRule<'dot'> = ({ attrs, operands: [a, b], avals, cotangents }) => {
  const { lhsContract, rhsContract, lhsBatch, rhsBatch } = attrs;
  const [la, lb] = [avals[0]!.shape.length, avals[1]!.shape.length];
  const ct = cotangents[0]!;
  const free = (rank: number, batch: readonly number[], contract: readonly number[]): number[] =>
    Array.from({ length: rank }, (_, i) => i).filter((i) => !batch.includes(i) && !contract.includes(i));
  const freeA = free(la, lhsBatch, lhsContract);
  const freeB = free(lb, rhsBatch, rhsContract);
  const ctBatch = lhsBatch.map((_, i) => i);
  const ctA = freeA.map((_, i) => lhsBatch.length + i);
  const ctB = freeB.map((_, i) => lhsBatch.length + freeA.length + i);
  /** The cotangent of one side from the value of the other: axes batch, own free, then contracted in the other's order. */
  const side = (
    value: Node,
    ctContract: readonly number[],
    valueFree: readonly number[],
    valueBatch: readonly number[],
    valueContract: readonly number[],
    own: {
      readonly batch: readonly number[];
      readonly free: readonly number[];
      readonly contract: readonly number[];
    },
  ): Node => {
    const raw = shapes.dot(ct, value, {
      lhsContract: ctContract,
      rhsContract: valueFree,
      lhsBatch: ctBatch,
      rhsBatch: valueBatch,
    });
    const order = valueContract.map((_, i) => i).sort((i, j) => valueContract[i]! - valueContract[j]!);
    const axes = [...own.batch, ...own.free, ...order.map((i) => own.contract[i]!)];
    return shapes.transpose(raw, inverse(axes));
  };
  if (a === undefined && b === undefined)
    throw new Error('transpose: a product of two linear factors is not linear');
  return [
    a === undefined
      ? side(b!, ctB, freeB, rhsBatch, rhsContract, { batch: lhsBatch, free: freeA, contract: lhsContract })
      : undefined,
    b === undefined
      ? side(a!, ctA, freeA, lhsBatch, lhsContract, { batch: rhsBatch, free: freeB, contract: rhsContract })
      : undefined,
  ];
};

const linear: TransposeTable<LinearName> = {
  add: ({ cotangents: [ct] }) => [ct, ct],
  sub: ({ operands: [, b], cotangents: [ct] }) => [ct, b === undefined ? scale(ct!, ops.neg) : undefined],
  neg: ({ cotangents: [ct] }) => [scale(ct!, ops.neg)],
  mul: ({ operands: [a, b], cotangents: [ct] }) => {
    if (a === undefined && b === undefined)
      throw new Error('transpose: a product of two linear factors is not linear');
    return [
      a === undefined ? scale(ct!, (t) => ops.mul(t, b!)) : undefined,
      b === undefined ? scale(ct!, (t) => ops.mul(t, a!)) : undefined,
    ];
  },
  div: ({ operands: [, b], cotangents: [ct] }) => {
    if (b === undefined) throw new Error('transpose: a quotient is not linear in its denominator');
    return [scale(ct!, (t) => ops.div(t, b))];
  },
  select: ({ operands: [c, a, b], cotangents: [ct] }) => {
    if (c === undefined) throw new Error('transpose: select is not linear in its condition');
    return [
      undefined,
      a === undefined ? ops.select(c, ct!, 0) : undefined,
      b === undefined ? ops.select(c, 0, ct!) : undefined,
    ];
  },
  cast: one((ct) => ct),
  broadcast: one((ct, { axes }, shape) => sumTo(ct, shape, axes)),
  reshape: moved((ct, _, shape) => shapes.reshape(ct, shape)),
  transpose: moved((ct, { perm }) => shapes.transpose(ct, inverse(perm))),
  slice: one((ct, { start, stride }, shape) => unslice(ct, start, stride, shape)),
  pad: one((ct, { low, interior }, shape) => unpad(ct, low, interior, shape)),
  concat: ({ attrs: { axis }, avals, operands, cotangents: [ct] }) => {
    let from = 0;
    return avals.map(({ shape }, i) => {
      const start = from;
      from += shape[axis]!;
      return operands[i] === undefined ? shapes.sliceAxis(ct!, axis, start, from) : undefined;
    });
  },
  reverse: moved((ct, { axes }) => shapes.reverse(ct, axes)),
  gather: ({ attrs: { axis, batchDims }, operands: [, i], avals, cotangents: [ct] }) => [
    shapes.scatterAdd(i!, ct!, avals[0]!.shape[axis]!, axis, batchDims),
  ],
  scatterAdd: ({ attrs: { axis, batchDims }, operands: [i], cotangents: [ct] }) => [
    undefined,
    shapes.gather(ct!, i!, axis, batchDims),
  ],
  reduceSum: moved((ct, { axes }, shape) =>
    shapes.broadcast(
      ct,
      shape,
      shape.map((_, i) => i).filter((i) => !axes.includes(i)),
    ),
  ),
  cumsum: one((ct, { axis, reverse }) => shapes.cumsum(ct, axis, !reverse)),
  dot,
  triangularSolve: ({ attrs, operands: [a], cotangents: [ct] }) => {
    if (a === undefined) throw new Error('transpose: a triangular solve is not linear in its matrix');
    return [undefined, shapes.triangularSolve(a, ct!, { ...attrs, transposeA: !attrs.transposeA })];
  },
  ...transposeWindows,
  cond: transposeCond,
  scan: transposeScan,
  while: transposeWhile,
  linearSolve: transposeLinearSolve,
  custom: transposeCustom,
  linearCall: transposeLinearCall,
};

/** One rule an operation. */
export const transposeRules: TransposeTable = { ...linear, ...nonLinear };
