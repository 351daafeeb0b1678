/**
 * Lowering of products of matrices, contractions, diagonals and normalization.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, windows, type Node } from '../ir/index.js';
import { activation } from './activations.js';
import { toReal, upcast, type Kernel } from './kernels.js';
import { stagingError } from './messages.js';

/** Integer products are computed in float64, exactly while they fit 53 bits. */
function contract(nodes: readonly Node[], f: (...xs: Node[]) => Node): Node {
  const wide = upcast(nodes);
  const y = f(...wide.map(toReal));
  return wide[0]!.dtype === 'f' ? y : ops.cast(y, 'i32');
}

/** a · b over the last two axes, each transposed on demand; leading axes broadcast. */
function batchMatMul(a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  const [ra, rb] = [a.shape.length, b.shape.length];
  if (ra < 2 || rb < 2) {
    throw new Error(
      `matMul: expected matrices or stacks of them, found shapes [${a.shape.join(',')}] and [${b.shape.join(',')}]`,
    );
  }
  const batch = ops.broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === undefined) {
    throw new Error(
      `matMul: leading axes of [${a.shape.join(',')}] and [${b.shape.join(',')}] do not broadcast`,
    );
  }
  const axes = batch.map((_, i) => i);
  const r = batch.length;
  return shapes.dot(
    ops.broadcastTo(a, [...batch, ...a.shape.slice(ra - 2)]),
    ops.broadcastTo(b, [...batch, ...b.shape.slice(rb - 2)]),
    {
      lhsContract: [transposeA ? r : r + 1],
      rhsContract: [transposeB ? r + 1 : r],
      lhsBatch: axes,
      rhsBatch: axes,
    },
  );
}

/** The sum of products that an equation such as `ij,jk->ik` names, for one or two operands. */
function einsum(operands: readonly Node[], terms: readonly string[], output: string): Node {
  const elsewhere = (i: number): string => output + terms.filter((_, j) => j !== i).join('');
  // labels of one operand alone are summed away first
  const reduced = operands.map((x, i) => {
    const alone = [...terms[i]!].flatMap((label, axis) => (elsewhere(i).includes(label) ? [] : [axis]));
    return {
      x: shapes.reduceSum(x, alone),
      labels: [...terms[i]!].filter((_, axis) => !alone.includes(axis)),
    };
  });
  const [l, r] = reduced;
  if (r === undefined) return arrange(l!.x, l!.labels, output);
  const shared = l!.labels.filter((label) => r.labels.includes(label));
  const batch = shared.filter((label) => output.includes(label));
  const contracted = shared.filter((label) => !output.includes(label));
  const at = (labels: readonly string[], chosen: readonly string[]): number[] =>
    chosen.map((label) => labels.indexOf(label));
  const y = shapes.dot(l!.x, r.x, {
    lhsContract: at(l!.labels, contracted),
    rhsContract: at(r.labels, contracted),
    lhsBatch: at(l!.labels, batch),
    rhsBatch: at(r.labels, batch),
  });
  const free = (labels: readonly string[]): string[] => labels.filter((label) => !shared.includes(label));
  return arrange(y, [...batch, ...free(l!.labels), ...free(r.labels)], output);
}

const arrange = (x: Node, labels: readonly string[], output: string): Node =>
  shapes.transpose(
    x,
    [...output].map((label) => labels.indexOf(label)),
  );

/** Kernels of linear algebra. */
interface LinearAlgebra {
  readonly BatchMatMul: Kernel<tf.BatchMatMulInputs, tf.BatchMatMulAttrs>;
  readonly Diag: Kernel<tf.DiagInputs>;
  readonly Einsum: Kernel<tf.EinsumInputs, tf.EinsumAttrs>;
  readonly FusedBatchNorm: Kernel<tf.FusedBatchNormInputs, tf.FusedBatchNormAttrs>;
  readonly LRN: Kernel<tf.LRNInputs, tf.LRNAttrs>;
  readonly MatrixBandPart: Kernel<tf.MatrixBandPartInputs>;
  readonly _FusedMatMul: Kernel<tf._FusedMatMulInputs, tf._FusedMatMulAttrs>;
}

/** Lowerings of matrix products, contractions, diagonals and normalization. */
export const linearAlgebraKernels: LinearAlgebra = {
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) =>
    contract([a, b], (x, y) => batchMatMul(x!, y!, transposeA, transposeB)),
  Diag({ x }) {
    const d = shapes.flatten(x);
    return shapes.reshape(shapes.diag(d), [...x.shape, ...x.shape]);
  },
  Einsum(operands, { equation }) {
    const text = equation.replace(/\s/g, '');
    // checks the equation: labels, number of operands, sizes
    const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(text, operands.length);
    tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as unknown as tf.Tensor[]);
    const [left, output] = text.split('->') as [string, string];
    return contract(operands, (...xs) => einsum(xs, left.split(','), output));
  },
  FusedBatchNorm({ x, scale, offset, mean, variance }, { varianceEpsilon }) {
    const centred = ops.sub(toReal(x), mean);
    const scaled = ops.div(centred, ops.sqrt(ops.add(variance, varianceEpsilon)));
    const y = scale === undefined ? scaled : ops.mul(scaled, scale);
    return offset === undefined ? y : ops.add(y, offset);
  },
  LRN({ x }, { depthRadius, bias, alpha, beta }) {
    const axis = x.shape.length - 1;
    const over = (along: number, idle: number): number[] =>
      x.shape.map((_, i) => (i === axis ? along : idle));
    const margin = over(depthRadius, 0);
    const total = windows.poolSum(ops.square(x), over(2 * depthRadius + 1, 1), { low: margin, high: margin });
    return ops.mul(x, ops.pow(ops.add(ops.mul(total, alpha), bias), -beta));
  },
  MatrixBandPart({ input, numLower, numUpper }) {
    const r = input.shape.length;
    const [rows, columns] = [r - 2, r - 1].map((a) => shapes.iota(input.builder, input.shape, a));
    const distance = ops.sub(rows!, columns!);
    // a negative width keeps the whole triangle
    const kept = (d: Node, width: Node): Node =>
      ops.or(ops.lt(ops.cast(width, 'i32'), 0), ops.le(d, ops.cast(width, 'i32')));
    return ops.select(ops.and(kept(distance, numLower), kept(ops.neg(distance), numUpper)), input, 0);
  },
  _FusedMatMul(
    { a, b, bias, preluActivationWeights },
    { transposeA, transposeB, activation: name, leakyreluAlpha },
  ) {
    const product = contract([a, b], (x, y) => batchMatMul(x!, y!, transposeA, transposeB));
    const shifted = bias === undefined ? product : ops.add(product, bias);
    const y = activation(name, shifted, preluActivationWeights, leakyreluAlpha);
    if (y === undefined)
      throw stagingError('kernel', `_FusedMatMul with activation '${name}'`, 'tf.fused.matMul');
    return y;
  },
};
