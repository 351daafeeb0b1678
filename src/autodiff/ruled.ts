/**
 * Functions over trees with derivative rules of their own: recording of function and rules as one `custom` operation.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import {
  Builder,
  formatAval,
  inline,
  inputAvals,
  sameShape,
  ops,
  type Aval,
  type CaptureSource,
  type Graph,
  type Node,
  type OpTable,
} from '../ir/index.js';
import {
  apply,
  avalOf,
  currentRecording,
  flatten,
  isRecorded,
  lift,
  stage,
  unflatten,
  type Leaf,
  type Staged,
  type TreeDef,
} from '../staging/index.js';
import { groupGraph } from './subgraph.js';

type Custom = OpTable['custom'];

/** A tree's structure with the abstract values of its leaves: what a rule's results have to be like. */
export interface Like {
  readonly def: TreeDef;
  readonly paths: readonly string[];
  readonly avals: readonly Aval[];
}

/** The structure of a tree. */
export function likeOf(tree: unknown): Like {
  const { leaves, def, paths } = flatten(tree);
  return { def, paths, avals: leaves.map(avalOf) };
}

/**
 * Real leaves of a tree of a given structure; the others are not looked at. A number stands for a tensor full of it.
 * Throws an error that names the first leaf that does not fit.
 */
export function realLeaves(what: string, like: Like, tree: unknown): Leaf[] {
  const found = flatten(tree);
  const place = new Map(found.paths.map((path, i) => [path, found.leaves[i]!]));
  return like.paths.flatMap((path, i) => {
    const aval = like.avals[i]!;
    if (aval.dtype !== 'f') return [];
    const leaf = place.get(path);
    const at = path === '' ? '' : ` at '${path}'`;
    if (leaf === undefined) throw new Error(`${what}${at}: expected ${formatAval(aval)}, found nothing`);
    if (typeof leaf === 'number') return lift([leaf], (_, n) => ops.broadcastTo(n, aval.shape));
    const own = avalOf(leaf);
    if (own.dtype !== 'f' || !sameShape(own.shape, aval.shape))
      throw new Error(`${what}${at}: expected ${formatAval(aval)}, found ${formatAval(own)}`);
    return [leaf];
  });
}

/** All leaves of a tree that must have the given structure and abstract values. */
export function allLeaves(what: string, like: Like, tree: unknown): Leaf[] {
  const found = flatten(tree);
  if (found.def.key !== like.def.key)
    throw new Error(`${what}: expected the structure ${like.def.key}, found ${found.def.key}`);
  found.leaves.forEach((leaf, i) => {
    const [expected, own] = [like.avals[i]!, avalOf(leaf)];
    if (own.dtype !== expected.dtype || !sameShape(own.shape, expected.shape))
      throw new Error(
        `${what}${found.paths[i] === '' ? '' : ` at '${found.paths[i]!}'`}: expected ${formatAval(expected)}, found ${formatAval(own)}`,
      );
  });
  return found.leaves;
}

/** A tree of the given structure from its real leaves; the other leaves are 0. */
export function realTree(like: Like, leaves: readonly Leaf[]): unknown {
  let k = 0;
  return unflatten(
    like.def,
    like.avals.map((a) => (a.dtype === 'f' ? leaves[k++]! : 0)),
  );
}

/** What rules are recorded for: a function at given arguments. */
export interface Site {
  /** The arguments, one tree each. */
  readonly args: readonly Like[];
  /** The leaves of all arguments. */
  readonly leaves: readonly Leaf[];
  readonly out: Like;
}

/** Recorded rules: what they close over, and their part of the attributes once all that is closed over is known. */
export interface Rules {
  readonly captures: readonly CaptureSource[];
  attributes(captures: readonly CaptureSource[]): Pick<Custom, 'jvp' | 'forward' | 'backward'>;
}

const avalOfSource = (source: CaptureSource): Aval =>
  'builder' in source ? (source as Node).avals[0]! : avalOf(source as tf.Variable);

