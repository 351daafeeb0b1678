/**
 * Typed WebAssembly expressions: immutable trees of instructions.
 *
 * An expression is written out where it is used, each time anew: what is needed twice is put into a local with
 * `FunctionBuilder.let`. The type parameter is the type of the value that the expression leaves.
 *
 * @module
 */
import { Bytes } from './bytes.js';
import type { Func } from './module.js';

/** WebAssembly's value types, as far as they are used. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** Instructions behind a prefix byte are numbered `prefix · 2¹² + code`. */
export const simd: number = 0xfd000;
/** Saturating conversions and bulk memory. */
export const misc: number = 0xfc000;
/** Atomic accesses. */
export const atomic: number = 0xfe000;

/** Immediate operands of an instruction. */
export type Immediate =
  | undefined
  /** Unsigned numbers: indices, alignment and offset, lanes. */
  | { readonly kind: 'unsigned'; readonly values: readonly number[] }
  | { readonly kind: 'i32'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint }
  | { readonly kind: 'f32' | 'f64'; readonly value: number }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  | { readonly kind: 'func'; readonly func: Func };

/** An expression that leaves a value of type `T`. */
export class Expr<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: number;
  readonly args: readonly Expr[];
  readonly immediate: Immediate;

  constructor(type: T, code: number, args: readonly Expr[], immediate?: Immediate) {
    this.type = type;
    this.code = code;
    this.args = args;
    this.immediate = immediate;
  }
}

/** A local variable; as an expression, its value. */
export class Local<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;

  constructor(type: T, index: number) {
    super(type, 0x20, [], { kind: 'unsigned', values: [index] });
    this.index = index;
  }
}

/** A global variable; as an expression, its value. */
export class Global<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;

  constructor(type: T, index: number) {
    super(type, 0x23, [], { kind: 'unsigned', values: [index] });
    this.index = index;
  }
}

/** Where the number of a function has to be filled in. */
export interface Relocation {
  readonly at: number;
  readonly func: Func;
}

/** Code with the places where functions are named. */
export class Code extends Bytes {
  readonly relocations: Relocation[] = [];

  /** An instruction's opcode. */
  opcode(code: number): void {
    if (code < 0x1000) {
      this.byte(code);
      return;
    }
    this.byte(code >> 12);
    this.unsigned(code & 0xfff);
  }

  immediate(immediate: Immediate): void {
    if (immediate === undefined) return;
    switch (immediate.kind) {
      case 'unsigned':
        for (const v of immediate.values) this.unsigned(v);
        return;
      case 'i32':
        this.signed(immediate.value);
        return;
      case 'i64':
        this.signed64(immediate.value);
        return;
      case 'f32':
        this.float32(immediate.value);
        return;
      case 'f64':
        this.float64(immediate.value);
        return;
      case 'raw':
        this.append(immediate.bytes);
        return;
      case 'func':
        this.relocations.push({ at: this.length, func: immediate.func });
        this.padded(0);
    }
  }

  /** An expression: its operands, then its instruction. */
  expr(e: Expr): void {
    for (const a of e.args) this.expr(a);
    this.opcode(e.code);
    this.immediate(e.immediate);
  }
}
