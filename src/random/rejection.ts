/**
 * Rejection loops in which every element of a draw is a lane of its own.
 *
 * @module
 */
import { ops, shapes, sizeOf, type Node, type Shape } from '../ir/index.js';
import { whileNodes } from '../numerics/control-nodes.js';
import { splitBatchNode } from './nodes.js';

/** One key an element: the children of each key, key u32[..., 2] → u32[..., ...shape, 2]. */
export function elementKeys(k: Node, shape: Shape): Node {
  const batch = k.shape.slice(0, -1);
  return shapes.reshape(splitBatchNode(k, sizeOf(shape)), [...batch, ...shape, 2]);
}

/** What one attempt of a rejection loop gives. */
export interface Attempt {
  /** The key of the next attempt. */
  readonly key: Node;
  readonly state: readonly Node[];
  /** bool, of the lanes' shape: which of them have to try again. */
  readonly again: Node;
}

/**
 * Repeats `attempt`, lane by lane, until it says that a lane is done: the lanes that are done keep their state, so that
 * no lane sees how long the others take, and a batch gives what a loop over its elements gives.
 *
 * The loop is forward only and carries no derivatives: give it operands without them (`stopGradient`).
 *
 * @param live bool[...]: the lanes that are to run.
 * @param key a key a lane, or one for many: it moves on with every attempt, for all lanes.
 * @param state nodes of the shape of `live`.
 * @returns the state in which each lane ended.
 */
export function untilDone(
  live: Node,
  key: Node,
  state: readonly Node[],
  attempt: (key: Node, ...state: Node[]) => Attempt,
): Node[] {
  const made = whileNodes(
    live.builder,
    [live, key, ...state],
    (running) => shapes.reduceMax(running!),
    (running, k, ...old) => {
      const next = attempt(k!, ...old);
      const values = next.state.map((n, i) => ops.select(running!, n, old[i]!));
      return [ops.and(running!, next.again), next.key, ...values];
    },
  );
  return made.slice(2);
}
