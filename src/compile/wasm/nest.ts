/**
 * The loop nest of a cluster: which axes are run through together, in which order, and along which one vectors lie.
 *
 * @module
 */
import { stridesOf } from '../../ir/index.js';
import { bytesOf } from '../routines/routine.js';
import type { Cluster } from './cluster.js';
import { addressOf, type Address, type Value } from './value.js';

/** Something that is run through along with the others: an operand, a result, the integers. */
export interface Walk {
  /** Where it begins; undefined for the integers. */
  readonly address: Address | undefined;
  /** What its pointer begins with behind the base: bytes, or a number for the integers. */
  readonly start: number;
  /** Constant offset of accesses: bytes. */
  readonly offset: number;
  /** Step for each loop: bytes, or a number for the integers. */
  readonly steps: readonly number[];
  /** Walks of one group share a pointer. */
  readonly group: string;
}

/** One loop. */
export interface Loop {
  readonly size: number;
  readonly reduced: boolean;
}

/** The nest: loops from the outermost, one of them taken in vectors. */
export interface Nest {
  readonly loops: readonly Loop[];
  /** Number of the loop along which vectors lie; −1 if there is no loop at all. */
  readonly vector: number;
  /** Number of the first loop over a reduced axis; that of loops if there is none. */
  readonly firstReduced: number;
  /** The walk of each load or gather, by number of its operation. */
  readonly loads: ReadonlyMap<number, Walk>;
  readonly stores: readonly Walk[];
  readonly reduces: readonly Walk[];
}

function walkOf(v: Value, steps: readonly number[]): Walk {
  if (v.source.kind !== 'buffer') {
    const group = `integers ${v.offset} ${steps.join()}`;
    return { address: undefined, start: v.offset, offset: 0, steps, group };
  }
  const bytes = bytesOf[v.source.storage];
  const address = addressOf(v.source);
  const scaled = steps.map((s) => s * bytes);
  const dynamic = address.dynamic.map((d) => `${d.counter.index}*${d.stride}`).join('+');
  const first = address.offset + v.offset * bytes;
  // addresses do not wrap: a pointer that moves backwards must not pass below zero before the constant is added
  const start = scaled.some((s) => s < 0) ? first : 0;
  const group = `${address.base.index} ${dynamic} ${start} ${scaled.join()}`;
  return { address, start, offset: first - start, steps: scaled, group };
}

interface Axis extends Loop {
  size: number;
  strides: readonly number[];
}

/** The largest divisor of a size up to a limit, that is a multiple of `unit`; 0 if there is none from `least` on. */
function divisor(size: number, limit: number, least: number, unit: number): number {
  for (let d = limit; d >= least; d--) if (size % d === 0 && d % unit === 0) return d;
  return 0;
}

/**
 * Operands that are read across their rows, as in a transposition, touch a cache line an element. Blocks of rows and
 * columns use each line several times before it is gone.
 */
function tiled(axes: readonly Axis[], views: readonly Value[]): readonly Axis[] {
  const inner = axes.length - 1;
  if (inner < 1) return axes;
  const size = axes.reduce((n, x) => n * x.size, 1);
  if (size < 2 ** 13) return axes;
  for (let v = 0; v < views.length; v++) {
    if (Math.abs(axes[inner]!.strides[v]!) < 16) continue;
    const outer = axes.findIndex((x) => Math.abs(x.strides[v]!) === 1);
    if (outer < 0) continue;
    const rows = divisor(axes[outer]!.size, 32, 8, 1);
    const columns = divisor(axes[inner]!.size, 64, 16, 4);
    if (rows === 0 || columns === 0) return axes;
    const split = (x: Axis, n: number): readonly [Axis, Axis] => [
      { ...x, size: x.size / n, strides: x.strides.map((s) => s * n) },
      { ...x, size: n },
    ];
    const [a, b] = split(axes[outer]!, rows);
    const [c, d] = split(axes[inner]!, columns);
    return [...axes.slice(0, outer), ...axes.slice(outer + 1, inner), a, c, b, d];
  }
  return axes;
}

/** Merges the axes of a cluster and orders the loops: kept axes outside, reduced ones inside. */
export function nestOf(c: Cluster): Nest {
  const loads = c.ops.flatMap((op, i) =>
    op.kind === 'load' || op.kind === 'gather' ? [[i, op.view] as const] : [],
  );
  const mask = c.mask ?? c.shape.map(() => false);
  const keptStrides = stridesOf(c.shape.filter((_, a) => !mask[a]));
  let k = 0;
  const keptStride = c.shape.map((_, a) => (mask[a] ? 0 : keptStrides[k++]!));
  const views = [
    ...loads.map(([, v]) => v),
    ...c.stores.map((s) => s.view),
    ...c.reduces.map((r) => ({ source: r.buffer, offset: 0, shape: c.shape, strides: keptStride })),
  ];

  const axes: Axis[] = [];
  c.shape.forEach((size, a) => {
    if (size === 1) return;
    const strides = views.map((v) => v.strides[a]!);
    const last = axes[axes.length - 1];
    if (
      last !== undefined &&
      last.reduced === mask[a] &&
      strides.every((s, i) => last.strides[i] === s * size)
    ) {
      last.size *= size;
      last.strides = strides;
    } else axes.push({ size, reduced: mask[a]!, strides });
  });
  const kept = tiled(
    axes.filter((x) => !x.reduced),
    views,
  );
  const loops = [...kept, ...axes.filter((x) => x.reduced)];
  const last = axes[axes.length - 1];
  const vector = last === undefined ? -1 : last.reduced ? loops.length - 1 : kept.length - 1;
  const walks = views.map((v, i) =>
    walkOf(
      v,
      loops.map((l) => l.strides[i]!),
    ),
  );
  return {
    loops,
    vector,
    firstReduced: kept.length,
    loads: new Map(loads.map(([op], i) => [op, walks[i]!])),
    stores: walks.slice(loads.length, loads.length + c.stores.length),
    reduces: walks.slice(loads.length + c.stores.length),
  };
}
