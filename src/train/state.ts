/**
 * The state of a fit: plain host arrays, saved to JSON and resumed to the bit.
 *
 * @module
 */
import { formatAval, sameShape, type Aval, type HostArray } from '../ir/index.js';
import { loadArray, saveArray, type SavedArray } from './saved.js';

/** The parts that a step carries to the next, in the order in which the staged program takes them. */
export const parts = ['params', 'optimizer', 'estimator'] as const;

/** Name of a part of the state. */
export type Part = (typeof parts)[number];

/** What each part consists of: path and abstract value of every leaf. */
export type Layout = Readonly<Record<Part, readonly { readonly path: string; readonly aval: Aval }[]>>;

/**
 * All that a fit needs to go on: an immutable record of host arrays. `JSON.stringify(state)` saves it, and the parsed
 * text is a `resume` option of `fit`.
 */
export interface FitState extends Readonly<Record<Part, readonly HostArray[]>> {
  /** Number of steps made. */
  readonly step: number;
  /** Words of the fit's key. */
  readonly key: HostArray;
  toJSON(): SavedFit;
}

/** A saved {@link FitState}. Floating-point numbers are exact, NaN and infinities included. */
export interface SavedFit extends Readonly<Record<Part, Readonly<Record<string, SavedArray>>>> {
  readonly format: 'adjoint/fit';
  readonly version: 1;
  readonly step: number;
  readonly key: SavedArray;
}

/** A state from its parts. */
export function fitState(
  layout: Layout,
  step: number,
  key: HostArray,
  values: Readonly<Record<Part, readonly HostArray[]>>,
): FitState {
  const saved = (part: Part): Record<string, SavedArray> =>
    Object.fromEntries(layout[part].map((leaf, i) => [leaf.path, saveArray(values[part][i]!)]));
  return {
    step,
    key,
    params: values.params,
    optimizer: values.optimizer,
    estimator: values.estimator,
    toJSON: () => ({
      format: 'adjoint/fit',
      version: 1,
      step,
      key: saveArray(key),
      params: saved('params'),
      optimizer: saved('optimizer'),
      estimator: saved('estimator'),
    }),
  };
}

/**
 * The state that was saved, checked against the fit that is to go on with it.
 *
 * @throws Error that lists every leaf that is missing, extra or of another shape, or says that the keys differ.
 */
export function loadState(saved: FitState | SavedFit, layout: Layout, key: HostArray): FitState {
  if (typeof saved !== 'object' || saved === null)
    throw new Error(
      `resume: expected fit.state or the parsed JSON of it, found ${saved === null ? 'null' : typeof saved}`,
    );
  const text = 'toJSON' in saved ? saved.toJSON() : saved;
  if (text.format !== 'adjoint/fit' || text.version !== 1) {
    throw new Error(
      `resume: expected a saved fit (format adjoint/fit, version 1), found format ${String(text.format)}, version ${String(text.version)}`,
    );
  }
  if (!Number.isInteger(text.step) || text.step < 0) throw new Error(`resume: step is ${String(text.step)}`);
  const words = loadArray(text.key, 'resume: key');
  if (words.data.length !== key.data.length || words.data.some((w, i) => w !== key.data[i])) {
    throw new Error('resume: the saved fit ran with another key; its steps go on only with the same one');
  }
  const faults: string[] = [];
  const load = (part: Part): HostArray[] => {
    const found = text[part] ?? {};
    const known = new Set(layout[part].map((leaf) => leaf.path));
    for (const path of Object.keys(found)) {
      if (!known.has(path)) faults.push(`${part} '${path}' was saved, this fit has none`);
    }
    return layout[part].flatMap(({ path, aval }) => {
      if (found[path] === undefined) {
        faults.push(`${part} '${path}' (${formatAval(aval)}) was not saved`);
        return [];
      }
      const value = loadArray(found[path], `resume: ${part} '${path}'`);
      if (value.dtype !== aval.dtype || !sameShape(value.shape, aval.shape)) {
        faults.push(`${part} '${path}' is ${formatAval(aval)} here, ${formatAval(value)} in the saved fit`);
      }
      return [value];
    });
  };
  const values = { params: load('params'), optimizer: load('optimizer'), estimator: load('estimator') };
  if (faults.length > 0) throw new Error(`resume: the saved fit does not fit:\n  ${faults.join('\n  ')}`);
  return fitState(layout, text.step, words, values);
}
