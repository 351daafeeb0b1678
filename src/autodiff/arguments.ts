/**
 * What the public derivatives share: a function over trees, staged, with its arguments as leaves.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { formatAval, makeGraph, type Aval, type Graph } from '../ir/index.js';
import {
  apply,
  avalOf,
  flatten,
  stage,
  type Key,
  type Leaf,
  type Staged,
  type TreeDef,
} from '../staging/index.js';

/** An argument as a caller may give it: a number will do where the function takes a tensor. */
export type Given<T> = T extends tf.Tensor
  ? T | number
  : T extends Key | number | boolean | undefined
    ? T
    : T extends object
      ? { [N in keyof T]: Given<T[N]> }
      : T;

/** Arguments as a caller may give them. */
export type GivenAll<A extends readonly unknown[]> = { [N in keyof A]: Given<A[N]> };

/** A tree as it is returned: what was, or could have been, a number is a tensor. */
export type Result<T> = [Exclude<T, number>] extends [never] ? tf.Scalar : ResultOf<Exclude<T, number>>;

type ResultOf<T> = T extends tf.Tensor | Key | boolean | undefined
  ? T
  : T extends object
    ? { [N in keyof T]: Result<T[N]> }
    : T;

/** One argument taken apart. */
interface Argument {
  readonly leaves: readonly Leaf[];
  readonly def: TreeDef;
  readonly paths: readonly string[];
}

/** A staged function with the arguments that it was staged on. */
export interface Call {
  readonly staged: Staged;
  readonly arguments: readonly Argument[];
  readonly leaves: readonly Leaf[];
}

/** Stages `f` on its arguments. */
export function call(f: (...args: never[]) => unknown, args: readonly unknown[]): Call {
  const taken = args.map((a) => flatten(a));
  return { staged: stage(f, args), arguments: taken, leaves: taken.flatMap((a) => a.leaves) };
}

/** Runs a graph whose leading inputs are the leaves of a call and what it captured, followed by `more`. */
export function run(at: Call, graph: Graph, more: readonly Leaf[] = []): (tf.Tensor | Key)[] {
  const { captures } = at.staged;
  if (more.length === 0) return apply(graph, at.leaves, captures);
  // captures come last for `apply`
  const n = at.leaves.length;
  const order = [
    ...graph.inputs.slice(0, n),
    ...graph.inputs.slice(n + captures.length),
    ...graph.inputs.slice(n, n + captures.length),
  ];
  return apply(makeGraph(order, graph.outputs), [...at.leaves, ...more], captures);
}

/** Whether an abstract value has derivatives. */
export function isReal(a: Aval): boolean {
  return a.dtype === 'f';
}

/**
 * Marks of the inputs of a call's graph: the leaves of one argument. Throws an error that names a leaf that is not real,
 * as such leaves have no derivative.
 */
export function marksOf(who: string, at: Call, argnum: number): boolean[] {
  const argument = at.arguments[argnum];
  if (argument === undefined)
    throw new Error(`${who}: argument ${argnum} was asked for, ${at.arguments.length} were given`);
  argument.leaves.forEach((leaf, i) => {
    const aval = avalOf(leaf);
    if (isReal(aval)) return;
    const path = argument.paths[i] === '' ? '' : ` at '${argument.paths[i]!}'`;
    throw new Error(
      `${who}: argument ${argnum} has a leaf${path} of type ${formatAval(aval)}; only real tensors have derivatives: pass it as an argument of its own`,
    );
  });
  const before = at.arguments.slice(0, argnum).reduce((n, a) => n + a.leaves.length, 0);
  return at.staged.graph.inputs.map((_, i) => i >= before && i < before + argument.leaves.length);
}
