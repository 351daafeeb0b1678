/**
 * The data ids of the recording backend: what stands behind a tensor.
 *
 * tfjs takes any object for a data id, so that the value itself serves: "is this tensor staged" is an `instanceof`.
 *
 * @module
 */
import type { HostArray, Node } from '../ir/index.js';

/** Behind a staged tensor: its node. */
export class Recorded {
  readonly node: Node;
  /** Number of tensors that share this id, as tfjs counts them. */
  references = 1;

  constructor(node: Node) {
    this.node = node;
  }
}

/** Behind a concrete tensor of this backend: its values, until the last tensor that shares it is disposed. */
export class Stored {
  value: HostArray | undefined;
  /** Whether real values are kept (and read) as float64; otherwise they are float32 numbers, as everywhere in tfjs. */
  readonly wide: boolean;
  /** Whether nobody else holds the value, so that its memory is freed with the last tensor. */
  owned: boolean;
  references = 1;

  constructor(value: HostArray, wide: boolean, owned = false) {
    this.value = value;
    this.wide = wide;
    this.owned = owned;
  }
}
