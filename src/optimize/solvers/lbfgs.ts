/**
 * Limited-memory BFGS.
 *
 * @module
 */
import { ops, shapes, type Node } from '../../ir/index.js';
import { scanNodes } from '../../numerics/control-nodes.js';
import { inner } from '../../numerics/linear-nodes.js';
import { running, statuses } from '../status.js';
import { lineSearch } from './line-search.js';
import type { Memory, Solver } from './solver.js';

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** Number m of remembered steps; default 10. */
  readonly memory?: number;
}

/**
 * x ← x − t H ∇f(x), where H is the inverse Hessian that the last m steps s and gradient changes y imply (Nocedal 1980),
 * and t satisfies the weak Wolfe conditions, so that sᵀy > 0.
 *
 * Memory: s[m, n], y[m, n] with the newest row last, rho[m] = 1/sᵀy (0 in unused rows, which then have no effect) and the
 * scaling gamma = sᵀy/yᵀy of the newest row. Cost O(mn) a step.
 *
 * @param options `memory` m, default 10.
 * @throws Error if `memory` is not a positive integer.
 * @example
 * ```ts
 * // Rosenbrock's valley
 * const f = ({ x, y }: { x: tf.Tensor; y: tf.Tensor }) =>
 *   tf.add(tf.square(tf.sub(1, x)), tf.mul(100, tf.square(tf.sub(y, tf.square(x)))));
 * const { x, y } = minimize(f, { x: tensor(-1.2), y: tensor(1) }, undefined, { solver: lbfgs() }).value;
 * tf.stack([x, y]); // [1, 1]
 * ```
 */
export function lbfgs(options: LbfgsOptions = {}): Solver<'minimize'> {
  const { memory: m = 10 } = options;
  if (!Number.isInteger(m) || m < 1)
    throw new Error(`lbfgs: expected a memory of at least 1 step, found ${m}`);
  return {
    name: 'lbfgs',
    solves: 'minimize',
    init: (b, n) => ({
      s: ops.fill(b, 0, [m, n]),
      y: ops.fill(b, 0, [m, n]),
      rho: ops.fill(b, 0, [m]),
      gamma: ops.fill(b, 0),
    }),
    step(problem, point, memory) {
      const g = point.residual;
      // the first step has no scale yet: one of length min(1, 1/‖g‖)·‖g‖
      const size = inner(g, g);
      const fresh = ops.div(1, ops.maximum(1, ops.sqrt(size)));
      const gamma = ops.select(ops.gt(memory.gamma!, 0), memory.gamma!, fresh);
      const quasi = ops.neg(twoLoop(memory, gamma, g));
      const downhill = ops.lt(inner(g, quasi), 0);
      const d = ops.select(downhill, quasi, ops.neg(ops.mul(fresh, g)));
      const found = lineSearch(problem, point, d, inner(g, d), { first: 1, wolfe: true });
      const moved = ops.gt(found.length, 0);
      return {
        point: found.point,
        memory: remember(memory, ops.sub(found.point.x, point.x), ops.sub(found.point.residual, g)),
        code: ops.select(moved, running, ops.fill(moved.builder, statuses.stagnated.code, [], 'i32')),
      };
    },
  };
}

/** H g by the two-loop recursion, from the newest step to the oldest and back. */
function twoLoop({ s, y, rho }: Memory, gamma: Node, g: Node): Node {
  const m = rho!.shape[0]!;
  const rows = [s!, y!, rho!];
  const down = scanNodes(
    g.builder,
    [g],
    rows,
    m,
    (q, si, yi, ri) => {
      const alpha = ops.mul(ri!, inner(si!, q!));
      return [ops.sub(q!, ops.mul(alpha, yi!)), alpha];
    },
    true,
  );
  const up = scanNodes(
    g.builder,
    [ops.mul(gamma, down.carry[0]!)],
    [...rows, down.ys[0]!],
    m,
    (r, si, yi, ri, alpha) => {
      const beta = ops.mul(ri!, inner(yi!, r!));
      return [ops.add(r!, ops.mul(ops.sub(alpha!, beta), si!))];
    },
  );
  return up.carry[0]!;
}

/** Memory with the step s and gradient change y, unless sᵀy is not safely positive. */
function remember(memory: Memory, s: Node, y: Node): Memory {
  const m = memory.rho!.shape[0]!;
  const sy = inner(s, y);
  const yy = inner(y, y);
  const good = ops.gt(sy, ops.mul(Number.EPSILON, yy));
  const push = (rows: Node, row: Node): Node => {
    const next = shapes.concat([shapes.sliceAxis(rows, 0, 1, m), shapes.expandDims(row, 0)], 0);
    return ops.select(good, next, rows);
  };
  const safe = (v: Node): Node => ops.select(good, v, 1);
  return {
    s: push(memory.s!, s),
    y: push(memory.y!, y),
    rho: push(memory.rho!, ops.div(1, safe(sy))),
    gamma: ops.select(good, ops.div(sy, safe(yy)), memory.gamma!),
  };
}
