/**
 * Element-wise functions of nodes as functions of tensors and numbers.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Node } from '../ir/index.js';
import { lift } from '../staging/index.js';

/** A tensor, or a number that stands for a scalar. */
export type Operand = tf.Tensor | number;

/** f of one tensor. */
export const lifted1 = <T extends tf.Tensor>(x: T, f: (x: Node) => Node): T =>
  lift([x], (_, n) => f(n!))[0] as T;

/** f of two operands. */
export const lifted2 = (x: Operand, y: Operand, f: (x: Node, y: Node) => Node): tf.Tensor =>
  lift([x, y], (_, a, b) => f(a!, b!))[0] as tf.Tensor;

/** f of three operands. */
export const lifted3 = (
  x: Operand,
  y: Operand,
  z: Operand,
  f: (x: Node, y: Node, z: Node) => Node,
): tf.Tensor => lift([x, y, z], (_, a, b, c) => f(a!, b!, c!))[0] as tf.Tensor;
