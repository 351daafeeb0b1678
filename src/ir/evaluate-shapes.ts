/**
 * Reference evaluation of operations that move elements.
 *
 * @module
 */
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import { clampIndex, forEachIndex, positionIn } from './indexing.js';
import type { Aval, Data, HostArray } from './types.js';

/** result[index] = x[from(index)]. */
function take(x: HostArray, result: Aval, from: (index: readonly number[]) => readonly number[]): Data {
  const out = zeros(result);
  const at = positionIn(x.shape);
  forEachIndex(result.shape, (index, i) => {
    out[i] = x.data[at(from(index))]!;
  });
  return out;
}

/** Rules of leaves and shape operations. */
export const evaluateShapes: Pick<
  EvaluateTable,
  | 'const'
  | 'iota'
  | 'broadcast'
  | 'reshape'
  | 'transpose'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'reverse'
  | 'gather'
  | 'scatterAdd'
> = {
  const: ({ value }) => [value.data],
  iota: ({ shape, axis }, _, [result]) => {
    const out = zeros(result!);
    forEachIndex(shape, (index, i) => {
      out[i] = index[axis]!;
    });
    return [out];
  },
  broadcast: ({ axes }, [x], [result]) => [
    take(x!, result!, (index) => x!.shape.map((d, i) => (d === 1 ? 0 : index[axes[i]!]!))),
  ],
  reshape: (_, [x]) => [x!.data],
  transpose: ({ perm }, [x], [result]) => [
    take(x!, result!, (index) => perm.map((_, axis) => index[perm.indexOf(axis)]!)),
  ],
  slice: ({ start, stride }, [x], [result]) => [
    take(x!, result!, (index) => index.map((v, axis) => start[axis]! + v * stride[axis]!)),
  ],
  reverse: ({ axes }, [x], [result]) => [
    take(x!, result!, (index) => index.map((v, axis) => (axes.includes(axis) ? x!.shape[axis]! - 1 - v : v))),
  ],
  pad: ({ low, interior, value }, [x], [result]) => {
    const out = zeros(result!);
    out.fill(result!.dtype === 'bool' ? (value !== 0 ? 1 : 0) : value);
    const at = positionIn(result!.shape);
    forEachIndex(x!.shape, (index, i) => {
      out[at(index.map((v, axis) => low[axis]! + v * (interior[axis]! + 1)))] = x!.data[i]!;
    });
    return [out];
  },
  concat: ({ axis }, xs, [result]) => {
    const out = zeros(result!);
    const at = positionIn(result!.shape);
    let offset = 0;
    for (const x of xs) {
      forEachIndex(x.shape, (index, i) => {
        out[at(index.map((v, a) => (a === axis ? v + offset : v)))] = x.data[i]!;
      });
      offset += x.shape[axis]!;
    }
    return [out];
  },
  gather: ({ axis, batchDims }, [x, indices], [result]) => {
    const at = positionIn(indices!.shape);
    const end = axis + indices!.shape.length - batchDims;
    return [
      take(x!, result!, (index) => {
        const i = indices!.data[at([...index.slice(0, batchDims), ...index.slice(axis, end)])]!;
        return [...index.slice(0, axis), clampIndex(i, x!.shape[axis]!), ...index.slice(end)];
      }),
    ];
  },
  scatterAdd: ({ axis, batchDims, size }, [indices, updates], [result]) => {
    const out = zeros(result!);
    const from = positionIn(indices!.shape);
    const to = positionIn(result!.shape);
    const end = axis + indices!.shape.length - batchDims;
    forEachIndex(updates!.shape, (index, position) => {
      const i = indices!.data[from([...index.slice(0, batchDims), ...index.slice(axis, end)])]!;
      const target = to([...index.slice(0, axis), clampIndex(i, size), ...index.slice(end)]);
      out[target]! += updates!.data[position]!;
    });
    return [out];
  },
};
