/**
 * Tests of single rules: a graph before and after, as formulas.
 */
import { expect } from 'vitest';
import type { Pass } from '../../src/compile/passes/index.js';
import {
  buildGraph,
  isOp,
  ops,
  type Aval,
  type DType,
  type Graph,
  type HostArray,
  type Node,
  type Shape,
} from '../../src/ir/index.js';
import { dice, randomValue } from '../ir/dice.js';
import { difference } from './passes-judge.js';

/** An abstract value: reals unless said otherwise. */
export const aval = (shape: Shape, dtype: DType = 'f'): Aval => ({ shape, dtype });

/** Abstract values in common use. */
export const s: Aval = aval([]);
export const v: Aval = aval([3]);
export const m: Aval = aval([2, 3]);
export const int: Aval = aval([3], 'i32');
export const bool: Aval = aval([3], 'bool');

/** An operation of any kind, without the checks and shortcuts of the node builder's own functions. */
export function op(name: string, ...operands: readonly Node[]): Node {
  return operands[0]!.builder.node(name as 'add', {}, operands);
}

/** An operation with attributes. */
export function opWith(name: string, attrs: object, ...operands: readonly Node[]): Node {
  return operands[0]!.builder.node(name as 'add', attrs as never, operands);
}

/** A repeated number like a node. */
export const num = (value: number, x: Node): Node => ops.fill(x.builder, value, x.shape, x.dtype);

const text = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(text).join(',');
  if (typeof value === 'object' && value !== null) {
    if ('outputs' in value) return `{${formula(value as Graph)}}`;
    return Object.values(value).map(text).join('|');
  }
  return String(value);
};

const hidden: ReadonlySet<string> = new Set(['scan', 'while', 'cond']);

/** The outputs of a graph as formulas of its inputs x0, x1, …; repeated numbers are numbers. */
export function formula(graph: Graph): string {
  const names = new Map<Node, string>(graph.inputs.map((n, i) => [n, `x${i}`]));
  const of = (n: Node): string => {
    const known = names.get(n);
    if (known !== undefined) return known;
    const number = ops.filledWith(n);
    const made =
      number !== undefined
        ? text(Object.is(number, -0) ? '-0' : number)
        : isOp(n, 'const')
          ? `[${[...n.attrs.value.data].join(',')}]`
          : isOp(n, 'proj')
            ? `${of(n.operands[0]!)}.${n.attrs.index}`
            : `${n.op}${attributes(n)}(${n.operands.map(of).join(', ')})`;
    names.set(n, made);
    return made;
  };
  return graph.outputs.map(of).join('; ');
}

function attributes(n: Node): string {
  const shown = hidden.has(n.op)
    ? Object.values(n.attrs).filter((a) => typeof a === 'object')
    : Object.values(n.attrs);
  return shown.length === 0 ? '' : `[${shown.map(text).join('|')}]`;
}

const awkward = [NaN, Infinity, -Infinity, -0, 0, 1, 1e200];

/** Some values for inputs: ordinary ones, and NaN, infinities, zeros. */
export function valuesFor(avals: readonly Aval[], seed: number): HostArray[] {
  const d = dice(seed);
  return avals.map(({ shape, dtype }) => {
    const value = randomValue(d, shape, dtype);
    if (dtype === 'f' && seed % 2 === 1)
      value.data.forEach((_, i) => d.below(3) === 0 && (value.data[i] = d.pick(awkward)));
    return value;
  });
}

/** Checks that a pass turns a function of nodes into a formula, and keeps its values. */
export function rewrites(
  pass: Pass,
  avals: readonly Aval[],
  f: (...xs: Node[]) => Node | readonly Node[],
  expected: string,
): void {
  const graph = buildGraph(avals, (...xs) => [f(...xs)].flat() as Node[]);
  const made = pass.run(graph);
  expect(formula(made)).toBe(expected);
  for (let seed = 0; seed < 6; seed++) {
    const found = difference(graph, made, valuesFor(avals, seed), { judged: 0, unsure: 0 });
    if (found !== undefined) throw new Error(found);
  }
}
