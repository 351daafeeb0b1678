/**
 * A WebAssembly module: imports, functions, globals, exports and names.
 *
 * @module
 */
import { Bytes } from './bytes.js';
import { Expr, Global, Local, type Relocation, type ValueType } from './expr.js';
import { FunctionBuilder, typeByte } from './function.js';

/** A function of a module, imported or defined. */
export class Func {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly result: ValueType | undefined;

  constructor(name: string, params: readonly ValueType[], result: ValueType | undefined) {
    this.name = name;
    this.params = params;
    this.result = result;
  }

  /** The call; of a function without result it may only stand as a statement (`FunctionBuilder.call`). */
  call(...args: Expr[]): Expr<never> {
    if (args.length !== this.params.length || args.some((a, i) => a.type !== this.params[i])) {
      const types = args.map((a) => a.type).join();
      throw new Error(`assembler: ${this.name} takes (${this.params.join()}), found (${types})`);
    }
    return new Expr((this.result ?? 'i32') as never, 0x10, args, { kind: 'func', func: this });
  }
}

/** The memory that a module imports as `env.memory`. */
export interface MemoryType {
  /** Pages of 64 KiB. */
  readonly minimum: number;
  /** Required if shared. */
  readonly maximum?: number;
  readonly shared?: boolean;
}

interface Defined {
  readonly func: Func;
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array;
  readonly relocations: readonly Relocation[];
}

type ParamLocals<P extends readonly ValueType[]> = { readonly [I in keyof P]: Local<P[I]> };

/** Collects the parts of a module; `encode` gives its bytes. */
export class Module {
  private readonly imports: { readonly func: Func; readonly from: string }[] = [];
  private readonly functions: Defined[] = [];
  private readonly globals: { readonly type: ValueType; readonly initial: number }[] = [];
  private readonly exports: { readonly name: string; readonly func: Func }[] = [];
  private readonly shared = new Map<string, Func>();
  private readonly memory: MemoryType;

  constructor(memory: MemoryType) {
    this.memory = memory;
  }

  /** A function of the host: `imports[from][name]`. */
  importFunction(from: string, name: string, params: readonly ValueType[], result?: ValueType): Func {
    const func = new Func(name, params, result);
    this.imports.push({ func, from });
    return func;
  }

  /** A mutable i32 variable of the instance. */
  global(initial = 0): Global<'i32'> {
    this.globals.push({ type: 'i32', initial });
    return new Global('i32', this.globals.length - 1);
  }

  /** A function; `build` writes its body, and may call it. The body must leave its result by `return`. */
  func<const P extends readonly ValueType[]>(
    name: string,
    params: P,
    result: ValueType | undefined,
    build: (f: FunctionBuilder, ...args: ParamLocals<P>) => void,
  ): Func {
    const func = new Func(name, params, result);
    const f = new FunctionBuilder(params.length);
    const args = params.map((type, i) => new Local(type, i));
    (build as (f: FunctionBuilder, ...args: readonly Local[]) => void)(f, ...args);
    // what the body leaves by `return` only needs no end; the validator wants to see that it is never reached
    if (result !== undefined) f.unreachable();
    f.code.byte(0x0b);
    this.functions.push({ func, locals: f.locals, body: f.code.view(), relocations: f.code.relocations });
    return func;
  }

  /** The function of a name, made at the first request: routines that many parts of a module use. */
  once(name: string, make: () => Func): Func {
    let func = this.shared.get(name);
    if (func === undefined) this.shared.set(name, (func = make()));
    return func;
  }

  export(name: string, func: Func): void {
    this.exports.push({ name, func });
  }

  /** Number of functions defined. */
  get size(): number {
    return this.functions.length;
  }

  /** The binary module. */
  encode(): Uint8Array<ArrayBuffer> {
    const index = new Map<Func, number>();
    for (const { func } of this.imports) index.set(func, index.size);
    for (const { func } of this.functions) index.set(func, index.size);

    const types = new Map<string, number>();
    const signatures: Func[] = [];
    const typeOf = (func: Func): number => {
      const key = `${func.params.join()}:${func.result ?? ''}`;
      let t = types.get(key);
      if (t === undefined) {
        types.set(key, (t = types.size));
        signatures.push(func);
      }
      return t;
    };
    const all = [...this.imports, ...this.functions].map(({ func }) => typeOf(func));

    const out = new Bytes();
    out.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    section(out, 1, (s) => {
      s.unsigned(signatures.length);
      for (const { params, result } of signatures) {
        s.byte(0x60);
        s.unsigned(params.length);
        for (const p of params) s.byte(typeByte[p]);
        s.unsigned(result === undefined ? 0 : 1);
        if (result !== undefined) s.byte(typeByte[result]);
      }
    });
    section(out, 2, (s) => {
      s.unsigned(this.imports.length + 1);
      s.name('env');
      s.name('memory');
      s.byte(2);
      const { minimum, maximum, shared = false } = this.memory;
      s.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
      s.unsigned(minimum);
      if (maximum !== undefined) s.unsigned(maximum);
      this.imports.forEach(({ func, from }, i) => {
        s.name(from);
        s.name(func.name);
        s.byte(0);
        s.unsigned(all[i]!);
      });
    });
    section(out, 3, (s) => {
      s.unsigned(this.functions.length);
      for (let i = this.imports.length; i < all.length; i++) s.unsigned(all[i]!);
    });
    if (this.globals.length > 0) {
      section(out, 6, (s) => {
        s.unsigned(this.globals.length);
        for (const { type, initial } of this.globals) {
          s.byte(typeByte[type]);
          s.byte(1);
          s.byte(0x41);
          s.signed(initial);
          s.byte(0x0b);
        }
      });
    }
    section(out, 7, (s) => {
      s.unsigned(this.exports.length);
      for (const { name, func } of this.exports) {
        s.name(name);
        s.byte(0);
        s.unsigned(index.get(func)!);
      }
    });
    section(out, 10, (s) => {
      s.unsigned(this.functions.length);
      for (const { locals, body, relocations } of this.functions) {
        const code = new Bytes();
        const runs = runsOf(locals);
        code.unsigned(runs.length);
        for (const { type, count } of runs) {
          code.unsigned(count);
          code.byte(typeByte[type]);
        }
        const start = code.length;
        code.append(body);
        for (const { at, func } of relocations) {
          const to = index.get(func);
          if (to === undefined) throw new Error(`assembler: ${func.name} belongs to another module`);
          code.padded(to, start + at);
        }
        s.unsigned(code.length);
        s.append(code.view());
      }
    });
    section(out, 0, (s) => {
      s.name('name');
      section(s, 1, (names) => {
        names.unsigned(index.size);
        for (const [func, i] of index) {
          names.unsigned(i);
          names.name(func.name);
        }
      });
    });
    return out.view().slice();
  }
}

function section(out: Bytes, id: number, write: (s: Bytes) => void): void {
  const s = new Bytes();
  write(s);
  out.byte(id);
  out.unsigned(s.length);
  out.append(s.view());
}

/** Neighbours of one type, counted. */
function runsOf(locals: readonly ValueType[]): { readonly type: ValueType; count: number }[] {
  const runs: { readonly type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}
