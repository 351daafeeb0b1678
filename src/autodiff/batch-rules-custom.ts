/**
 * Batching of functions with rules of their own: function and rules are batched alike.
 *
 * @module
 */
import type { Graph, OpTable } from '../ir/index.js';
import { batched, spreadLanes, type BatchRule, type BatchTable } from './batch-rule.js';
import { batchSub } from './batch-rules-control.js';
import type { CustomName } from './families.js';

/**
 * Every operand gets lanes, so that a call of the function within its rule, whose operands depend on those of the rule,
 * becomes the function that the whole becomes.
 */
const custom: BatchRule<'custom'> = ({ attrs, operands, size, builder, batch }) => {
  const wide = (g: Graph): Graph =>
    batchSub(
      g,
      g.inputs.map(() => true),
      size,
      batch,
      g.outputs.map(() => true),
    );
  const { fun, captures, jvp, forward, backward } = attrs;
  const made: OpTable['custom'] = {
    fun: wide(fun),
    captures,
    ...(jvp === undefined ? {} : { jvp: wide(jvp) }),
    ...(forward === undefined || backward === undefined
      ? {}
      : { forward: wide(forward), backward: wide(backward) }),
  };
  return batched(
    builder.nodes(
      'custom',
      made,
      operands.map((x) => spreadLanes(x, size)),
    ),
  );
};

const linearCall: BatchRule<'linearCall'> = ({ attrs, operands, size, builder, batch }) => {
  const { forward, transpose, consts } = attrs;
  const known = operands.slice(0, consts).map((x) => x.batched);
  const wide = (g: Graph): Graph =>
    batchSub(
      g,
      g.inputs.map((_, i) => known[i] ?? true),
      size,
      batch,
      g.outputs.map(() => true),
    );
  const made = {
    consts,
    transpose: wide(transpose),
    ...(forward === undefined ? {} : { forward: wide(forward) }),
  };
  return batched(
    builder.nodes(
      'linearCall',
      made,
      operands.map((x, i) => (i < consts ? x.node : spreadLanes(x, size))),
    ),
  );
};

/** Rules of functions with rules of their own. */
export const batchCustom: BatchTable<CustomName> = { custom, linearCall };
