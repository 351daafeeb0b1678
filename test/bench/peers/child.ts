/** A peer in a process of its own, which stays and answers requests for timings. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Side } from '../harness.js';

/** A process that has started. */
export interface Peer {
  /**
   * Times a task of the peer: the process gets a line of JSON, `{ "task", "count", …options }`, and answers with a line
   * `{ "seconds" }` for one call. What it compiles for a task it keeps.
   */
  side(task: string, options?: object): Side;
  /** Ends the process. */
  close(): void;
}

/** Answers of the process, in the order of the requests. */
async function* lines(child: ChildProcess): AsyncGenerator<string> {
  for await (const line of createInterface({ input: child.stdout! })) if (line.startsWith('{')) yield line;
}

/** Starts a peer. Its notices go to the error stream. */
export function startPeer(command: string, words: readonly string[]): Peer {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = lines(child);
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  return {
    side:
      (task, options = {}) =>
      async (count) => {
        child.stdin.write(`${JSON.stringify({ task, count, ...options })}\n`);
        const answer = await answers.next();
        if (answer.done === true) {
          throw failure ?? new Error(`${[command, ...words].join(' ')} ended while it timed '${task}'`);
        }
        return (JSON.parse(answer.value) as { readonly seconds: number }).seconds;
      },
    close: () => {
      child.stdin.end();
    },
  };
}
