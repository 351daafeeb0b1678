/**
 * The planner: collects the steps of a graph and gives their results buffers.
 *
 * Every buffer has a level that says when it is computed: constants once, when the plan is made; invariants of a loop
 * body once a loop; everything else at every run. A step has the highest level among what it reads, so constant
 * folding and the hoisting of loop invariants need no pass of their own.
 *
 * @module
 */
import { allocate, sizeOf, type Aval, type Data, type HostArray } from '../ir/index.js';
import { convert } from './kernels-convert.js';
import { assignMemory, type PlannedStep } from './memory.js';
import { loop1, type Step } from './nest.js';
import { isContiguous, wholeView, type Slot, type View } from './view.js';

/** When a value is computed: 0 with the plan, 1 once for a loop, 2 at every run. */
export type Level = 0 | 1 | 2;

/** Steps made ready to run: `prologue` once before a loop, `steps` at each turn. */
export interface Steps {
  readonly prologue: readonly Step[];
  readonly steps: readonly Step[];
}

const unbound: Data = new Float64Array(0);

/** Runs steps in order. */
export function runAll(steps: readonly Step[]): void {
  for (let i = 0; i < steps.length; i++) steps[i]!();
}

/** Collects steps. Buffers of an enclosing plan may be read; `levelOf` says when they are computed, seen from here. */
export class Planner {
  /** Set if the plan holds a loop that need not end, so that none of it may run before it must. */
  unbounded = false;
  private readonly outer: (slot: Slot) => Level;
  private readonly levels = new Map<Slot, Level>();
  private readonly prologue: Step[] = [];
  private readonly pending: PlannedStep[] = [];
  private readonly own = new Set<Slot>();
  private readonly kept = new Set<Slot>();
  private readonly copies = new Map<View, View>();

  constructor(outer?: (slot: Slot) => Level) {
    this.outer =
      outer ??
      (() => {
        throw new Error('planner: a buffer of another plan was read');
      });
  }

  /** When a buffer is computed; those that a step still to be added will write change at every run. */
  levelOf(slot: Slot): Level {
    return this.levels.get(slot) ?? (this.own.has(slot) ? 2 : this.outer(slot));
  }

  /** A buffer for a result, to be written by a step. */
  result(aval: Aval): View {
    const slot: Slot = { data: unbound, dtype: aval.dtype, size: sizeOf(aval.shape) };
    this.own.add(slot);
    return wholeView(slot, aval);
  }

  /** A buffer that others write before each run. */
  external(aval: Aval): View {
    const slot: Slot = { data: unbound, dtype: aval.dtype, size: sizeOf(aval.shape) };
    this.levels.set(slot, 2);
    return wholeView(slot, aval);
  }

  /** A concrete value. Its array is read, never written. */
  constant(value: HostArray): View {
    const slot: Slot = { data: value.data, dtype: value.dtype, size: value.data.length };
    this.levels.set(slot, 0);
    return wholeView(slot, value);
  }

  /** Adds a step. `least` is the lowest level that it may have. */
  emit(run: Step, reads: readonly View[], writes: readonly View[], least: Level = 0): void {
    const level = reads.reduce<Level>((l, v) => Math.max(l, this.levelOf(v.slot)) as Level, least);
    const slots = writes.map((w) => w.slot);
    for (const slot of slots) this.levels.set(slot, level);
    if (level === 2) {
      this.pending.push({ run, reads: reads.map((r) => r.slot), writes: slots });
      return;
    }
    for (const slot of slots) slot.data = allocate(slot.dtype, slot.size);
    if (level === 0) run();
    else this.prologue.push(run);
  }

  /** Keeps a buffer from being shared with later results. */
  keep(view: View): View {
    this.kept.add(view.slot);
    return view;
  }

  /** The same value in a buffer of its own, written at every run. */
  copy(view: View, least: Level = 0): View {
    const out = this.result(view);
    this.emit(loop1(convert(view.dtype, view.dtype), out, view), [view], [out], least);
    return out;
  }

  /** The same value with its elements one after another: the view itself, or a copy that is made once. */
  contiguous(view: View): View {
    if (isContiguous(view)) return view;
    const made = this.copies.get(view) ?? this.copy(view);
    this.copies.set(view, made);
    return made;
  }

  /**
   * Results in whole buffers that this plan writes at every run and shares with nothing, so that a loop may exchange
   * their arrays with those of its carry.
   */
  exchangeable(views: readonly View[]): View[] {
    const taken = new Set<Slot>();
    return views.map((view) => {
      const whole = isContiguous(view) && view.slot.size === sizeOf(view.shape);
      const ours = this.own.has(view.slot) && this.levelOf(view.slot) === 2 && !taken.has(view.slot);
      const v = whole && ours ? view : this.copy(view, 2);
      taken.add(v.slot);
      return this.keep(v);
    });
  }

  /** Binds arrays and returns the steps. `results` are read after each run. */
  finish(results: readonly View[]): Steps {
    for (const v of results) this.keep(v);
    assignMemory(this.pending, this.kept);
    return { prologue: this.prologue, steps: this.pending.map((s) => s.run) };
  }
}
