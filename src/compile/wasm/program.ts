/**
 * A program: a graph planned, emitted and instantiated, and the way of values in and out of it.
 *
 * @module
 */
import { inputAvals, outputAvals, sizeOf, type Aval, type Compiled, type Graph } from '../../ir/index.js';
import { checkInputs } from '../../ir/evaluate.js';
import { i32, type Global } from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import { OutOfMemoryError, smallBytes, type Runtime } from '../runtime/index.js';
import { Emitter } from './emitter.js';
import { foldEpilogues } from './epilogue.js';
import { nodeOfTrap, ProgramError } from './errors.js';
import { assignPlaces } from './memory-plan.js';
import { Plan } from './plan.js';
import { planGraph } from './rules.js';
import { storageOf, whole, type Buffer, type Float, type Value } from './value.js';

/** How a program is made. */
export interface ProgramOptions {
  readonly float: Float;
  readonly relaxed: boolean;
}

/** An argument or a result: its base address in the module, and its place in the program's own block if it is small. */
interface Port {
  readonly aval: Aval;
  readonly storage: Storage;
  readonly bytes: number;
  readonly base: Global<'i32'>;
  /** Offset in the program's block; undefined for what is placed anew in each call. */
  readonly slot: number | undefined;
}

/** A planned and encoded program. */
export interface Planned {
  readonly emitter: Emitter;
  readonly plan: Plan;
  readonly scratch: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Bytes of the program's own block: base addresses, small arguments and results, constants. */
  readonly block: number;
  readonly constants: number;
}

const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** Plans and encodes a graph. */
export function planProgram(graph: Graph, runtime: Runtime, { float, relaxed }: ProgramOptions): Planned {
  const emitter = new Emitter(runtime.memoryType, relaxed, runtime.threads);
  const { module } = emitter;
  let block = align(4 * (graph.inputs.length + graph.outputs.length));
  const port = (aval: Aval): Port => {
    const storage = storageOf(aval.dtype, float);
    const bytes = sizeOf(aval.shape) * bytesOf[storage];
    const slot = bytes <= smallBytes ? block : undefined;
    if (slot !== undefined) block += align(bytes) + 16;
    return { aval, storage, bytes, base: module.global(), slot };
  };
  const plan = new Plan(emitter);
  const buffer = ({ aval, storage, base }: Port): Buffer =>
    plan.buffer(storage, sizeOf(aval.shape), { base, offset: 0 });
  const inputs = inputAvals(graph).map(port);
  const outputs = outputAvals(graph).map(port);
  const args = inputs.map((p): Value => whole(buffer(p), p.aval.shape));
  const results = planGraph({ plan, e: emitter, float }, graph, args);
  results.forEach((v, i) => plan.deliver(v, buffer(outputs[i]!)));
  foldEpilogues(plan);
  const scratch = assignPlaces(plan, (offset) => ({ base: emitter.scratch, offset }));
  const main = module.func('main', ['i32', 'i32', 'i32'], undefined, (f, table, own, constants) => {
    f.set(emitter.scratch, own);
    f.set(emitter.constants, constants);
    [...inputs, ...outputs].forEach((p, i) => f.set(p.base, i32.load(table, 4 * i)));
    emitter.plan(f, plan);
  });
  module.export('main', main);
  // short programs are all in one function: what comes out is the best name for it
  if (graph.outputs[0] !== undefined) emitter.nodes.set('main', graph.outputs[0]);
  emitter.parallel?.finish();
  const bytes = module.encode();
  const constants = block;
  block += emitter.constantBytes;
  return { emitter, plan, scratch, bytes, inputs, outputs, block, constants };
}

type Main = (table: number, scratch: number, constants: number) => void;

/** Compiles `graph`, an equal of `original`, into a runtime. */
export function compileProgram(
  original: Graph,
  graph: Graph,
  runtime: Runtime,
  options: ProgramOptions,
): Compiled {
  const planned = planProgram(graph, runtime, options);
  const { emitter, inputs, outputs } = planned;
  let compiled: WebAssembly.Module;
  let instance: WebAssembly.Instance;
  try {
    compiled = new WebAssembly.Module(planned.bytes);
    instance = new WebAssembly.Instance(compiled, {
      env: { memory: runtime.memory, ...emitter.imports },
    });
  } catch (error) {
    throw new ProgramError('compiling to WebAssembly failed', graph.outputs[0], error);
  }
  const main = instance.exports.main as Main;
  const largest = (): (typeof graph.nodes)[number] | undefined =>
    graph.nodes.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a), graph.nodes[0]!);
  const outOfMemory = (error: unknown): unknown =>
    error instanceof OutOfMemoryError
      ? new ProgramError('the program does not fit', largest(), error)
      : error;
  let block: number;
  try {
    block = runtime.allocate(planned.block + 16);
  } catch (error) {
    throw outOfMemory(error);
  }
  for (const c of emitter.constantArrays) {
    runtime.place(c.value, c.storage, block + planned.constants + c.offset);
  }
  const table = block >> 2;
  [...inputs, ...outputs].forEach((p, i) => {
    if (p.slot !== undefined) runtime.i32[table + i] = block + p.slot;
  });

  const run: Compiled = (values) => {
    checkInputs('wasmExecutor', original, values);
    const allocated: number[] = [];
    let done = false;
    let scratch: number;
    try {
      scratch = runtime.begin(planned.scratch);
    } catch (error) {
      throw outOfMemory(error);
    }
    try {
      for (let i = 0; i < inputs.length; i++) {
        const p = inputs[i]!;
        const address = runtime.place(
          values[i]!,
          p.storage,
          p.slot === undefined ? undefined : block + p.slot,
        );
        runtime.i32[table + i] = address;
      }
      for (let i = 0; i < outputs.length; i++) {
        const p = outputs[i]!;
        if (p.slot !== undefined) continue;
        const address = runtime.allocate(p.bytes);
        allocated.push(address);
        runtime.i32[table + inputs.length + i] = address;
      }
      main(block, scratch, block + planned.constants);
      done = true;
    } catch (error) {
      const elsewhere = runtime.settle();
      const trap = elsewhere ?? error;
      if (trap instanceof WebAssembly.RuntimeError || trap instanceof RangeError) {
        throw new ProgramError('the program was stopped', nodeOfTrap(trap, emitter.nodes), trap);
      }
      throw outOfMemory(error);
    } finally {
      runtime.end();
      if (!done) for (const address of allocated) runtime.free(address);
    }
    let next = 0;
    return outputs.map((p) =>
      p.slot === undefined
        ? runtime.result(p.aval, p.storage, allocated[next++]!)
        : runtime.take(p.aval, p.storage, block + p.slot),
    );
  };
  runtime.freeWith(run, block);
  runtime.attach(run, instance, compiled);
  return run;
}
