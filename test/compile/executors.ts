/**
 * The executors that are compared with the reference, and what is asked of each.
 */
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { passes, type PassName } from '../../src/compile/passes/index.js';
import { Runtime } from '../../src/compile/runtime/index.js';
import { wasmExecutor } from '../../src/compile/wasm/executor.js';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import type { Executor } from '../../src/ir/index.js';
import { subject, type Subject } from './executors-subject.js';

/** Bytes of scratch memory that are filled; programs that need more begin with these. */
const spoiled = 2 ** 16;

/** Programs after which a memory is left for a new one: what lies at its ends is met again and again. */
const programsOfMemory = 25;

/** WebAssembly in memories of its own, of which the scratch part holds NaN at first and zeros later. */
function wasm(name: string, precision: Subject['precision'], without: readonly PassName[] = []): Subject {
  let [runtime, compiled] = [new Runtime(), 0];
  const executor: Executor = {
    name,
    compile(graph) {
      if (++compiled % programsOfMemory === 0) runtime = new Runtime();
      return wasmExecutor({ precision, runtime, without }).compile(graph);
    },
  };
  return subject(name, executor, precision, (run) => {
    const address = runtime.scratch(spoiled);
    runtime.u8.fill(run === 0 ? 0xff : 0, address, address + spoiled);
  });
}

/** Every executor there is. */
export const executorsUnderTest: readonly Subject[] = [
  subject('reference', referenceExecutor, 'float64'),
  subject('buffer', bufferExecutor, 'float64'),
  wasm('wasm32', 'float32'),
  wasm('wasm64', 'float64'),
];

/** The same with each pass of the compiler left out, and with none. */
export const withoutPasses: readonly Subject[] = (['float32', 'float64'] as const).flatMap((precision) => {
  const short = precision === 'float32' ? 'wasm32' : 'wasm64';
  const all = passes.map((p) => p.name);
  return [
    ...all.map((p) => wasm(`${short} without ${p}`, precision, [p])),
    wasm(`${short} without passes`, precision, all),
  ];
});
