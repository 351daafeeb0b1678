/** Act 2: a solver becomes a layer. Fits as functions of their penalties, and derivatives of these. */
import * as tf from '@tensorflow/tfjs-core';
import { bufferExecutor, grad, hessian, jvp, softplus, stage, tensor, vjp, vmap } from 'adjoint';
import { minimize, statusOf } from 'adjoint/transforms';
import { standardized, standardizedColumn, table } from '../tables.js';
import { difference, relativeError } from './differences.js';

/** A fit as a function of its log-penalties: log-penalties [p] → weights [d]. */
export type Layer = (logPenalties: tf.Tensor) => tf.Tensor;

/** A layer on real data, and where to look at it. */
export interface LayerCase {
  readonly data: string;
  readonly fit: string;
  /** How the solve at the first lane ended. */
  readonly status: string;
  readonly layer: Layer;
  /** Log-penalties, one row a lane. */
  readonly lanes: readonly (readonly number[])[];
}

/** The largest relative errors of derivatives against float64 differences, over all lanes, one by one and under `vmap`. */
export interface LayerResult {
  readonly data: string;
  readonly fit: string;
  readonly status: string;
  readonly jvpError: number;
  readonly vjpError: number;
  readonly hessianError: number;
  readonly seconds: number;
}

/** Ridge regression of the disease's progression: log-penalties, one a feature or one for all, to weights. */
function ridge() {
  const { rows, target, names } = table('diabetes');
  const [x, y] = [tensor(standardized(rows)) as tf.Tensor2D, tensor(standardizedColumn(target))];
  const fit = (logPenalties: tf.Tensor) =>
    minimize(
      (w: tf.Tensor, l: tf.Tensor) =>
        tf.mul(
          0.5,
          tf.add(tf.mean(tf.squaredDifference(tf.dot(x, w), y)), tf.sum(tf.mul(tf.exp(l), tf.square(w)))),
        ),
      tf.zeros([rows[0]!.length]),
      logPenalties,
    );
  return { fit, names };
}

/** The ridge at three points, a penalty for each of ten features. */
function diabetes(): LayerCase {
  const { fit, names } = ridge();
  const lanes = [0, 1, 2].map((k) => names.map((_, j) => -3 + k + Math.sin(1 + j)));
  return { data: 'diabetes', fit: 'ridge', ...layerOf(fit, lanes) };
}

/** Logistic regression of the diagnosis: log-penalties of the means, errors and worst values of ten measurements, to weights. */
function logistic() {
  const { rows, target, names } = table('breast_cancer');
  const [x, y] = [tensor(standardized(rows)) as tf.Tensor2D, tensor(target)];
  const fit = (logPenalties: tf.Tensor) =>
    minimize(
      (w: tf.Tensor, l: tf.Tensor) => {
        const logits = tf.dot(x, w);
        const groups = tf.sum(tf.square(tf.reshape(w, [3, 10])), 1);
        return tf.add(
          tf.mean(tf.sub(softplus(logits), tf.mul(y, logits))),
          tf.mul(0.5, tf.sum(tf.mul(tf.exp(l), groups))),
        );
      },
      tf.zeros([30]),
      logPenalties,
      { tol: 1e-13 },
    );
  return { fit, names };
}

/** The logistic regression at two points, a penalty for each of three groups of features. */
function breastCancer(): LayerCase {
  const lanes = [
    [-4, -3, -2],
    [-1, -2, -3],
  ];
  return { data: 'breast_cancer', fit: 'logistic', ...layerOf(logistic().fit, lanes) };
}

function layerOf(
  fit: (logPenalties: tf.Tensor) => { value: tf.Tensor; status: tf.Tensor },
  lanes: readonly (readonly number[])[],
) {
  const status = String(statusOf(fit(tensor(lanes[0]!))));
  return { lanes, status, layer: (l: tf.Tensor) => fit(l).value };
}

