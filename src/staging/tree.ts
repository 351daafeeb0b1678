/**
 * Trees: nested arrays and records of tensors, keys, numbers and booleans.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { Key } from './key-value.js';
import { stagingError } from './messages.js';

/** What stands at the ends of a tree. Numbers and booleans are scalars (real and bool). */
export type Leaf = tf.Tensor | Key | number | boolean;

/** A leaf, or an array or record of trees. Members that are undefined are left out. */
export type Tree<L = Leaf> = L | readonly Tree<L>[] | { readonly [name: string]: Tree<L> };

/** The structure of a tree without its leaves. */
export interface TreeDef {
  readonly kind: 'leaf' | 'none' | 'list' | 'record';
  /** Member names of a record, in insertion order. */
  readonly names: readonly string[];
  readonly children: readonly TreeDef[];
  /** Number of leaves. */
  readonly size: number;
  /** Stable text, equal exactly for equal structures: `{loc:*,scale:[*,*]}`. */
  readonly key: string;
}

/** A tree taken apart. */
export interface Flat {
  readonly leaves: Leaf[];
  readonly def: TreeDef;
  /** Where each leaf stands: `a.0.b`; empty for a tree that is one leaf. */
  readonly paths: string[];
}

const leafDef: TreeDef = { kind: 'leaf', names: [], children: [], size: 1, key: '*' };
const noneDef: TreeDef = { kind: 'none', names: [], children: [], size: 0, key: '' };

/** Whether a value is the leaf of a tree. */
export function isLeaf(x: unknown): x is Leaf {
  return typeof x === 'number' || typeof x === 'boolean' || x instanceof Key || x instanceof tf.Tensor;
}

function isRecord(x: unknown): x is Readonly<Record<string, unknown>> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === null || prototype === Object.prototype;
}

function describe(x: unknown): string {
  if (x === null) return 'null';
  if (typeof x === 'object') return `an object of class ${x.constructor?.name ?? 'unknown'}`;
  return typeof x === 'string' ? `the string '${x}'` : `a ${typeof x}`;
}

/**
 * The leaves of a tree in order, its structure, and the path of each leaf. `unflatten(def, leaves)` is the tree again.
 *
 * ```ts
 * flatten({ loc: 1, scale: [2, 3] }).paths; // ['loc', 'scale.0', 'scale.1']
 * ```
 *
 * Throws a `StagingError` with code `leaf` for anything else than tensors, keys, numbers and booleans at the ends.
 */
export function flatten(tree: unknown): Flat {
  const leaves: Leaf[] = [];
  const paths: string[] = [];
  const walk = (x: unknown, path: string): TreeDef => {
    if (isLeaf(x)) {
      leaves.push(x);
      paths.push(path);
      return leafDef;
    }
    if (x === undefined) return noneDef;
    const below = (name: string | number): string => (path === '' ? `${name}` : `${path}.${name}`);
    if (Array.isArray(x)) {
      const children = x.map((member, i) => walk(member, below(i)));
      return {
        kind: 'list',
        names: [],
        children,
        size: total(children),
        key: `[${children.map((c) => c.key).join(',')}]`,
      };
    }
    if (!isRecord(x)) throw stagingError('leaf', path, describe(x));
    const names = Object.keys(x).filter((name) => x[name] !== undefined);
    const children = names.map((name) => walk(x[name], below(name)));
    const key = `{${names.map((name, i) => `${JSON.stringify(name)}:${children[i]!.key}`).join(',')}}`;
    return { kind: 'record', names, children, size: total(children), key };
  };
  const def = walk(tree, '');
  return { leaves, def, paths };
}

const total = (children: readonly TreeDef[]): number => children.reduce((n, c) => n + c.size, 0);

/** The tree of structure `def` with the given leaves, which may be of any type. */
export function unflatten(def: TreeDef, leaves: readonly unknown[]): unknown {
  if (leaves.length !== def.size) throw stagingError('leafCount', def.size, leaves.length);
  let next = 0;
  const build = (d: TreeDef): unknown => {
    if (d.kind === 'leaf') return leaves[next++];
    if (d.kind === 'none') return undefined;
    if (d.kind === 'list') return d.children.map(build);
    return Object.fromEntries(d.names.map((name, i) => [name, build(d.children[i]!)]));
  };
  return build(def);
}

/** The tree with `f` applied to every leaf; `path` is the leaf's place, as in `flatten`. */
export function mapTree<T>(tree: T, f: (leaf: Leaf, path: string) => unknown): T {
  const { leaves, def, paths } = flatten(tree);
  return unflatten(
    def,
    leaves.map((leaf, i) => f(leaf, paths[i]!)),
  ) as T;
}
