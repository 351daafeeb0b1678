/**
 * The one constructor of distributions: a family record over nodes becomes a `Dist` over nodes and tensors.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { formatAval, ops, sameShape, type HostArray, type Node, type Shape } from '../ir/index.js';
import { requireKey, useKey } from '../random/index.js';
import { lift, type Key, type Leaf } from '../staging/index.js';
import { indexAt, type Constraint } from './constraints.js';
import { concreteValue, nodesOf, realNode, shapeOfNum } from './params.js';
import type { Dist, Num, ParameterFault, Support, ValueFault } from './types.js';

/** A parameter of a family: its value, what it must be, and how many trailing axes make up one parameter. */
export interface Parameter {
  readonly value: Num;
  readonly constraint: Constraint;
  readonly eventRank?: number;
}

/** The parameters of a family as nodes of one builder. */
export type Nodes<P extends string> = Readonly<Record<P, Node>>;

/** A family of distributions, at given parameters, as functions of nodes. */
export interface Family<P extends string> {
  readonly family: string;
  readonly parameters: Readonly<Record<P, Parameter>>;
  /** Default []. */
  readonly eventShape?: Shape;
  /** Element type of values; default 'f'. */
  readonly dtype?: 'f' | 'i32' | 'bool';
  readonly support: Support;
  readonly reparameterizable: boolean;
  /** How derivatives of a draw come about, if it has any; default `explicit`. */
  readonly reparameterization?: 'explicit' | 'implicit';
  /** A draw of shape [...batch axes of the key, ...shape], shape = batch ++ event. */
  draw(key: Node, params: Nodes<P>, shape: Shape): Node;
  /** Log density at x, whose element type is `dtype`, or 'f' or 'i32' for a family of booleans. */
  score(x: Node, params: Nodes<P>): Node;
  mean(params: Nodes<P>): Node;
  variance(params: Nodes<P>): Node;
  /** Constraints between parameters, on those whose values are known. */
  relations?(known: Readonly<Record<P, HostArray | undefined>>): ParameterFault | undefined;
}

function batchShapeOf(family: string, names: readonly string[], parameters: readonly Parameter[]): Shape {
  let batch: Shape = [];
  parameters.forEach(({ value, eventRank = 0 }, i) => {
    const shape = shapeOfNum(value);
    const own = shape.slice(0, shape.length - eventRank);
    const joint = ops.broadcastShapes(batch, own);
    if (joint === undefined) {
      const all = names.map((n, k) => `${n} [${shapeOfNum(parameters[k]!.value).join(',')}]`);
      throw new Error(`${family}: the shapes of ${all.join(' and ')} do not broadcast (at ${names[i]})`);
    }
    batch = joint;
  });
  return batch;
}

/** Throws for a parameter that is neither tensor nor number, as JavaScript lets through. */
function expectNum(family: string, name: string, x: unknown): void {
  if (typeof x === 'number' || x instanceof tf.Tensor) return;
  const found = Array.isArray(x) ? 'an array: write tensor([…])' : x === null ? 'null' : typeof x;
  throw new TypeError(`${family}: ${name} must be a tensor or a number, found ${found}`);
}

/** x as the family's element type, with its event axes checked. */
function valueNode(family: Family<string>, x: Node, eventShape: Shape): Node {
  const { dtype = 'f' } = family;
  const rank = eventShape.length;
  if (x.shape.length < rank || !sameShape(x.shape.slice(x.shape.length - rank), eventShape)) {
    throw new Error(
      `${family.family}: expected a value with event shape [${eventShape.join(',')}] ` +
        `(its last axes), found ${formatAval(x.avals[0]!)}`,
    );
  }
  if (dtype === 'f' && x.dtype === 'i32') return realNode(x);
  const fits = x.dtype === dtype || (dtype !== 'f' && (x.dtype === 'f' || x.dtype === 'i32'));
  if (fits) return x;
  throw new Error(`${family.family}: expected a ${dtype} value, found ${formatAval(x.avals[0]!)}`);
}

/**
 * The distribution of a family record.
 *
 * Batch shape: the shapes of the parameters without their event axes, broadcast. Node functions take each parameter
 * to the deepest recording among it and the node given; tensor functions work eagerly and inside recordings.
 *
 * @param family functions of nodes; of parameters outside their constraints `check` gives one fault each.
 * @throws if the shapes of the parameters do not broadcast; `logProb` and `score` where a value does not fit.
 * @example
 * // the Rayleigh distribution: log p(x) = log x − 2 log σ − x²/(2σ²)
 * const rayleigh = (sigma: Num): Dist =>
 *   makeDist({
 *     family: 'rayleigh',
 *     parameters: { sigma: { value: sigma, constraint: constraints.positive } },
 *     support: supports.positive,
 *     reparameterizable: true,
 *     draw: (key, p, shape) =>
 *       ops.mul(p.sigma, ops.sqrt(ops.mul(2, exponential(tf.ones([...shape])).draw(key)))),
 *     score: (x, { sigma }) =>
 *       ops.sub(
 *         ops.sub(ops.log(x), ops.mul(2, ops.log(sigma))),
 *         ops.div(ops.square(x), ops.mul(2, ops.square(sigma))),
 *       ),
 *     mean: ({ sigma }) => ops.mul(sigma, Math.sqrt(Math.PI / 2)),
 *     variance: ({ sigma }) => ops.mul(ops.square(sigma), 2 - Math.PI / 2),
 *   });
 * rayleigh(2).logProb(2); // ≈ -1.19315
 * rayleigh(tensor([1, 2])).sample(key(0)).shape; // [2]
 * rayleigh(-1).check()[0]!.constraint; // 'positive'
 */
