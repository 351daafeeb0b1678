/**
 * Keys and draws as graph nodes: threefry2x32 as JAX ≥ 0.5 uses it (`jax_threefry_partitionable`, 32-bit types).
 *
 * A key is a node u32[..., 2]; its leading axes are a batch of keys, and every function here maps over them, so that a
 * batch of keys gives the numbers that a loop over the keys would give. With T = threefry2x32:
 *
 * - child i of a key, and the key with i folded in, are both T(key, (0, i));
 * - element i of a draw has the bits a ⊕ b with (a, b) = T(key, (0, i)), i counted row-major within the draw's shape.
 *
 * Children and draws of one key therefore share words: a key that was split is not to be sampled.
 *
 * @module
 */
import { deepest, ops, shapes, type Node, type Shape } from '../ir/index.js';

/** 2⁻²³: spacing of the uniforms, of which there are 2²³. */
const spacing = 2 ** -23;
/** nextafter(−1, 0) in float32: the least uniform that a normal is made from. */
const least = -1 + 2 ** -24;

function checkKey(who: string, k: Node): void {
  if (k.dtype === 'u32' && k.shape[k.shape.length - 1] === 2) return;
  throw new Error(`${who}: expected a key u32[..., 2], found ${k.dtype}[${k.shape.join(',')}]`);
}

/** T(key, (0, counter)) for counters u32 whose shape is that of the batch of keys after broadcasting. */
function hash(who: string, k: Node, counter: Node): Node {
  checkKey(who, k);
  const batch = ops.broadcastShapes(k.shape.slice(0, -1), counter.shape);
  if (batch === undefined) {
    throw new Error(
      `${who}: keys of batch shape [${k.shape.slice(0, -1).join(',')}] and data of shape ` +
        `[${counter.shape.join(',')}] do not broadcast`,
    );
  }
  const low = shapes.expandDims(counter, -1);
  const words = shapes.concat([ops.zerosLike(low), low], low.shape.length - 1);
  const shape = [...batch, 2];
  const b = deepest([k, words]);
  return b.node('threefry', ops.none, [ops.broadcastTo(k, shape), ops.broadcastTo(words, shape)]);
}

/** T(key, (0, i)) for a host number i, 0 ≤ i < 2³²: the words are one shared constant. */
function child(who: string, k: Node, i: number): Node {
  checkKey(who, k);
  const words = ops.broadcastTo(ops.constant(k.builder, [0, i], [2], 'u32'), k.shape);
  return k.builder.node('threefry', ops.none, [k, words]);
}

/**
 * `n` independent keys from one: child i is T(key, (0, i)), as `jax.random.split(key, n)[i]`.
 *
 * A child does not depend on `n`, and each is a node of its own, so that two ways to the same child are one node.
 */
export function splitNodes(k: Node, n: number): Node[] {
  return Array.from({ length: n }, (_, i) => child('split', k, i));
}

/** The children of `splitNodes` stacked: u32[..., n, 2]. */
export function splitBatchNode(k: Node, n: number): Node {
  checkKey('split', k);
  return hash('split', shapes.expandDims(k, -2), shapes.iota(k.builder, [n], 0, 'u32'));
}

/**
 * A key that depends on `data` too: T(key, (0, data)), as `jax.random.fold_in(key, data)`.
 *
 * @param data a number 0 ≤ data < 2³², or an i32 or u32 node (32 bits are kept) whose shape broadcasts with the batch
 *   of keys: data of shape [n] with one key gives n keys u32[n, 2].
 */
export function foldInNode(k: Node, data: Node | number): Node {
  if (typeof data === 'number') {
    if (!Number.isInteger(data) || data < 0 || data >= 2 ** 32) {
      throw new Error(`foldIn: expected an integer 0 <= data < 2^32, found ${data}`);
    }
    return child('foldIn', k, data);
  }
  if (data.dtype !== 'i32' && data.dtype !== 'u32') {
    throw new Error(`foldIn: expected integer data, found ${data.dtype}[${data.shape.join(',')}]`);
  }
  return hash('foldIn', k, ops.cast(data, 'u32'));
}

/** Random 32-bit words: key u32[..., 2] → u32[..., ...shape], as `jax.random.bits(key, shape)`. */
export function bitsNode(k: Node, shape: Shape): Node {
  checkKey('randomBits', k);
  return k.builder.node('randomBits', { shape }, [k]);
}

/**
 * Uniforms on [0, 1): (bits ≫ 9)·2⁻²³, key u32[..., 2] → f[..., ...shape], as `jax.random.uniform(key, shape)`.
 *
 * 2²³ equally likely values, all exact in float32: the same numbers on an executor of either precision.
 */
export function uniformNode(k: Node, shape: Shape): Node {
  const mantissa = ops.shiftRight(bitsNode(k, shape), 9);
  return ops.mul(ops.cast(mantissa, 'f'), spacing);
}

/**
 * Uniforms on (−1, 1) from which normals are made: 2f + lo, with f as `uniformNode` and lo = nextafter(−1, 0) in
 * float32. The values lo + k·2⁻²² are exact in float32, never ±1, and are centred at −2⁻²⁴.
 */
export function symmetricNode(k: Node, shape: Shape): Node {
  // JAX clamps to lo from below; the sum is exact and f is never negative, so there is nothing to clamp.
  return ops.add(ops.mul(uniformNode(k, shape), 2), least);
}

/**
 * Standard normals: √2·erfinv(u), u as `symmetricNode`, key u32[..., 2] → f[..., ...shape], as
 * `jax.random.normal(key, shape)` up to the error of `erfinv` (float32 in JAX).
 *
 * The largest value that can be drawn is about 5.4 in magnitude, as in JAX.
 */
export function normalNode(k: Node, shape: Shape): Node {
  return ops.mul(ops.erfinv(symmetricNode(k, shape)), Math.SQRT2);
}
