/**
 * How a solve ended: one enumeration whose members carry the sentences that users read.
 *
 * Inside a graph a status is an i32 code, one a lane under `vmap`; `statusOf` reads it on the host.
 *
 * @module
 */

/** A way to end: the code that stands for it inside graphs, and the sentence that says what happened and what helps. */
export interface Ending {
  readonly code: number;
  readonly sentence: string;
}

/** Name of a way to end. */
export type Status = 'converged' | 'maxSteps' | 'stagnated' | 'diverged' | 'nonfinite' | 'singular';

/** Every way to end. */
export const statuses: Readonly<Record<Status, Ending>> = {
  converged: { code: 0, sentence: 'The optimality residual is within the tolerance.' },
  maxSteps: {
    code: 1,
    sentence:
      'The step limit was reached before the residual met the tolerance: raise maxSteps, loosen tol, start nearer, or use a faster solver (newton(), lbfgs()).',
  },
  stagnated: {
    code: 2,
    sentence:
      'No step along the search direction improves the point, yet the residual is above the tolerance: loosen tol if the residual is at rounding level, else check that the function is smooth, or rescale its variables.',
  },
  diverged: {
    code: 3,
    sentence:
      'The iterates run away: the problem may have no solution; else take a smaller step, add a penalty, or use a solver with a line search.',
  },
  nonfinite: {
    code: 4,
    sentence:
      'The function or its derivative is NaN or infinite at the last point: start inside the domain, or keep the variables in it by a change of variables.',
  },
  singular: {
    code: 5,
    sentence:
      'The matrix of the Newton step is singular: add damping or a penalty, remove redundant variables, or use lbfgs().',
  },
};

/** Code of a solve that has not ended; never seen in a result. */
export const running = -1;

const byCode = new Map<number, Status>((Object.keys(statuses) as Status[]).map((s) => [statuses[s].code, s]));

/** The status that a code stands for. Throws for a code that is none. */
export function statusFromCode(code: number): Status {
  const status = byCode.get(code);
  if (status === undefined) throw new Error(`statusFromCode: ${code} is no status code`);
  return status;
}

/**
 * The sentence of a status: what happened, and the remedy. Of several lanes, one line for each status among them, with
 * the number of its lanes and the first of them.
 *
 * @example
 * const solve = (x: tf.Tensor) => minimize((y: tf.Tensor) => tf.exp(y), x, undefined, { maxSteps: 3 });
 * describeStatus(statusOf(solve(tensor(0)))); // The step limit was reached before the residual met the tolerance: …
 * describeStatus(['converged', 'maxSteps', 'converged']).split('\n')[0]; // 2 of 3 lanes (the first: 0) 'converged': The …
 */
export function describeStatus(status: Status | readonly Status[]): string {
  if (typeof status === 'string') return statuses[status].sentence;
  const lines = [...new Set(status)].map((name) => {
    const count = status.filter((s) => s === name).length;
    const lanes = `${count} of ${status.length} lane${status.length === 1 ? '' : 's'}`;
    return `${lanes} (the first: ${status.indexOf(name)}) '${name}': ${statuses[name].sentence}`;
  });
  return lines.length === 0 ? 'There are no lanes.' : lines.join('\n');
}
