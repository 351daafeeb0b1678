/** Matrix products in a module of their own, on operands laid out as a test wants them. */
import { stridesOf } from '../../src/ir/index.js';
import { i32, Module, type Expr } from '../../src/compile/assembler/index.js';
import { dotRoutine, type DotSpec, type MatrixStrides } from '../../src/compile/routines/dot.js';
import { bytesOf } from '../../src/compile/routines/routine.js';

/** A product to run: sizes, and the strides of its operands. */
export interface Case {
  readonly storage: 'f32' | 'f64' | 'i32' | 'u32';
  readonly batch: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly a: MatrixStrides;
  readonly b: MatrixStrides;
}

/** What a run may vary. */
export interface Options {
  readonly relaxed?: boolean;
  /** How parts are shared among calls: ends of the calls' ranges. */
  readonly ends?: (units: number) => readonly number[];
  /** Writes a wrong kernel's leavings into the finished memory. */
  readonly spoil?: (result: DataView, bytes: number) => void;
  readonly epilogue?: boolean;
}

const pages = 160;
const guard = 64;

/** Deterministic numbers in (−1, 1), exact in float32. */
export function numbers(count: number, seed: number): Float64Array {
  let s = seed * 7919 + 1;
  return Float64Array.from({ length: count }, () => {
    s = (Math.imul(s, 1103515245) + 12345) >>> 0;
    return Math.fround(((s >>> 8) / 2 ** 23 - 1) * 0.999);
  });
}

/** All index tuples of a shape, the last axis fastest. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, d) => all.flatMap((i) => Array.from({ length: d }, (_, j) => [...i, j])),
    [[]],
  );
}

/** Least and greatest offset of an operand's elements; undefined if it has none. */
function extent(
  strides: MatrixStrides,
  batch: readonly number[],
  rows: number,
  columns: number,
): number[] | undefined {
  const axes = [
    ...batch.map((d, i) => [d, strides.batch[i]!] as const),
    [rows, strides.row] as const,
    [columns, strides.column] as const,
  ];
  if (axes.some(([d]) => d === 0)) return undefined;
  const reach = axes.map(([d, s]) => (d - 1) * s);
  return [reach.reduce((t, r) => t + Math.min(r, 0), 0), reach.reduce((t, r) => t + Math.max(r, 0), 0)];
}

type Put = (view: DataView, at: number, value: number) => void;
const writers: { readonly [S in Case['storage']]: Put } = {
  f32: (v, at, x) => v.setFloat32(at, x, true),
  f64: (v, at, x) => v.setFloat64(at, x, true),
  i32: (v, at, x) => v.setInt32(at, x, true),
  u32: (v, at, x) => v.setUint32(at, x, true),
};
const readers: { readonly [S in Case['storage']]: (view: DataView, at: number) => number } = {
  f32: (v, at) => v.getFloat32(at, true),
  f64: (v, at) => v.getFloat64(at, true),
  i32: (v, at) => v.getInt32(at, true),
  u32: (v, at) => v.getUint32(at, true),
};

