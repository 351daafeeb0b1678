/**
 * Makers of random loops and branches: carries that are swapped, repeated, constant, unused or passed through; loops in
 * loops; loops of no steps.
 */
import {
  closure,
  hostArray,
  ops,
  shapes,
  sizeOf,
  windows,
  type Aval,
  type Builder,
  type Node,
} from '../../src/ir/index.js';
import { choose } from '../ir/random-pick.js';
import { anyReal, type World } from './fuzz-world.js';
import { someShape, someValue } from './fuzz-values.js';

/** Adds random nodes of a builder to a list, from a pool and a depth of nesting. */
export type Grow = (
  w: World,
  b: Builder,
  pool: readonly Node[],
  made: Node[],
  count: number,
  depth: number,
) => void;

/** Makes nodes of a builder. */
export type LoopMaker = (
  w: World,
  pool: readonly Node[],
  b: Builder,
  depth: number,
  grow: Grow,
) => readonly Node[];

const sameAval = (a: Node, b: Node): boolean => a.dtype === b.dtype && a.shape.join() === b.shape.join();
const small = (n: Node): boolean => sizeOf(n.shape) <= 200;

/** A filled constant. */
function constant(b: Builder, { shape, dtype }: Aval, value: number): Node {
  return ops.fill(b, value, shape, dtype);
}

/**
 * A value like x by an operation that is no part of element-wise chains: a matrix product, sorting, running sums, rolled
 * or reversed elements. Such results are written as a whole, so that what they are written over matters.
 */
function turned({ d, fresh }: World, x: Node): Node {
  const rank = x.shape.length;
  const n = x.shape[rank - 1];
  if (n === undefined || n === 0 || x.dtype === 'bool') return x;
  const axis = rank - 1;
  switch (d.below(x.dtype === 'f' && n <= 17 ? 6 : 3)) {
    case 0:
      return windows.sort(x, axis)[0];
    case 1:
      return shapes.reverse(x, [d.below(rank)]);
    case 2:
      return shapes.concat([shapes.sliceAxis(x, axis, n - 1, n), shapes.sliceAxis(x, axis, 0, n - 1)], axis);
    case 3:
      return ops.mul(shapes.cumsum(x, axis, d.below(2) === 0), 1 / n);
    default: {
      const square = ops.mul(fresh({ shape: [n, n], dtype: 'f' }), 0.5 / n);
      const product = shapes.dot(x, square, { lhsContract: [axis], rhsContract: [d.below(2)] });
      // the product itself, or with what is added to it
      return d.below(2) === 0 ? product : ops.add(product, x);
    }
  }
}

/** A value that a loop may carry on in place of `target`, so that it does not overflow at once. */
function next(
  w: World,
  target: Node,
  inputs: readonly Node[],
  own: readonly Node[],
  pool: readonly Node[],
): Node {
  const { d } = w;
  const b = target.builder;
  const among = (list: readonly Node[]): Node => d.pick(list.filter((n) => sameAval(n, target)));
  switch (d.below(10)) {
    case 8:
    case 9:
      return turned(w, among(d.below(2) === 0 ? inputs : own));
    case 0:
      return target;
    case 1:
      return constant(b, target.avals[0]!, d.below(3));
    case 2:
      return among(inputs);
    case 3:
      return b.lift(among([...pool.filter((n) => n.builder !== b), target]));
    default: {
      const found = among(own);
      return found.dtype === 'f' && d.below(4) > 0 ? ops.tanh(found) : found;
    }
  }
}

/** New values of all carries; one may be that of another. */
function nextAll(
  w: World,
  targets: readonly Node[],
  inputs: readonly Node[],
  own: readonly Node[],
  pool: readonly Node[],
): Node[] {
  const made: Node[] = [];
  for (const target of targets) {
    const twice = made.filter((n) => sameAval(n, target));
    made.push(twice.length > 0 && w.d.below(4) === 0 ? w.d.pick(twice) : next(w, target, inputs, own, pool));
  }
  return made;
}

/** 1 to 3 starting values; the second is like the first more often than not. */
function carried(w: World, pool: readonly Node[], least: number): Node[] {
  const { d } = w;
  const list: Node[] = [];
  for (let k = least + d.below(3); k > 0; k--) {
    const like = list[0];
    list.push(
      like !== undefined && d.below(3) > 0
        ? w.fresh(like.avals[0]!)
        : d.below(2) === 0
          ? choose(d, pool, small)
          : w.fresh({ shape: someShape(d, w.sizes, 100), dtype: 'f' }),
    );
  }
  return list;
}

