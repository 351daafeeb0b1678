/**
 * Planning of operations that are whole algorithms: routines of the module.
 *
 * @module
 */
import { sizeOf } from '../../ir/index.js';
import { otherAxes } from '../../ir/indexing.js';
import { i32, type Expr } from '../assembler/index.js';
import { convRoutine } from '../routines/conv.js';
import { dotRoutine, dotSpec } from '../routines/dot.js';
import { routineRules, type Routine, type RoutineName, type RoutineRule } from '../routines/index.js';
import { transposeView } from '../view.js';
import { dtypeOf } from './cluster.js';
import type { Stored } from './item.js';
import { addProduct } from './product.js';
import type { PlanRule, PlanTable, Planning } from './rule.js';
import { addressOf, storageOf, whole, type Buffer, type Float, type Value } from './value.js';

/** The address of the first element of a view. */
const firstOf =
  ({ e }: Planning, v: Stored) =>
  (): Expr<'i32'> =>
    e.at(addressOf(v.source), v.offset, v.source.storage);

/** Adds a routine as a step of the plan. */
function step(
  p: Planning,
  label: string,
  routine: Routine,
  inputs: readonly Stored[],
  outputs: readonly Buffer[],
): void {
  const scratch = routine.scratch > 0 ? p.plan.buffer('bool', routine.scratch) : undefined;
  p.plan.opaque({
    label,
    reads: inputs.map((v) => v.source),
    writes: scratch === undefined ? outputs : [...outputs, scratch],
    flops: routine.flops,
    emit: (e, f) => {
      const node = outputs[0]?.node;
      const run = e.statements(label, node, (g) => {
        const at = (b: Buffer): Expr<'i32'> => g.let(e.at(addressOf(b), 0, b.storage));
        routine.emit(
          e,
          g,
          inputs.map((v) => g.let(firstOf(p, v)())),
          outputs.map(at),
          scratch === undefined ? i32.const(0) : at(scratch),
        );
      });
      f.call(run);
    },
  });
}

/** The rule of an operation with a routine over contiguous operands, in `float` if it is given. */
function routine<K extends RoutineName>(op: K, fixed?: Float): PlanRule<K> {
  return (attrs, operands, results, p) => {
    const float = fixed ?? p.float;
    const inputs = operands.map((v) =>
      p.plan.contiguous(p.plan.cast(v, storageOf(dtypeOf(v.source.storage), float))),
    );
    const outputs = results.map((r) => p.plan.buffer(storageOf(r.dtype, float), sizeOf(r.shape)));
    const of = (v: Value): { shape: readonly number[]; storage: Stored['source']['storage'] } => ({
      shape: v.shape,
      storage: v.source.storage,
    });
    const values = outputs.map((b, i) => whole(b, results[i]!.shape));
    const rule = routineRules[op] as RoutineRule<K>;
    step(p, op, rule(attrs, inputs.map(of), values.map(of)), inputs, outputs);
    return values.map((v, i) => p.plan.cast(v, storageOf(results[i]!.dtype, p.float)));
  };
}

/** A product of matrices, whose operands are read where they lie if their axes run as one. */
const dot: PlanRule<'dot'> = (attrs, operands, [result], p) => {
  const storage = storageOf(result!.dtype, p.float);
  let [a, b] = operands.map((v) => p.plan.inMemory(v)) as [Stored, Stored];
  let spec = dotSpec(attrs, a, b, storage, p.e.relaxed);
  if (spec === undefined) {
    const { lhsBatch, lhsContract, rhsBatch, rhsContract } = attrs;
    const free = (v: Value, taken: readonly number[]): number[] => otherAxes(v.shape.length, taken);
    const [freeA, freeB] = [free(a, [...lhsBatch, ...lhsContract]), free(b, [...rhsBatch, ...rhsContract])];
    a = p.plan.contiguous(transposeView<Value>(a, [...lhsBatch, ...freeA, ...lhsContract]));
    b = p.plan.contiguous(transposeView<Value>(b, [...rhsBatch, ...rhsContract, ...freeB]));
    const batch = lhsBatch.map((_, i) => i);
    const canonical = {
      lhsBatch: batch,
      rhsBatch: batch,
      lhsContract: lhsContract.map((_, i) => batch.length + freeA.length + i),
      rhsContract: rhsContract.map((_, i) => batch.length + i),
    };
    spec = dotSpec(canonical, a, b, storage, p.e.relaxed)!;
  }
  const out = p.plan.buffer(storage, sizeOf(result!.shape));
  addProduct(p, dotRoutine(spec), a, b, out);
  return [whole(out, result!.shape)];
};

