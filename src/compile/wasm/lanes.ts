/**
 * Elements of every type in vector registers, and their way from and to memory.
 *
 * A kernel has four lanes, or two if it computes in float64. Reals fill the register; integers lie in its 32-bit lanes,
 * the low two of them where there are two; bools are masks as wide as a lane.
 *
 * @module
 */
import { f32x4, f64, f64x2, i16x8, i32, i32x4, i64x2, i8x16, v128 } from '../assembler/index.js';
import type { Expr, FunctionBuilder } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';

type V = Expr<'v128'>;
/** Number of lanes. */
export type Width = 2 | 4;

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

/** A mask of 32-bit lanes as one of `width`. */
export function widenMask(width: Width, mask: V): V {
  return width === 4 ? mask : i64x2.extendLow(mask);
}

/** A mask of a kernel's lanes as one of 32-bit lanes. `mask` must be cheap to repeat. */
export function narrowMask(width: Width, mask: V): V {
  return width === 4 ? mask : i8x16.shuffle(mask, mask, evenWords);
}

/** One number in every lane. */
export function constant(storage: Storage, value: number): V {
  switch (storage) {
    case 'f32':
      return f32x4.const(value);
    case 'f64':
      return f64x2.const(value);
    case 'bool':
      return i32x4.const(value !== 0 ? -1 : 0);
    default:
      return i32x4.const(value);
  }
}

/** The element at an address, in every lane. */
export function loadSplat(storage: Storage, address: Expr<'i32'>, offset: number): V {
  switch (storage) {
    case 'f64':
      return v128.load64Splat(address, offset);
    case 'bool':
      return i32x4.splat(i32.sub(i32.const(0), i32.load8u(address, offset)));
    default:
      return v128.load32Splat(address, offset);
  }
}

/** Bytes as 32-bit integers, 0 or 1 each, to a mask. */
function maskOfBytes(width: Width, bytes: V): V {
  const words = i32x4.extendLowU(i16x8.extendLowU(bytes));
  return width === 4 ? i32x4.neg(words) : i64x2.neg(i64x2.extendLowU(words));
}

/** Neighbouring elements. May read past the last lane needed. */
export function loadVector(width: Width, storage: Storage, address: Expr<'i32'>, offset: number): V {
  if (storage === 'bool') return maskOfBytes(width, v128.load32Zero(address, offset));
  if (storage === 'f64' || width === 4) return v128.load(address, offset);
  return v128.load64Zero(address, offset);
}

/** Elements that are `stride` bytes apart; lanes from `valid` on repeat the first. */
export function loadStrided(
  width: Width,
  storage: Storage,
  address: Expr<'i32'>,
  offset: number,
  stride: number,
  valid: number,
): V {
  // an immediate offset cannot be negative
  const at = (lane: number): readonly [Expr<'i32'>, number] => {
    const o = offset + lane * stride;
    return o >= 0 ? [address, o] : [i32.add(address, i32.const(o)), 0];
  };
  const lanes = Math.min(width, valid);
  if (storage === 'bool') {
    let words: V = i32x4.splat(i32.load8u(...at(0)));
    for (let l = 1; l < lanes; l++) words = i32x4.replace(words, l, i32.load8u(...at(l)));
    return width === 4 ? i32x4.neg(words) : i64x2.neg(i64x2.extendLowU(words));
  }
  const wide = storage === 'f64';
  let v = wide ? v128.load64Splat(...at(0)) : v128.load32Splat(...at(0));
  for (let l = 1; l < lanes; l++) {
    const [a, o] = at(l);
    v = wide ? v128.load64Lane(a, v, l, o) : v128.load32Lane(a, v, l, o);
  }
  return v;
}

/** Bytes 0 or 1 of a mask, in the low bytes. */
function bytesOfMask(f: FunctionBuilder, width: Width, mask: V): V {
  const m = f.let(mask);
  const low = i8x16.shuffle(
    m,
    m,
    Array.from({ length: 16 }, (_, i) => ((i % width) * 16) / width),
  );
  return v128.and(low, v128.const(new Uint8Array(16).fill(1)));
}

/** Stores the first `valid` lanes at neighbouring elements; all lanes may be written if `spill`. */
export function storeVector(
  f: FunctionBuilder,
  width: Width,
  storage: Storage,
  address: Expr<'i32'>,
  offset: number,
  value: V,
  valid: number,
  spill: boolean,
): void {
  if (storage === 'bool') {
    const bytes = bytesOfMask(f, width, value);
    if (valid === 4 || (spill && width === 4)) f.storeLane(32, address, bytes, 0, offset);
    else if (valid === 2 || spill) f.storeLane(16, address, bytes, 0, offset);
    else {
      const b = f.let(bytes);
      for (let l = 0; l < valid; l++) f.storeLane(8, address, b, l, offset + l);
    }
    return;
  }
  if (storage === 'f64') {
    if (valid === 2 || spill) f.store(address, value, offset);
    else f.storeLane(64, address, value, 0, offset);
    return;
  }
  if (width === 4 && (valid === 4 || spill)) f.store(address, value, offset);
  else if (valid === 1) f.storeLane(32, address, value, 0, offset);
  else if (valid === 2) f.storeLane(64, address, value, 0, offset);
  else {
    const v = f.let(value);
    f.storeLane(64, address, v, 0, offset);
    f.storeLane(32, address, v, 2, offset + 8);
  }
}

/** Stores the first `valid` lanes at elements that are `stride` bytes apart. */
export function storeStrided(
  f: FunctionBuilder,
  width: Width,
  storage: Storage,
  address: Expr<'i32'>,
  offset: number,
  value: V,
  stride: number,
  valid: number,
): void {
  const v = f.let(storage === 'bool' ? bytesOfMask(f, width, value) : value);
  const bits = (8 * bytesOf[storage]) as 8 | 32 | 64;
  for (let l = 0; l < Math.min(width, valid); l++) {
    const o = offset + l * stride;
    if (o >= 0) f.storeLane(bits, address, v, l, o);
    else f.storeLane(bits, i32.add(address, i32.const(o)), v, l, 0);
  }
}

/** A lane of a register as a 32-bit integer. */
export const lane32 = (v: V, lane: number): Expr<'i32'> => i32x4.extract(v, lane);
/** A lane of reals as float64. */
export function laneReal(storage: 'f32' | 'f64', v: V, lane: number): Expr<'f64'> {
  return storage === 'f64' ? f64x2.extract(v, lane) : f64.resize(f32x4.extract(v, lane));
}
