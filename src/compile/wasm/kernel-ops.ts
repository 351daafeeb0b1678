/**
 * Vector code of the operations of a cluster.
 *
 * @module
 */
import type { Comparison } from '../../ir/index.js';
import { f32x4, f64, f64x2, i32, i32x4, i64, v128 } from '../assembler/index.js';
import type { Expr, FunctionBuilder } from '../assembler/index.js';
import { emitReal, type MathContext } from '../math/index.js';
import type { OpTable } from '../../ir/index.js';
import type { RealName } from '../math/index.js';
import type { Storage } from '../routines/routine.js';
import type { KernelOp } from './cluster.js';
import { isReal } from './value.js';
import { constant, lane32, laneReal, narrowMask, widenMask, type Width } from './lanes.js';

type V = Expr<'v128'>;

/** Where the operations of a kernel are emitted. */
export interface KernelContext extends MathContext {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** Lanes that matter; the others hold anything. */
  readonly valid: number;
}

const vectorOf = (s: 'f32' | 'f64'): typeof f32x4 | typeof f64x2 => (s === 'f32' ? f32x4 : f64x2);

/** Applies a function of integers lane by lane. */
function perLane(k: KernelContext, args: readonly V[], g: (...lanes: Expr<'i32'>[]) => Expr<'i32'>): V {
  const { f } = k;
  const values = args.map((a) => f.let(a));
  const at = (lane: number): Expr<'i32'> => g(...values.map((v) => f.let(lane32(v, lane))));
  let out: V = i32x4.splat(at(0));
  for (let lane = 1; lane < Math.min(k.width, k.valid); lane++) out = i32x4.replace(out, lane, at(lane));
  return out;
}

const zero: Expr<'i32'> = i32.const(0);
const isZero = (x: Expr<'i32'>): Expr<'i32'> => i32.eqz(x);

/** Truncated quotient; 0 if the divisor is 0, and wrapped where it is one too large. */
function quotient(signed: boolean): (x: Expr<'i32'>, y: Expr<'i32'>) => Expr<'i32'> {
  if (!signed) {
    return (x, y) => i32.select(isZero(y), zero, i32.divU(x, i32.select(isZero(y), i32.const(1), y)));
  }
  return (x, y) => {
    // x / −1 is −x, which wraps and cannot trap
    const special = i32.or(isZero(y), i32.eq(y, i32.const(-1)));
    const plain = i32.div(x, i32.select(special, i32.const(1), y));
    return i32.select(isZero(y), zero, i32.select(special, i32.sub(zero, x), plain));
  };
}

/** Remainder with the divisor's sign; 0 if the divisor is 0. */
function remainder(k: KernelContext, signed: boolean): (x: Expr<'i32'>, y: Expr<'i32'>) => Expr<'i32'> {
  return (x, y) => {
    const divisor = i32.select(isZero(y), i32.const(1), y);
    if (!signed) return i32.remU(x, divisor);
    const r = k.f.let(i32.rem(x, divisor));
    const other = i32.and(i32.ne(r, zero), i32.lt(i32.xor(r, y), zero));
    return i32.select(other, i32.add(r, y), r);
  };
}

function logic(op: string, x: V, y: V | undefined): V {
  switch (op) {
    case 'and':
    case 'minimum':
    case 'mul':
      return v128.and(x, y!);
    case 'or':
    case 'maximum':
      return v128.or(x, y!);
    case 'xor':
      return v128.xor(x, y!);
    case 'not':
      return v128.not(x);
    default:
      throw new Error(`wasm: ${op} of bools`);
  }
}

/** The operations of integers and bools. */
function discrete(k: KernelContext, op: string, storage: Storage, args: readonly V[]): V {
  const [x, y] = args as readonly [V, V];
  if (storage === 'bool') return logic(op, x, y);
  const signed = storage === 'i32';
  switch (op) {
    case 'neg':
      return i32x4.neg(x);
    case 'abs':
      return signed ? i32x4.abs(x) : x;
    case 'sign':
      return signed
        ? i32x4.min(i32x4.max(x, i32x4.const(-1)), i32x4.const(1))
        : i32x4.minU(x, i32x4.const(1));
    case 'not':
      return v128.not(x);
    case 'add':
      return i32x4.add(x, y);
    case 'sub':
      return i32x4.sub(x, y);
    case 'mul':
      return i32x4.mul(x, y);
    case 'maximum':
      return signed ? i32x4.max(x, y) : i32x4.maxU(x, y);
    case 'minimum':
      return signed ? i32x4.min(x, y) : i32x4.minU(x, y);
    case 'and':
      return v128.and(x, y);
    case 'or':
      return v128.or(x, y);
    case 'xor':
      return v128.xor(x, y);
    case 'div':
      return perLane(k, [x, y], quotient(signed));
    case 'mod':
      return perLane(k, [x, y], remainder(k, signed));
    case 'shiftLeft':
      return perLane(k, [x, y], (a, b) => i32.shl(a, b));
    case 'shiftRight':
      return perLane(k, [x, y], (a, b) => (signed ? i32.shr(a, b) : i32.shrU(a, b)));
    default:
      throw new Error(`wasm: ${op} of integers`);
  }
}

