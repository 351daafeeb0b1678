/**
 * Planning of element-wise operations.
 *
 * @module
 */
import {
  binaryNames,
  specialOperands,
  unaryNames,
  type BinaryName,
  type OpName,
  type OpTable,
  type SpecialName,
  type UnaryName,
} from '../../ir/index.js';
import { weight, type RealName } from '../math/index.js';
import type { KernelOp } from './cluster.js';
import type { PlanRule, PlanTable } from './rule.js';
import { fill, floatAmong, isReal, storageOf, type Float, type Value } from './value.js';

const floatOf = (operands: readonly Value[]): Float | undefined =>
  floatAmong(operands.map((v) => v.source.storage));

/** Any operation on reals, or the same on integers and bools. */
function arithmetic<K extends OpName>(op: K): PlanRule<K> {
  return (attrs, operands, [result], { plan, float }) => {
    const storage = storageOf(result!.dtype, float);
    if (isReal(storage)) {
      const real = op as OpName & RealName;
      return [
        plan.elementwise(result!.shape, storage, operands, weight(real, storage), (args) => ({
          kind: 'real',
          storage,
          args,
          op: real,
          attrs,
        })),
      ];
    }
    const heavy = op === 'div' || op === 'mod' || op === 'shiftLeft' || op === 'shiftRight';
    return [
      plan.elementwise(result!.shape, undefined, operands, heavy ? 12 : 1, (args) => ({
        kind: 'discrete',
        storage,
        args,
        op,
      })),
    ];
  };
}

type Names = UnaryName | BinaryName | SpecialName;
const table = Object.fromEntries(
  [...unaryNames, ...binaryNames, ...Object.keys(specialOperands)].map((n) => [n, arithmetic(n as Names)]),
) as unknown as { readonly [K in Names]: PlanRule<K> };

function test(kind: 'isNaN' | 'isFinite'): PlanRule<'isNaN' | 'isFinite'> {
  return (_, operands, [result], { plan }) => [
    plan.elementwise(result!.shape, floatOf(operands), operands, 2, (args) => ({
      kind,
      storage: 'bool',
      args,
    })),
  ];
}

/** Rules of operations that act on each element alone. */
export const planElementwise: Pick<PlanTable, Names | 'isNaN' | 'isFinite' | 'compare' | 'select' | 'cast'> =
  {
    ...table,
    stopGradient: (_, [x]) => [x!],
    // zero whatever the operands: nothing to compute
    credit: (_, __, [result], { float }) => [fill(0, float, result!.shape)],
    isNaN: test('isNaN'),
    isFinite: test('isFinite'),
    compare: ({ direction }: OpTable['compare'], operands, [result], { plan }) => [
      plan.elementwise(result!.shape, floatOf(operands), operands, 1, (args) => ({
        kind: 'compare',
        storage: 'bool',
        args,
        direction,
      })),
    ],
    select: (_, operands, [result], { plan, float }) => {
      const storage = storageOf(result!.dtype, float);
      const make = (args: readonly number[]): KernelOp => ({ kind: 'select', storage, args });
      return [plan.elementwise(result!.shape, floatOf(operands), operands, 1, make)];
    },
    cast: ({ dtype }, [x], _, { plan, float }) => [plan.cast(x!, storageOf(dtype, float))],
  };
