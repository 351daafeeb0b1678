/**
 * Device rules of sorting, blocks at computed positions, convolution and pooling: as graphs of simpler operations.
 *
 * @module
 */
import { ops, shapes, sizeOf, type Aval, type Node, type Shape, type WindowSteps } from '../../ir/index.js';
import { forEachIndex } from '../../ir/indexing.js';
import { sortLanes } from './sort.js';
import type { DeviceTable } from './rule.js';

type Name = 'sort' | 'dynamicSlice' | 'dynamicUpdate' | 'conv' | 'poolSum' | 'poolMax';

/** Element a of a start vector, moved so that a block of `size` within `n` elements lies inside. */
function firstOf(start: Node, a: number, n: number, size: number): Node {
  const at = shapes.reshape(shapes.slice(start, [a], [a + 1]), []);
  return ops.maximum(ops.minimum(at, n - size), 0);
}

/** x spread by its base dilation and padded; what negative padding crops is cut off. */
function spreadAndPad(x: Node, steps: WindowSteps, first: number, value: number): Node {
  const rank = x.shape.length;
  const at = (list: readonly number[], i: number, other: number): number => list[i - first] ?? other;
  const axes = Array.from({ length: rank }, (_, i) => i);
  const widths = (side: readonly number[], sign: 1 | -1): number[] =>
    axes.map((i) => Math.max(0, sign * (i < first ? 0 : at(side, i, 0))));
  const interior = axes.map((i) => (i < first ? 0 : at(steps.baseDilation, i, 1) - 1));
  const [low, high] = [widths(steps.low, 1), widths(steps.high, 1)];
  const plain = [...low, ...high, ...interior].every((v) => v === 0);
  const wide = plain ? x : shapes.pad(x, low, high, interior, value);
  const [cutLow, cutHigh] = [widths(steps.low, -1), widths(steps.high, -1)];
  return shapes.slice(
    wide,
    cutLow.map((c, i) => Math.min(c, wide.shape[i]!)),
    wide.shape.map((d, i) => Math.max(d - cutHigh[i]!, Math.min(cutLow[i]!, d))),
  );
}

/** Every stride-th elements from a start along some axes: `counts` of them an axis. */
function strided(
  x: Node,
  first: number,
  start: readonly number[],
  step: readonly number[],
  counts: Shape,
): Node {
  const lead = x.shape.slice(0, first);
  return shapes.slice(
    x,
    [...lead.map(() => 0), ...start],
    [...lead, ...start.map((s, i) => s + (counts[i]! - 1) * step[i]! + 1)],
    [...lead.map(() => 1), ...step],
  );
}

/** The multi-indices of a shape. */
function indicesOf(shape: Shape): number[][] {
  const all: number[][] = [];
  forEachIndex(shape, (index) => all.push([...index]));
  return all;
}

/**
 * The convolution as one contraction with the operand's pieces: one for each element of the window, or one for each
 * place, whichever are fewer.
 */
function conv(steps: WindowSteps, x: Node, w: Node, result: Aval): Node {
  const [g, n, c] = x.shape as readonly [number, number, number];
  const o = w.shape[1]!;
  const window = w.shape.slice(3);
  const places = result.shape.slice(3);
  const [k, p] = [sizeOf(window), sizeOf(places)];
  const wide = spreadAndPad(x, steps, 3, 0);
  const by = (index: readonly number[], step: readonly number[]): number[] =>
    index.map((v, a) => v * step[a]!);
  const weights = shapes.reshape(w, [g, o, c, k]);
  const back = (y: Node, perm: readonly number[]): Node =>
    shapes.reshape(shapes.transpose(y, perm), [g, n, o, ...places]);
  if (k <= p) {
    const channels = shapes.transpose(wide, [0, 2, 1, ...window.map((_, a) => a + 3)]);
    const pieces = indicesOf(window).map((index) =>
      shapes.reshape(strided(channels, 3, by(index, steps.windowDilation), steps.strides, places), [
        g,
        c,
        1,
        n * p,
      ]),
    );
    const y = shapes.dot(weights, shapes.concat(pieces, 2), {
      lhsContract: [2, 3],
      rhsContract: [1, 2],
      lhsBatch: [0],
      rhsBatch: [0],
    });
    return back(shapes.reshape(y, [g, o, n, p]), [0, 2, 1, 3]);
  }
  const pieces = indicesOf(places).map((index) =>
    shapes.reshape(strided(wide, 3, by(index, steps.strides), steps.windowDilation, window), [g, 1, n, c, k]),
  );
  const y = shapes.dot(weights, shapes.concat(pieces, 1), {
    lhsContract: [2, 3],
    rhsContract: [3, 4],
    lhsBatch: [0],
    rhsBatch: [0],
  });
  return back(y, [0, 3, 1, 2]);
}

