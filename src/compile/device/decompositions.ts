/**
 * Device rules of decompositions and triangular systems: elimination column by column, unrolled into a graph. A matrix
 * of n columns becomes some ten operations for each, on a whole stack of matrices at once.
 *
 * @module
 */
import { hostArray, ops, shapes, sizeOf, type Node } from '../../ir/index.js';
import type { DeviceTable } from './rule.js';

type Name = 'cholesky' | 'triangularSolve' | 'lu' | 'qr' | 'eigh' | 'svd';

/** A stack of matrices with one leading axis. */
function stackOf(a: Node): Node {
  return shapes.reshape(a, [sizeOf(a.shape.slice(0, -2)), ...a.shape.slice(-2)]);
}

const column = (x: Node): Node => shapes.expandDims(x, 2);
const rowOf = (x: Node): Node => shapes.expandDims(x, 1);

/** Block [r0, r1) × [c0, c1) of each matrix. */
const block = (a: Node, r0: number, r1: number, c0: number, c1: number): Node =>
  shapes.slice(a, [0, r0, c0], [a.shape[0]!, r1, c1]);

/** A bool constant over rows and columns. */
function mask(a: Node, holds: (i: number, j: number) => boolean): Node {
  const [m, n] = a.shape.slice(-2) as [number, number];
  const values = Array.from({ length: m * n }, (_, p) => Number(holds(Math.floor(p / n), p % n)));
  return a.builder.constant(hostArray(values, [m, n], 'bool'));
}

/** L by columns: each is taken off the rest of the matrix. */
function cholesky(a: Node): Node {
  let rest = stackOf(a);
  const [b, n] = rest.shape as [number, number, number];
  const columns: Node[] = [];
  const pivots: Node[] = [];
  for (let j = 0; j < n; j++) {
    const m = n - j;
    const pivot = block(rest, 0, 1, 0, 1);
    const l = ops.div(block(rest, 0, m, 0, 1), ops.sqrt(pivot));
    pivots.push(pivot);
    columns.push(j === 0 ? l : shapes.pad(l, [0, j, 0], [0, 0, 0]));
    if (m === 1) break;
    const below = shapes.slice(l, [0, 1, 0], [b, m, 1]);
    rest = ops.sub(block(rest, 1, m, 1, m), ops.mul(below, shapes.reshape(below, [b, 1, m - 1])));
  }
  const definite = shapes.reduceMin(ops.gt(shapes.concat(pivots, 1), 0), [1, 2]);
  const full = shapes.concat(columns, 2);
  const lost = ops.and(
    shapes.reshape(ops.not(definite), [b, 1, 1]),
    mask(full, (i, j) => i >= j),
  );
  return shapes.reshape(ops.select(lost, NaN, full), a.shape);
}

/** Substitution: each row of X, as it is known, is taken off the rows that remain. */
function triangularSolve(a0: Node, b0: Node, forward: boolean, unit: boolean): Node {
  const a = stackOf(a0);
  let rest = stackOf(b0);
  const [b, n, k] = rest.shape as [number, number, number];
  const rows: Node[] = [];
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const here = forward ? 0 : n - 1 - step;
    const left = n - step;
    const right = block(rest, here, here + 1, 0, k);
    const x = unit ? right : ops.div(right, block(a, i, i + 1, i, i + 1));
    rows.push(x);
    if (left === 1) break;
    const factors = forward ? block(a, i + 1, n, i, i + 1) : block(a, 0, i, i, i + 1);
    const others = forward ? block(rest, 1, left, 0, k) : block(rest, 0, left - 1, 0, k);
    rest = ops.sub(others, ops.mul(factors, x));
  }
  const ordered = forward ? rows : rows.reverse();
  return shapes.reshape(n === 0 ? shapes.reshape(rest, [b, n, k]) : shapes.concat(ordered, 1), b0.shape);
}

