/**
 * Control flow, linear algebra and special functions that tfjs lacks.
 *
 * @module
 */
export { cond } from './cond.js';
export { scan, type ScanOptions } from './scan.js';
export { whileLoop } from './while-loop.js';
export { foriLoop } from './fori-loop.js';
export { cholesky } from './cholesky.js';
export { solveTriangular, type TriangularOptions } from './solve-triangular.js';
export { linearSolve, type LinearSolveOptions } from './linear-solve.js';
export { logsumexp } from './logsumexp.js';
export { softplus } from './softplus.js';
