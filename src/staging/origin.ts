/**
 * Where in the user's program a node was made.
 *
 * A stack trace costs several times as much as recording the operation, so origins carry the name of the tfjs function
 * only, until something fails: then the function is recorded once more with lines (see `stage`).
 *
 * @module
 */
import type { Origin } from '../ir/index.js';
import { outermostFunction } from './engine.js';

/** Frames to look through for the user's: tfjs itself takes about ten. */
const frames = 40;

/** Folder of this package's modules, `…/src/` or `…/dist/src/`, and of its transforms beside it. */
const home = import.meta.url.replace(/^.*file:\/\//, '').replace(/staging\/[^/]*$/, '');
const inner = [
  home,
  home.replace(/src\/$/, 'transforms/'),
  '/@tensorflow/',
  '/tfjs-core/',
  'node:internal',
  '<anonymous>',
  '/vitest/',
];

/** A path as seen from the working directory, where there is one. */
function shorten(place: string): string {
  const host = (globalThis as { readonly process?: { cwd?: () => string } }).process;
  const folder = host?.cwd?.();
  return folder !== undefined && place.startsWith(`${folder}/`) ? place.slice(folder.length + 1) : place;
}

/** The first line of a stack that is neither tfjs's nor this package's: `model.ts:12:20`; undefined if there is none. */
export function userLine(stack: string | undefined): string | undefined {
  for (const line of (stack ?? '').split('\n')) {
    const found =
      /\(([^()]*:\d+:\d+)\)\s*$/.exec(line) ?? /(?:^\s*at (?:async )?|@)(\S*:\d+:\d+)\s*$/.exec(line);
    if (found === null) continue;
    const place = found[1]!.replace(/^.*file:\/\//, '');
    if (!inner.some((part) => place.includes(part))) return shorten(place);
  }
  return undefined;
}

/** A stack trace that reaches the user's frames; the engine keeps it as it is and makes text of it on demand. */
function trace(): Error {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const error = new Error();
  Error.stackTraceLimit = before;
  return error;
}

/** The user's line that is running now. */
export function currentLine(): string {
  return userLine(trace().stack) ?? 'an unknown line';
}

/** The tfjs function that is running above a scope depth, with the user's line: for an error about to be thrown. */
export function currentCall(scopeDepth: number, kernel: string): string {
  return `tf.${outermostFunction(scopeDepth) || kernel} at ${currentLine()}`;
}

/** The origin of a kernel call that is being recorded: the tfjs function that the user called, and the line if asked for. */
export function originOfCall(scopeDepth: number, kernel: string, lines: boolean): Origin {
  const name = outermostFunction(scopeDepth) || kernel;
  if (lines) {
    const error = trace();
    return () => {
      const line = userLine(error.stack);
      return line === undefined ? `tf.${name}` : `tf.${name} at ${line}`;
    };
  }
  return () => `tf.${name}`;
}