/** Elimination with row exchanges; rows are exchanged by a gather, so that each matrix of a stack has pivots of its own. */
function lu(a: Node): [Node, Node] {
  const { builder } = a;
  let m = stackOf(a);
  const [b, n] = m.shape as [number, number, number];
  const rows = shapes.iota(builder, [b, n], 1);
  let perm = rows;
  for (let k = 0; k < n; k++) {
    const magnitudes = ops.abs(shapes.reshape(block(m, k, n, k, k + 1), [b, n - k]));
    // NaN is greater than nothing: it stays where it stands, but is not fetched
    const instead = Array.from({ length: n - k }, (_, i) => (i === 0 ? Infinity : -1));
    const candidates = ops.select(ops.isNaN(magnitudes), ops.constant(builder, instead, [n - k]), magnitudes);
    const best = candidates.builder.node('argMax', { axis: 1 }, [candidates]);
    const pivotRow = shapes.expandDims(ops.add(best, k), 1);
    const swapped = ops.select(ops.eq(rows, pivotRow), k, rows);
    const order = ops.select(ops.eq(rows, k), ops.broadcastTo(pivotRow, [b, n]), swapped);
    m = shapes.gather(m, order, 1, 1);
    perm = shapes.gather(perm, order, 1, 1);
    if (k === n - 1) break;
    const pivot = block(m, k, k + 1, k, k + 1);
    const below = block(m, 0, n, k, k + 1);
    // a column of zeros has nothing to eliminate
    const factors = ops.div(below, ops.select(ops.eq(pivot, 0), 1, pivot));
    const reduced = ops.sub(m, ops.mul(factors, block(m, k, k + 1, 0, n)));
    m = ops.select(
      mask(m, (i, j) => i > k && j > k),
      reduced,
      ops.select(
        mask(m, (i, j) => i > k && j === k),
        factors,
        m,
      ),
    );
  }
  return [shapes.reshape(m, a.shape), shapes.reshape(perm, a.shape.slice(0, -1))];
}

/** Householder reflections, applied to the matrix and gathered in Q; then signs that make the diagonal of R non-negative. */
function qr(a: Node): [Node, Node] {
  const { builder } = a;
  let r = stackOf(a);
  const [b, m, n] = r.shape as [number, number, number];
  const k = Math.min(m, n);
  const finite = shapes.reduceMin(ops.isFinite(r), [1, 2], true);
  let q = shapes.broadcast(shapes.eye(builder, m), [b, m, m], [1, 2]);
  for (let j = 0; j < Math.min(k, m - 1); j++) {
    const x = block(r, j, m, j, j + 1);
    // scaled, so that no square leaves the range of float32
    const largest = shapes.reduceMax(ops.abs(x), 1, true);
    const scaled = ops.div(x, ops.select(ops.gt(largest, 0), largest, 1));
    const norm = ops.sqrt(shapes.reduceSum(ops.square(scaled), 1, true));
    const head = shapes.slice(scaled, [0, 0, 0], [b, 1, 1]);
    const first = ops.add(head, ops.select(ops.lt(head, 0), ops.neg(norm), norm));
    const v = shapes.concat([first, shapes.slice(scaled, [0, 1, 0], [b, m - j, 1])], 1);
    const length = shapes.reduceSum(ops.square(v), 1, true);
    const beta = ops.div(2, ops.select(ops.gt(length, 0), length, 1));
    const whole = j === 0 ? v : shapes.pad(v, [0, j, 0], [0, 0, 0]);
    const across = shapes.matrixTranspose(whole);
    r = ops.sub(r, ops.mul(ops.mul(beta, whole), shapes.matmul(across, r)));
    q = ops.sub(q, ops.mul(shapes.matmul(q, whole), ops.mul(beta, across)));
  }
  const onDiagonal = mask(block(r, 0, k, 0, n), (i, j) => i === j);
  const top = ops.select(
    mask(block(r, 0, k, 0, n), (i, j) => j >= i),
    block(r, 0, k, 0, n),
    0,
  );
  const diagonal = shapes.reduceSum(ops.select(onDiagonal, top, 0), 2);
  const signs = ops.select(ops.lt(diagonal, 0), -1, ops.fill(builder, 1, diagonal.shape));
  const or = (x: Node): Node => ops.select(finite, x, NaN);
  const lead = a.shape.slice(0, -2);
  return [
    shapes.reshape(or(ops.mul(block(q, 0, m, 0, k), rowOf(signs))), [...lead, m, k]),
    shapes.reshape(or(ops.mul(top, column(signs))), [...lead, k, n]),
  ];
}

/** Rules of the family. */
export const decompositions: Pick<DeviceTable, Name> = {
  cholesky: { compose: (_, [a]) => [cholesky(a!)] },
  triangularSolve: {
    compose: ({ lower, transposeA, unitDiagonal }, [a, b]) => {
      const matrix = transposeA ? shapes.matrixTranspose(a!) : a!;
      return [triangularSolve(matrix, b!, lower !== transposeA, unitDiagonal)];
    },
  },
  lu: { compose: (_, [a]) => lu(a!) },
  qr: { compose: (_, [a]) => qr(a!) },
  eigh: { refuse: 'its iteration needs as many steps as the data ask for, and float64' },
  svd: { refuse: 'its iteration needs as many steps as the data ask for, and float64' },
};
