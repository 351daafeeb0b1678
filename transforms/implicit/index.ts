/**
 * Solvers as layers: solutions differentiated through the equations that they satisfy.
 *
 * @module
 */
export { implicit, type ImplicitOptions } from './implicit.js';
export { minimize, type MinimizeOptions } from './minimize.js';
export { root, type RootOptions } from './root.js';
export { statusOf, type Solution, type SolverState, type SolveStats } from './solution.js';
export { describeStatus, type Status } from '../../src/optimize/status.js';
export { newton, type NewtonOptions } from '../../src/optimize/solvers/newton.js';
export { newtonRoot } from '../../src/optimize/solvers/newton-root.js';
export { gradientDescent, type GradientDescentOptions } from '../../src/optimize/solvers/gradient-descent.js';
export { lbfgs, type LbfgsOptions } from '../../src/optimize/solvers/lbfgs.js';
export type { Solver } from '../../src/optimize/solvers/solver.js';
export type { Tolerance } from '../../src/optimize/solvers/solve.js';
