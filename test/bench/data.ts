/** Numbers for the benchmarks: the same ones in every run and for every peer. */
import { hostOf, key, randomNormal, randomUniform, tensor } from 'adjoint';
import type * as tf from '@tensorflow/tfjs-core';

/** Numbers in a shape, as a peer takes them. */
export interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What `draw` draws; its tensor is freed. */
function numbersOf(draw: () => tf.Tensor): Numbers {
  const x = draw();
  const { data, shape } = hostOf(x);
  x.dispose();
  return { data: Float32Array.from(data), shape };
}

/** Standard normals, times `scale`. */
export function normals(seed: number, shape: readonly number[], scale = 1): Numbers {
  const { data } = numbersOf(() => randomNormal(key(seed), shape));
  return { data: data.map((v) => v * scale), shape };
}

/** Uniforms between two bounds. */
export const uniforms = (seed: number, shape: readonly number[], low = 0, high = 1): Numbers =>
  numbersOf(() => randomUniform(key(seed), shape, low, high));

/** 0 or 1, each with probability ½. */
export function coins(seed: number, shape: readonly number[]): Numbers {
  const { data } = uniforms(seed, shape);
  return { data: data.map((v) => (v < 0.5 ? 0 : 1)), shape };
}

/** A tensor of Adjoint. */
export const ownTensor = ({ data, shape }: Numbers): tf.Tensor => tensor(data, [...shape]);
