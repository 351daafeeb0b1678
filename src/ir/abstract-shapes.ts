/**
 * Abstract evaluation of leaves, shape operations, reductions, contractions and decompositions.
 *
 * @module
 */
import { expect, OperationError } from './abstract-rule.js';
import type { AbstractTable } from './abstract.js';
import type { WindowName } from './abstract-windows.js';
import type { BinaryName, UnaryName } from './catalogue.js';
import type { SpecialName } from './catalogue-special.js';
import { sizeOf, sameShape, type Aval, type DType, type Shape } from './types.js';
import type { Node } from './graph.js';
import type { OpName } from './catalogue.js';

type ControlName = 'cond' | 'while' | 'scan' | 'linearSolve' | 'root' | 'custom' | 'linearCall';
type ShapeTable = Omit<
  AbstractTable,
  UnaryName | BinaryName | ControlName | SpecialName | WindowName | 'qr' | 'eigh' | 'svd'
>;

const drop = (shape: Shape, axes: readonly number[]): number[] => shape.filter((_, i) => !axes.includes(i));

function checkAxes(op: OpName, x: Node, axes: readonly number[]): void {
  const ok = axes.every(
    (a, i) => Number.isInteger(a) && a >= 0 && a < x.shape.length && axes.indexOf(a) === i,
  );
  expect(op, ok, `axes [${axes.join(',')}] must be distinct and within the rank`, [x]);
}

function reduce(op: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin') {
  return ({ axes }: { readonly axes: readonly number[] }, [x]: readonly Node[]): Aval[] => {
    checkAxes(op, x!, axes);
    const arithmetic = op === 'reduceSum' || op === 'reduceProd';
    expect(op, !(arithmetic && x!.dtype === 'bool'), 'expected numbers (cast bool to i32 first)', [x!]);
    return [{ shape: drop(x!.shape, axes), dtype: x!.dtype }];
  };
}

function argExtreme(op: 'argMax' | 'argMin') {
  return ({ axis }: { readonly axis: number }, [x]: readonly Node[]): Aval[] => {
    checkAxes(op, x!, [axis]);
    return [{ shape: drop(x!.shape, [axis]), dtype: 'i32' }];
  };
}

function test(op: 'isNaN' | 'isFinite') {
  return (_: unknown, [x]: readonly Node[]): Aval[] => {
    expect(op, x!.dtype === 'f', 'expected a real operand', [x!]);
    return [{ shape: x!.shape, dtype: 'bool' }];
  };
}

function square(op: OpName, a: Node): number {
  const n = a.shape[a.shape.length - 1];
  const ok = a.dtype === 'f' && a.shape.length >= 2 && a.shape[a.shape.length - 2] === n;
  expect(op, ok, 'expected real square matrices', [a]);
  return n!;
}

const real: DType = 'f';

