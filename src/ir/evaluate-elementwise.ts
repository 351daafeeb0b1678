/**
 * Reference evaluation of element-wise operations.
 *
 * @module
 */
import { binaryNames, unaryNames, type BinaryName, type UnaryName } from './catalogue.js';
import { zeros, type EvaluateRule, type EvaluateTable } from './evaluate-rule.js';
import { comparisons, discreteBinary, discreteUnary, realBinary, realUnary } from './scalar.js';
import type { Aval, Data } from './types.js';

/** result[i] = f(i) for every position. */
function fill(result: Aval, f: (i: number) => number): Data {
  const out = zeros(result);
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return out;
}

function unary(op: UnaryName): EvaluateRule<UnaryName> {
  return (_, [x], [result]) => {
    const { data, dtype } = x!;
    if (dtype === 'f') {
      const f = realUnary[op as keyof typeof realUnary];
      return [fill(result!, (i) => f(data[i]!))];
    }
    const f = discreteUnary[op as keyof typeof discreteUnary];
    return [fill(result!, (i) => f(data[i]!, dtype === 'bool'))];
  };
}

function binary(op: BinaryName): EvaluateRule<BinaryName> {
  return (_, [x, y], [result]) => {
    const f =
      x!.dtype === 'f'
        ? realBinary[op as keyof typeof realBinary]
        : discreteBinary[op as keyof typeof discreteBinary];
    return [fill(result!, (i) => f(x!.data[i]!, y!.data[i]!))];
  };
}

type Names = UnaryName | BinaryName;
const arithmetic = Object.fromEntries([
  ...unaryNames.map((n) => [n, unary(n)]),
  ...binaryNames.map((n) => [n, binary(n)]),
]) as { readonly [K in Names]: EvaluateRule<Names> };

/** Rules of operations that act on each element alone. */
export const evaluateElementwise: Pick<
  EvaluateTable,
  Names | 'isNaN' | 'isFinite' | 'compare' | 'select' | 'cast'
> = {
  ...arithmetic,
  isNaN: (_, [x], [result]) => [fill(result!, (i) => (Number.isNaN(x!.data[i]!) ? 1 : 0))],
  isFinite: (_, [x], [result]) => [fill(result!, (i) => (Number.isFinite(x!.data[i]!) ? 1 : 0))],
  compare: ({ direction }, [x, y], [result]) => {
    const holds = comparisons[direction];
    return [fill(result!, (i) => (holds(x!.data[i]!, y!.data[i]!) ? 1 : 0))];
  },
  select: (_, [c, x, y], [result]) => [fill(result!, (i) => (c!.data[i] ? x!.data[i]! : y!.data[i]!))],
  cast: ({ dtype }, [x], [result]) =>
    // a typed array of integers truncates toward zero and keeps the low 32 bits as it stores
    [fill(result!, (i) => (dtype === 'bool' ? (x!.data[i] !== 0 ? 1 : 0) : x!.data[i]!))],
};
