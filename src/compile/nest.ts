/**
 * Loop nests over views of one index space: an inner loop, which a kernel runs, and the loops around it.
 *
 * @module
 */
import { sizeOf, type Data } from '../ir/index.js';
import type { View } from './view.js';

/** One operation made ready to run. */
export type Step = () => void;

/** The inner loop of one operand: `out[k + i·ok] = f(a[p + i·pa])` for i < n. */
export type Kernel1<O extends Data, A extends Data> = (
  n: number,
  out: O,
  k: number,
  ok: number,
  a: A,
  p: number,
  pa: number,
) => void;

/** The inner loop of two operands. */
export type Kernel2<O extends Data, A extends Data, B extends Data> = (
  n: number,
  out: O,
  k: number,
  ok: number,
  a: A,
  p: number,
  pa: number,
  b: B,
  q: number,
  qb: number,
) => void;

/** The inner loop of three operands. */
export type Kernel3<O extends Data, A extends Data, B extends Data, C extends Data> = (
  n: number,
  out: O,
  k: number,
  ok: number,
  a: A,
  p: number,
  pa: number,
  b: B,
  q: number,
  qb: number,
  c: C,
  r: number,
  rc: number,
) => void;

/** A nest: the size of the inner loop and, outermost first, those around it; a stride for every loop and view. */
interface Nest {
  readonly n: number;
  /** Inner stride of each view. */
  readonly inner: readonly number[];
  readonly sizes: readonly number[];
  /** `outer[loop][view]`. */
  readonly outer: readonly (readonly number[])[];
}

/** The position, among the merged axes, of the inner loop, from `strides[axis][view]` and sizes; by default the longest. */
export type InnerChoice = (strides: readonly (readonly number[])[], sizes: readonly number[]) => number;

const longest: InnerChoice = (_, sizes) => sizes.lastIndexOf(Math.max(...sizes));

/** Merges neighbouring axes that every view runs through with one stride, and makes one of the rest the inner loop. */
function nestOf(views: readonly View[], choose: InnerChoice): Nest {
  const shape = views[0]!.shape;
  const sizes: number[] = [];
  const strides: number[][] = [];
  shape.forEach((d, a) => {
    if (d === 1) return;
    const here = views.map((v) => v.strides[a]!);
    const last = strides[strides.length - 1];
    // this axis continues the one before it in every view: one longer loop
    if (last !== undefined && here.every((s, i) => last[i] === s * d)) {
      strides[strides.length - 1] = here;
      sizes[sizes.length - 1]! *= d;
    } else {
      strides.push(here);
      sizes.push(d);
    }
  });
  if (sizes.length === 0) return { n: 1, inner: views.map(() => 0), sizes: [], outer: [] };
  const at = choose(strides, sizes);
  const others = sizes.map((_, i) => i).filter((i) => i !== at);
  return {
    n: sizes[at]!,
    inner: strides[at]!,
    sizes: others.map((i) => sizes[i]!),
    outer: others.map((i) => strides[i]!),
  };
}

/** Runs `body` for every index of the outer loops, with the positions of all views in `at`. */
function around({ sizes, outer }: Nest, at: Int32Array, start: readonly number[], body: Step): Step {
  const count = new Int32Array(sizes.length);
  const total = sizeOf(sizes);
  const views = start.length;
  return () => {
    for (let v = 0; v < views; v++) at[v] = start[v]!;
    for (let i = 0; i < total; i++) {
      body();
      for (let loop = sizes.length - 1; loop >= 0; loop--) {
        const strides = outer[loop]!;
        for (let v = 0; v < views; v++) at[v]! += strides[v]!;
        if (++count[loop]! < sizes[loop]!) break;
        count[loop] = 0;
        for (let v = 0; v < views; v++) at[v]! -= strides[v]! * sizes[loop]!;
      }
    }
  };
}

const nothing: Step = () => undefined;

/** The step that runs a kernel over a result and one operand. */
export function loop1<O extends Data, A extends Data>(
  kernel: Kernel1<O, A>,
  out: View,
  a: View,
  choose: InnerChoice = longest,
): Step {
  if (sizeOf(a.shape) === 0) return nothing;
  const nest = nestOf([out, a], choose);
  const n = nest.n;
  const [ok, pa] = nest.inner as readonly [number, number];
  const [o, x] = [out.slot, a.slot];
  const [k, p] = [out.offset, a.offset];
  if (nest.sizes.length === 0) return () => kernel(n, o.data as O, k, ok, x.data as A, p, pa);
  const at = new Int32Array(2);
  return around(nest, at, [k, p], () => kernel(n, o.data as O, at[0]!, ok, x.data as A, at[1]!, pa));
}

/** The step that runs a kernel over a result and two operands. */
export function loop2<O extends Data, A extends Data, B extends Data>(
  kernel: Kernel2<O, A, B>,
  out: View,
  a: View,
  b: View,
): Step {
  if (sizeOf(out.shape) === 0) return nothing;
  const nest = nestOf([out, a, b], longest);
  const n = nest.n;
  const [ok, pa, qb] = nest.inner as readonly [number, number, number];
  const [o, x, y] = [out.slot, a.slot, b.slot];
  const [k, p, q] = [out.offset, a.offset, b.offset];
  if (nest.sizes.length === 0) {
    return () => kernel(n, o.data as O, k, ok, x.data as A, p, pa, y.data as B, q, qb);
  }
  const at = new Int32Array(3);
  return around(nest, at, [k, p, q], () =>
    kernel(n, o.data as O, at[0]!, ok, x.data as A, at[1]!, pa, y.data as B, at[2]!, qb),
  );
}

/** The step that runs a kernel over a result and three operands. */
export function loop3<O extends Data, A extends Data, B extends Data, C extends Data>(
  kernel: Kernel3<O, A, B, C>,
  out: View,
  a: View,
  b: View,
  c: View,
): Step {
  if (sizeOf(out.shape) === 0) return nothing;
  const nest = nestOf([out, a, b, c], longest);
  const n = nest.n;
  const [ok, pa, qb, rc] = nest.inner as readonly [number, number, number, number];
  const [o, x, y, z] = [out.slot, a.slot, b.slot, c.slot];
  const at = new Int32Array(4);
  const body: Step = () =>
    kernel(
      n,
      o.data as O,
      at[0]!,
      ok,
      x.data as A,
      at[1]!,
      pa,
      y.data as B,
      at[2]!,
      qb,
      z.data as C,
      at[3]!,
      rc,
    );
  return around(nest, at, [out.offset, a.offset, b.offset, c.offset], body);
}
