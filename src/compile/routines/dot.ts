/**
 * Matrix products.
 *
 * Each element of the result is Σₖ a·b in an order that the sizes and strides alone decide: blocks of at most 256 terms
 * one after the other, so that the error in float32 stays near 10⁻⁶ of Σₖ |a·b| for a hundred thousand terms. The method
 * is chosen by size and strides: see the files `dot-*.ts`.
 *
 * @module
 */
import { i32, type Expr, type Func, type FunctionBuilder, type Module } from '../assembler/index.js';
import { blockedMethod } from './dot-blocked.js';
import { columnsMethod } from './dot-columns.js';
import { directMethod } from './dot-direct.js';
import { innerMethod } from './dot-inner.js';
import { lanesOf, plus, times } from './dot-lanes.js';
import { least, rangeParameters, type Method, type Product } from './dot-method.js';
import { rowsMethod } from './dot-rows.js';
import { joined, type BatchAxis, type DotSpec } from './dot-spec.js';
import { bytesOf, type RoutineContext } from './routine.js';

export { dotSpec, type DotSpec, type MatrixStrides } from './dot-spec.js';

/** A matrix product with all sizes known. */
export interface DotRoutine {
  /** Bytes of scratch memory, 16-byte aligned, that a call needs: every thread its own. */
  readonly scratch: number;
  readonly scratchPerThread: true;
  readonly flops: number;
  /** Parts of the work. Results do not depend on how parts are shared among calls. */
  readonly units: number;
  /** Neighbouring elements of the result in a part, fewer in the last; a multiple of 4 if there are several parts. */
  readonly unitElements: number;
  /**
   * The function (a, b, c, scratch, from, to) that computes the parts [from, to). What a call copies of b it copies once:
   * a thread should be given its parts in one call.
   */
  readonly range: (context: RoutineContext) => Func;
  /**
   * Writes the statements that compute c. Addresses are those of the elements at index 0, of any alignment; c is row-major.
   *
   * @param epilogue - Written once, in a loop: runs over each block [from, to) of finished elements, in order.
   */
  readonly emit: (
    context: RoutineContext,
    f: FunctionBuilder,
    a: Expr<'i32'>,
    b: Expr<'i32'>,
    c: Expr<'i32'>,
    scratch: Expr<'i32'>,
    epilogue?: (f: FunctionBuilder, from: Expr<'i32'>, to: Expr<'i32'>) => void,
  ) => void;
}

/** Bytes that fit well into the nearest cache. */
const nearBytes = 24576;
/** Rows of a that make a copy of b worth its time. */
const worthPacking = 12;
/** Elements of a part where there is nothing but zeros to write. */
const zeroElements = 4096;

interface Choice {
  readonly method: Method;
  /** Whether the method's function takes b before a. */
  readonly swapped: boolean;
}

/** Zeros: sums of nothing. */
function zeroMethod({ m, n }: Product, bytes: number): Method {
  const size = m * n;
  return {
    name: 'zeros',
    scratch: 0,
    units: Math.max(1, Math.ceil(size / zeroElements)),
    unitElements: Math.min(size, zeroElements),
    chunk: zeroElements,
    make: (module, name) =>
      module.func(name, rangeParameters, undefined, (f, _a, _b, c, _scratch, from, to) => {
        const unit = i32.const(zeroElements);
        const begin = f.let(i32.mul(from, unit));
        const end = least(i32.mul(to, unit), i32.const(size));
        f.fill(i32.add(c, times(begin, bytes)), i32.const(0), times(i32.sub(end, begin), bytes));
      }),
  };
}

