/**
 * The driver: steps a solver in one staged loop until the optimality residual is small or nothing helps.
 *
 * @module
 */
import { stepLimit, toleranceOf } from '../../autodiff/index.js';
import { formatAval, ops, type Builder, type Node } from '../../ir/index.js';
import { whileNodes } from '../../numerics/control-nodes.js';
import { allFinite, norm } from '../../numerics/linear-nodes.js';
import { running, statuses, type Status } from '../status.js';
import type { Point, Problem, ProblemKind } from './problem.js';
import type { Memory, Solver } from './solver.js';

/** The solve has converged where ‖residual‖₂ ≤ absolute + relative · ‖residual at the start‖₂. */
export interface Tolerance {
  /** Default 1e-10. */
  readonly absolute?: number;
  /** Default 1e-10. */
  readonly relative?: number;
}

/** When to stop. */
export interface StopOptions {
  /** One number stands for both parts; default 1e-10. */
  readonly tol?: number | Tolerance;
  /** Step limit, whole or Infinity; default 200. */
  readonly maxSteps?: number;
}

/** The result of a solve: nodes, one lane each under batching. */
export interface Solved {
  readonly x: Node;
  /** i32 scalar: a code of `statuses`. */
  readonly code: Node;
  /** ‖residual‖₂ at x. */
  readonly residual: Node;
  /** i32 scalar: steps made. */
  readonly steps: Node;
  readonly memory: Memory;
}

/** Above this factor times 1 + the norm at the start, of the residual or of the variables, the iterates run away. */
const runaway = 1e10;

/** Both parts of a tolerance. Throws if one is negative or NaN. */
export function tolerance(tol: number | Tolerance = {}): Required<Tolerance> {
  const both =
    typeof tol === 'number' ? { absolute: tol, relative: tol } : { absolute: 1e-10, relative: 1e-10, ...tol };
  for (const part of Object.values(both)) toleranceOf('tol', part);
  return both;
}

/** The memory to start with: a fresh one, or the given one, which must be of the same names, shapes and types. */
function memoryOf(solver: Solver, fresh: Memory, given: Memory | undefined): Memory {
  if (given === undefined) return fresh;
  const form = (m: Memory): string =>
    Object.keys(m)
      .sort()
      .map((name) => `${name}: ${formatAval(m[name]!.avals[0]!)}`)
      .join(', ');
  const [expected, found] = [form(fresh), form(given)];
  if (expected === found) return given;
  throw new Error(
    `state: expected that of a solution by the same solver, ${solver.name}, of the same sizes, {${expected}}, found {${found}}`,
  );
}

/**
 * Runs `solver` on `problem` from x0[n], with the operations in `b`. A step that leads to NaN or infinity is taken back
 * and ends the solve with `nonfinite`. `memory` continues an earlier solve of the same solver and size; another is refused.
 */
export function solve<K extends ProblemKind>(
  b: Builder,
  solver: Solver<K>,
  problem: Problem<K>,
  x0: Node,
  options: StopOptions = {},
  memory?: Memory,
): Solved {
  const maxSteps = stepLimit('maxSteps', options.maxSteps ?? 200);
  const { absolute, relative } = tolerance(options.tol);
  const start = problem.at(b.lift(x0));
  const startNorm = norm(start.residual);
  const target = ops.add(absolute, ops.mul(relative, startNorm));
  const highest = ops.mul(runaway, ops.add(1, startNorm));
  const farthest = ops.mul(runaway, ops.add(1, norm(start.x)));
  const kept = memoryOf(solver, solver.init(b, x0.shape[0]!), memory);
  const names = Object.keys(kept);
  const code = (of: Status): Node => ops.fill(b, statuses[of].code, [], 'i32');

  /** How a point ends the solve, given what the step itself reported. */
  const ending = (point: Point, finite: Node, reported: Node): Node => {
    const size = norm(point.residual);
    const away = ops.or(ops.gt(size, highest), ops.gt(norm(point.x), farthest));
    const open = ops.select(ops.and(away, ops.eq(reported, running)), code('diverged'), reported);
    return ops.select(finite, ops.select(ops.le(size, target), code('converged'), open), code('nonfinite'));
  };
  const isFinitePoint = (p: Point): Node =>
    ops.and(ops.isFinite(p.merit), ops.and(allFinite(p.residual), allFinite(p.x)));

  const first = ending(start, isFinitePoint(start), ops.fill(b, running, [], 'i32'));
  const carry = [
    first,
    ops.fill(b, 0, [], 'i32'),
    start.x,
    start.merit,
    start.residual,
    ...names.map((n) => b.lift(kept[n]!)),
  ];
  const out = whileNodes(
    b,
    carry,
    (c, steps) => ops.and(ops.eq(c!, running), ops.lt(steps!, maxSteps)),
    (_, steps, x, merit, residual, ...rest) => {
      const old: Point = { x: x!, merit: merit!, residual: residual! };
      const remembered = Object.fromEntries(names.map((n, i) => [n, rest[i]!]));
      const next = solver.step(problem, old, remembered);
      const finite = isFinitePoint(next.point);
      const keep = (now: Node, before: Node): Node => ops.select(finite, now, before);
      return [
        ending(next.point, finite, next.code),
        ops.add(steps!, 1),
        keep(next.point.x, x!),
        keep(next.point.merit, merit!),
        keep(next.point.residual, residual!),
        ...names.map((n, i) => keep(next.memory[n]!, rest[i]!)),
      ];
    },
  );
  return {
    x: out[2]!,
    code: ops.select(ops.eq(out[0]!, running), code('maxSteps'), out[0]!),
    residual: norm(out[4]!),
    steps: out[1]!,
    memory: Object.fromEntries(names.map((n, i) => [n, out[5 + i]!])),
  };
}
