/**
 * Lowering of element-wise operations to loops over strided operands.
 *
 * @module
 */
import {
  binaryNames,
  unaryNames,
  type Aval,
  type BinaryName,
  type Data,
  type UnaryName,
} from '../ir/index.js';
import { comparisons, discreteBinary, discreteUnary, realBinary } from '../ir/scalar.js';
import { arithmetic } from './kernels-arithmetic.js';
import { convert } from './kernels-convert.js';
import {
  compareKernels,
  each1,
  each2,
  isFiniteKernel,
  isNaNKernel,
  realUnaryKernel,
  selectDiscrete,
  selectReal,
} from './kernels-real.js';
import { loop1, loop2, loop3, type Kernel1, type Kernel2, type Kernel3, type Step } from './nest.js';
import type { Planner } from './planner.js';
import type { LowerRule, LowerTable } from './rule.js';
import { broadcastView, sliceView, type View } from './view.js';

/**
 * Plans `out = step(operands)` on the smallest shape: along axes where every operand repeats one element, one result is
 * computed and repeated. Derivatives are full of such operands.
 */
export function elementwise(
  plan: Planner,
  result: Aval,
  operands: readonly View[],
  step: (out: View, operands: readonly View[]) => Step,
): readonly View[] {
  const shape = result.shape.map((d, a) => (d > 1 && operands.every((v) => v.strides[a] === 0) ? 1 : d));
  const zero = shape.map(() => 0);
  const one = shape.map(() => 1);
  const small = operands.map((v) => sliceView(v, zero, one, shape));
  const out = plan.result({ shape, dtype: result.dtype });
  plan.emit(step(out, small), small, [out]);
  return [
    broadcastView(
      out,
      result.shape,
      shape.map((_, a) => a),
    ),
  ];
}

const map1 = (plan: Planner, result: Aval, x: View, kernel: Kernel1<Data, Data>): readonly View[] =>
  elementwise(plan, result, [x], (out, [a]) => loop1(kernel, out, a!));

const map2 = (
  plan: Planner,
  result: Aval,
  x: View,
  y: View,
  kernel: Kernel2<Data, Data, Data>,
): readonly View[] => elementwise(plan, result, [x, y], (out, [a, b]) => loop2(kernel, out, a!, b!));

function unary(op: UnaryName): LowerRule<UnaryName> {
  if (op === 'stopGradient') return (_, [x]) => [x!];
  return (_, [x], [result], plan) => {
    const bool = x!.dtype === 'bool';
    if (x!.dtype === 'f') return map1(plan, result!, x!, realUnaryKernel(op as Exclude<UnaryName, 'not'>));
    const f = discreteUnary[op as keyof typeof discreteUnary];
    return map1(
      plan,
      result!,
      x!,
      each1((v) => f(v, bool)),
    );
  };
}

function binary(op: BinaryName): LowerRule<BinaryName> {
  const real =
    op in arithmetic
      ? (arithmetic[op as keyof typeof arithmetic] as Kernel2<Data, Data, Data>)
      : each2(realBinary[op as keyof typeof realBinary]);
  const discrete = each2(discreteBinary[op as keyof typeof discreteBinary]);
  return (_, [x, y], [result], plan) => map2(plan, result!, x!, y!, x!.dtype === 'f' ? real : discrete);
}

type Names = UnaryName | BinaryName;
const table = Object.fromEntries([
  ...unaryNames.map((n) => [n, unary(n)]),
  ...binaryNames.map((n) => [n, binary(n)]),
]) as { readonly [K in Names]: LowerRule<Names> };

/** Rules of operations that act on each element alone. */
export const lowerElementwise: Pick<
  LowerTable,
  Names | 'isNaN' | 'isFinite' | 'compare' | 'select' | 'cast'
> = {
  ...table,
  // zero whatever the operands: nothing to compute
  credit: (_, _operands, [result], plan) => {
    const zero = plan.constant({ data: new Float64Array(1), shape: [], dtype: 'f' });
    return [broadcastView(zero, result!.shape, [])];
  },
  isNaN: (_, [x], [result], plan) => map1(plan, result!, x!, isNaNKernel as Kernel1<Data, Data>),
  isFinite: (_, [x], [result], plan) => map1(plan, result!, x!, isFiniteKernel as Kernel1<Data, Data>),
  compare: ({ direction }, [x, y], [result], plan) => {
    const holds = comparisons[direction];
    const real = compareKernels[direction] as Kernel2<Data, Data, Data>;
    return map2(plan, result!, x!, y!, x!.dtype === 'f' ? real : each2((a, b) => (holds(a, b) ? 1 : 0)));
  },
  select: (_, operands, [result], plan) => {
    const kernel = (result!.dtype === 'f' ? selectReal : selectDiscrete) as Kernel3<Data, Data, Data, Data>;
    return elementwise(plan, result!, operands, (out, [c, a, b]) => loop3(kernel, out, c!, a!, b!));
  },
  cast: ({ dtype }, [x], [result], plan) => map1(plan, result!, x!, convert(x!.dtype, dtype)),
};
