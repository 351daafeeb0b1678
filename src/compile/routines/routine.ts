/**
 * Routines: operations that are whole algorithms over contiguous buffers rather than element-wise work.
 *
 * @module
 */
import type { Expr, FunctionBuilder, Module } from '../assembler/index.js';
import type { OpName, OpTable, Shape } from '../../ir/index.js';

/** How elements lie in memory: bool as one byte, 0 or 1. */
export type Storage = 'f32' | 'f64' | 'i32' | 'u32' | 'bool';

/** Bytes of one element. */
export const bytesOf: { readonly [S in Storage]: number } = { f32: 4, f64: 8, i32: 4, u32: 4, bool: 1 };

/** A row-major value in memory. */
export interface Operand {
  readonly shape: Shape;
  readonly storage: Storage;
}

/** Where a routine is emitted. */
export interface RoutineContext {
  readonly module: Module;
  /** Whether relaxed-SIMD multiply-add may be used. */
  readonly relaxed: boolean;
}

/** An operation with all sizes known. */
export interface Routine {
  /** Bytes of scratch memory that it needs while it runs. */
  readonly scratch: number;
  /** Floating-point operations, for reports. */
  readonly flops: number;
  /**
   * Writes the statements that run it. Addresses are those of the first elements, 16-byte aligned; up to 16 bytes past
   * the end of any buffer may be read, none written. Work of any size is put into functions of the module.
   */
  readonly emit: (
    context: RoutineContext,
    f: FunctionBuilder,
    inputs: readonly Expr<'i32'>[],
    outputs: readonly Expr<'i32'>[],
    scratch: Expr<'i32'>,
  ) => void;
}

/** Makes the routine of an operation for given operands and results. */
export type RoutineRule<K extends OpName> = (
  attrs: OpTable[K],
  operands: readonly Operand[],
  results: readonly Operand[],
) => Routine;
