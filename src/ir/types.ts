/**
 * The value types of the graph: element types, shapes, abstract values and host arrays.
 *
 * @module
 */

/**
 * Element type of a graph value. `f` is a real number: float64 in the reference executor, float32 or float64 in a
 * compiled one, decided when a graph is compiled, so that one graph serves both.
 */
export type DType = 'f' | 'i32' | 'u32' | 'bool';

/** Static shape: one non-negative integer an axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** What is known of a value before it is computed: its shape and element type. */
export interface Aval {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The typed array that holds values of each element type on the host. */
export interface DataOf {
  readonly f: Float64Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly bool: Uint8Array;
}

/** Any host buffer of graph values. */
export type Data = DataOf[DType];

/** A concrete value: row-major `data` with its abstract value. */
export interface HostArray extends Aval {
  readonly data: Data;
}

/** Number of elements of a shape: the product of its axes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** Row-major strides of a shape, in elements: `strides[i] = Π_{j>i} shape[j]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let s = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = s;
    s *= shape[i]!;
  }
  return strides;
}

/** A zeroed host buffer of `n` elements for an element type. */
export function allocate<D extends DType>(dtype: D, n: number): DataOf[D];
export function allocate(dtype: DType, n: number): Data {
  switch (dtype) {
    case 'f':
      return new Float64Array(n);
    case 'i32':
      return new Int32Array(n);
    case 'u32':
      return new Uint32Array(n);
    case 'bool':
      return new Uint8Array(n);
  }
}

/**
 * A host array from numbers: values are converted as the element type's typed array converts them (bool: non-zero is 1).
 *
 * @throws Error if their number is not that of the shape.
 * @example
 * hostArray([1, 0, 2], [3], 'bool').data; // [1, 0, 1]
 */
export function hostArray(values: ArrayLike<number>, shape: Shape, dtype: DType): HostArray {
  const n = sizeOf(shape);
  if (values.length !== n) {
    throw new Error(`hostArray: shape [${shape.join(',')}] needs ${n} values, found ${values.length}`);
  }
  const data = allocate(dtype, n);
  for (let i = 0; i < n; i++) data[i] = dtype === 'bool' ? (values[i] ? 1 : 0) : values[i]!;
  return { data, shape, dtype };
}

/** Whether two shapes are equal, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Text of an abstract value, as the printer and error messages write it: `f[3,4]`. */
export function formatAval(a: Aval): string {
  return `${a.dtype}[${a.shape.join(',')}]`;
}
