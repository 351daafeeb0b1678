/**
 * Random graphs made of what the passes look for: zeros, ones and other known numbers in every position, repeated and
 * moved arrays, sums of parts, contractions of repeated or transposed operands, loops with invariants.
 */
import { Builder, sizeOf, type DType, type Graph, type HostArray, type Shape } from '../../src/ir/index.js';
import { dice, randomValue } from '../ir/dice.js';
import { straight, type Maker, type Pool } from './passes-makers.js';
import { control } from './passes-programs-control.js';

const inputs: readonly { readonly shape: Shape; readonly dtype: DType }[] = [
  { shape: [], dtype: 'f' },
  { shape: [3], dtype: 'f' },
  { shape: [2, 3], dtype: 'f' },
  { shape: [3, 2], dtype: 'f' },
  { shape: [3, 1], dtype: 'f' },
  { shape: [2, 3, 3], dtype: 'f' },
  { shape: [], dtype: 'i32' },
  { shape: [3], dtype: 'i32' },
  { shape: [2], dtype: 'u32' },
  { shape: [3], dtype: 'bool' },
];

const { known, power, scaled, binary, unary, logic, cast, broadcast, reshape, transpose, slice } = straight;
const { parts, pad, concat, cut, indexed, block, reduce, matrixSum, dot } = straight;
const { scan, whileLoop, cond } = control;

/** Two to four movements, one on the result of the other. */
const movements: readonly Maker[] = [
  broadcast,
  broadcast,
  reshape,
  transpose,
  slice,
  pad,
  cut,
  reduce,
  reduce,
  unary,
  binary,
];
const chain: Maker = (p) => {
  let x = p.d.pick(p.nodes);
  for (let i = 2 + p.d.below(3); i > 0; i--) {
    const fitting = { ...p, nodes: [x] };
    try {
      x = p.d.pick(movements)(fitting)[0]!;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'nothing fits') throw error;
    }
  }
  return [x];
};

const makers: readonly Maker[] = [
  ...[chain, chain, chain, chain, chain, chain],
  ...[known, known, known, power, scaled],
  ...[binary, binary, binary, binary, unary, unary, logic, logic, cast, broadcast, broadcast, broadcast],
  ...[reshape, reshape, transpose, transpose, slice, slice, parts, parts, pad, concat, cut, indexed, block],
  ...[reduce, reduce, reduce, matrixSum, dot, dot, dot, scan, whileLoop, cond],
];
const plainMakers: readonly Maker[] = [
  ...[binary, binary, binary, binary, unary, unary, logic, cast, known, power, scaled],
];

/** Fills pools by makers from a list. */
const growBy =
  (list: readonly Maker[]) =>
  (p: Pool, count: number): void => {
    for (let i = 0; i < count; i++) {
      const maker = p.d.pick(list);
      if (p.depth >= 2 && (maker === scan || maker === whileLoop || maker === cond)) continue;
      try {
        for (const n of maker(p)) if (sizeOf(n.shape) <= 100 && n.shape.length <= 4) p.nodes.push(n);
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'nothing fits') throw error;
      }
    }
  };

const special: readonly number[] = [NaN, Infinity, -Infinity, -0, 0, 1, -1, 1e200, -1e200, 1e-200];

/**
 * A random graph of about `size` operations, with values for its inputs: NaN, infinities and zeros of either sign too.
 * Every other graph is of element-wise operations alone, whose results are all outputs.
 */
export function passProgram(seed: number, size: number): { graph: Graph; inputs: HostArray[] } {
  const d = dice(seed);
  const b = new Builder();
  const own = inputs.map((a) => b.input(a));
  const plain = seed % 2 === 1;
  // few values to begin with, so that chains are long
  const nodes = plain ? own.filter((n) => n.shape.length < 2 && n.dtype !== 'u32') : [...own];
  const p: Pool = { d, b, nodes, depth: 0, grow: growBy(plain ? plainMakers : makers) };
  p.grow(p, size);
  const made = p.nodes.filter((n) => n.op !== 'input');
  const all = plain || d.below(3) === 0;
  const outputs = made.filter((_, i) => all || i >= made.length - 3);
  const values = inputs.map(({ shape, dtype }) => {
    const value = randomValue(d, shape, dtype);
    if (dtype === 'f')
      for (let i = 0; i < value.data.length; i++) if (d.below(3) === 0) value.data[i] = d.pick(special);
    return value;
  });
  return { graph: b.finish(outputs), inputs: values };
}