/** Rules of operations that are neither element-wise nor control flow. */
export const abstractShapes: ShapeTable = {
  input: ({ aval }) => [aval],
  const: ({ value }) => [{ shape: value.shape, dtype: value.dtype }],
  iota: ({ shape, axis, dtype }) => {
    expect(
      'iota',
      axis >= 0 && axis < shape.length,
      `axis ${axis} is outside the shape [${shape.join(',')}]`,
      [],
    );
    return [{ shape, dtype }];
  },
  proj: ({ index }, [x]) => {
    expect('proj', index >= 0 && index < x!.avals.length, `no result ${index} of ${x!.op}`, [x!]);
    return [x!.avals[index]!];
  },
  isNaN: test('isNaN'),
  isFinite: test('isFinite'),
  compare: (_, [a, b]) => {
    expect(
      'compare',
      a!.dtype === b!.dtype && sameShape(a!.shape, b!.shape),
      'expected equal shapes and element types',
      [a!, b!],
    );
    return [{ shape: a!.shape, dtype: 'bool' }];
  },
  select: (_, [c, a, b]) => {
    const ok =
      c!.dtype === 'bool' &&
      a!.dtype === b!.dtype &&
      sameShape(c!.shape, a!.shape) &&
      sameShape(a!.shape, b!.shape);
    expect(
      'select',
      ok,
      'expected a bool condition and two alternatives of its shape and of one element type',
      [c!, a!, b!],
    );
    return [a!.avals[0]!];
  },
  cast: ({ dtype }, [x]) => [{ shape: x!.shape, dtype }],
  broadcast: ({ shape, axes }, [x]) => {
    const ok =
      axes.length === x!.shape.length &&
      axes.every((a, i) => a >= 0 && a < shape.length && (i === 0 || a > axes[i - 1]!)) &&
      axes.every((a, i) => x!.shape[i] === 1 || x!.shape[i] === shape[a]);
    expect('broadcast', ok, `cannot become [${shape.join(',')}] along axes [${axes.join(',')}]`, [x!]);
    return [{ shape, dtype: x!.dtype }];
  },
  reshape: ({ shape }, [x]) => {
    const ok = sizeOf(shape) === sizeOf(x!.shape);
    expect('reshape', ok, `cannot become [${shape.join(',')}]: sizes differ`, [x!]);
    return [{ shape, dtype: x!.dtype }];
  },
  transpose: ({ perm }, [x]) => {
    checkAxes('transpose', x!, perm);
    expect('transpose', perm.length === x!.shape.length, `permutation [${perm.join(',')}] has another rank`, [
      x!,
    ]);
    return [{ shape: perm.map((p) => x!.shape[p]!), dtype: x!.dtype }];
  },
  slice: ({ start, limit, stride }, [x]) => {
    const r = x!.shape.length;
    const ok =
      start.length === r &&
      limit.length === r &&
      stride.length === r &&
      x!.shape.every((d, i) => start[i]! >= 0 && start[i]! <= limit[i]! && limit[i]! <= d && stride[i]! >= 1);
    expect(
      'slice',
      ok,
      `[${start.join(',')}] to [${limit.join(',')}] by [${stride.join(',')}] is out of range`,
      [x!],
    );
    return [{ shape: start.map((s, i) => Math.ceil((limit[i]! - s) / stride[i]!)), dtype: x!.dtype }];
  },
  pad: ({ low, high, interior }, [x]) => {
    const r = x!.shape.length;
    const ok = [low, high, interior].every(
      (w) => w.length === r && w.every((v) => Number.isInteger(v) && v >= 0),
    );
    expect('pad', ok, 'expected one non-negative width an axis', [x!]);
    return [
      {
        shape: x!.shape.map((d, i) => low[i]! + high[i]! + d + Math.max(0, d - 1) * interior[i]!),
        dtype: x!.dtype,
      },
    ];
  },
  concat: ({ axis }, xs) => {
    const first = xs[0];
    if (first === undefined) throw new OperationError('concat: expected at least one operand');
    checkAxes('concat', first, [axis]);
    const ok = xs.every(
      (x) => x.dtype === first.dtype && sameShape(drop(x.shape, [axis]), drop(first.shape, [axis])),
    );
    expect(
      'concat',
      ok && xs.every((x) => x.shape.length === first.shape.length),
      `expected equal shapes but for axis ${axis}`,
      xs,
    );
    return [
      {
        shape: first.shape.map((d, i) => (i === axis ? xs.reduce((s, x) => s + x.shape[axis]!, 0) : d)),
        dtype: first.dtype,
      },
    ];
  },
  reverse: ({ axes }, [x]) => {
    checkAxes('reverse', x!, axes);
    return [x!.avals[0]!];
  },
  gather: ({ axis, batchDims }, [x, i]) => {
    checkAxes('gather', x!, [axis]);
    const ok = i!.dtype === 'i32' && batchDims <= axis && batchDims <= i!.shape.length;
    expect(
      'gather',
      ok && sameShape(x!.shape.slice(0, batchDims), i!.shape.slice(0, batchDims)),
      'expected i32 indices and equal batch axes',
      [x!, i!],
    );
    return [
      {
        shape: [...x!.shape.slice(0, axis), ...i!.shape.slice(batchDims), ...x!.shape.slice(axis + 1)],
        dtype: x!.dtype,
      },
    ];
  },
  scatterAdd: ({ axis, batchDims, size }, [i, u]) => {
    const count = i!.shape.length - batchDims;
    const ok =
      i!.dtype === 'i32' &&
      u!.dtype !== 'bool' &&
      batchDims <= axis &&
      count >= 0 &&
      sameShape(u!.shape.slice(0, batchDims), i!.shape.slice(0, batchDims)) &&
      sameShape(u!.shape.slice(axis, axis + count), i!.shape.slice(batchDims));
    expect('scatterAdd', ok, 'expected i32 indices whose axes are found in the updates', [i!, u!]);
    return [{ shape: [...u!.shape.slice(0, axis), size, ...u!.shape.slice(axis + count)], dtype: u!.dtype }];
  },
  reduceSum: reduce('reduceSum'),
  reduceProd: reduce('reduceProd'),
  reduceMax: reduce('reduceMax'),
  reduceMin: reduce('reduceMin'),
  argMax: argExtreme('argMax'),
  argMin: argExtreme('argMin'),
  cumsum: ({ axis }, [x]) => {
    checkAxes('cumsum', x!, [axis]);
    expect('cumsum', x!.dtype !== 'bool', 'expected numbers', [x!]);
    return [x!.avals[0]!];
  },
  dot: ({ lhsContract, rhsContract, lhsBatch, rhsBatch }, [a, b]) => {
    checkAxes('dot', a!, [...lhsBatch, ...lhsContract]);
    checkAxes('dot', b!, [...rhsBatch, ...rhsContract]);
    const paired = (l: readonly number[], r: readonly number[]): boolean =>
      l.length === r.length && l.every((x, k) => a!.shape[x] === b!.shape[r[k]!]);
    const text = `contracting [${lhsContract.join(',')}] with [${rhsContract.join(',')}], batch [${lhsBatch.join(',')}] with [${rhsBatch.join(',')}]`;
    expect('dot', a!.dtype === real && b!.dtype === real, 'expected real operands', [a!, b!]);
    expect(
      'dot',
      paired(lhsContract, rhsContract) && paired(lhsBatch, rhsBatch),
      `sizes differ when ${text}`,
      [a!, b!],
    );
    const free = [
      ...drop(a!.shape, [...lhsBatch, ...lhsContract]),
      ...drop(b!.shape, [...rhsBatch, ...rhsContract]),
    ];
    return [{ shape: [...lhsBatch.map((x) => a!.shape[x]!), ...free], dtype: real }];
  },
  cholesky: (_, [a]) => {
    square('cholesky', a!);
    return [a!.avals[0]!];
  },
  triangularSolve: (_, [a, b]) => {
    square('triangularSolve', a!);
    const ok =
      b!.dtype === real &&
      b!.shape.length === a!.shape.length &&
      sameShape(a!.shape.slice(0, -1), b!.shape.slice(0, -1));
    expect('triangularSolve', ok, 'expected A[..., n, n] and B[..., n, k]', [a!, b!]);
    return [b!.avals[0]!];
  },
  lu: (_, [a]) => {
    square('lu', a!);
    return [a!.avals[0]!, { shape: a!.shape.slice(0, -1), dtype: 'i32' }];
  },
  randomBits: ({ shape }, [k]) => {
    expect(
      'randomBits',
      k!.dtype === 'u32' && k!.shape[k!.shape.length - 1] === 2,
      'expected a key u32[..., 2]',
      [k!],
    );
    return [{ shape: [...k!.shape.slice(0, -1), ...shape], dtype: 'u32' }];
  },
  threefry: (_, [k, c]) => {
    const ok = k!.dtype === 'u32' && c!.dtype === 'u32' && k!.shape[k!.shape.length - 1] === 2;
    expect(
      'threefry',
      ok && sameShape(k!.shape, c!.shape),
      'expected key and counter u32[..., 2] of one shape',
      [k!, c!],
    );
    return [k!.avals[0]!];
  },
};