/** The elements of operands, row-major: a[batch…, m, k], b[batch…, k, n]. */
export interface Operands {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** Numbers for a case; along an axis of stride 0 they repeat. */
export function operandsOf(c: Case, make: (count: number, seed: number) => Float64Array = numbers): Operands {
  const one = (strides: MatrixStrides, rows: number, columns: number, seed: number): Float64Array => {
    const shape = [...c.batch, rows, columns];
    const steps = [...strides.batch, strides.row, strides.column];
    const values = make(
      shape.reduce((s, d) => s * d, 1),
      seed,
    );
    if (!steps.includes(0)) return values;
    const at = (index: readonly number[]): number => index.reduce((s, i, a) => s * shape[a]! + i, 0);
    return Float64Array.from(indices(shape), (i) => values[at(i.map((x, a) => (steps[a] === 0 ? 0 : x)))]!);
  };
  return { a: one(c.a, c.m, c.k, 1 + c.m + 31 * c.k), b: one(c.b, c.k, c.n, 2 + c.n + 37 * c.k) };
}

/** c and Σₖ |a·b| by three loops. */
export function expected(
  c: Case,
  { a, b }: Operands,
): { readonly value: Float64Array; readonly scale: Float64Array } {
  const count = c.batch.reduce((s, d) => s * d, 1);
  const value = new Float64Array(count * c.m * c.n);
  const scale = new Float64Array(value.length);
  for (let i = 0; i < count; i++) {
    for (let r = 0; r < c.m; r++) {
      for (let s = 0; s < c.n; s++) {
        let [sum, size] = [0, 0];
        for (let q = 0; q < c.k; q++) {
          const x = a[(i * c.m + r) * c.k + q]! * b[(i * c.k + q) * c.n + s]!;
          sum += x;
          size += Math.abs(x);
        }
        value[(i * c.m + r) * c.n + s] = sum;
        scale[(i * c.m + r) * c.n + s] = size;
      }
    }
  }
  return { value, scale };
}

/** Greatest error relative to Σₖ |a·b|. */
export function errorOf(
  got: Float64Array,
  want: { readonly value: Float64Array; readonly scale: Float64Array },
): number {
  let worst = got.length === want.value.length ? 0 : Infinity;
  want.value.forEach((v, i) => {
    const e = Math.abs(got[i]! - v);
    worst = Math.max(worst, e === 0 ? 0 : Number.isNaN(e) ? Infinity : e / want.scale[i]!);
  });
  return worst;
}

/** One memory for all runs. */
export class Bench {
  readonly memory = new WebAssembly.Memory({ initial: pages });
  readonly view: DataView = new DataView(this.memory.buffer);
  readonly bytes: Uint8Array = new Uint8Array(this.memory.buffer);