const scan: LoopMaker = (w, pool, b, depth, grow) => {
  const { d } = w;
  const length = d.pick([0, 1, 2, 3, 4, 5, 9]);
  const rows = Array.from({ length: d.below(3) }, () => someShape(d, w.sizes, 60));
  const xs = rows.map((shape): Node => {
    const whole = { shape: [length, ...shape], dtype: d.pick(['f', 'f', 'f', 'i32'] as const) };
    const known = pool.filter((n) => n.dtype === whole.dtype && n.shape.join() === whole.shape.join());
    return known.length > 0 ? d.pick(known) : w.fresh(whole);
  });
  const carry = carried(w, pool, xs.length === 0 ? 1 : 0);
  const avals = [
    ...carry.map((c) => c.avals[0]!),
    ...xs.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype })),
  ];
  const { graph, captured } = closure(b, avals, (...inputs) => {
    const own = [...inputs];
    const body = inputs[0]!.builder;
    grow(w, body, [...pool, ...own], own, 1 + d.below(5), depth + 1);
    const after = nextAll(w, inputs.slice(0, carry.length), inputs, own, pool);
    // old values that are read after the new ones are there
    own.push(
      ...after.map((y, i) => (y.dtype === 'f' ? ops.sub(y, inputs[i]!) : y)).filter(() => d.below(3) === 0),
    );
    const outer = pool.filter((n) => small(n) && n.builder !== body);
    const ys = Array.from({ length: (carry.length === 0 ? 1 : 0) + d.below(3) }, () =>
      body.lift(d.pick([...own, ...own, ...outer.slice(-2), ...after])),
    );
    return [...after, ...ys.filter(small), ...(d.below(5) === 0 ? ys.slice(0, 1).filter(small) : [])];
  });
  if (graph.outputs.length === 0) throw new Error('nothing fits');
  const attrs = {
    body: graph,
    length,
    consts: captured.length,
    carry: carry.length,
    reverse: d.below(3) === 0,
  };
  return b.nodes('scan', attrs, [...captured, ...carry, ...xs]);
};

const whileLoop: LoopMaker = (w, pool, b, depth, grow) => {
  const { d } = w;
  const carry = carried(w, pool, 1);
  const avals: Aval[] = [{ shape: [], dtype: 'i32' }, ...carry.map((c) => c.avals[0]!)];
  const limit = d.below(2) === 0 ? ops.minimum(w.fresh({ shape: [], dtype: 'i32' }), 6) : d.below(6);
  const cond = closure(b, avals, (i, x) => {
    const more = ops.lt(i!, limit);
    const early = x!.dtype === 'f' && d.below(3) === 0;
    return [early ? ops.and(more, ops.lt(shapes.reduceSum(ops.abs(x!)), 1e3)) : more];
  });
  const body = closure(b, avals, (i, ...inputs) => {
    const own = [...inputs];
    grow(w, i!.builder, [...pool, ...own], own, 1 + d.below(4), depth + 1);
    return [ops.add(i!, 1), ...nextAll(w, inputs, inputs, own, pool)];
  });
  const attrs = {
    cond: cond.graph,
    body: body.graph,
    condConsts: cond.captured.length,
    bodyConsts: body.captured.length,
  };
  const start = b.constant(hostArray([0], [], 'i32'));
  return b.nodes('while', attrs, [...cond.captured, ...body.captured, start, ...carry]);
};

const cond: LoopMaker = (w, pool, b, depth, grow) => {
  const { d } = w;
  const index = w.fresh({ shape: [], dtype: 'i32' });
  const given = [
    anyReal(w, pool),
    anyReal(w, pool),
    ...Array.from({ length: d.below(2) }, () => choose(d, pool, small)),
  ];
  const avals = given.map((n) => n.avals[0]!);
  const results = Array.from({ length: 1 + d.below(2) }, () => d.below(given.length));
  const branches = Array.from({ length: 1 + d.below(3) }, () => {
    // branches must capture alike: they capture nothing
    const closed = closure(b, avals, (...inputs) => {
      const own = [...inputs];
      const branch = inputs[0]!.builder;
      const alone: World = { ...w, fresh: (aval) => branch.constant(someValue(d, aval, false)) };
      grow(alone, branch, inputs, own, 1 + d.below(4), depth + 1);
      return results.map((r) => next(w, inputs[r]!, inputs, own, []));
    });
    return closed.graph;
  });
  return b.nodes('cond', { branches }, [index, ...given]);
};

/** Makers of nodes with sub-graphs. */
export const loopMakers: readonly LoopMaker[] = [scan, scan, whileLoop, cond];