/** A shift of all lanes by one count. */
function shift(op: string, storage: Storage, x: V, count: number): V {
  const by = i32.const(count);
  if (op === 'shiftLeft') return i32x4.shl(x, by);
  return storage === 'i32' ? i32x4.shr(x, by) : i32x4.shrU(x, by);
}

const unsignedName = { lt: 'ltU', le: 'leU', gt: 'gtU', ge: 'geU' } as const;

function compare(k: KernelContext, direction: Comparison, storage: Storage, x: V, y: V): V {
  if (isReal(storage)) return vectorOf(storage)[direction](x, y);
  if (storage === 'bool') {
    switch (direction) {
      case 'eq':
        return v128.not(v128.xor(x, y));
      case 'ne':
        return v128.xor(x, y);
      case 'lt':
        return v128.andnot(y, x);
      case 'gt':
        return v128.andnot(x, y);
      case 'le':
        return v128.or(v128.not(x), y);
      case 'ge':
        return v128.or(x, v128.not(y));
    }
  }
  const unsigned = storage === 'u32' && direction !== 'eq' && direction !== 'ne';
  const name = unsigned ? unsignedName[direction] : direction;
  return widenMask(k.width, i32x4[name](x, y));
}

/** Real → integer: truncation that keeps the low 32 bits, as a typed array stores; 0 for what is not finite. */
function integerOf(k: KernelContext, from: 'f32' | 'f64', x: V): V {
  const { f } = k;
  const v = f.let(x);
  const at = (lane: number): Expr<'i32'> => {
    const r = f.let(laneReal(from, v, lane));
    const inside = f64.lt(f64.abs(r), f64.const(2 ** 63));
    return i32.select(inside, i32.wrap(i64.truncF64(r)), zero);
  };
  let out: V = i32x4.splat(at(0));
  for (let lane = 1; lane < Math.min(k.width, k.valid); lane++) out = i32x4.replace(out, lane, at(lane));
  return out;
}

function cast(k: KernelContext, from: Storage, to: Storage, x: V): V {
  if (from === to) return x;
  if (isReal(to)) {
    const vector = vectorOf(to);
    if (isReal(from)) return vector.resize(x);
    if (from === 'bool') return v128.and(x, vector.const(1));
    return from === 'i32' ? vector.convertI32(x) : vector.convertU32(x);
  }
  if (to === 'bool') {
    if (isReal(from)) return vectorOf(from).ne(x, vectorOf(from).const(0));
    return widenMask(k.width, i32x4.ne(x, i32x4.const(0)));
  }
  if (isReal(from)) return integerOf(k, from, x);
  if (from === 'bool') return v128.and(narrowMask(k.width, k.f.let(x)), i32x4.const(1));
  return x;
}

function select(k: KernelContext, storage: Storage, c: V, x: V, y: V): V {
  const integer = storage === 'i32' || storage === 'u32';
  return v128.bitselect(x, y, integer ? narrowMask(k.width, k.f.let(c)) : c);
}

/**
 * The code of an operation but loads: `args` are locals or constants, `from` the storages of the operands, and
 * `count` the number in every lane of the second operand, if it is one.
 */
export function emitOp(
  k: KernelContext,
  op: Exclude<KernelOp, { readonly kind: 'load' | 'gather' }>,
  args: readonly V[],
  from: readonly Storage[],
  count: number | undefined,
): V {
  const [x, y, z] = args as readonly [V, V, V];
  switch (op.kind) {
    case 'fill':
      return constant(op.storage, op.value);
    case 'real':
      return emitReal(k, k.f, op.op, op.attrs as OpTable[RealName], args);
    case 'discrete':
      if (count !== undefined && op.storage !== 'bool' && op.op.startsWith('shift')) {
        return shift(op.op, op.storage, x, count);
      }
      return discrete(k, op.op, op.storage, args);
    case 'compare':
      return compare(k, op.direction, from[0]!, x, y);
    case 'isNaN':
      return vectorOf(from[0] as 'f32' | 'f64').ne(x, x);
    case 'isFinite': {
      const vector = vectorOf(from[0] as 'f32' | 'f64');
      return vector.lt(vector.abs(x), vector.const(Infinity));
    }
    case 'select':
      return select(k, op.storage, x, y, z);
    case 'cast':
      return cast(k, from[0]!, op.storage, x);
  }
}