  /**
   * The products of some cases, all in one module. Around every operand and between its elements lie NaN; a lies at the
   * very beginning of memory, b ends 16 bytes before its end, so that reading farther traps.
   *
   * @returns per case, the result and the indices of guard bytes that were written to.
   */
  run(
    cases: readonly { readonly case: Case; readonly operands: Operands }[],
    options: Options = {},
  ): { readonly result: Float64Array; readonly harmed: number; readonly module: Uint8Array }[] {
    const m = new Module({ minimum: 1 });
    const relaxed = options.relaxed ?? false;
    const placed = cases.map(({ case: c }, i) => {
      const spec: DotSpec = { ...c, a: { strides: c.a }, b: { strides: c.b }, relaxed };
      const routine = dotRoutine(spec);
      const size = bytesOf[c.storage];
      const [aLow, aHigh] = extent(c.a, c.batch, c.m, c.k) ?? [0, -1];
      const [bLow, bHigh] = extent(c.b, c.batch, c.k, c.n) ?? [0, -1];
      const count = c.batch.reduce((s, d) => s * d, 1) * c.m * c.n;
      const a = -aLow! * size;
      const aEnd = a + (aHigh! + 1) * size;
      const b = this.bytes.length - 16 - (bHigh! + 1) * size;
      const result = 16 * Math.ceil((aEnd + 64 + guard) / 16) + (i % 2 === 0 ? 0 : size);
      const scratch = 16 * Math.ceil((result + count * size + guard) / 16);
      if (scratch + routine.scratch + guard > b + bLow! * size)
        throw new Error('the test memory is too small');
      const end = scratch + routine.scratch;
      m.export(
        `run${i}`,
        m.func(`run${i}`, [], undefined, (f) => {
          const at = [a, b, result, scratch].map((x) => i32.const(x)) as [Address, Address, Address, Address];
          if (options.ends !== undefined) {
            const range = routine.range({ module: m, relaxed });
            let from = 0;
            for (const to of options.ends(routine.units)) {
              f.call(range, ...at, i32.const(from), i32.const(to));
              from = to;
            }
          } else if (options.epilogue === true) {
            // the epilogue doubles (float32 only): elements that are visited twice or never show
            routine.emit({ module: m, relaxed }, f, ...at, (g, from, to) => {
              g.if(i32.and(from, i32.const(3)), () => g.unreachable());
              g.for(from, to, 1, (e) => {
                const p = g.let(i32.add(i32.const(result), i32.shl(e, i32.const(2))));
                // adding 1 to the exponent
                g.store(p, i32.add(i32.load(p), i32.const(1 << 23)));
              });
            });
          } else routine.emit({ module: m, relaxed }, f, ...at);
        }),
      );
      return { c, a, b, aLow, aHigh, bLow, bHigh, result, scratch, count, size, end };
    });
    const module = m.encode();
    const exports = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory: this.memory } })
      .exports as unknown as { readonly [name: string]: () => void };
    return placed.map((p, i) => {
      const { c, size } = p;
      const put = writers[c.storage];
      // 0xff…ff is NaN in both floats
      this.bytes.fill(255, 0, p.end + guard);
      this.bytes.fill(255, p.b + p.bLow! * size - 64 < 0 ? 0 : p.b + p.bLow! * size - 64);
      const { operands } = cases[i]!;
      const fill = (
        at: number,
        strides: MatrixStrides,
        rows: number,
        columns: number,
        values: Float64Array,
      ): void => {
        let e = 0;
        for (const index of indices(c.batch)) {
          const base = index.reduce((t, x, axis) => t + x * strides.batch[axis]!, 0);
          for (let r = 0; r < rows; r++) {
            for (let q = 0; q < columns; q++) {
              put(this.view, at + size * (base + r * strides.row + q * strides.column), values[e++]!);
            }
          }
        }
      };
      fill(p.a, c.a, c.m, c.k, operands.a);
      fill(p.b, c.b, c.k, c.n, operands.b);
      this.bytes.fill(0xa5, p.result - guard, p.result + p.count * size + guard);
      exports[`run${i}`]!();
      options.spoil?.(new DataView(this.memory.buffer, p.result), p.count * size);
      let harmed = 0;
      for (let g = 1; g <= guard; g++) {
        if (this.bytes[p.result - g] !== 0xa5) harmed++;
        // scratch may begin within the last guard bytes: only what lies before it is guarded
        const after = p.result + p.count * size + g - 1;
        if (after < p.scratch && this.bytes[after] !== 0xa5) harmed++;
        if (this.bytes[p.end + g - 1] !== 255) harmed++;
      }
      const read = readers[c.storage];
      const result = Float64Array.from({ length: p.count }, (_, e) => read(this.view, p.result + e * size));
      return { result, harmed, module };
    });
  }
}

type Address = Expr<'i32'>;

/** Ways in which a matrix of rows × columns may lie in memory, without its batch axes. */
export const layouts: {
  readonly [name: string]: (
    rows: number,
    columns: number,
  ) => { readonly row: number; readonly column: number };
} = {
  plain: (_, columns) => ({ row: columns, column: 1 }),
  turned: (rows) => ({ row: 1, column: rows }),
  padded: (_, columns) => ({ row: columns + 3, column: 1 }),
  paddedTurned: (rows) => ({ row: 1, column: rows + 5 }),
  spread: (_, columns) => ({ row: 2 * columns + 1, column: 2 }),
  rowsUp: (_, columns) => ({ row: -columns, column: 1 }),
  columnsBack: (_, columns) => ({ row: columns, column: -1 }),
  turnedBack: (rows) => ({ row: -1, column: -rows }),
  sameRow: () => ({ row: 0, column: 1 }),
  sameColumn: () => ({ row: 1, column: 0 }),
};

/** Products of matrices that lie as named, batches one after the other unless said otherwise. */
export function matrices(
  storage: Case['storage'],
  [m, k, n]: readonly [number, number, number],
  a = 'plain',
  b = 'plain',
  batch: readonly number[] = [],
  aBatch: readonly number[] = stridesOf([...batch, m * k]).slice(0, -1),
  bBatch: readonly number[] = stridesOf([...batch, k * n]).slice(0, -1),
): Case {
  const [x, y] = [layouts[a]!(m, k), layouts[b]!(k, n)];
  return { storage, batch, m, k, n, a: { batch: aBatch, ...x }, b: { batch: bBatch, ...y } };
}