/** First derivatives in both modes and second derivatives in three nestings, one by one and under `vmap`. */
export function checkLayer({ data, fit, status, layer, lanes }: LayerCase): LayerResult {
  const start = performance.now();
  const [p, d] = [lanes[0]!.length, layer(tensor(lanes[0]!)).size];
  const u = wave(p, 1);
  const v = wave(p, 2);
  const c = wave(d, 3);
  const [du, dv, dc] = [tensor(u), tensor(v), tensor(c)];

  const forward = (l: tf.Tensor): tf.Tensor => jvp(layer, [l], [dv])[1];
  const reverse = (l: tf.Tensor): tf.Tensor => vjp(layer, l)[1](dc)[0];
  const scalar = (l: tf.Tensor): tf.Tensor => tf.sum(tf.mul(dc, layer(l)));
  const second: Readonly<Record<string, (l: tf.Tensor) => tf.Tensor>> = {
    hessian: hessian(scalar),
    'forward over forward': (l) => jvp(forward, [l], [du])[1],
    'reverse over reverse': grad((l: tf.Tensor) => tf.sum(tf.mul(du, grad(scalar)(l)))),
  };

  const read = (x: tf.Tensor): number[] => Array.from(x.dataSync());
  const along = (f: (l: number[]) => ArrayLike<number>, l: readonly number[], direction: readonly number[]) =>
    difference((h) => f(l.map((x, j) => x + h * direction[j]!)));
  const axis = (j: number): number[] => u.map((_, i) => (i === j ? 1 : 0));
  const columns = (f: (l: number[]) => ArrayLike<number>, l: readonly number[]): number[] =>
    u.flatMap((_, j) => along(f, l, axis(j)));

  const [values, scalars, tangents, cotangents] = [layer, scalar, forward, reverse].map((f) =>
    compiled(f, p),
  );

  /** The worst error of a derivative over the lanes, taken one by one and all at once. */
  const worst = (f: (l: tf.Tensor) => tf.Tensor, right: readonly (readonly number[])[]): number => {
    const batched = read(vmap(f)(tensor(lanes)));
    const each = lanes.map((l) => read(f(tensor(l))));
    return Math.max(
      ...right.map((r, k) => relativeError(each[k]!, r)),
      ...right.map((r, k) => relativeError(batched.slice(k * r.length, (k + 1) * r.length), r)),
    );
  };

  const jvpError = worst(
    forward,
    lanes.map((l) => along(values!, l, v)),
  );
  const vjpError = worst(
    reverse,
    lanes.map((l) => columns(scalars!, l)),
  );
  // second derivatives against differences of first ones, which have just been judged
  const hessians = lanes.map((l) => columns(cotangents!, l));
  const times = (h: readonly number[]): number[] =>
    u.map((_, i) => u.reduce((s, x, j) => s + h[i * p + j]! * x, 0));
  const hessianError = Math.max(
    worst(second['hessian']!, hessians),
    worst(
      second['forward over forward']!,
      lanes.map((l) => along(tangents!, l, u)),
    ),
    worst(second['reverse over reverse']!, hessians.map(times)),
  );
  return { data, fit, status, jvpError, vjpError, hessianError, seconds: (performance.now() - start) / 1000 };
}

/** A function of a vector, staged once, to be called many times. */
function compiled(f: (x: tf.Tensor) => tf.Tensor, size: number): (x: number[]) => ArrayLike<number> {
  const run = bufferExecutor.compile(stage(f, [tf.zeros([size])]).graph);
  return (x) => run([{ dtype: 'f', shape: [size], data: Float64Array.from(x) }])[0]!.data;
}

/** A fixed direction with elements of either sign. */
const wave = (n: number, phase: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.cos(phase + 1.7 * i));

/** The layers of this act, made when they are asked for. */
export const layers: readonly (() => LayerCase)[] = [diabetes, breastCancer];

/** Runs the act. */
export function runLayers(progress: (label: string) => void = () => undefined): LayerResult[] {
  return layers.map((make) => {
    const layer = make();
    progress(`layer: ${layer.data}`);
    return tf.tidy(() => checkLayer(layer) as never);
  });
}

/** Weights along one penalty shared by all features, with tangents by the layer's derivative. */
export interface PenaltyPath {
  readonly title: string;
  readonly names: readonly string[];
  /** The first log-penalty, and the distance of the next ones. */
  readonly start: number;
  readonly every: number;
  /** One row a log-penalty. */
  readonly weights: readonly (readonly number[])[];
  /** The log-penalties at which tangents are taken, with value and slope of each weight there. */
  readonly tangents: readonly {
    readonly at: number;
    readonly weights: number[];
    readonly slopes: number[];
  }[];
}

/** Both fits along one shared log-penalty, each path in one batch. */
export function penaltyPaths(): PenaltyPath[] {
  const [linear, classes] = [ridge(), logistic()];
  return [
    pathOf('ridge on diabetes', linear.names, (l) => linear.fit(l).value, -7),
    pathOf(
      'logistic regression on breast_cancer',
      classes.names,
      (l) => classes.fit(tf.tile(l, [3])).value,
      -6,
    ),
  ];
}

function pathOf(title: string, names: readonly string[], layer: Layer, start: number): PenaltyPath {
  const [every, count] = [0.25, 41];
  const weights = vmap(layer)(tensor(Array.from({ length: count }, (_, i) => [start + every * i])));
  const tangents = [2.5, 7].map((k) => {
    const at = start + k;
    const [w, slope] = jvp(layer, [tensor([at])], [tensor([1])]);
    return { at, weights: Array.from(w.dataSync()), slopes: Array.from(slope.dataSync()) };
  });
  const flat = Array.from(weights.dataSync());
  const rows = Array.from({ length: count }, (_, i) => flat.slice(i * names.length, (i + 1) * names.length));
  return { title, names, start, every, weights: rows, tangents };
}
