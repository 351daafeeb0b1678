/**
 * Credit: the part of a cost that a choice is answerable for.
 *
 * @module
 */
import { ops, shapes, type Node, type Shape } from '../../src/ir/index.js';
import { alignments, type Alignment } from './alignment.js';
import { ancestry, dependents } from './dependence.js';
import { linearTerms, weighted, type Term } from './linear-terms.js';

/**
 * The learning signal of a choice: the sum of those terms of the cost that depend on it by data flow, for each of its
 * elements those that depend on that element.
 *
 *     ∇E cost ∋ E [ signal · ∇ log p(choice) ]
 *
 * What does not depend on the choice has expectation zero in that product and is left out, which keeps the estimate
 * unbiased and lowers its variance.
 *
 * @param cost a scalar. @param choice the drawn value as programs were given it. @param elements shape of its log density.
 * @returns a node that broadcasts to `elements`, or undefined if nothing depends on the choice.
 */
export function creditOf(cost: Node, choice: Node, elements: Shape): Node | undefined {
  const nodes = ancestry(cost);
  const dependent = dependents(choice, nodes);
  const terms = linearTerms(cost, nodes, dependent);
  if (terms.length === 0) return undefined;
  const aligned = alignments(choice, elements.length, nodes, dependent);
  return terms.map((t) => layOut(t, aligned.get(t.term)!, elements)).reduce((s, t) => ops.add(s, t));
}

/** A term summed over the axes that are not aligned with the choice's, the others in the choice's order. */
function layOut(term: Term, alignment: Alignment, elements: Shape): Node {
  const whole = weighted(term);
  // Two axes of one element may be followed to one axis: the first keeps it.
  const kept = alignment.flatMap((p, axis) =>
    p === undefined || alignment.indexOf(p) < axis ? [] : [{ p, axis }],
  );
  const summed = whole.shape.map((_, i) => i).filter((i) => !kept.some(({ p }) => p === i));
  const rest = shapes.reduceSum(whole, summed);
  const inOrder = [...kept].sort((a, b) => a.p - b.p);
  const laid = shapes.transpose(
    rest,
    kept.map((k) => inOrder.indexOf(k)),
  );
  return shapes.reshape(
    laid,
    elements.map((d, axis) => (kept.some((k) => k.axis === axis) ? d : 1)),
  );
}
