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

/**
 * x with A x = b for symmetric positive definite A (Hestenes and Stiefel 1952), from x = 0, until the residual is at
 * most `tol` times b in the Euclidean norm.
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
  const rr0 = inner(b, b);
  const limit = ops.mul(rr0, tol * tol);
  const zero = ops.fill(b.builder, 0, [], 'i32');
  const [x] = loop(
    [ops.zerosLike(b), b, b, rr0, zero],
    (_x, _r, _p, rr, k) => ops.and(shapes.reduceMax(ops.gt(rr, limit)), ops.lt(k, maxSteps)),
    (x, r, p, rr, k) => {
      const live = ops.gt(rr, limit);
      const keep = (next: Node, old: Node): Node =>
        ops.select(next.shape.length === live.shape.length ? live : wide(live), next, old);
      const ap = matvec(p);
      const alpha = wide(ops.div(rr, inner(p, ap)));
      const r1 = ops.sub(r, ops.mul(alpha, ap));
      const rr1 = inner(r1, r1);
      const p1 = ops.add(r1, ops.mul(wide(ops.div(rr1, rr)), p));
      return [keep(ops.add(x, ops.mul(alpha, p)), x), keep(r1, r), keep(p1, p), keep(rr1, rr), ops.add(k, 1)];
    },
  );
  return x!;
}
