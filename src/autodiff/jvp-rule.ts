/**
 * The form of a forward derivative rule, and the helpers that rules are written with.
 *
 * A tangent that is known to be zero is `undefined`: zeros are never computed with, and are made only where a result
 * must have them.
 *
 * @module
 */
import {
  ops,
  type Aval,
  type Builder,
  type Graph,
  type Node,
  type OpName,
  type OpTable,
} from '../ir/index.js';

/** A directional derivative, or `undefined` for one that is zero. */
export type Tangent = Node | undefined;

/** Results of a function and their directional derivatives. */
export interface Duals {
  readonly out: readonly Node[];
  readonly tangents: readonly Tangent[];
}

/** Forward differentiation of a graph: see `jvpInto`. */
export type JvpOf = (
  graph: Graph,
  primals: readonly Node[],
  tangents: readonly Tangent[],
  builder: Builder,
) => Duals;

/** What a rule is given: one operation on operands of which at least one has a tangent. */
export interface JvpStep<K extends OpName> {
  readonly op: K;
  readonly attrs: OpTable[K];
  readonly primals: readonly Node[];
  readonly tangents: readonly Tangent[];
  /** The builder of the primal results. Tangents may live in a deeper one, see `linearizeGraph`. */
  readonly builder: Builder;
  /** Differentiates a sub-graph. */
  readonly jvp: JvpOf;
}

/** Results and tangents of one operation. */
export type JvpRule<K extends OpName> = (step: JvpStep<K>) => Duals;

/** One rule an operation of `K`; a missing one does not compile. */
export type JvpTable<K extends OpName = OpName> = { readonly [N in K]: JvpRule<N> };

/**
 * The rule of an operation with one differentiable result: `f` gives its tangent from the operands' tangents `d`, the
 * operands `x` and the results `y`. It works out of `y` where it can, so that derivatives of any order share nodes.
 */
export function derivative<K extends OpName>(
  f: (
    d: readonly Tangent[],
    x: readonly Node[],
    y: Node,
    attrs: OpTable[K],
    rest: readonly Node[],
  ) => Tangent,
): JvpRule<K> {
  return ({ op, attrs, primals, tangents, builder }) => {
    const out = builder.nodes(op, attrs, primals);
    return {
      out,
      tangents: [f(tangents, primals, out[0]!, attrs, out.slice(1)), ...out.slice(1).map(() => undefined)],
    };
  };
}

/** The rule of operations whose derivative is zero wherever it exists. */
export const zeroRule: JvpRule<OpName> = derivative<OpName>(() => undefined);

/** `zeroRule` as the rule of one operation. */
export function flat<K extends OpName>(): JvpRule<K> {
  return zeroRule as unknown as JvpRule<K>;
}

/** The sum of two tangents. */
export function plus(a: Tangent, b: Tangent): Tangent {
  if (a === undefined) return b;
  return b === undefined ? a : ops.add(a, b);
}

/** `f` of a tangent; a zero one stays zero. */
export function through(d: Tangent, f: (d: Node) => Node): Tangent {
  return d === undefined ? undefined : f(d);
}

/** A tangent as a node: zeros of the given abstract value if there is none. */
export function instantiate(d: Tangent, aval: Aval, builder: Builder): Node {
  return d ?? ops.fill(builder, 0, aval.shape, 'f');
}

/** Whether a value is known; narrows it. */
export function defined<T>(x: T | undefined): x is T {
  return x !== undefined;
}
