/** Act 3: hyperparameters tuned by the gradient of the validation loss. */
import * as tf from '@tensorflow/tfjs-core';
import { adam, cosineDecay, fit, key, tensor, type Estimator, type Key } from 'adjoint';
import { bilevel, type Bilevel, type Hypergradient } from 'adjoint/transforms';
import { standardized, standardizedColumn, table } from '../tables.js';
import { ridge, type Half } from './closed-form.js';
import { relativeError } from './differences.js';

/** A tuned penalty: its path from step to step, and the validation loss along it. */
export interface Tuned {
  /** Log-penalties after each step, the start first. */
  readonly path: readonly (readonly number[])[];
  readonly losses: readonly number[];
}

/** What the act finds. */
export interface HyperparameterResult {
  readonly features: readonly string[];
  /** Relative errors of hypergradients against the closed form: the worst of the textbook problem and of diabetes. */
  readonly hypergradientError: { readonly implicitCg: number; readonly unrolled: number };
  /** ½ mean squared error on the validation half, of a target with variance one. */
  readonly validation: { readonly none: number; readonly shared: number; readonly perFeature: number };
  readonly shared: Tuned;
  readonly perFeature: Tuned;
  readonly weights: { readonly none: readonly number[]; readonly perFeature: readonly number[] };
  readonly seconds: number;
}

/** Training half and validation half of diabetes: every other row, scaled by the training half. */
export function halves(): { train: Half; validation: Half; features: readonly string[] } {
  const { rows, target, names } = table('diabetes');
  const even = <T>(list: readonly T[]): T[] => list.filter((_, i) => i % 2 === 0);
  const odd = <T>(list: readonly T[]): T[] => list.filter((_, i) => i % 2 === 1);
  const [x, y] = [standardized(rows, even(rows)), standardizedColumn(target, even(target))];
  return { train: { x: even(x), y: even(y) }, validation: { x: odd(x), y: odd(y) }, features: names };
}

/**
 * inner ½ mean (Xw − y)² + ½ Σ_j e^{λ_j} w_j², outer ½ mean (Vw − t)². One penalty for all features where λ is [1].
 */
export function ridgeProblem(train: Half, validation: Half, hypergradient: Hypergradient<tf.Tensor>) {
  const tensors = ({ x, y }: Half) => ({ x: tensor(x) as tf.Tensor2D, y: tensor(y) });
  const [fitted, held] = [tensors(train), tensors(validation)];
  const loss = ({ x, y }: typeof fitted, w: tf.Tensor): tf.Tensor =>
    tf.mul(0.5, tf.mean(tf.squaredDifference(tf.dot(x, w), y)));
  return bilevel<tf.Tensor, tf.Tensor>({
    inner: {
      objective: (w, l) => tf.add(loss(fitted, w), tf.mul(0.5, tf.sum(tf.mul(tf.exp(l), tf.square(w))))),
      init: () => tf.zeros([train.x[0]!.length]),
    },
    outer: (w) => loss(held, w),
    hypergradient,
  });
}

/** The problem of six rows and three features that the literature's methods are compared on. */
export function textbook(): { train: Half; validation: Half; logPenalties: number[] } {
  const matrix = (n: number, f: (i: number, j: number) => number) =>
    Array.from({ length: n }, (_, i) => [0, 1, 2].map((j) => f(i, j)));
  return {
    train: {
      x: matrix(6, (i, j) => Math.sin(1 + i + 2 * j)),
      y: Array.from({ length: 6 }, (_, i) => Math.cos(i)),
    },
    validation: {
      x: matrix(4, (i, j) => Math.cos(1 + 2 * i - j)),
      y: Array.from({ length: 4 }, (_, i) => Math.sin(2 * i)),
    },
    logPenalties: [-1, 0, 0.5],
  };
}

/** Relative error of a method's hypergradient against the closed form. */
function hypergradientError(
  train: Half,
  validation: Half,
  logPenalties: readonly number[],
  method: Hypergradient<tf.Tensor>,
): number {
  const found = ridgeProblem(train, validation, method).valueAndGrad(tensor(logPenalties));
  const right = ridge(train, validation, logPenalties.map(Math.exp));
  return relativeError(found.gradient.dataSync(), right.hypergradient);
}

/** The outer problem as an estimator, so that `fit` tunes penalties as it fits guides. */
function outerLoss(problem: Bilevel<tf.Tensor, tf.Tensor>): Estimator<tf.Tensor, undefined> {
  return Object.assign(
    (_key: Key, logPenalties: tf.Tensor, state: undefined) => {
      const { value, gradient } = problem.valueAndGrad(logPenalties);
      return { value, gradient, state };
    },
    { sense: 'minimize' as const, init: () => undefined },
  );
}

/** Descends the validation loss by hypergradients. */
function tune(problem: Bilevel<tf.Tensor, tf.Tensor>, start: readonly number[], steps: number): Tuned {
  const optimizer = adam(cosineDecay(0.25, { steps }));
  const training = fit(outerLoss(problem), { params: tensor(start), optimizer, steps, key: key(0) });
  const path = [[...start]];
  const losses: number[] = [];
  for (let state = training.init(); state.step < steps;) {
    const next = training.step(state, 1);
    losses.push(next.value);
    path.push(Array.from(next.params.dataSync()));
    state = next.state;
  }
  return { path, losses };
}

/** Runs the act. */
export function runHyperparameters(
  progress: (label: string) => void = () => undefined,
): HyperparameterResult {
  const start = performance.now();
  const { train, validation, features } = halves();
  const problem = ridgeProblem(train, validation, 'implicit-cg');
  const small = textbook();

  progress('hypergradients');
  const at = features.map((_, j) => -1 + Math.sin(1 + j));
  const worst = (textbookMethod: Hypergradient<tf.Tensor>, method: Hypergradient<tf.Tensor>): number =>
    Math.max(
      hypergradientError(small.train, small.validation, small.logPenalties, textbookMethod),
      hypergradientError(train, validation, at, method),
    );
  const implicitCg = worst('implicit-cg', 'implicit-cg');
  const unrolled = worst(
    { kind: 'unrolled', steps: 80, step: 0.68 },
    { kind: 'unrolled', steps: 600, step: 0.38 },
  );

  progress('one shared penalty');
  const shared = tune(problem, [-2], 80);
  const last = shared.path.at(-1)!;
  progress('a penalty for each feature');
  const perFeature = tune(
    problem,
    features.map(() => last[0]!),
    250,
  );

  const lossAt = (logPenalties: readonly number[]): number =>
    problem.valueAndGrad(tensor(logPenalties)).value.dataSync()[0]!;
  const bare = ridge(
    train,
    validation,
    features.map(() => 0),
  );
  const tuned = ridge(train, validation, perFeature.path.at(-1)!.map(Math.exp));
  return {
    features,
    hypergradientError: { implicitCg, unrolled },
    validation: { none: bare.loss, shared: lossAt(last), perFeature: lossAt(perFeature.path.at(-1)!) },
    shared,
    perFeature,
    weights: { none: bare.w, perFeature: tuned.w },
    seconds: (performance.now() - start) / 1000,
  };
}