type Pool = WindowSteps & { readonly window: Shape };

/** What lies under each element of the window along one axis, at all places. */
function alongAxis(x: Node, attrs: Pool, a: number, places: number): Node[] {
  const step = x.shape.map((_, i) => (i === a ? attrs.strides[a]! : 1));
  const counts = x.shape.map((d, i) => (i === a ? places : d));
  return Array.from({ length: attrs.window[a]! }, (_, k) =>
    strided(
      x,
      0,
      x.shape.map((_, i) => (i === a ? k * attrs.windowDilation[a]! : 0)),
      step,
      counts,
    ),
  );
}

/** Axes along which something happens, last first: so the first of equal elements in row-major order wins. */
function movingAxes(attrs: Pool): number[] {
  const axes = attrs.window.map((_, a) => a).reverse();
  return axes.filter((a) => attrs.window[a] !== 1 || attrs.strides[a] !== 1);
}

function poolSum(attrs: Pool, x: Node, result: Aval): Node {
  return movingAxes(attrs).reduce(
    (y, a) => alongAxis(y, attrs, a, result.shape[a]!).reduce((s, part) => ops.add(s, part)),
    spreadAndPad(x, attrs, 0, 0),
  );
}

function poolMax(attrs: Pool, x: Node, result: Aval): [Node, Node] {
  const positions = shapes.reshape(shapes.iota(x.builder, [sizeOf(x.shape)]), x.shape);
  let top = spreadAndPad(x, attrs, 0, x.dtype === 'f' ? -Infinity : -(2 ** 31));
  let at = spreadAndPad(positions, attrs, 0, -1);
  for (const a of movingAxes(attrs)) {
    const values = alongAxis(top, attrs, a, result.shape[a]!);
    const places = alongAxis(at, attrs, a, result.shape[a]!);
    [top, at] = [values[0]!, places[0]!];
    for (let k = 1; k < values.length; k++) {
      const [v, p] = [values[k]!, places[k]!];
      const greater = ops.gt(v, top);
      const missing = (y: Node): Node => ops.isNaN(y);
      const better = v.dtype === 'f' ? ops.or(greater, ops.and(missing(v), ops.not(missing(top)))) : greater;
      // padding never wins, and anything wins over padding
      const taken = ops.and(ops.ge(p, 0), ops.or(ops.lt(at, 0), better));
      [top, at] = [ops.select(taken, v, top), ops.select(taken, p, at)];
    }
  }
  return [top, at];
}

/** Rules of the family. */
export const windowRules: Pick<DeviceTable, Name> = {
  sort: {
    compose: ({ axis }, [x]) => {
      const rank = x!.shape.length;
      const perm = [...x!.shape.keys()].filter((i) => i !== axis);
      const last = [...perm, axis];
      const back = Array.from({ length: rank }, (_, i) => last.indexOf(i));
      const lanes = shapes.transpose(x!, last);
      const n = x!.shape[axis]!;
      const sorted = sortLanes(shapes.reshape(lanes, [sizeOf(lanes.shape) / n, n]));
      return sorted.map((v) => shapes.transpose(shapes.reshape(v, lanes.shape), back));
    },
  },
  dynamicSlice: {
    compose: ({ size }, [x, start]) => [
      size.reduce((y, s, a) => {
        const n = x!.shape[a]!;
        if (s === n) return y;
        return shapes.gather(y, ops.add(shapes.iota(y.builder, [s]), firstOf(start!, a, n, s)), a);
      }, x!),
    ],
  },
  dynamicUpdate: {
    compose: (_, [x, u, start]) => {
      if (sizeOf(u!.shape) === 0) return [x!];
      let [block, inside] = [u!, undefined as Node | undefined];
      x!.shape.forEach((n, a) => {
        const s = u!.shape[a]!;
        if (s === n) return;
        const from = ops.sub(shapes.iota(x!.builder, [n]), firstOf(start!, a, n, s));
        block = shapes.gather(block, from, a);
        const here = shapes.reshape(
          ops.and(ops.ge(from, 0), ops.lt(from, s)),
          x!.shape.map((_, i) => (i === a ? n : 1)),
        );
        inside = inside === undefined ? here : ops.and(inside, here);
      });
      return [inside === undefined ? block : ops.select(inside, block, x!)];
    },
  },
  conv: { compose: (steps, [x, w], [result]) => [conv(steps, x!, w!, result!)] },
  poolSum: { compose: (attrs, [x], [result]) => [poolSum(attrs, x!, result!)] },
  poolMax: { compose: (attrs, [x], [result]) => poolMax(attrs, x!, result!) },
};
