/**
 * The form of a solver: `init` and `step` over plain records of nodes, without a derivative rule of its own.
 *
 * @module
 */
import type { Builder, Node } from '../../ir/index.js';
import type { Point, Problem, ProblemKind } from './problem.js';

/** What a solver carries from step to step beside the point: a record of nodes with fixed names and avals. */
export type Memory = Readonly<Record<string, Node>>;

/** The result of one step. */
export interface Step {
  readonly point: Point;
  readonly memory: Memory;
  /** i32 scalar: `running`, or the code of the way in which the step failed; the point is then the old one. */
  readonly code: Node;
}

/**
 * An algorithm for one kind of problem. It is a value: the problem is never stored in it, and whether to stop is the
 * driver's business (`solve`), except where a step cannot be made.
 */
export interface Solver<K extends ProblemKind = ProblemKind> {
  readonly name: string;
  readonly solves: K;
  /** Fresh memory for a problem of `n` variables, made in `b`. */
  init(b: Builder, n: number): Memory;
  step(problem: Problem<K>, point: Point, memory: Memory): Step;
}
