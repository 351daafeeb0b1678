/**
 * The typed node builder: special functions with attributes or more than two operands, and those made of others.
 *
 * @example
 * const scalar = { shape: [], dtype: 'f' } as const;
 * const graph = buildGraph([scalar, scalar, scalar], (a, b, x) => [special.betainc(a, b, x)]);
 * const [a, b, x] = [1, 2, 0.5].map((v) => hostArray([v], [], 'f'));
 * evaluate(graph, [a!, b!, x!])[0]!.data; // [0.75]
 *
 * @module
 */
import { deepest } from './builder.js';
import type { Node } from './graph.js';
import type { SpecialName, SpecialTable } from './catalogue-special.js';
import * as ops from './ops.js';

/** An operation on operands broadcast to one shape, in the deepest of their builders. */
function special<K extends SpecialName>(op: K, attrs: SpecialTable[K], operands: readonly Node[]): Node {
  const b = deepest(operands);
  const shape = operands.reduce<readonly number[] | undefined>(
    (s, x) => s && ops.broadcastShapes(s, x.shape),
    [],
  );
  if (shape === undefined) {
    throw new Error(
      `${op}: shapes ${operands.map((x) => `[${x.shape.join(',')}]`).join(', ')} do not broadcast`,
    );
  }
  return b.node(
    op,
    attrs as never,
    operands.map((x) => ops.broadcastTo(b.lift(x), shape)),
  );
}

/** ∂ᵏP(a, x)/∂aᵏ for k ≥ 1. */
export const igammaGrad = (order: number, a: Node, x: Node): Node => special('igammaGrad', { order }, [a, x]);

/** I_x(a, b). */
export const betainc = (a: Node, b: Node, x: Node): Node => special('betainc', ops.none, [a, b, x]);

/** xᵃ⁻¹ (1−x)ᵇ⁻¹/B(a, b). */
export const betaDensity = (a: Node, b: Node, x: Node): Node => special('betaDensity', ops.none, [a, b, x]);

/** ∂ⁱ⁺ʲ I_x(a, b)/∂aⁱ∂bʲ for i + j ≥ 1. */
export const betaincGrad = (i: number, j: number, a: Node, b: Node, x: Node): Node =>
  special('betaincGrad', { a: i, b: j }, [a, b, x]);

/** e^{−|x|} I_n(x). */
export const besselIe = (order: number, x: Node): Node => special('besselIe', { order }, [x]);

/** log(1 − e⁻ˣ) for x ≥ 0, from whichever of two forms does not cancel. */
export function log1mexp(x: Node): Node {
  const near = ops.log(ops.neg(ops.expm1(ops.neg(x))));
  return ops.select(ops.lt(x, Math.LN2), near, ops.log1p(ops.neg(ops.exp(ops.neg(x)))));
}
