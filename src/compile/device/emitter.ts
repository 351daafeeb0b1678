/**
 * Making of device programs: rules call an emitter, which collects the steps, then keeps those that are needed.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import {
  hostArray,
  inputAvals,
  sameShape,
  type Aval,
  type DType,
  type Graph,
  type HostArray,
  type Node,
  type Shape,
} from '../../ir/index.js';
import { kernelOf } from './backends.js';
import { faultOf, type DeviceFault } from './errors.js';
import type { HostStep, KernelInputs, Program, ReadyStep, Slot, Step } from './program.js';

/** Shaders of the tfjs backends address at most this many axes. */
const maxRank = 6;

/** Emits a graph's nodes on operands: the slots of its outputs. */
export type Lower = (e: Emitter, graph: Graph, operands: readonly Slot[]) => Slot[];

/** What the programs of one graph and its sub-graphs share. */
export class Compilation {
  readonly device: string;
  readonly faults: DeviceFault[] = [];
  readonly lower: Lower;
  private readonly scalars = new Map<string, HostArray>();

  constructor(device: string, lower: Lower) {
    this.device = device;
    this.lower = lower;
  }

  /** A number, one host array for all places where it stands. */
  scalar(value: number, dtype: DType): HostArray {
    const key = `${dtype}${Object.is(value, -0) ? '-0' : value}`;
    let known = this.scalars.get(key);
    if (known === undefined) this.scalars.set(key, (known = hostArray([value], [], dtype)));
    return known;
  }

  /** The program of a graph. */
  program(graph: Graph): Program {
    const e = new Emitter(this);
    const inputs = inputAvals(graph).map((a) => e.slot(a));
    return e.finish(inputs, this.lower(e, graph, inputs));
  }

  /** Says once of each operation and place why it cannot run. */
  fault(node: Node, reason: string): void {
    const { op, origin } = faultOf(node, reason);
    const known = this.faults.some((f) => f.op === op && f.origin === origin && f.reason === reason);
    if (!known) this.faults.push({ op, origin, reason });
  }
}

/** Collects the steps of one program. */
export class Emitter {
  readonly compilation: Compilation;
  /** The node of the user's graph that is being emitted. */
  owner: Node | undefined;
  private readonly steps: Step[] = [];
  private count = 0;

  constructor(compilation: Compilation) {
    this.compilation = compilation;
  }

  /** Name of the device. */
  get device(): string {
    return this.compilation.device;
  }

  /** A new slot. */
  slot({ shape, dtype }: Aval, compact?: Slot): Slot {
    return { id: this.count++, shape, dtype, constant: undefined, compact };
  }

  /** A slot of known value. */
  constant(value: HostArray): Slot {
    return { id: -1, shape: value.shape, dtype: value.dtype, constant: value, compact: undefined };
  }

  /** A slot of a number. */
  scalar(value: number, dtype: DType = 'f'): Slot {
    return this.constant(this.compilation.scalar(value, dtype));
  }

  /** Why the current operation cannot run; slots that stand for its results, so that the other faults are found too. */
  refuse(reason: string, results: readonly Aval[]): Slot[] {
    this.compilation.fault(this.owner!, reason);
    return results.map((a) => this.slot(a));
  }

  /** A kernel call. */
  kernel(
    kernel: string,
    inputs: KernelInputs,
    shape: Shape,
    dtype: DType,
    attrs: tf.NamedAttrMap = {},
    compact?: Slot,
  ): Slot {
    const uses = Object.values(inputs) as Slot[];
    const result = this.slot({ shape, dtype }, compact);
    this.steps.push({ kind: 'kernel', kernel, inputs, attrs, uses, results: [result], owner: this.owner! });
    return result;
  }

  /** A step that is run from JavaScript. */
  host(uses: readonly Slot[], results: readonly Aval[], run: HostStep['run']): Slot[] {
    const slots = results.map((a) => this.slot(a));
    this.steps.push({ kind: 'host', uses, results: slots, run, owner: this.owner! });
    return slots;
  }

