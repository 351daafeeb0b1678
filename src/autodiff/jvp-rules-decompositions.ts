/**
 * Forward derivatives of the orthogonal decompositions.
 *
 * Where eigenvalues or singular values coincide, the vectors that belong to them have no derivative, nor have the second
 * derivatives of these values. A gap of zero is divided by as if it were 2⁻⁵¹¹: such derivatives come out enormous,
 * where a NaN would spread, by way of 0 · NaN, to those that exist and are right: all first derivatives of values (of
 * equal ones: in any function that is symmetric in them), and, of a value that stands alone, second derivatives and the
 * first derivative of its vector. Second derivatives of vectors, and functions that put together values and vectors of
 * a group of equal values, need distinct values even where the function is smooth.
 *
 * @module
 */
import { ops, shapes, type Node } from '../ir/index.js';
import type { DecompositionName } from './families.js';
import type { JvpRule, JvpTable } from './jvp-rule.js';
import { product, rightUpperSolve, upper } from './jvp-rules-matrix.js';

const { add, mul, sub, neg } = ops;
const t = shapes.matrixTranspose;

/** 1/x, and 2⁵¹¹ for a zero: the largest power of two of which products of two are finite. */
function reciprocal(x: Node): Node {
  const zero = ops.eq(x, 0);
  return ops.select(zero, 2 ** 511, ops.div(1, ops.select(zero, 1, x)));
}

/** A matrix with the vector v[..., n] in every row of `shape`. */
function rows(v: Node, shape: readonly number[]): Node {
  return ops.broadcastTo(shapes.expandDims(v, -2), shape);
}

/** 1/(wⱼ − wᵢ) for i ≠ j and 0 on the diagonal, of wⱼ − wᵢ. */
function reciprocalGaps(gaps: Node): Node {
  const eye = shapes.eye(gaps.builder, gaps.shape[gaps.shape.length - 1]!);
  const diagonal = ops.broadcastTo(ops.ne(eye, 0), gaps.shape);
  return ops.select(diagonal, 0, reciprocal(ops.select(diagonal, 1, gaps)));
}

/**
 * With Ȧ R⁻¹ = M and C = QᵀM: Q̇ = Q Ω + (M − Q C), where Ω is antisymmetric with the lower triangle of C; then
 * Ṙ = QᵀȦ − Ω R (Walter and Lehmann 2010). A wide matrix has Q from its leading columns. Not finite where the leading
 * columns are dependent.
 */
const qr: JvpRule<'qr'> = ({ primals, tangents: [d], builder }) => {
  const [q, r] = builder.nodes('qr', ops.none, primals) as [Node, Node];
  const a = d!;
  const k = q.shape[q.shape.length - 1]!;
  const last = a.shape.length - 1;
  const leading = (x: Node): Node => shapes.sliceAxis(x, last, 0, k);
  const m = rightUpperSolve(leading(a), leading(r));
  const c = product(t(q), m);
  const low = shapes.tril(c, -1);
  const omega = sub(low, t(low));
  const square = q.shape[last - 1] === k;
  const dq = product(q, omega);
  return {
    out: [q, r],
    tangents: [square ? dq : add(dq, sub(m, product(q, c))), upper(sub(product(t(q), a), product(omega, r)))],
  };
};

/** With C = VᵀȦV: ẇ = diag C, V̇ = V (F ∘ C), F = 1/(wⱼ − wᵢ) off the diagonal. Ȧ is read from the lower triangle. */
const eigh: JvpRule<'eigh'> = ({ primals, tangents: [d], builder }) => {
  const [w, v] = builder.nodes('eigh', ops.none, primals) as [Node, Node];
  const symmetric = add(shapes.tril(d!), t(shapes.tril(d!, -1)));
  const c = product(t(v), product(symmetric, v));
  const wide = rows(w, v.shape);
  const f = reciprocalGaps(sub(wide, t(wide)));
  return { out: [w, v], tangents: [shapes.diagonal(c), product(v, mul(f, c))] };
};

/**
 * With P = UᵀȦV: ṡ = diag P, U̇ = U (F ∘ (P S + S Pᵀ)) + (I − U Uᵀ) Ȧ V S⁻¹, V̇ = V (F ∘ (S P + Pᵀ S)) + (I − V Vᵀ) Ȧᵀ U S⁻¹,
 * F = 1/(sⱼ² − sᵢ²) off the diagonal (Townsend 2016). The last terms are zero for the square factor.
 */
const svd: JvpRule<'svd'> = ({ primals, tangents: [d], builder }) => {
  const [u, s, vt] = builder.nodes('svd', ops.none, primals) as [Node, Node, Node];
  const a = d!;
  const [m, n] = a.shape.slice(-2) as [number, number];
  const k = s.shape[s.shape.length - 1]!;
  const av = product(a, t(vt));
  const p = product(t(u), av);
  const right = rows(s, [...s.shape, k]);
  const left = t(right);
  const f = mul(reciprocalGaps(sub(right, left)), reciprocal(add(right, left)));
  let du = product(u, mul(f, add(mul(p, right), mul(left, t(p)))));
  let dvt = product(neg(mul(f, add(mul(left, p), mul(t(p), right)))), vt);
  const inverse = reciprocal(s);
  if (m > k) du = add(du, mul(sub(av, product(u, p)), rows(inverse, av.shape)));
  if (n > k) {
    const ua = product(t(u), a);
    const scale = ops.broadcastTo(shapes.expandDims(inverse, -1), ua.shape);
    dvt = add(dvt, mul(scale, sub(ua, product(p, vt))));
  }
  return { out: [u, s, vt], tangents: [du, shapes.diagonal(p), dvt] };
};

/** Rules of qr, eigh and svd. */
export const jvpDecompositions: JvpTable<DecompositionName> = { qr, eigh, svd };
