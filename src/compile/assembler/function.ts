/**
 * The body of a WebAssembly function: locals, statements, structured control flow.
 *
 * @module
 */
import { atomic, Code, Global, Local, misc, simd, type Expr, type ValueType } from './expr.js';
import { i32 } from './scalar-ops.js';
import type { Func } from './module.js';

/** A block that can be left, or a loop that can be begun anew. */
export interface Label {
  /** Number of blocks around it. */
  readonly depth: number;
}

/** The byte of each value type. */
export const typeByte: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const isLocal = (e: Expr): boolean => e.code === 0x20;

/** Writes the body of one function. */
export class FunctionBuilder {
  readonly code: Code = new Code();
  /** Types of the locals after the parameters, in order. */
  readonly locals: ValueType[] = [];
  private readonly parameters: number;
  private depth = 0;

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  /** A new local: zero, or the value given. */
  local<T extends ValueType>(type: T, value?: Expr<T>): Local<T> {
    const made = new Local(type, this.parameters + this.locals.length);
    this.locals.push(type);
    if (value !== undefined) this.set(made, value);
    return made;
  }

  /** The value in a local, so that it can be used more than once; constants and locals stay what they are. */
  let<T extends ValueType>(value: Expr<T>): Expr<T> {
    if (isLocal(value) || value.args.length === 0) return value;
    return this.local(value.type, value);
  }

  set<T extends ValueType>(target: Local<T> | Global<T>, value: Expr<T>): void {
    this.code.expr(value);
    this.code.byte(target instanceof Global ? 0x24 : 0x21);
    this.code.unsigned(target.index);
  }

  /** Calls a function for its effect; a result is dropped. */
  call(func: Func, ...args: Expr[]): void {
    this.code.expr(func.call(...args) as Expr);
    if (func.result !== undefined) this.code.byte(0x1a);
  }

  return(value?: Expr): void {
    if (value !== undefined) this.code.expr(value);
    this.code.byte(0x0f);
  }

  unreachable(): void {
    this.code.byte(0x00);
  }

  private access(code: number, address: Expr<'i32'>, value: Expr, align: number, offset: number): void {
    this.code.expr(address);
    this.code.expr(value);
    this.code.opcode(code);
    this.code.unsigned(align);
    this.code.unsigned(offset);
  }

  /** Stores a number or a whole vector. */
  store(address: Expr<'i32'>, value: Expr, offset = 0): void {
    switch (value.type) {
      case 'i32':
        return this.access(0x36, address, value, 2, offset);
      case 'i64':
        return this.access(0x37, address, value, 3, offset);
      case 'f32':
        return this.access(0x38, address, value, 2, offset);
      case 'f64':
        return this.access(0x39, address, value, 3, offset);
      case 'v128':
        return this.access(simd + 0x0b, address, value, 2, offset);
    }
  }

  /** Stores the low byte. */
  store8(address: Expr<'i32'>, value: Expr<'i32'>, offset = 0): void {
    this.access(0x3a, address, value, 0, offset);
  }

  /** Stores the low two bytes. */
  store16(address: Expr<'i32'>, value: Expr<'i32'>, offset = 0): void {
    this.access(0x3b, address, value, 1, offset);
  }

  /** Stores one lane of 8, 16, 32 or 64 bits. */
  storeLane(
    bits: 8 | 16 | 32 | 64,
    address: Expr<'i32'>,
    value: Expr<'v128'>,
    lane: number,
    offset = 0,
  ): void {
    const align = Math.log2(bits) - 3;
    this.access(simd + 0x58 + align, address, value, align, offset);
    this.code.byte(lane);
  }

  atomicStore(address: Expr<'i32'>, value: Expr<'i32'>, offset = 0): void {
    this.access(atomic + 0x17, address, value, 2, offset);
  }

  /** Copies bytes, as if through a buffer. */
  copy(target: Expr<'i32'>, source: Expr<'i32'>, bytes: Expr<'i32'>): void {
    for (const e of [target, source, bytes]) this.code.expr(e);
    this.code.opcode(misc + 10);
    this.code.byte(0);
    this.code.byte(0);
  }

  /** Fills bytes with the low byte of a value. */
  fill(target: Expr<'i32'>, value: Expr<'i32'>, bytes: Expr<'i32'>): void {
    for (const e of [target, value, bytes]) this.code.expr(e);
    this.code.opcode(misc + 11);
    this.code.byte(0);
  }

  private nested(opcode: number, body: (label: Label) => void): void {
    this.code.byte(opcode);
    this.code.byte(0x40);
    this.depth++;
    body({ depth: this.depth });
    this.depth--;
    this.code.byte(0x0b);
  }

  /** Statements that `br` to the label leaves. */
  block(body: (exit: Label) => void): void {
    this.nested(0x02, body);
  }

  /** Statements that `br` to the label begins again; otherwise they run once. */
  loop(body: (again: Label) => void): void {
    this.nested(0x03, body);
  }

  if(condition: Expr<'i32'>, then: () => void, otherwise?: () => void): void {
    this.code.expr(condition);
    this.nested(0x04, () => {
      then();
      if (otherwise === undefined) return;
      this.code.byte(0x05);
      otherwise();
    });
  }

  br(label: Label): void {
    this.code.byte(0x0c);
    this.code.unsigned(this.depth - label.depth);
  }

  brIf(label: Label, condition: Expr<'i32'>): void {
    this.code.expr(condition);
    this.code.byte(0x0d);
    this.code.unsigned(this.depth - label.depth);
  }

  /** One of several bodies; an index outside takes the last. */
  switch(index: Expr<'i32'>, bodies: readonly (() => void)[]): void {
    this.block((exit) => {
      const open = (inner: readonly Label[]): void => {
        if (inner.length < bodies.length) {
          this.block((label) => open([label, ...inner]));
          bodies[bodies.length - 1 - inner.length]!();
          this.br(exit);
          return;
        }
        this.code.expr(index);
        this.code.byte(0x0e);
        this.code.unsigned(inner.length - 1);
        for (const label of inner) this.code.unsigned(this.depth - label.depth);
      };
      open([]);
    });
  }

  /** `body` for i = from, from + step, … while i < to (signed). `i` must not be set by the body. */
  for(from: Expr<'i32'>, to: Expr<'i32'>, step: number, body: (i: Local<'i32'>) => void): void {
    const limit = this.let(to);
    const i = this.local('i32', from);
    this.if(i32.lt(i, limit), () => {
      this.loop((again) => {
        body(i);
        this.set(i, i32.add(i, i32.const(step)));
        this.brIf(again, i32.lt(i, limit));
      });
    });
  }

  /** `body` while a condition holds. */
  while(condition: () => Expr<'i32'>, body: () => void): void {
    this.loop((again) => {
      this.if(condition(), () => {
        body();
        this.br(again);
      });
    });
  }
}