/** The method for the products of a batch, `batch` of them. */
function choose(p: Product, bytes: number, only: boolean): Choice {
  const { m, k, n } = p;
  const straight = (method: Method): Choice => ({ method, swapped: false });
  if (k === 0) return straight(zeroMethod(p, bytes));
  if (only && m === 1 && n === 1) return straight(innerMethod(k, p.aColumn, p.bRow, bytes));
  const shared = { k, xRow: 0 };
  const rowsOfA = p.aColumn === 1 || k === 1;
  const columnsOfB = p.bRow === 1 || k === 1;
  if (n === 1 && p.aRow === 1 && m > 1) {
    const sum = { n: m, k, xStep: p.bRow, bRow: p.aColumn };
    return { method: columnsMethod(sum, bytes), swapped: true };
  }
  const lying = p.bColumn === 1 || n === 1;
  if (m === 1 && n > 1 && lying) {
    return straight(columnsMethod({ n, k, xStep: p.aColumn, bRow: p.bRow }, bytes));
  }
  if (n <= 3 && rowsOfA && (n === 1 || k >= 16)) {
    const to = { rows: m, aRow: p.aRow, xStep: p.bRow, yRow: n };
    const again = { repeats: n, xRepeat: p.bColumn, yRepeat: 1 };
    return straight(rowsMethod({ ...shared, ...to, ...again }, bytes));
  }
  if (m <= 3 && columnsOfB && !lying && (m === 1 || k >= 16)) {
    const to = { rows: n, aRow: p.bColumn, xStep: p.aColumn, yRow: 1 };
    const again = { repeats: m, xRepeat: p.aRow, yRepeat: n };
    return { method: rowsMethod({ ...shared, ...to, ...again }, bytes), swapped: true };
  }
  const small = n * k * bytes <= nearBytes || m < worthPacking;
  const near = p.aColumn === 1 || m * k * bytes <= 2 * nearBytes;
  return straight(lying && small && near ? directMethod(p, bytes) : blockedMethod(p, bytes));
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A batch as parts: some products each, or some parts of each product. */
interface Parts {
  readonly units: number;
  readonly unitElements: number;
  /** Products in a part, or parts in a product. */
  readonly products: number;
  readonly split: number;
}

/** Fewer products than this are split into parts where they can be. */
const fewProducts = 16;

function partsOf(products: number, size: number, method: Method): Parts {
  if (products === 1) {
    return { units: method.units, unitElements: method.unitElements, products: 1, split: method.units };
  }
  if (products < fewProducts && method.units > 1 && size % 4 === 0) {
    const whole = size % method.unitElements === 0;
    if (whole) {
      const units = products * method.units;
      return { units, unitElements: method.unitElements, products: 1, split: method.units };
    }
  }
  const together = 4 / gcd(4, size);
  return {
    units: Math.ceil(products / together),
    unitElements: together * size,
    products: together,
    split: 1,
  };
}

/** Adds the place of a batch's product to the addresses of its operands. */
function offsets(
  f: FunctionBuilder,
  batch: readonly BatchAxis[],
  index: Expr<'i32'>,
  bytes: number,
): Expr<'i32'>[] {
  let [a, b]: Expr<'i32'>[] = [i32.const(0), i32.const(0)];
  let rest = index;
  [...batch].reverse().forEach((axis, i) => {
    const outermost = i === batch.length - 1;
    const at = outermost ? rest : f.let(i32.remU(rest, i32.const(axis.size)));
    if (!outermost) rest = f.let(i32.divU(rest, i32.const(axis.size)));
    a = axis.a === 0 ? a : i32.add(a!, times(at, axis.a * bytes));
    b = axis.b === 0 ? b : i32.add(b!, times(at, axis.b * bytes));
  });
  return [a!, b!];
}

/** The function over parts of a batch, made of the method's function for one product. */
function batchFunction(
  module: Module,
  name: string,
  batch: readonly BatchAxis[],
  { m, n }: Product,
  { method, swapped }: Choice,
  parts: Parts,
  one: Func,
  bytes: number,
): Func {
  const products = batch.reduce((s, axis) => s * axis.size, 1);
  return module.func(name, rangeParameters, undefined, (f, a, b, c, scratch, from, to) => {
    const whole = parts.split === 1;
    const begin = i32.mul(from, i32.const(parts.products));
    const end = least(i32.mul(to, i32.const(parts.products)), i32.const(products * parts.split));
    f.for(begin, end, 1, (unit) => {
      const index = whole ? unit : f.let(i32.divU(unit, i32.const(parts.split)));
      const part = whole ? i32.const(0) : f.let(i32.remU(unit, i32.const(parts.split)));
      const [inA, inB] = offsets(f, batch, index, bytes);
      const [pa, pb] = [i32.add(a, inA!), i32.add(b, inB!)];
      const pc = i32.add(c, times(index, m * n * bytes));
      const last = whole ? i32.const(method.units) : plus(part, 1);
      f.call(one, ...(swapped ? [pb, pa] : [pa, pb]), pc, scratch, part, last);
    });
  });
}

/**
 * c[batch…, m, n] = Σₖ a[batch…, m, k]·b[batch…, k, n].
 *
 * @throws Error for products of bool.
 */
export function dotRoutine(spec: DotSpec): DotRoutine {
  const bytes = bytesOf[spec.storage];
  if (bytes === 1) throw new Error('dot: there are no products of bool');
  const { batch: axes, product } = joined(spec);
  const sizes = { products: axes.reduce((s, axis) => s * axis.size, 1), one: product.m * product.n };
  const size = sizes.products * sizes.one;
  // inner products of a batch are rows that have a vector each
  const inner = axes[axes.length - 1];
  const k = product.k;
  const paired =
    inner !== undefined &&
    sizes.one === 1 &&
    k > 0 &&
    (k === 1 || (product.aColumn === 1 && product.bRow === 1));
  const batch = paired ? axes.slice(0, -1) : axes;
  const rows = paired ? inner.size : 1;
  const paired1 = (): Choice => {
    const lines = { rows, k, aRow: inner!.a, xRow: inner!.b, xStep: 1, yRow: 1 };
    return { method: rowsMethod({ ...lines, repeats: 1, xRepeat: 0, yRepeat: 0 }, bytes), swapped: false };
  };
  const choice = paired ? paired1() : choose(product, bytes, sizes.products === 1);
  const { method, swapped } = choice;
  const shape = { ...product, m: paired ? rows : product.m };
  const parts = partsOf(
    batch.reduce((s, axis) => s * axis.size, 1),
    shape.m * shape.n,
    method,
  );
  const nothing = size === 0;

  const range = ({ module, relaxed }: RoutineContext): Func => {
    const lanes = lanesOf(spec.storage, spec.relaxed && relaxed);
    const key = JSON.stringify([spec, spec.relaxed && relaxed]);
    return module.once(`dot ${key}`, () => {
      const name = `dot${module.size}_${method.name}_${spec.storage}_${shape.m}x${shape.k}x${shape.n}`;
      if (nothing) return module.func(name, rangeParameters, undefined, () => undefined);
      const one = method.make(module, name, lanes);
      if (batch.length === 0 && !swapped) return one;
      return batchFunction(module, `${name}_batch`, batch, shape, choice, parts, one, bytes);
    });
  };
  const units = nothing ? 0 : parts.units;
  return {
    scratch: nothing ? 0 : method.scratch,
    scratchPerThread: true,
    flops: 2 * size * product.k,
    units,
    unitElements: parts.unitElements,
    range,
    emit: (context, f, a, b, c, scratch, epilogue) => {
      if (nothing) return;
      const run = range(context);
      const call = (from: Expr<'i32'>, to: Expr<'i32'>): void => f.call(run, a, b, c, scratch, from, to);
      const step = Math.max(1, Math.ceil(method.chunk / parts.unitElements));
      if (epilogue === undefined || step >= units) {
        call(i32.const(0), i32.const(units));
        epilogue?.(f, i32.const(0), i32.const(size));
        return;
      }
      f.for(i32.const(0), i32.const(units), step, (from) => {
        const to = f.let(least(plus(from, step), i32.const(units)));
        call(from, to);
        const end = least(times(to, parts.unitElements), i32.const(size));
        epilogue(f, f.let(times(from, parts.unitElements)), f.let(end));
      });
    },
  };
}
