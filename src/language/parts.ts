/**
 * Results of programs taken apart: tensors and keys, which pass through graphs, and host values, which stay as they are.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { Key } from '../staging/index.js';

/** The tensors of a result, and how to build it again around others in their place. */
export interface Parts {
  readonly tensors: readonly (tf.Tensor | Key)[];
  rebuild(tensors: readonly (tf.Tensor | Key)[]): unknown;
}

/**
 * Takes a value apart through arrays and plain records. Numbers, texts, functions and class instances are host values:
 * a program computes them while it is recorded, so they are the same in every run of the recording.
 */
export function takeApart(value: unknown): Parts {
  const tensors: (tf.Tensor | Key)[] = [];
  const walk = (x: unknown): ((given: readonly (tf.Tensor | Key)[]) => unknown) => {
    if (x instanceof tf.Tensor || x instanceof Key) {
      const at = tensors.push(x) - 1;
      return (given) => given[at];
    }
    if (Array.isArray(x)) {
      const members = x.map(walk);
      return (given) => members.map((m) => m(given));
    }
    if (isPlain(x)) {
      const members = Object.entries(x).map(([name, member]) => [name, walk(member)] as const);
      return (given) => Object.fromEntries(members.map(([name, m]) => [name, m(given)]));
    }
    return () => x;
  };
  const rebuild = walk(value);
  return { tensors, rebuild };
}

/** Whether a value is a record without a class: a group of addresses, a tree. */
export function isPlain(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype;
}

/** The member of a record by its name; undefined for names that every object inherits, and where there is no record. */
export function ownMember(record: unknown, name: string): unknown {
  return isPlain(record) && Object.hasOwn(record, name) ? record[name] : undefined;
}