/** Abstract values of what is closed over. */
export function captureAvals(captures: readonly CaptureSource[]): Aval[] {
  return captures.map(avalOfSource);
}

/** The graph (captures ++ inputs) ↦ `staged` on the inputs, followed by some of the captures. */
export function withCaptures(
  staged: Pick<Staged, 'graph' | 'captures'>,
  captures: readonly CaptureSource[],
  more: readonly CaptureSource[] = [],
): Graph {
  const { graph } = staged;
  const declared = inputAvals(graph).slice(0, graph.inputs.length - staged.captures.length);
  return groupGraph([captureAvals(captures), declared], (b, closed, inputs) => {
    const at = (c: CaptureSource): Node => closed[captures.indexOf(c)]!;
    return [...inline(b, graph, [...inputs, ...staged.captures.map(at)]), ...more.map(at)];
  });
}

function applyCustom(
  attrs: Custom,
  leaves: readonly Leaf[],
  captures: readonly CaptureSource[],
): (Leaf & object)[] {
  const builder = new Builder();
  const inputs = leaves.map((l) => builder.input(avalOf(l)));
  const closed = captureAvals(captures).map((a) => builder.input(a));
  return apply(
    builder.finish(builder.nodes('custom', attrs, [...closed, ...inputs])),
    leaves,
    captures,
  ) as (Leaf & object)[];
}

/** Recordings within recordings at which a rule is taken to have no end. */
const deepestRule = 60;

/** A function whose rule is being recorded. */
interface Open {
  readonly fun: Graph;
  readonly captures: readonly CaptureSource[];
  readonly outDef: TreeDef;
  called: boolean;
}

/**
 * `f` with rules: the same function, run at once on concrete arguments, a `custom` operation in a recording. A call of it
 * in its own rule becomes a `custom` node without rules, see `tie`.
 */
export function ruled<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  record: (site: Site) => Rules,
): (...args: A) => O {
  const open = new Map<string, Open>();
  return (...args) => {
    const { leaves, def } = flatten(args);
    const key = `${def.key}|${leaves.map((l) => formatAval(avalOf(l))).join()}`;
    const within = open.get(key);
    if (within !== undefined) {
      within.called = true;
      const attrs = { fun: within.fun, captures: within.captures.length };
      return unflatten(within.outDef, applyCustom(attrs, leaves, within.captures)) as O;
    }
    if ((currentRecording()?.builder.depth ?? 0) > deepestRule) {
      throw new Error(
        `a derivative rule is recorded within another one more than ${deepestRule} deep: a rule that makes a new customJvp or ` +
          'customVjp function each time it is recorded has no end; make the function once, outside, or state the equation ' +
          'that the result satisfies (`root`, `linearSolve`)',
      );
    }
    const at = stage(f, args);
    if (currentRecording() === undefined && !leaves.some(isRecorded))
      return unflatten(at.outDef, apply(at.graph, leaves, at.captures)) as O;
    const site: Site = {
      args: args.map(likeOf),
      leaves,
      out: likeOf(unflatten(at.outDef, at.outLike)),
    };
    let captures = at.captures;
    for (;;) {
      const state: Open = { fun: withCaptures(at, captures), captures, outDef: at.outDef, called: false };
      open.set(key, state);
      let rules: Rules;
      try {
        rules = record(site);
      } finally {
        open.delete(key);
      }
      const all = [...new Set([...captures, ...rules.captures])];
      const complete = all.length === captures.length;
      if (complete || !state.called) {
        const fun = complete ? state.fun : withCaptures(at, all);
        const attrs = { fun, captures: all.length, ...rules.attributes(all) };
        return unflatten(at.outDef, applyCustom(attrs, leaves, all)) as O;
      }
      // a call within the rule must pass on all that function and rule close over: record once more, knowing what that is
      captures = all;
    }
  };
}
