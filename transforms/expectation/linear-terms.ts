/**
 * A cost seen as a sum of terms: the linear decomposition of a scalar.
 *
 * Users write ordinary arithmetic; which parts of it a choice can have changed is read off the graph. Let cost be a scalar
 * and D the nodes that depend on a choice. Then
 *
 *     cost = Σₜ ⟨coefficientₜ, t⟩ + (what does not depend on the choice)
 *
 * with terms t ∈ D and coefficients outside D: the view goes through sums, differences, products with factors outside D,
 * changes of layout and selections by predicates outside D, and stops at everything else. A term that a selection leaves
 * out has the coefficient zero there, and may be infinite or NaN: coefficients are kept under masks, as cotangents are.
 *
 * @module
 */
import { accumulate, rearrange, scale } from '../../src/autodiff/masked.js';
import { ops, shapes, type AnyNode, type Node } from '../../src/ir/index.js';

/** A term with its coefficient, of the term's shape. */
export interface Term {
  readonly term: Node;
  readonly coefficient: Node;
}

/** coefficient · term, element by element, and zero where the coefficient is, whatever the term is there. */
export function weighted({ term, coefficient }: Term): Node {
  return scale(coefficient, (c) => {
    const known = ops.filledWith(c);
    const product = ops.mul(c, term);
    return known === undefined || known === 0 ? ops.select(ops.eq(c, 0), 0, product) : product;
  });
}

/**
 * The terms of `cost` that depend on a choice.
 *
 * @param nodes the ancestry of `cost`, operands first. @param dependent those of them that depend on the choice.
 */
export function linearTerms(cost: Node, nodes: readonly Node[], dependent: ReadonlySet<Node>): Term[] {
  const coefficients = new Map<Node, Node>();
  const give = (n: Node, c: Node): void => {
    if (!dependent.has(n)) return;
    const before = coefficients.get(n);
    coefficients.set(n, before === undefined ? c : accumulate(before, c));
  };
  give(cost, ops.fill(cost.builder, 1));
  const terms: Term[] = [];
  // Users before operands, so that a coefficient is whole when it is passed on.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const n = nodes[i]! as AnyNode;
    const c = coefficients.get(n);
    if (c === undefined || passOn(n, c, dependent, give)) continue;
    terms.push({ term: n, coefficient: c });
  }
  return terms;
}

/** Passes the coefficient of a node on to its operands, if the node is linear in those that depend on the choice. */
function passOn(
  n: AnyNode,
  c: Node,
  dependent: ReadonlySet<Node>,
  give: (n: Node, c: Node) => void,
): boolean {
  const [a, b, d] = n.operands;
  switch (n.op) {
    case 'add':
      give(a!, c);
      give(b!, c);
      return true;
    case 'sub':
      give(a!, c);
      give(b!, scale(c, ops.neg));
      return true;
    case 'neg':
      give(a!, scale(c, ops.neg));
      return true;
    case 'stopGradient':
      give(a!, c);
      return true;
    case 'credit':
      // A surrogate of another site: zero in value, so no term.
      return true;
    case 'mul':
      if (dependent.has(a!) && dependent.has(b!)) return false;
      give(
        a!,
        scale(c, (x) => ops.mul(x, b!)),
      );
      give(
        b!,
        scale(c, (x) => ops.mul(x, a!)),
      );
      return true;
    case 'div':
      if (dependent.has(b!)) return false;
      give(
        a!,
        scale(c, (x) => ops.div(x, b!)),
      );
      return true;
    case 'select':
      if (dependent.has(a!)) return false;
      give(b!, ops.select(a!, c, 0));
      give(d!, ops.select(a!, 0, c));
      return true;
    case 'reduceSum':
      give(
        a!,
        rearrange(c, (x) =>
          shapes.broadcast(
            x,
            a!.shape,
            a!.shape.map((_, i) => i).filter((i) => !n.attrs.axes.includes(i)),
          ),
        ),
      );
      return true;
    case 'broadcast': {
      const summed = n.shape
        .map((_, i) => i)
        .filter((i) => {
          const from = n.attrs.axes.indexOf(i);
          return from < 0 || a!.shape[from] !== n.shape[i];
        });
      give(a!, shapes.reshape(shapes.reduceSum(c, summed), a!.shape));
      return true;
    }
    case 'reshape':
      give(
        a!,
        rearrange(c, (x) => shapes.reshape(x, a!.shape)),
      );
      return true;
    case 'transpose':
      give(
        a!,
        rearrange(c, (x) =>
          shapes.transpose(
            x,
            n.attrs.perm.map((_, i) => n.attrs.perm.indexOf(i)),
          ),
        ),
      );
      return true;
    default:
      return false;
  }
}
