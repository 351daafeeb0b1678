/**
 * Where in the user's program a site was written.
 *
 * @module
 */
import { userLine } from '../staging/index.js';

/** A place in the user's program, turned into text when someone asks: `model.ts:12:20`. */
export type Where = () => string | undefined;

/** Frames to look through for the user's: helpers and generators may stand between. */
const frames = 30;

/** The place from which the package is being called now. */
export function here(): Where {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const error = new Error();
  Error.stackTraceLimit = before;
  return () => userLine(error.stack);
}
