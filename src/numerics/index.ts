/**
 * Control flow, linear algebra and special functions that tfjs lacks.
 *
 * @module
 */
export { cond } from './cond.js';
export { switchCase } from './switch-case.js';
export { scan, type ScanOptions } from './scan.js';
export { whileLoop } from './while-loop.js';
export { foriLoop } from './fori-loop.js';
export { cholesky } from './cholesky.js';
export { solveTriangular, type TriangularOptions } from './solve-triangular.js';
export { solve, inv, lstsq } from './solve.js';
export {
  lu,
  qr,
  eigh,
  svd,
  type Lu,
  type Qr,
  type QrOptions,
  type Eigh,
  type Svd,
} from './decompositions.js';
export { det, slogdet, type SignLogDet } from './det.js';
export { expm } from './expm.js';
export { linearSolve, type LinearSolveOptions } from './linear-solve.js';
export { logsumexp } from './logsumexp.js';
export { softplus } from './softplus.js';
export { digamma, igamma, igammac, lgamma, polygamma, randomGammaGrad } from './gamma.js';
export { betainc, lbeta } from './beta.js';
export { i0e, i1e } from './bessel.js';
export { erfinv } from './erfinv.js';
export { log1mexp, logNdtr, xlog1py, xlogy } from './logarithms.js';
