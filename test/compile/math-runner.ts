/** Runs the vector code of an operation over arrays. */
import { i32, Module, v128, type Expr, type Func } from '../../src/compile/assembler/index.js';
import { emitReal, type MathContext, type RealName } from '../../src/compile/math/index.js';
import type { OpTable } from '../../src/ir/index.js';

export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
/** Numbers of a width. */
export const floats = (float: 'f32' | 'f64', values: readonly number[]): Floats =>
  float === 'f32' ? Float32Array.from(values) : Float64Array.from(values);

export type Options = Partial<Pick<MathContext, 'relaxed' | 'inline' | 'scalar'>> & {
  readonly attrs?: unknown;
  /** How often the host is called is counted here. */
  readonly calls?: { count: number };
};

/** A compiled operation: operands of one length → result. */
export interface Compiled {
  readonly run: (...args: readonly Floats[]) => Floats;
  /** Runs it `times` times over the same operands, without copying. */
  readonly again: (times: number, n: number) => void;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const capacity = 1 << 22;

/** The operation, as a loop over three operands and a result. */
export function compileReal(name: RealName, float: 'f32' | 'f64', options: Options = {}): Compiled {
  const { relaxed = false, inline = true, scalar = false, attrs = {}, calls } = options;
  const module = new Module({ minimum: (4 * capacity) / 65536 });
  const imports: WebAssembly.ModuleImports = {};
  const made = new Map<string, Func>();
  const cx: MathContext = {
    module,
    float,
    relaxed,
    inline,
    scalar,
    host: (key, arity, f) => {
      let func = made.get(key);
      if (func === undefined) {
        const params = Array.from({ length: arity }, () => 'f64' as const);
        made.set(key, (func = module.importFunction('env', key, params, 'f64')));
        imports[key] = (...args: number[]): number => {
          if (calls !== undefined) calls.count++;
          return f(...args);
        };
      }
      return func;
    },
  };
  const bytes = float === 'f32' ? 4 : 8;
  const step = scalar ? bytes : 16;
  const loop = module.func('loop', ['i32', 'i32'], undefined, (f, from, limit) => {
    f.for(from, limit, step, (i) => {
      const operand = (k: number): Expr<'v128'> => {
        const address = i32.add(i, i32.const(k * capacity));
        if (!scalar) return f.let(v128.load(address));
        return f.let(float === 'f32' ? v128.load32Zero(address) : v128.load64Zero(address));
      };
      const args = [0, 1, 2].map(operand);
      const y = f.let(emitReal(cx, f, name, attrs as OpTable[RealName], args.slice(0, arity(name))));
      if (scalar) f.storeLane(float === 'f32' ? 32 : 64, i32.add(i, i32.const(3 * capacity)), y, 0);
      else f.store(i32.add(i, i32.const(3 * capacity)), y);
    });
  });
  module.export('loop', loop);
  const code = module.encode();
  const memory = new WebAssembly.Memory({ initial: (4 * capacity) / 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory, ...imports } });
  const go = instance.exports['loop'] as (from: number, limit: number) => void;
  const Type = float === 'f32' ? Float32Array : Float64Array;
  return {
    bytes: code,
    run: (...args) => {
      const n = args[0]!.length;
      if (n * bytes > capacity - 64) throw new Error(`${n} elements are too many`);
      args.forEach((a, k) => new Type(memory.buffer, k * capacity, n).set(a));
      go(0, n * bytes);
      return new Type(memory.buffer, 3 * capacity, n).slice();
    },
    again: (times, n) => {
      for (let t = 0; t < times; t++) go(0, n * bytes);
    },
  };
}

const three: ReadonlySet<string> = new Set(['betainc', 'betaDensity', 'betaincGrad']);
const two: ReadonlySet<string> = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'atan2',
  'mod',
  'polygamma',
  'igamma',
  'igammac',
  'gammaDensity',
  'randomGammaGrad',
  'lbeta',
  'xlogy',
  'xlog1py',
  'igammaGrad',
]);
/** Number of operands. */
export const arity = (name: RealName): number => (three.has(name) ? 3 : two.has(name) ? 2 : 1);