  /** x with `small`, which has 1 for some sizes of `shape`, repeated along those axes: made only where something reads it. */
  repeat(small: Slot, shape: Shape): Slot {
    if (sameShape(small.shape, shape)) return small;
    const source = small.compact ?? small;
    const { dtype } = source;
    const number = numberOf(source);
    if (number !== undefined) {
      // a number in each element needs no operand; tfjs wants the dtype spelled out
      const type = dtype === 'f' ? 'float32' : dtype === 'i32' ? 'int32' : 'bool';
      return this.kernel(
        'Fill',
        {},
        shape,
        dtype,
        { shape: shape as number[], value: number, dtype: type },
        source,
      );
    }
    const groups = repeatGroups(source.shape, shape);
    const from = this.reshape(
      source,
      groups.map((g) => g.size),
    );
    const tiled = groups.map((g) => g.size * g.times);
    const whole = sameShape(tiled, shape) ? source : undefined;
    const made = this.kernel('Tile', { x: from }, tiled, dtype, { reps: groups.map((g) => g.times) }, whole);
    return whole !== undefined
      ? made
      : this.kernel('Reshape', { x: made }, shape, dtype, { shape: shape as number[] }, source);
  }

  /** The same elements in another shape. */
  reshape(x: Slot, shape: Shape): Slot {
    if (sameShape(x.shape, shape)) return x;
    if (x.constant !== undefined) return this.constant({ ...x.constant, shape });
    if (x.compact !== undefined && x.compact.shape.every((d) => d === 1)) {
      return this.repeat(
        this.reshape(
          x.compact,
          shape.map(() => 1),
        ),
        shape,
      );
    }
    return this.kernel('Reshape', { x }, shape, x.dtype, { shape: shape as number[] });
  }

  /** The program from inputs to outputs: steps that nothing reads are dropped, missing kernels become faults. */
  finish(inputs: readonly Slot[], outputs: readonly Slot[]): Program {
    const needed = new Set(outputs);
    const ready: ReadyStep[] = [];
    for (const step of this.steps.reverse()) {
      if (!step.results.some((r) => needed.has(r))) continue;
      const { device } = this;
      const rank = Math.max(
        ...[...step.results, ...step.uses].map((s) => (s.dtype === 'u32' ? 0 : s.shape.length)),
      );
      if (step.kind === 'kernel' && rank > maxRank) {
        this.compilation.fault(step.owner, `a value has ${rank} axes; devices address ${maxRank}`);
      }
      const call = step.kind === 'kernel' ? kernelOf(step.kernel, device) : undefined;
      if (step.kind === 'kernel' && call === undefined) {
        this.compilation.fault(step.owner, `the backend '${device}' has no kernel ${step.kernel}`);
      }
      // what is read here for the first time from the end is read for the last time
      const release = [...new Set([...step.results, ...step.uses])].filter(
        (s) => s.constant === undefined && !needed.has(s),
      );
      for (const s of step.uses) needed.add(s);
      ready.push({ step, call, release });
    }
    return { inputs, outputs, steps: ready.reverse(), size: this.count };
  }
}

/** The number that every element of a slot is known to equal. */
export function numberOf(slot: Slot): number | undefined {
  const value = (slot.compact ?? slot).constant;
  return value?.data.length === 1 ? value.data[0] : undefined;
}

/** Neighbouring axes that are all repeated, or all kept, as one. */
function repeatGroups(from: Shape, to: Shape): { readonly size: number; readonly times: number }[] {
  const groups: { size: number; times: number }[] = [];
  from.forEach((d, i) => {
    const repeated = d !== to[i]!;
    const last = groups.at(-1);
    if (last !== undefined && last.times > 1 === repeated) {
      if (repeated) last.times *= to[i]!;
      else last.size *= d;
    } else groups.push(repeated ? { size: 1, times: to[i]! } : { size: d, times: 1 });
  });
  return groups;
}
