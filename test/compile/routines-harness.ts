/**
 * Runs one routine in a module of its own, between guard bytes, and compares it with the reference evaluator.
 */
import { f64x2, i32, Module } from '../../src/compile/assembler/index.js';
import {
  bytesOf,
  routineRules,
  type Operand,
  type RoutineName,
  type RoutineRule,
  type Storage,
} from '../../src/compile/routines/index.js';
import {
  Builder,
  evaluate,
  sizeOf,
  type Aval,
  type Data,
  type HostArray,
  type OpTable,
  type DType,
} from '../../src/ir/index.js';
import { firstDifference } from '../ir/compare.js';

/** Width of real numbers. */
export type Float = 'f32' | 'f64';
const guard = 0xab;
const margin = 64;

const storageOf = (dtype: DType, float: Float): Storage => (dtype === 'f' ? float : dtype);

const arrayOf = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  bool: Uint8Array,
} as const;

/** A place in memory with guards around it. */
interface Slot extends Operand {
  readonly address: number;
  readonly bytes: number;
}

/** A module with one routine, and its memory. */
export interface Placed {
  readonly run: () => void;
  readonly memory: ArrayBuffer;
  readonly inputs: readonly Slot[];
  readonly outputs: readonly Slot[];
  readonly results: readonly Aval[];
  readonly code: Uint8Array;
  /** The routine alone, without looking at the guards. */
  readonly entry: () => void;
}

/** Whether the host has relaxed-SIMD multiply-add. */
export const hasRelaxed: boolean = ((): boolean => {
  const m = new Module({ minimum: 1 });
  m.func('probe', ['v128'], 'v128', (f, x) => f.return(f64x2.relaxedMadd(x, x, x)));
  return WebAssembly.validate(m.encode());
})();

/** The graph of one operation on values, all of whose results are outputs. */
function graphOf<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  args: readonly HostArray[],
): { graph: ReturnType<Builder['finish']>; avals: readonly Aval[] } {
  const b = new Builder();
  const nodes = b.nodes(
    op,
    attrs,
    args.map((a) => b.input({ shape: a.shape, dtype: a.dtype })),
  );
  return { graph: b.finish(nodes), avals: nodes.map((n) => n.avals[0]!) };
}

/** What the reference evaluator says. */
export function reference<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  args: readonly HostArray[],
): HostArray[] {
  return evaluate(graphOf(op, attrs, args).graph, args);
}

/** Puts operands, results and scratch into a memory, and a routine into a module. */
export function place<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  args: readonly HostArray[],
  float: Float,
  rule: RoutineRule<K> = routineRules[op],
  relaxed = false,
): Placed {
  const { avals } = graphOf(op, attrs, args);
  let end = 0;
  const slot = ({ shape, dtype }: Aval, bytes?: number): Slot => {
    const storage = storageOf(dtype, float);
    const size = bytes ?? sizeOf(shape) * bytesOf[storage];
    const address = (end + margin + 15) & -16;
    end = address + size + margin;
    return { shape, storage, address, bytes: size };
  };
  const inputs = args.map((a) => slot(a));
  const outputs = avals.map((a) => slot(a));
  const routine = rule(attrs, inputs, outputs);
  const scratch = slot({ shape: [], dtype: 'bool' }, routine.scratch);
  const pages = Math.ceil(end / 65536);
  const module = new Module({ minimum: pages });
  const address = (s: Slot): ReturnType<typeof i32.const> => i32.const(s.address);
  const run = module.func('run', [], undefined, (f) =>
    routine.emit({ module, relaxed }, f, inputs.map(address), outputs.map(address), address(scratch)),
  );
  module.export('run', run);
  const code = module.encode();
  if (!WebAssembly.validate(code)) throw new Error(`${op}: the module is not valid`);
  const memory = new WebAssembly.Memory({ initial: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  const bytes = new Uint8Array(memory.buffer).fill(guard);
  inputs.forEach((s, i) => {
    const view = new arrayOf[s.storage](memory.buffer, s.address, sizeOf(s.shape));
    view.set(args[i]!.data);
  });
  const kept = [...inputs].map((s) => bytes.slice(s.address, s.address + s.bytes));
  const entry = instance.exports.run as () => void;
  const owned = new Uint8Array(end);
  for (const s of [...outputs, scratch]) owned.fill(1, s.address, s.address + s.bytes);
  return {
    memory: memory.buffer,
    inputs,
    outputs,
    results: avals,
    code,
    entry,
    run: () => {
      entry();
      inputs.forEach((s, i) => {
        const now = bytes.subarray(s.address, s.address + s.bytes);
        if (now.some((v, k) => v !== kept[i]![k])) throw new Error(`${op}: operand ${i} was written`);
        owned.fill(2, s.address, s.address + s.bytes);
      });
      const hit = owned.findIndex((o, k) => o === 0 && bytes[k] !== guard);
      if (hit >= 0) throw new Error(`${op}: byte ${hit} outside all buffers was written`);
    },
  };
}

/** The results of a routine as host arrays. */
export function read({ memory, outputs, results }: Placed): HostArray[] {
  return outputs.map((s, i) => {
    const n = sizeOf(s.shape);
    const raw = new arrayOf[s.storage](memory, s.address, n);
    const data = (s.storage === 'f32' ? Float64Array.from(raw) : raw.slice()) as Data;
    return { data, shape: s.shape, dtype: results[i]!.dtype };
  });
}

/** Reals as they are in float32. */
export function rounded(a: HostArray, float: Float): HostArray {
  return a.dtype === 'f' && float === 'f32' ? { ...a, data: Float64Array.from(a.data, Math.fround) } : a;
}

/** Where a routine differs from the reference, in either of two runs; a tolerance of 0 means the same numbers. */
export function difference<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  given: readonly HostArray[],
  float: Float,
  tolerance: number,
  rule: RoutineRule<K> = routineRules[op],
): string | undefined {
  const args = given.map((a) => rounded(a, float));
  const expected = reference(op, attrs, args).map((a) => (tolerance === 0 ? rounded(a, float) : a));
  const placed = place(op, attrs, args, float, rule);
  for (let turn = 0; turn < 2; turn++) {
    placed.run();
    const found = read(placed);
    const text = firstDifference(expected, found, tolerance);
    if (text !== undefined) {
      const shapes = args.map((a) => `${a.dtype}[${a.shape.join()}]`).join(' ');
      return `${op} ${JSON.stringify(attrs)} of ${shapes} in ${float}, run ${turn}: ${text}`;
    }
  }
  return undefined;
}

/** Throws the first difference. */
export function same<K extends RoutineName>(
  op: K,
  attrs: OpTable[K],
  args: readonly HostArray[],
  floats: readonly Float[] = ['f32', 'f64'],
  tolerance: { readonly [F in Float]: number } = { f32: 0, f64: 0 },
): void {
  for (const float of floats) {
    const text = difference(op, attrs, args, float, tolerance[float]);
    if (text !== undefined) throw new Error(text);
  }
}