const conv: PlanRule<'conv'> = (attrs, operands, [result], p) => {
  const inputs = operands.map((v) => p.plan.contiguous(v));
  const out = p.plan.buffer(p.float, sizeOf(result!.shape));
  const [x, w] = inputs.map((v) => ({ shape: v.shape, storage: p.float }));
  step(p, 'conv', convRoutine(attrs, x!, w!, { shape: result!.shape, storage: p.float }), inputs, [out]);
  return [whole(out, result!.shape)];
};

/** Elements of a table in memory, read as part of the kernel that needs them. */
const gather: PlanRule<'gather'> = (attrs, operands, results, p) => {
  const [x, i] = operands as readonly [Value, Value];
  const { axis, batchDims } = attrs;
  if (i.source.storage !== 'i32' || sizeOf(x.shape) === 0)
    return routine('gather')(attrs, operands, results, p);
  const table = p.plan.inMemory(x);
  const positions = p.plan.stored(i);
  const { shape } = results[0]!;
  const rank = i.shape.length - batchDims;
  const strides = [
    ...table.strides.slice(0, axis),
    ...new Array<number>(rank).fill(0),
    ...table.strides.slice(axis + 1),
  ];
  const lead = new Array<number>(axis - batchDims).fill(0);
  const trail = new Array<number>(x.shape.length - axis - 1).fill(0);
  const { strides: s } = positions;
  const index = {
    ...positions,
    shape,
    strides: [...s.slice(0, batchDims), ...lead, ...s.slice(batchDims), ...trail],
  };
  return [p.plan.gather(shape, index, { ...table, shape, strides }, table.strides[axis]!, x.shape[axis]!)];
};

type Names =
  | 'gather'
  | 'scatterAdd'
  | 'argMax'
  | 'argMin'
  | 'cumsum'
  | 'dot'
  | 'cholesky'
  | 'triangularSolve'
  | 'lu'
  | 'qr'
  | 'eigh'
  | 'svd'
  | 'randomBits'
  | 'threefry'
  | 'sort'
  | 'dynamicSlice'
  | 'dynamicUpdate'
  | 'conv'
  | 'poolSum'
  | 'poolMax';

/** Rules of operations that run as routines. Matrix decompositions are computed in float64 whatever the precision. */
export const planRoutines: Pick<PlanTable, Names> = {
  gather,
  scatterAdd: routine('scatterAdd'),
  argMax: routine('argMax'),
  argMin: routine('argMin'),
  cumsum: routine('cumsum'),
  dot,
  cholesky: routine('cholesky', 'f64'),
  triangularSolve: routine('triangularSolve', 'f64'),
  lu: routine('lu', 'f64'),
  qr: routine('qr', 'f64'),
  eigh: routine('eigh', 'f64'),
  svd: routine('svd', 'f64'),
  randomBits: routine('randomBits'),
  threefry: routine('threefry'),
  sort: routine('sort'),
  dynamicSlice: routine('dynamicSlice'),
  dynamicUpdate: routine('dynamicUpdate'),
  conv,
  poolSum: routine('poolSum'),
  poolMax: routine('poolMax'),
};
