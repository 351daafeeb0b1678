/** The ridge with one log-penalty a feature, stated as a bilevel problem, and its closed-form hypergradient. */
import * as tf from '@tensorflow/tfjs-core';
import { hostOf, tensor } from '../../src/staging/index.js';
import {
  bilevel,
  type Bilevel,
  type Hypergradient,
  type InnerProblem,
} from '../../transforms/bilevel/index.js';

export const numbers = (x: unknown): number[] => [...hostOf(x as tf.Tensor).data];
export const number = (x: unknown): number => numbers(x)[0]!;
export const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((v, i) => v - b[i]!));

// Inner ½·mean(Xw−y)² + ½Σ e^{λⱼ}wⱼ², outer ½·mean(Vw−t)², n = 6, d = 3, m = 4.
export const table = (n: number, f: (i: number, j: number) => number): number[][] =>
  Array.from({ length: n }, (_, i) => [0, 1, 2].map((j) => f(i, j)));
export const X: number[][] = table(6, (i, j) => Math.sin(1 + i + 2 * j));
export const y: number[] = Array.from({ length: 6 }, (_, i) => Math.cos(i));
export const V: number[][] = table(4, (i, j) => Math.cos(1 + 2 * i - j));
export const t: number[] = Array.from({ length: 4 }, (_, i) => Math.sin(2 * i));
export const lambda: readonly number[] = [-1, 0, 0.5];
export const truth: readonly number[] = [-0.118744040061, -0.02035595567, -0.008710468544];
export const largest = 2.230333210188;

/** Solves a small dense system by elimination, independent of everything under test. */
export function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const m = a.map((r, i) => [...r, b[i]!]);
  for (let k = 0; k < m.length; k++) {
    for (let i = k + 1; i < m.length; i++) {
      const f = m[i]![k]! / m[k]![k]!;
      for (let j = k; j <= m.length; j++) m[i]![j]! -= f * m[k]![j]!;
    }
  }
  const x = new Array<number>(m.length).fill(0);
  for (let k = m.length - 1; k >= 0; k--) {
    x[k] = (m[k]![m.length]! - x.reduce((s, v, j) => (j > k ? s + m[k]![j]! * v : s), 0)) / m[k]![k]!;
  }
  return x;
}

/** −e^{λⱼ} w*ⱼ [H⁻¹∇_w f]ⱼ with H = XᵀX/n + diag e^λ. */
export function closedForm(l: readonly number[]): { readonly value: number; readonly gradient: number[] } {
  const H = l.map((lj, j) =>
    l.map((_, k) => X.reduce((s, r) => s + r[j]! * r[k]!, 0) / 6 + (j === k ? Math.exp(lj) : 0)),
  );
  const w = solve(
    H,
    l.map((_, j) => X.reduce((s, r, i) => s + r[j]! * y[i]!, 0) / 6),
  );
  const r = V.map((row, i) => row.reduce((s, v, j) => s + v * w[j]!, 0) - t[i]!);
  const v = solve(
    H,
    l.map((_, j) => V.reduce((s, row, i) => s + (row[j]! * r[i]!) / 4, 0)),
  );
  return {
    value: 0.5 * r.reduce((s, e) => s + (e * e) / 4, 0),
    gradient: l.map((lj, j) => -Math.exp(lj) * w[j]! * v[j]!),
  };
}

export const meanSquare = (A: number[][], b: number[], w: tf.Tensor): tf.Tensor =>
  tf.mul(0.5, tf.mean(tf.square(tf.sub(tf.dot(tensor(A), w), tensor(b)))));

export function ridge(
  hypergradient?: Hypergradient<tf.Tensor>,
  inner: Partial<InnerProblem<tf.Tensor, tf.Tensor>> = {},
): Bilevel<tf.Tensor, tf.Tensor> {
  return bilevel({
    inner: {
      objective: (w: tf.Tensor, l: tf.Tensor) =>
        tf.add(meanSquare(X, y, w), tf.mul(0.5, tf.sum(tf.mul(tf.exp(l), tf.square(w))))),
      init: () => tf.zeros([3]),
      ...inner,
    },
    outer: (w: tf.Tensor) => meanSquare(V, t, w),
    ...(hypergradient && { hypergradient }),
  });
}

export const errorOf = (problem: Bilevel<tf.Tensor, tf.Tensor>): number =>
  distance(numbers(problem.valueAndGrad(tensor(lambda)).gradient), closedForm(lambda).gradient);
