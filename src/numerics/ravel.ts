/**
 * Trees of real values as one vector and back.
 *
 * @module
 */
import { deepest, shapes, sizeOf, type Aval, type Node } from '../ir/index.js';

/** All elements of real nodes, one after the other, as a vector. */
export function ravel(nodes: readonly Node[]): Node {
  const flat = nodes.map(shapes.flatten);
  const b = deepest(flat);
  return shapes.concat(
    flat.map((n) => b.lift(n)),
    0,
  );
}

/** The nodes of given shapes whose {@link ravel} is `x`. */
export function unravel(x: Node, avals: readonly Aval[]): Node[] {
  let at = 0;
  return avals.map(({ shape }) => {
    const start = at;
    at += sizeOf(shape);
    return shapes.reshape(shapes.sliceAxis(x, 0, start, at), shape);
  });
}
