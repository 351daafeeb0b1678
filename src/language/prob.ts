/**
 * Program objects at run time.
 *
 * @module
 */
import { register } from './forgotten.js';
import { program, type Prob, type Program } from './types.js';
import type { Where } from './where.js';

/** How a program object names itself in messages, and where it was made. */
export interface Label {
  readonly text: string;
  readonly where: Where;
}

/** Where a program object keeps its label, and what crosses it off the list of those that were never run. */
const labelled = Symbol('adjoint.label');
const crossed = Symbol('adjoint.crossed');

/**
 * A program object: `start` begins a run, and is called once a run, so that one object can be run many times.
 * Registered with the run that is going on, so that an object that is never run can be reported; a label that is a function
 * is made only then.
 */
export function makeProb<E, A>(
  start: () => Iterator<unknown, unknown, unknown>,
  label: Label | (() => Label),
): Prob<E, A> {
  const started = register(label);
  return {
    [program]: true as const,
    [labelled]: label,
    [crossed]: started,
    [Symbol.iterator](): Iterator<E, A, unknown> {
      started();
      return start() as Iterator<E, A, unknown>;
    },
  } as Prob<E, A>;
}

/** Notes that a program object is in the hands of another one, which answers for its being run. */
export function adopt<P extends Prob<unknown, unknown>>(p: P): P {
  (p as { readonly [crossed]?: () => void })[crossed]?.();
  return p;
}

/** A program object seen as generative; its choices and exactness exist in types alone. */
export function asProgram<R, C>(prob: Prob<unknown, R>): Program<R, C> {
  return prob as unknown as Program<R, C>;
}

/** A program of one effect: yields it and returns the answer. */
export function perform<E, A>(effect: object, label: Label): Prob<E, A> {
  return makeProb<E, A>(function* () {
    return yield effect;
  }, label);
}

/** How a program object names itself; where it was made is known of those that name an address. */
export function labelOf(p: Prob<unknown, unknown>): {
  readonly text: string;
  readonly where: string | undefined;
} {
  const label = (p as { readonly [labelled]?: Label | (() => Label) })[labelled];
  if (typeof label === 'object') return { text: label.text, where: label.where() };
  return { text: label?.().text ?? 'a program', where: undefined };
}

/** Whether a value is a program object. */
export function isProb(x: unknown): x is Prob<unknown, unknown> {
  return typeof x === 'object' && x !== null && program in x;
}
