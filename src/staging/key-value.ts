/**
 * The random key as a tree leaf.
 *
 * @module
 */
import type { HostArray, Node, Shape } from '../ir/index.js';

/**
 * An opaque random key, or a batch of keys: `value` is u32[...shape, 2], a node while staging and host data otherwise.
 * Keys travel through trees, `stage` and `apply` as tensors do. They are made and consumed by the functions of the
 * random room.
 *
 * @example
 * const k = key(7);
 * k.shape; // []
 * splitBatch(k, 3).shape; // [3]
 * const draw = (k: Key) => randomNormal(k, [2]); // keys are arguments, like tensors
 * draw(k).shape; // [2]
 */
export class Key {
  readonly value: Node | HostArray;
  /** Batch shape: `[]` for one key. */
  readonly shape: Shape;

  constructor(value: Node | HostArray) {
    this.value = value;
    this.shape = value.shape.slice(0, -1);
  }
}
