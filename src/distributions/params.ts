/**
 * Parameters as nodes, shapes and concrete values.
 *
 * @module
 */
import { deepest, ops, type HostArray, type Node, type Shape } from '../ir/index.js';
import {
  currentRecording,
  hostOf,
  isRecorded,
  isVariable,
  nodeOf,
  recordedNode,
  type Leaf,
} from '../staging/index.js';
import type { Num } from './types.js';

/** Integers as the reals that they are, so that a count may be a parameter; booleans are no numbers and stay. */
export function realNode(x: Node): Node {
  return x.dtype === 'i32' ? ops.cast(x, 'f') : x;
}

/**
 * Parameters as real nodes of the deepest builder that any of them, or of the nodes `beside`, lives in. A function over
 * nodes may be traced in a builder of its own, deeper than every recording, so that the innermost recording does not do.
 */
export function nodesOf(values: readonly Num[], beside: readonly Node[]): Node[] {
  const recorded = values.map((v) => recordedNode(v)).filter((n) => n !== undefined);
  const b = deepest([...beside, ...recorded]);
  return values.map((v) => realNode(nodeOf(v, b)));
}

/** Shape of a parameter; [] for a number. */
export function shapeOfNum(x: Num): Shape {
  return typeof x === 'number' ? [] : x.shape;
}

/** The value of a leaf, if it has one now: not of a recorded one, nor of a variable that a program is to read later. */
export function concreteValue(x: Leaf): HostArray | undefined {
  if (isRecorded(x)) return undefined;
  if (typeof x === 'object' && isVariable(x) && currentRecording() !== undefined) return undefined;
  return hostOf(x);
}

/** The value of a parameter that is one number and known for good. */
export function concreteScalar(x: Num): number | undefined {
  if (typeof x === 'number') return x;
  if (x.size !== 1 || isRecorded(x) || isVariable(x)) return undefined;
  return hostOf(x).data[0];
}
