/**
 * Makers of random nodes of order, positions, bits and matrices.
 */
import { ops, shapes, sizeOf, windows, type Node } from '../../src/ir/index.js';
import { definite, hasAxis } from '../ir/random-pick.js';
import { someShape } from './fuzz-values.js';
import { anyReal, type FuzzMaker } from './fuzz-world.js';

/** Sorting, extremes and running sums along any axis; ties are frequent among rounded values. */
export const ordered: FuzzMaker = (w, pool) => {
  const { d } = w;
  const x = anyReal(w, pool);
  if (!hasAxis(x)) throw new Error('nothing fits');
  const axis = d.below(x.shape.length);
  const y = d.below(2) === 0 ? ops.floor(x) : x;
  const [sorted, at] = windows.sort(y, axis);
  if (d.below(3) === 0 && x.shape[axis]! > 0) return [sorted, at, windows.takeAlong(x, at, axis)];
  if (d.below(2) === 0 || x.shape[axis] === 0) return [sorted, shapes.cumsum(x, axis, d.below(2) === 0)];
  return [y.builder.node('argMax', { axis }, [y]), y.builder.node('argMin', { axis }, [y])];
};

/** Gathers, scatters and blocks at positions that may lie outside. */
export const indexed: FuzzMaker = (w, pool) => {
  const { d, fresh } = w;
  const x = anyReal(w, pool);
  if (!hasAxis(x) || sizeOf(x.shape) === 0) throw new Error('nothing fits');
  const rank = x.shape.length;
  const axis = d.below(rank);
  switch (d.below(4)) {
    case 0: {
      const batchDims = d.below(axis + 1);
      const i = fresh({
        shape: [...x.shape.slice(0, batchDims), ...[1 + d.below(5)].slice(d.below(2))],
        dtype: 'i32',
      });
      return [ops.sin(shapes.gather(x, i, axis, batchDims))];
    }
    case 1: {
      const i = fresh({ shape: [x.shape[axis]!], dtype: 'i32' });
      return [shapes.scatterAdd(i, ops.mul(x, 2), 1 + d.below(6), axis)];
    }
    case 2: {
      const start = fresh({ shape: [rank], dtype: 'i32' });
      return [
        ops.neg(
          windows.dynamicSlice(
            x,
            start,
            x.shape.map((s) => d.below(s + 1)),
          ),
        ),
      ];
    }
    default: {
      const start = fresh({ shape: [rank], dtype: 'i32' });
      const u = fresh({ shape: x.shape.map((s) => d.below(s + 1)), dtype: 'f' });
      return [windows.dynamicUpdate(d.below(2) === 0 ? ops.tanh(x) : x, u, start), x];
    }
  }
};

/** Random bits of new keys, as integers and as uniform numbers. */
export const random: FuzzMaker = ({ d, sizes, fresh }) => {
  const key = fresh({ shape: [...(d.below(3) === 0 ? [1 + d.below(5)] : []), 2], dtype: 'u32' });
  const b = key.builder.node('randomBits', { shape: someShape(d, sizes, 200) }, [key]);
  const uniform = ops.mul(ops.add(ops.cast(ops.shiftRight(b, 9), 'f'), 0.5), 2 ** -23);
  return [b, uniform, ops.sqrt(ops.neg(ops.log(uniform)))];
};

/** Integers that wrap around, divide by zero, shift far; conversions from whatever reals there are. */
export const integers: FuzzMaker = (w, pool) => {
  const { d, sizes, fresh } = w;
  const dtype = d.pick(['i32', 'u32'] as const);
  const shape = someShape(d, sizes, 300);
  let x =
    d.below(3) === 0 ? ops.cast(ops.mul(anyReal(w, pool), d.pick([1, 50])), dtype) : fresh({ shape, dtype });
  const made: Node[] = [];
  for (let k = 1 + d.below(4); k > 0; k--) {
    const y = fresh({ shape: x.shape, dtype });
    const f = d.pick([
      ops.add,
      ops.sub,
      ops.mul,
      ops.div,
      ops.mod,
      ops.maximum,
      ops.minimum,
      ops.and,
      ops.or,
      ops.xor,
      ops.shiftLeft,
      ops.shiftRight,
    ]);
    x = f(x, y);
    made.push(x);
  }
  return [...made.slice(-1), ops.cast(x, 'f'), ops.cast(ops.gt(x, 1), 'f')];
};

/** Matrices of more than two rows. */
export const linear: FuzzMaker = ({ d, fresh }) => {
  const n = d.pick([1, 2, 3, 4, 5, 8, 9]);
  const batch = d.below(3) === 0 ? [1 + d.below(3)] : [];
  const l = shapes.cholesky(definite(fresh({ shape: [...batch, n, n], dtype: 'f' })));
  const b = fresh({ shape: [...batch, n, d.pick([1, 2, 3, 4, 5])], dtype: 'f' });
  return [l, shapes.triangularSolve(l, b, { lower: true, transposeA: d.below(2) === 0 })];
};
