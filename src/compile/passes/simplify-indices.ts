/**
 * Operations at computed places whose places are known.
 *
 * @module
 */
import { isOp, sizeOf, type Node } from '../../ir/index.js';
import type { RuleTable } from './rewrite.js';
import { reshaped, sliced, valueOf } from './terms.js';

/** The constant indices first, first + step, … of a one-dimensional or scalar operand, clamped to an axis of n. */
function progression(i: Node, n: number): { first: number; step: number; count: number } | undefined {
  if (i.shape.length > 1) return undefined;
  const count = sizeOf(i.shape);
  const clamp = (v: number): number => Math.max(0, Math.min(v, n - 1));
  const v = valueOf(i);
  if (v !== undefined) return count === 1 ? { first: clamp(v), step: 1, count } : undefined;
  if (isOp(i, 'iota')) return count <= n ? { first: 0, step: 1, count } : undefined;
  if (!isOp(i, 'const') || count === 0) return undefined;
  const { data } = i.attrs.value;
  const step = count === 1 ? 1 : data[1]! - data[0]!;
  const inside = data[0]! >= 0 && data[count - 1]! < n;
  if (step < 1 || (!inside && count > 1)) return undefined;
  for (let k = 1; k < count; k++) if (data[k]! - data[k - 1]! !== step) return undefined;
  return { first: clamp(data[0]!), step, count };
}

/** Identities of operations at known places. */
export const indexRules: RuleTable = {
  gather: {
    'gather of known indices → slice': ({ operands: [x, i], attrs: { axis, batchDims }, shape }, to) => {
      const found = batchDims === 0 ? progression(i!, x!.shape[axis]!) : undefined;
      if (found === undefined || sizeOf(x!.shape) === 0) return undefined;
      const { first, step, count } = found;
      const along = (v: number, others: readonly number[]): number[] =>
        others.map((d, a) => (a === axis ? v : d));
      const zeros = x!.shape.map(() => 0);
      const limit = along(first + (count - 1) * step + 1, x!.shape);
      const part = sliced(
        to,
        x!,
        along(first, zeros),
        limit,
        along(
          step,
          x!.shape.map(() => 1),
        ),
      );
      return reshaped(to, part, shape);
    },
    'gather of a fill': ({ operands: [x], shape, dtype }, to) => {
      const v = valueOf(x!);
      return v === undefined ? undefined : to.fill(v, shape, dtype);
    },
  },
  scatterAdd: {
    'scatter at known indices → pad': ({ operands: [i, u], attrs: { axis, batchDims, size } }, to) => {
      const found = batchDims === 0 && size > 0 ? progression(i!, size) : undefined;
      if (found === undefined) return undefined;
      const { first, step, count } = found;
      const rest = size - first - ((count - 1) * step + 1);
      const slices =
        i!.shape.length === 1
          ? u!
          : reshaped(to, u!, [...u!.shape.slice(0, axis), 1, ...u!.shape.slice(axis)]);
      const along = (v: number): number[] => slices.shape.map((_, a) => (a === axis ? v : 0));
      const attrs = { low: along(first), high: along(rest), interior: along(step - 1), value: 0 };
      return to.node('pad', attrs, [slices]);
    },
  },
  dynamicSlice: {
    'block at a known place → slice': ({ operands: [x, i], attrs: { size } }, to) => {
      if (!isOp(i!, 'const') && valueOf(i!) === undefined) return undefined;
      const at = isOp(i!, 'const') ? [...i.attrs.value.data] : x!.shape.map(() => valueOf(i!)!);
      const start = x!.shape.map((d, a) => Math.max(0, Math.min(at[a]!, d - size[a]!)));
      return sliced(
        to,
        x!,
        start,
        start.map((s, a) => s + size[a]!),
      );
    },
  },
  dynamicUpdate: {
    'update of everything': ({ operands: [x, u] }) =>
      u!.shape.every((d, a) => d === x!.shape[a]) ? u : undefined,
  },
};
