/** jax-js as a peer: what the benchmarks use of its interface, and how its results are forced. */
import { localAsync, type Side } from '../harness.js';
import { loadPeer } from '../install.js';

/** How the rows name it. */
export const jaxJs = '@jax-js/jax 0.1.25, wasm, jit';

/** An array of jax-js. Every use of one consumes it; `ref` takes another reference first. */
export interface Arr {
  readonly ref: Arr;
  readonly shape: number[];
  add(other: Arr | number): Arr;
  sub(other: Arr | number): Arr;
  mul(other: Arr | number): Arr;
  div(other: Arr | number): Arr;
  neg(): Arr;
  sum(axis?: number | number[]): Arr;
  reshape(shape: number[]): Arr;
  slice(...index: (number | readonly number[])[]): Arr;
  blockUntilReady(): Promise<Arr>;
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

type Unary = (x: Arr) => Arr;
type Transform = <F extends (...args: any[]) => unknown>(f: F, options?: object) => F;

/** The part of the package that is used here. */
export interface JaxJs {
  init(device: 'wasm'): Promise<string[]>;
  defaultDevice(device: 'wasm'): string;
  readonly jit: Transform;
  grad<A extends any[]>(f: (...args: A) => Arr): (...args: A) => A[0];
  valueAndGrad<A extends any[]>(f: (...args: A) => Arr): (...args: A) => [Arr, A[0]];
  jvp<A extends any[], R>(f: (...args: A) => R, primals: A, tangents: A): [R, R];
  blockUntilReady<T>(x: T): Promise<T>;
  readonly numpy: {
    array(values: Float32Array | readonly number[], options?: { shape?: number[] }): Arr;
    zeros(shape: number[]): Arr;
    matmul(x: Arr, y: Arr): Arr;
    readonly exp: Unary;
    readonly log1p: Unary;
    readonly square: Unary;
    readonly sum: Unary;
    readonly tanh: Unary;
  };
  readonly nn: { logSoftmax(x: Arr): Arr };
  readonly random: {
    key(seed: number): Arr;
    split(key: Arr, n?: number): Arr;
    normal(key: Arr, shape: number[]): Arr;
  };
  readonly tree: { dispose(tree: unknown): void };
}

/** The package, on its wasm device. */
export async function loadJaxJs(): Promise<JaxJs> {
  const jax = loadPeer('@jax-js/jax') as JaxJs;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return jax;
}

/** Times calls whose results are computed, not copied out, and freed. jax-js is lazy: a result that nobody asks for is not computed. */
export const forced = (jax: JaxJs, f: () => unknown): Side =>
  localAsync(async () => jax.tree.dispose(await jax.blockUntilReady(f())));
