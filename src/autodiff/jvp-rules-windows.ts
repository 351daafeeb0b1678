/**
 * Forward derivatives of sorting, blocks at computed positions, convolution and pooling.
 *
 * @module
 */
import { deepest, ops, shapes, windows, type Node } from '../ir/index.js';
import type { WindowFamily } from './families.js';
import { defined, derivative, instantiate, plus, through, type JvpTable } from './jvp-rule.js';

/** The elements of t at row-major positions; 0 where a position is negative. */
function elementsAt(t: Node, at: Node): Node {
  return ops.select(ops.ge(at, 0), shapes.gather(shapes.flatten(t), at), 0);
}

/** Rules of the family. */
export const jvpWindows: JvpTable<WindowFamily> = {
  // the order does not change under a small change of distinct elements
  sort: derivative(([d], _, __, { axis }, [perm]) => through(d, (t) => windows.takeAlong(t, perm!, axis))),
  dynamicSlice: derivative(([d], [, start], _, { size }) =>
    through(d, (t) => windows.dynamicSlice(t, start!, size)),
  ),
  dynamicUpdate: derivative(([dx, du], [x, u, start]) => {
    const b = deepest([dx, du].filter(defined));
    return windows.dynamicUpdate(instantiate(dx, x!.avals[0]!, b), instantiate(du, u!.avals[0]!, b), start!);
  }),
  conv: derivative(([dx, dw], [x, w], _, attrs) =>
    plus(
      through(dx, (t) => deepest([t, w!]).node('conv', attrs, [t, w!])),
      through(dw, (t) => deepest([x!, t]).node('conv', attrs, [x!, t])),
    ),
  ),
  poolSum: derivative(([d], _, __, attrs) => through(d, (t) => t.builder.node('poolSum', attrs, [t]))),
  // as for sort: which element is the greatest stays
  poolMax: derivative(([d], _, __, ___, [at]) => through(d, (t) => elementsAt(t, at!))),
};
