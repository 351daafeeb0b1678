/**
 * Construction of linear solves: the `linearSolve` operation with a solver for each `LinearMethod`.
 *
 * @module
 */
import {
  closure,
  deepest,
  inline,
  ops,
  shapes,
  type Builder,
  type LinearMethod,
  type Node,
} from '../ir/index.js';
import { batchInto } from './batch.js';
import { conjugateGradient } from './krylov.js';
import { stepLimit, toleranceOf } from './limits.js';
import { closures } from './subgraph.js';
import { transposeInto } from './transpose.js';

/** A pair of functions that solve A x = b and Aᵀ x = b. */
interface Solvers {
  readonly solve: (b: Node) => Node;
  readonly transposeSolve: (b: Node) => Node;
}

const column = (b: Node): Node => shapes.expandDims(b, -1);
const flat = (x: Node): Node => shapes.reshape(x, x.shape.slice(0, -1));

/** A = L Lᵀ: two triangular solves. */
function choleskySolvers(a: Node): Solvers {
  const l = shapes.cholesky(a);
  const solve = (b: Node): Node =>
    flat(shapes.triangularSolve(l, shapes.triangularSolve(l, column(b)), { transposeA: true }));
  return { solve, transposeSolve: solve };
}

/** A[perm] = L U: solve L U x = b[perm]; for Aᵀ x = b: Uᵀ Lᵀ x[perm] = b. */
function luSolvers(a: Node): Solvers {
  const [f, perm] = a.builder.nodes('lu', ops.none, [a]);
  const r = a.shape.length;
  const n = a.shape[r - 1]!;
  const lower = { unitDiagonal: true };
  const upper = { lower: false };
  return {
    solve: (b) => {
      const rows = shapes.gather(b, perm!, r - 2, r - 2);
      return flat(shapes.triangularSolve(f!, shapes.triangularSolve(f!, column(rows), lower), upper));
    },
    transposeSolve: (b) => {
      const w = shapes.triangularSolve(f!, column(b), { ...upper, transposeA: true });
      return shapes.scatterAdd(
        perm!,
        flat(shapes.triangularSolve(f!, w, { ...lower, transposeA: true })),
        n,
        r - 2,
        r - 2,
      );
    },
  };
}

/**
 * x with A x = b, where A is given by x ↦ A x: the `linearSolve` operation, differentiable to any order in everything
 * that `matvec` closes over and in b, in both modes, and batchable.
 *
 * Dense methods (`cholesky`, `lu`) find the matrix by applying `matvec` to the unit vectors and factor it once, beside
 * the operation; `cg` and `normalCg` iterate in a `while` and never form it. `damping` adds its multiple of the
 * identity to A. An operator that does not fit the method (not positive definite, singular) gives values that are not
 * finite, or the last iterate.
 *
 * @param matvec - x ↦ A x, linear, made of graph operations; may close over nodes of `builder` and of those around it.
 * @param b - Right-hand side [n], or [..., n] for independent systems: then `matvec` maps each to its own.
 * @param method - How to solve.
 * @param builder - Where the operator lives: its matrix and factors are made there, even if b is in a deeper recording.
 * @param matrix - A[..., n, n] itself (with the damping), if it is at hand; else the dense methods make it.
 */
export function linearSolveNodes(
  matvec: (x: Node) => Node,
  b: Node,
  method: LinearMethod,
  builder: Builder,
  matrix?: Node,
): Node {
  const { kind, damping = 0 } = method;
  const tol = toleranceOf('tol', method.tol ?? 1e-12);
  const aval = b.avals[0]!;
  const n = aval.shape[aval.shape.length - 1]!;
  const maxSteps = stepLimit('maxSteps', method.maxSteps ?? 10 * n);
  const operator = (x: Node): Node => (damping === 0 ? matvec(x) : ops.add(matvec(x), ops.mul(x, damping)));
  const apply = closure(builder, [aval], (x) => [operator(x!)]);
  const at = (x: Node): Node =>
    inline(deepest([x, ...apply.captured]), apply.graph, [...apply.captured, x])[0]!;
  const transposed = (y: Node): Node => {
    const args = [...apply.captured, undefined];
    const [x] = transposeInto(apply.graph, args, [y], deepest([y, ...apply.captured])).slice(-1);
    return x ?? ops.zerosLike(y);
  };

  /** A[..., i, j], without derivatives: those go through `matvec`. */
  const dense = (): Node => {
    if (matrix !== undefined) return ops.stopGradient(matrix);
    const lanes = aval.shape.slice(0, -1);
    const axes = [0, aval.shape.length];
    const unit = shapes.broadcast(shapes.eye(builder, n), [n, ...lanes, n], axes);
    const args = [...apply.captured.map((node) => ({ node, batched: false })), { node: unit, batched: true }];
    const [columns] = batchInto(apply.graph, args, n, builder);
    const all = columns!.batched ? columns!.node : ops.broadcastTo(columns!.node, unit.shape);
    return ops.stopGradient(shapes.transpose(all, [...lanes.map((_, i) => i + 1), lanes.length + 1, 0]));
  };

  const solvers = (): Solvers => {
    switch (kind) {
      case 'cholesky':
        return choleskySolvers(dense());
      case 'lu':
        return luSolvers(dense());
      case 'cg': {
        const solve = (v: Node): Node => conjugateGradient(at, v, tol, maxSteps);
        return { solve, transposeSolve: solve };
      }
      case 'normalCg':
        return {
          solve: (v) => conjugateGradient((x) => transposed(at(x)), transposed(v), tol, maxSteps),
          transposeSolve: (v) => conjugateGradient((x) => at(transposed(x)), at(v), tol, maxSteps),
        };
      default:
        throw new Error(
          `linearSolve: the method is 'lu', 'cholesky', 'cg' or 'normalCg', found '${String(kind satisfies never)}'`,
        );
    }
  };
  const { solve, transposeSolve } = solvers();
  const { graphs, captured } = closures(builder, [
    { avals: [aval], f: (x) => [at(x!)] },
    { avals: [aval], f: (v) => [solve(v!)] },
    { avals: [aval], f: (v) => [transposeSolve(v!)] },
  ]);
  const attrs = {
    matvec: graphs[0]!,
    solve: graphs[1]!,
    transposeSolve: graphs[2]!,
    consts: captured.length,
  };
  return deepest([b, ...captured]).node('linearSolve', attrs, [...captured, b]);
}