export function makeDist<V = tf.Tensor, H = never, P extends string = string>(family: Family<P>): Dist<V, H> {
  const names = Object.keys(family.parameters) as P[];
  const parameters = names.map((n) => family.parameters[n]);
  const values = parameters.map((p) => p.value);
  names.forEach((n, i) => expectNum(family.family, n, values[i]));
  const { eventShape = [], dtype = 'f' } = family;
  const batchShape = batchShapeOf(family.family, names, parameters);
  const shape = [...batchShape, ...eventShape];

  const named = (nodes: readonly Node[]): Nodes<P> =>
    Object.fromEntries(names.map((n, i) => [n, realNode(nodes[i]!)])) as Nodes<P>;
  const drawWith = (key: Node, nodes: readonly Node[]): Node => family.draw(key, named(nodes), shape);
  const scoreWith = (x: Node, nodes: readonly Node[]): Node => {
    const value = valueNode(family, x, eventShape);
    const own = value.shape.slice(0, value.shape.length - eventShape.length);
    const out = ops.broadcastShapes(batchShape, own);
    if (out === undefined) {
      throw new Error(
        `${family.family}: a value of shape [${x.shape.join(',')}] does not broadcast with batch shape [${batchShape.join(',')}]`,
      );
    }
    return ops.broadcastTo(family.score(value, named(nodes)), out);
  };
  const one = (leaves: readonly Leaf[], f: (nodes: Node[]) => Node): tf.Tensor =>
    lift(leaves, (_, ...nodes) => f(nodes))[0] as tf.Tensor;
  const moment = (f: (params: Nodes<P>) => Node): tf.Tensor =>
    // A family without parameters has nothing to lift: the zero gives it a builder.
    one([0, ...values], ([, ...nodes]) => ops.broadcastTo(f(named(nodes)), shape));

  return {
    family: family.family,
    params: Object.fromEntries(names.map((n, i) => [n, values[i]!])),
    batchShape,
    eventShape,
    dtype,
    support: family.support,
    strategy: family.reparameterizable ? { kind: 'reparam' } : undefined,
    reparameterizable: family.reparameterizable,
    ...(family.reparameterizable ? { reparameterization: family.reparameterization ?? 'explicit' } : {}),
    draw: (key) => drawWith(key, nodesOf(values, [key])),
    score: (x) => scoreWith(x, nodesOf(values, [x])),
    sample: (key: Key) => {
      const who = `${family.family}.sample`;
      requireKey(who, key);
      useKey(who, key);
      return one([key, ...values], ([k, ...nodes]) => drawWith(k!, nodes)) as unknown as V;
    },
    logProb: (x) => one([x as Leaf, ...values], ([v, ...nodes]) => scoreWith(v!, nodes)),
    mean: () => moment((p) => family.mean(p)),
    variance: () => moment((p) => family.variance(p)),
    check: () => checkParameters(family, names),
    checkValue: (x) => checkValue(family, x as Leaf),
  };
}

function checkParameters<P extends string>(family: Family<P>, names: readonly P[]): ParameterFault[] {
  const known = Object.fromEntries(
    names.map((n) => [n, concreteValue(family.parameters[n].value)]),
  ) as Record<P, HostArray | undefined>;
  const faults: ParameterFault[] = [];
  for (const parameter of names) {
    const value = known[parameter];
    if (value === undefined) continue;
    const { constraint } = family.parameters[parameter];
    const found = constraint.violation(value);
    if (found === undefined) continue;
    const { description } = constraint;
    faults.push({ code: 'parameter', family: family.family, parameter, ...found, constraint: description });
  }
  const between = faults.length === 0 ? family.relations?.(known) : undefined;
  return between === undefined ? faults : [between];
}

function checkValue<P extends string>(family: Family<P>, x: Leaf): ValueFault | undefined {
  const value = concreteValue(x);
  if (value === undefined) return undefined;
  const { support } = family;
  const { contains, eventRank } = support.element ?? support;
  // Bounds may have more axes than the value: the index is that of the value as broadcast with them.
  const [inside, whole] = lift([x], (_, node) => {
    const v = node.dtype === 'i32' ? ops.cast(node, 'f') : node;
    const is = contains(v);
    const event = v.shape.slice(v.shape.length - eventRank);
    return [is, ops.broadcastTo(v, [...is.shape, ...event])];
  }).map((t) => concreteValue(t));
  if (inside === undefined || whole === undefined) return undefined;
  const event = inside.data.indexOf(0);
  if (event < 0) return undefined;
  // of an event as a whole, the first element is shown
  const at = event * (whole.data.length / inside.data.length);
  const index = indexAt(at, whole.shape);
  return { code: 'value', family: family.family, value: whole.data[at]!, index, support: support.name };
}
