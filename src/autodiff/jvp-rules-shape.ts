/**
 * Forward derivatives of leaves, shape operations, reductions and contractions.
 *
 * @module
 */
import { deepest, ops, shapes, type Node, type OpName, type Shape } from '../ir/index.js';
import type { ShapeName } from './families.js';
import {
  defined,
  derivative,
  flat,
  instantiate,
  plus,
  through,
  type JvpRule,
  type JvpTable,
} from './jvp-rule.js';

/** The rule of an operation that is linear in its first operand and has no other differentiable one. */
function linear<K extends OpName>(): JvpRule<K> {
  return (step) => {
    const { op, attrs, primals, tangents, builder } = step;
    const [d] = tangents;
    const out = builder.nodes(op, attrs, primals);
    return {
      out,
      tangents: [through(d, (t) => deepest([t, ...primals]).node(op, attrs, [t, ...primals.slice(1)]))],
    };
  };
}

/** `y` repeated along the reduced axes of a value of the given shape. */
function along(y: Node, shape: Shape, axes: readonly number[]): Node {
  return shapes.broadcast(
    y,
    shape,
    shape.map((_, i) => i).filter((i) => !axes.includes(i)),
  );
}

/** Elements that equal the extremum share its tangent equally. */
const extremum: JvpRule<'reduceMax' | 'reduceMin'> = derivative(([d], [x], y, { axes }) =>
  through(d, (t) => {
    const hit = ops.eq(x!, along(y, x!.shape, axes));
    const count = shapes.reduceSum(ops.cast(hit, 'f'), axes);
    return ops.div(shapes.reduceSum(ops.select(hit, t, 0), axes), count);
  }),
);

/**
 * Products of the other factors, without division: halves are multiplied pairwise, so a tangent takes log₂ n steps and
 * zeros among the factors are harmless at any order.
 */
const product: JvpRule<'reduceProd'> = derivative(([d], [x], _, { axes }) =>
  through(d, (t) => {
    const kept = x!.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const shape = kept.map((i) => x!.shape[i]!);
    const n = axes.reduce((s, a) => s * x!.shape[a]!, 1);
    const front = (v: Node): Node => shapes.reshape(shapes.transpose(v, [...axes, ...kept]), [n, ...shape]);
    let [value, tangent] = [front(x!), front(t)];
    for (let m = n; m > 1; m = Math.ceil(m / 2)) {
      const half = Math.floor(m / 2);
      const cut = (v: Node, from: number, to: number): Node => shapes.sliceAxis(v, 0, from, to);
      const [a, b, rest] = [cut(value, 0, half), cut(value, half, 2 * half), cut(value, 2 * half, m)];
      const [da, db, drest] = [
        cut(tangent, 0, half),
        cut(tangent, half, 2 * half),
        cut(tangent, 2 * half, m),
      ];
      const [p, dp] = [ops.mul(a, b), ops.add(ops.mul(da, b), ops.mul(db, a))];
      value = m % 2 === 0 ? p : shapes.concat([p, rest], 0);
      tangent = m % 2 === 0 ? dp : shapes.concat([dp, drest], 0);
    }
    return n === 0 ? ops.fill(t.builder, 0, shape) : shapes.reshape(tangent, shape);
  }),
);

/** Rules of the operations that are neither element-wise, decompositions nor control flow. */
export const jvpShapes: JvpTable<ShapeName> = {
  input: flat(),
  const: flat(),
  iota: flat(),
  proj: flat(),
  isNaN: flat(),
  isFinite: flat(),
  compare: flat(),
  select: derivative(([, da, db], [c]) =>
    da === undefined && db === undefined ? undefined : ops.select(c!, da ?? 0, db ?? 0),
  ),
  cast: derivative(([d], _, y) => (y.dtype === 'f' ? d : undefined)),
  broadcast: linear(),
  reshape: linear(),
  transpose: linear(),
  slice: linear(),
  pad: derivative(([d], _, __, { low, high, interior }) =>
    through(d, (t) => shapes.pad(t, low, high, interior, 0)),
  ),
  concat: derivative((d, x, _, { axis }) => {
    const b = deepest(d.filter(defined));
    return b.node(
      'concat',
      { axis },
      d.map((t, i) => instantiate(t, x[i]!, b)),
    );
  }),
  reverse: linear(),
  gather: linear(),
  scatterAdd: derivative(([, du], [i], _, { axis, batchDims, size }) =>
    through(du, (t) => shapes.scatterAdd(i!, t, size, axis, batchDims)),
  ),
  reduceSum: linear(),
  reduceProd: product,
  reduceMax: extremum,
  reduceMin: extremum,
  argMax: flat(),
  argMin: flat(),
  cumsum: linear(),
  dot: derivative(([da, db], [a, b], _, attrs) =>
    plus(
      through(da, (t) => shapes.dot(t, b!, attrs)),
      through(db, (t) => shapes.dot(a!, t, attrs)),
    ),
  ),
  randomBits: flat(),
  threefry: flat(),
};
