/**
 * Keys at the edge: what is no key, and a key that is used twice in one recording.
 *
 * @module
 */
import { Key, openRecordings } from '../staging/index.js';
import { userLine } from '../staging/index.js';

/**
 * Sampling without a key (`missing-key`), or with a key that was used up (`key-reuse`).
 *
 * @example
 * const twice = (k: Key) => tf.sub(randomNormal(k), randomNormal(k));
 * try {
 *   stage(twice, [key(0)]);
 * } catch (error) {
 *   (error as KeyError).code; // 'key-reuse'
 * }
 */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: 'missing-key' | 'key-reuse';

  constructor(code: 'missing-key' | 'key-reuse', message: string) {
    super(message);
    this.code = code;
  }
}

/** A key that may be used any number of times; so may the keys that come from it. */
class ReusableKey extends Key {}

/** The first use of a key in a recording. */
interface Use {
  readonly who: string;
  readonly where: () => string;
}

/** Under which the uses of keys are kept in the notes of a recording. */
const uses = Symbol('uses of keys');

const usesIn = (notes: Map<unknown, unknown>): Map<unknown, Use> | undefined =>
  notes.get(uses) as Map<unknown, Use> | undefined;

/** Frames to look through for the user's line: a program's sites are reached by way of generators and handlers. */
const frames = 40;

/** The user's line that is running now; the stack becomes text only when it is asked for. */
function callSite(): () => string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const error = new Error();
  Error.stackTraceLimit = before;
  return () => userLine(error.stack) ?? 'an unknown place';
}

function describe(x: unknown): string {
  if (x === undefined) return 'nothing';
  if (x === null) return 'null';
  if (typeof x === 'number' || typeof x === 'boolean') return `${typeof x} ${x}`;
  if (typeof x === 'string') return `string '${x}'`;
  return typeof x === 'object' ? (x.constructor?.name ?? 'an object') : `a ${typeof x}`;
}

/**
 * The same key, exempt from the check that a key is used once in a staged program: for common random numbers, where
 * two computations are to see the same draws. Keys split or folded from it are exempt too.
 *
 * @throws KeyError if `key` is no key.
 * @example
 * const noisy = (x: number, k: Key) => tf.add(x, randomNormal(k));
 * const difference = (k: Key) => tf.sub(noisy(3, reuse(k)), noisy(1, reuse(k)));
 * difference(key(0)); // 2: the noise is common
 */
export function reuse(key: Key): Key {
  requireKey('reuse', key);
  return new ReusableKey(key.value);
}

/** `to`, exempt from the check if `from` is. */
export function inherit(from: Key, to: Key): Key {
  return from instanceof ReusableKey ? new ReusableKey(to.value) : to;
}

/** Throws unless `key` is a key. */
export function requireKey(who: string, key: unknown): asserts key is Key {
  if (key instanceof Key) return;
  throw new KeyError(
    'missing-key',
    `${who}: sampling needs a key as its first argument, found ${describe(key)}. ` +
      'Make one with key(seed), and one for each use with split(key) or foldIn(key, i).',
  );
}

/**
 * Notes that `who` uses a key up in the recording that is going on, and throws if the key was used up there before.
 *
 * Samplers and `split` use a key up, as in JAX's key reuse checker, because draws and children of one key are made of
 * the same random words; `foldIn` does not, being meant for many keys from one. A key is known by its graph node, or by
 * its words where it is concrete. Outside recordings nothing is checked: there a loop may well start twice from one
 * seed. A use is looked for in the recording that is going on and in those around it, and noted in the innermost alone:
 * a function that is staged twice, or two branches of which one runs, may see one key twice.
 */
export function useKey(who: string, key: Key): void {
  const recordings = openRecordings();
  const notes = recordings.at(-1)?.notes;
  if (notes === undefined || key instanceof ReusableKey) return;
  const identity = 'op' in key.value ? key.value : key.value.data.join(',');
  const use = { who, where: callSite() };
  const first = recordings.map((r) => usesIn(r.notes)?.get(identity)).find((u) => u !== undefined);
  if (first === undefined) {
    const seen = usesIn(notes) ?? new Map<unknown, Use>();
    notes.set(uses, seen.set(identity, use));
    return;
  }
  throw new KeyError(
    'key-reuse',
    `one key is used twice in this program: by ${first.who} at ${first.where()}, then by ${use.who} at ${use.where()}. ` +
      'Both see the same random words. Give each its own key with split(key) or foldIn(key, i), ' +
      'or write reuse(key) where equal draws are meant.',
  );
}
