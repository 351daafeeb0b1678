/**
 * The method of conjugate gradients as a `while` of the graph.
 *
 * @module
 */
import { closure, ops, shapes, type Node } from '../ir/index.js';

/** Repeats `step` from `init` while `test` holds; both may close over outer values. */
function loop(
  init: readonly Node[],
  test: (...carry: Node[]) => Node,
  step: (...carry: Node[]) => readonly Node[],
): Node[] {
  const builder = init[0]!.builder;
  const avals = init.map((n) => n.avals[0]!);
  const cond = closure(builder, avals, (...c) => [test(...c)]);
  const body = closure(builder, avals, step);
  return builder.nodes(
    'while',
    {
      cond: cond.graph,
      body: body.graph,
      condConsts: cond.captured.length,
      bodyConsts: body.captured.length,
    },
    [...cond.captured, ...body.captured, ...init],
  );
}

/** A direction along which A is smaller than this part of its largest value so far is one along which A is singular. */
const smallest = 1e-15;
/** A system that A cannot solve to this squared relative residual has no solution. */
const solvable = 1e-16;

/**
 * x with A x = b for symmetric positive definite A (Hestenes and Stiefel 1952), from x = 0, until the residual is at
 * most `tol` times b in the Euclidean norm.
 *
 * A direction p with pᵀAp = 0, to rounding, ends the solve: A is singular along it. The result is then the last iterate
 * if its residual is within 1e-8 of b, and NaN if not. The iteration runs on b/‖b‖∞, whose square neither overflows nor
 * vanishes; NaN or infinity in b gives NaN.
 *
 * @param matvec - x ↦ A x.
 * @param b - The right-hand side [n], or [..., n] for independent systems of which each stops by itself.
 * @param tol - Relative residual.
 * @param maxSteps - Limit of the number of steps.
 */
export function conjugateGradient(matvec: (x: Node) => Node, b: Node, tol: number, maxSteps: number): Node {
  const last = b.shape.length - 1;
  const inner = (u: Node, v: Node): Node => shapes.reduceSum(ops.mul(u, v), [last]);
  const wide = (s: Node): Node =>
    shapes.broadcast(
      s,
      b.shape,
      s.shape.map((_, i) => i),
    );
  const largest = shapes.reduceMax(ops.abs(b), [last]);
  const scale = wide(ops.select(ops.le(largest, 0), 1, largest));
  const unit = ops.div(b, scale);
  const rr0 = inner(unit, unit);
  const limit = ops.mul(rr0, tol * tol);
  const zero = ops.fill(b.builder, 0, [], 'i32');
  const [x] = loop(
    [ops.zerosLike(b), unit, unit, rr0, ops.zerosLike(rr0), zero],
    (_x, _r, _p, rr, _top, k) => ops.and(shapes.reduceMax(ops.gt(rr, limit)), ops.lt(k, maxSteps)),
    (x, r, p, rr, top, k) => {
      const live = ops.gt(rr, limit);
      const keep = (next: Node, old: Node): Node =>
        ops.select(next.shape.length === live.shape.length ? live : wide(live), next, old);
      const ap = matvec(p);
      const bend = inner(p, ap);
      const rate = ops.div(ops.abs(bend), inner(p, p));
      const top1 = ops.maximum(top, rate);
      const regular = ops.gt(rate, ops.mul(smallest, top1));
      const alpha = wide(ops.div(rr, bend));
      const r1 = ops.sub(r, ops.mul(alpha, ap));
      const rr1 = inner(r1, r1);
      const p1 = ops.add(r1, ops.mul(wide(ops.div(rr1, rr)), p));
      const ended = ops.select(wide(ops.le(rr, ops.mul(solvable, rr0))), x, NaN);
      const x1 = ops.select(wide(regular), ops.add(x, ops.mul(alpha, p)), ended);
      // a lane without residual is done
      const left = ops.select(regular, rr1, 0);
      return [keep(x1, x), keep(r1, r), keep(p1, p), keep(left, rr), keep(top1, top), ops.add(k, 1)];
    },
  );
  return ops.mul(x!, scale);
}
