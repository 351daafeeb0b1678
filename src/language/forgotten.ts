/**
 * The net for a forgotten `yield*`: program objects that were made during a run and never started.
 *
 * `observe('y', d, y);` as a statement is no type error. While a program runs, each object made registers itself with
 * the run and is crossed off when it starts; what is left at the end was forgotten. Objects made outside runs are not
 * watched, so programs may be hoisted and shared.
 *
 * @module
 */
import { currentRecording } from '../staging/index.js';
import { forgottenFault, type ModelFault } from './faults.js';
import type { Label } from './prob.js';

/** Under which the run that is going on is kept in the notes of a recording. */
const watching = Symbol('program objects made in this run');

type Watched = Set<Label>;

/** Notes of the recording that is going on; none before the backend is registered, as when modules load. */
function currentNotes(): Map<unknown, unknown> | undefined {
  try {
    return currentRecording()?.notes;
  } catch {
    return undefined;
  }
}

/** Registers an object with the run that is going on, if there is one; the result crosses it off. */
export function register(given: Label | (() => Label)): () => void {
  const made = currentNotes()?.get(watching) as Watched | undefined;
  if (made === undefined) return () => undefined;
  const label = typeof given === 'function' ? given() : given;
  made.add(label);
  return () => {
    made.delete(label);
  };
}

/** Runs `f`; objects that were made in it and never started are reported to `faults`. */
export function watch<T>(faults: ModelFault[], f: () => T): T {
  const notes = currentNotes();
  if (notes === undefined) return f();
  const outer = notes.get(watching);
  const made: Watched = new Set();
  notes.set(watching, made);
  try {
    const result = f();
    for (const label of made) faults.push(forgottenFault(label.text, label.where()));
    return result;
  } finally {
    notes.set(watching, outer);
  }
}
