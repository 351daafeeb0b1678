/**
 * Device rules of operations that carry sub-graphs: JavaScript runs the loops and reads back nothing but predicates.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type Aval, type Graph } from '../../ir/index.js';
import { noForwardMode } from '../../ir/evaluate-custom.js';
import { kernelOf } from './backends.js';
import type { Emitter } from './emitter.js';
import type { Reading, Slot } from './program.js';
import type { DeviceTable } from './rule.js';
import { read, runProgram, toHostArray, type Cell, type Run } from './run.js';

type Name = 'cond' | 'while' | 'scan' | 'linearSolve' | 'root' | 'custom' | 'linearCall';

/** A sub-graph that is run once, in place. Its operations answer for their own faults. */
function inPlace(e: Emitter, graph: Graph, operands: readonly Slot[]): Slot[] {
  const { owner } = e;
  e.owner = undefined;
  const results = e.compilation.lower(e, graph, operands);
  e.owner = owner;
  return results;
}

/** Row t of a cell's leading axis. */
function row(run: Run, x: Cell, t: number): Cell {
  const shape = x.shape.slice(1);
  const n = sizeOf(shape);
  if (x.host !== undefined && x.info === undefined) {
    return run.fromHost({ data: x.host.data.slice(t * n, (t + 1) * n), shape, dtype: x.dtype });
  }
  const begin = x.shape.map((_, i) => (i === 0 ? t : 0));
  const cut = run.call('Slice', { x: run.upload(x) }, { begin, size: [1, ...shape] });
  const info = run.call('Reshape', { x: cut }, { shape: shape as number[] });
  run.backend.disposeData(cut.dataId);
  return run.fromDevice(info, { shape, dtype: x.dtype });
}

/** Cells of one shape along a new leading axis. */
function* stacked(run: Run, cells: readonly Cell[], result: Aval): Reading<Cell> {
  if (sizeOf(result.shape) === 0) return run.fromHost(toHostArray([], result));
  if (result.dtype === 'u32' || cells.every((c) => c.info === undefined)) {
    const n = sizeOf(result.shape) / cells.length;
    const out = toHostArray(new Float64Array(n * cells.length), result);
    for (const [t, cell] of cells.entries()) out.data.set((yield* read(cell)).data, t * n);
    return run.fromHost(out);
  }
  const rows = cells.map((c) => run.call('Reshape', { x: run.upload(c) }, { shape: [1, ...c.shape] }));
  try {
    const list = rows as unknown as tf.NamedTensorInfoMap;
    return run.fromDevice(run.call('Concat', list, { axis: 0 }), result);
  } finally {
    for (const r of rows) run.backend.disposeData(r.dataId);
  }
}

const releaseAll = (run: Run, cells: readonly Cell[]): void => cells.forEach((c) => run.release(c));

/** Says that a kernel is missing which no step names. */
function require(e: Emitter, kernel: string): void {
  if (kernelOf(kernel, e.device) !== undefined) return;
  e.compilation.fault(e.owner!, `the backend '${e.device}' has no kernel ${kernel}`);
}

/** Rules of the family. */
export const control: Pick<DeviceTable, Name> = {
  cond: {
    emit: (e, { branches, precision }, operands, results) => {
      if (precision === 'float64')
        return e.refuse('it asks for float64; devices compute in float32', results);
      const programs = branches.map((g) => e.compilation.program(g));
      return e.host(operands, results, function* (run, [index, ...args]) {
        const i = (yield* read(index!)).data[0]!;
        return yield* runProgram(run, programs[Math.max(0, Math.min(i, programs.length - 1))]!, args);
      });
    },
  },
  while: {
    emit: (e, { cond, body, condConsts, bodyConsts }, operands, results) => {
      const [test, step] = [e.compilation.program(cond), e.compilation.program(body)];
      return e.host(operands, results, function* (run, cells) {
        const forTest = cells.slice(0, condConsts);
        const forStep = cells.slice(condConsts, condConsts + bodyConsts);
        let carry = cells.slice(condConsts + bodyConsts).map((c) => run.retain(c));
        for (;;) {
          const [holds] = yield* runProgram(run, test, [...forTest, ...carry]);
          const again = (yield* read(holds!)).data[0];
          run.release(holds!);
          if (!again) return carry;
          const next = yield* runProgram(run, step, [...forStep, ...carry]);
          releaseAll(run, carry);
          carry = next;
        }
      });
    },
  },
  scan: {
    emit: (e, { body, length, consts, carry: carried, reverse }, operands, results) => {
      const step = e.compilation.program(body);
      for (const kernel of ['Slice', 'Reshape', 'Concat']) require(e, kernel);
      return e.host(operands, results, function* (run, cells) {
        const constants = cells.slice(0, consts);
        let carry = cells.slice(consts, consts + carried).map((c) => run.retain(c));
        const xs = cells.slice(consts + carried);
        const ys = results.slice(carried).map(() => new Array<Cell>(length));
        for (let k = 0; k < length; k++) {
          const t = reverse ? length - 1 - k : k;
          const rows = xs.map((x) => row(run, x, t));
          const out = yield* runProgram(run, step, [...constants, ...carry, ...rows]);
          releaseAll(run, rows);
          releaseAll(run, carry);
          carry = out.slice(0, carried);
          out.slice(carried).forEach((y, i) => (ys[i]![t] = y));
        }
        const whole: Cell[] = [];
        for (const [i, y] of ys.entries()) {
          whole.push(yield* stacked(run, y, results[carried + i]!));
          releaseAll(run, y);
        }
        return [...carry, ...whole];
      });
    },
  },
  linearSolve: { emit: (e, { solve }, operands) => inPlace(e, solve, operands) },
  root: { emit: (e, { solve }, operands) => inPlace(e, solve, operands) },
  custom: { emit: (e, { fun }, operands) => inPlace(e, fun, operands) },
  linearCall: {
    emit: (e, { forward }, operands, results) =>
      forward === undefined ? e.refuse(noForwardMode, results) : inPlace(e, forward, operands),
  },
};
