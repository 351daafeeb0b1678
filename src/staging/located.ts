/**
 * Errors with the user's line: of operations, and of tfjs's own checks.
 *
 * Lines come from stack traces, which are kept short until something fails; then it is run again with long ones.
 *
 * @module
 */
import { OperationError } from '../ir/index.js';
import { stagingError, type StagingError } from './messages.js';
import { userLine } from './origin.js';

/** Frames that reach from the depth of tfjs and of this package to the user's program. */
const frames = 60;

/** Runs `f` while stack traces are long. */
export function withLongTraces<T>(f: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  try {
    return f();
  } finally {
    Error.stackTraceLimit = before;
  }
}

const framesOf = (stack: string): string[] => stack.split('\n').filter((line) => /^\s*at |@/.test(line));

/** Whether an error was thrown by an operation, or by tfjs when it checked the arguments of one of its functions. */
export function isOperationFault(error: unknown): error is Error {
  if (error instanceof OperationError) return true;
  if (!(error instanceof Error) || error.name !== 'Error') return false;
  const [first] = framesOf(error.stack ?? '');
  return first !== undefined && (first.includes('/tfjs-core/') || first.includes('/tf-core'));
}

/** The function that the user called: tfjs's, or the outermost one of this package. */
function calledFunction(stack: string): string | undefined {
  let own: string | undefined;
  let tensors: string | undefined;
  for (const line of framesOf(stack)) {
    // one frame alone: is it the user's?
    if (userLine(line) !== undefined) break;
    const name = /^\s*at (?:async )?(?:\w+\.)?(\w+) /.exec(line)?.[1] ?? /^\s*([\w.]+)@/.exec(line)?.[1];
    if (name === undefined) continue;
    if (name.endsWith('__op')) tensors = `tf.${name.slice(0, -4)}`;
    else own = name;
  }
  return tensors ?? own;
}

/** The error with the function that the user called and the line of the call in front. */
export function located(error: Error): Error | StagingError {
  const stack = error.stack ?? '';
  const line = userLine(stack);
  if (line === undefined) return error;
  const name = calledFunction(stack);
  return stagingError('operation', name === undefined ? line : `${name} at ${line}`, error.message);
}

/** Runs `f`, which has no effects; when an operation in it does not fit, runs it again to find the user's line. */
export function locating<T>(f: () => T): T {
  try {
    return f();
  } catch (first) {
    if (!isOperationFault(first)) throw first;
    try {
      withLongTraces(f);
    } catch (second) {
      throw isOperationFault(second) ? located(second) : second;
    }
    throw first;
  }
}
