/**
 * Forward derivatives of linear solves and of roots, by differentiating the equation that they satisfy.
 *
 * @module
 */
import { deepest, ops, shapes, sizeOf, type Node } from '../ir/index.js';
import type { ImplicitName } from './families.js';
import { defined, instantiate, type JvpRule, type JvpTable, type Tangent } from './jvp-rule.js';
import { linearSolveNodes } from './linear-solve.js';

/** A(c) x = b: ẋ solves A(c) ẋ = ḃ − (Ȧ) x, by the same solver. */
const linearSolve: JvpRule<'linearSolve'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { consts, matvec } = attrs;
  const x = builder.nodes('linearSolve', attrs, primals);
  const still = x.map(() => undefined);
  const changes = tangents.slice(0, consts).some(defined)
    ? jvp(matvec, [...primals.slice(0, consts), ...x], [...tangents.slice(0, consts), ...still], builder)
        .tangents
    : still;
  const rhs = x.map((_, i): Tangent => {
    const db = tangents[consts + i];
    const change = changes[i];
    if (change === undefined) return db;
    return db === undefined ? ops.neg(change) : ops.sub(db, change);
  });
  if (!rhs.some(defined)) return { out: x, tangents: still };
  const tb = deepest([...primals, ...rhs.filter(defined)]);
  const b = rhs.map((r, i) => instantiate(r, x[i]!.avals[0]!, tb));
  return { out: x, tangents: tb.nodes('linearSolve', attrs, [...primals.slice(0, consts), ...b]) };
};

/** Values side by side in one vector a system: [...lanes, n]. */
function join(xs: readonly Node[], lanes: number): Node {
  const flat = xs.map((x) => shapes.reshape(x, [...x.shape.slice(0, lanes), sizeOf(x.shape.slice(lanes))]));
  return shapes.concat(flat, lanes);
}

/** The inverse of `join`. */
function part(v: Node, like: readonly Node[], lanes: number): Node[] {
  let from = 0;
  return like.map(({ shape }) => {
    const start = from;
    from += sizeOf(shape.slice(lanes));
    return shapes.reshape(shapes.sliceAxis(v, lanes, start, from), shape);
  });
}

/** F(x, θ) = 0: ẋ solves ∂ₓF ẋ = −∂_θF θ̇ (implicit function theorem); the solver is not differentiated. */
const root: JvpRule<'root'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { optimality, inits, solutions, linear } = attrs;
  const out = builder.nodes('root', attrs, primals);
  const still = out.map(() => undefined);
  const count = primals.length - inits;
  const theta = primals.slice(0, count);
  if (!tangents.slice(0, count).some(defined)) return { out, tangents: still };
  const x = out.slice(0, solutions);
  const fixed = x.map(() => undefined);
  const change = jvp(optimality, [...x, ...theta], [...fixed, ...tangents.slice(0, count)], builder).tangents;
  if (!change.some(defined)) return { out, tangents: still };
  const tb = deepest([...primals, ...change.filter(defined)]);
  const lanes = linear.lanes ?? 0;
  const rhs = ops.neg(
    join(
      change.map((c, i) => instantiate(c, x[i]!.avals[0]!, tb)),
      lanes,
    ),
  );
  const matvec = (v: Node): Node => {
    const duals = jvp(
      optimality,
      [...x, ...theta],
      [...part(v, x, lanes), ...theta.map(() => undefined)],
      builder,
    );
    return join(
      duals.tangents.map((t, i) => instantiate(t, x[i]!.avals[0]!, v.builder)),
      lanes,
    );
  };
  const dx = part(linearSolveNodes(matvec, rhs, linear, builder), x, lanes);
  return { out, tangents: out.map((_, i) => dx[i]) };
};

/** Rules of the implicit operations. */
export const jvpImplicit: JvpTable<ImplicitName> = { linearSolve, root };
