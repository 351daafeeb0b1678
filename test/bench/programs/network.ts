/** A Hessian-vector product of a classifier, 784-200-10, of a batch of 128. */
import * as tf from '@tensorflow/tfjs-core';
import { hvp } from 'adjoint';
import { agree } from '../agree.js';
import { normals, ownTensor, uniforms, type Numbers } from '../data.js';
import { against, type Benchmark } from '../harness.js';
import { compiled } from '../own.js';
import { forced, jaxJs, loadJaxJs, type Arr, type JaxJs } from '../peers/jax-js.js';

const batch = 128;
const names = ['w0', 'b0', 'w1', 'b1'] as const;
type Weights<T> = Readonly<Record<(typeof names)[number], T>>;

const shapes: Weights<readonly number[]> = { w0: [784, 200], b0: [200], w1: [200, 10], b1: [10] };

/** Weights of a scale, by a seed. */
const weights = (seed: number, scale: number): Weights<Numbers> => {
  const one = (name: (typeof names)[number]): Numbers =>
    normals(seed + names.indexOf(name), shapes[name], scale);
  return { w0: one('w0'), b0: one('b0'), w1: one('w1'), b1: one('b1') };
};

const mapped = <A, B>(w: Weights<A>, f: (x: A) => B): Weights<B> => ({
  w0: f(w.w0),
  b0: f(w.b0),
  w1: f(w.w1),
  b1: f(w.b1),
});

/** One-hot labels. */
function labels(): Numbers {
  const data = new Float32Array(batch * 10);
  for (let i = 0; i < batch; i++) data[10 * i + ((7 * i) % 10)] = 1;
  return { data, shape: [batch, 10] };
}

/** Mean cross-entropy. */
const loss = (w: Weights<tf.Tensor>, x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
  const hidden = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w.w0 as tf.Tensor2D), w.b0));
  const logits = tf.add(tf.matMul(hidden as tf.Tensor2D, w.w1 as tf.Tensor2D), w.b1);
  return tf.div(tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(logits)))), batch);
};

/** The same in jax-js, as a forward derivative of the gradient. */
function inJaxJs(jax: JaxJs, w: Weights<Numbers>, v: Weights<Numbers>, images: Numbers): () => Weights<Arr> {
  const { numpy: np, nn } = jax;
  const arr = ({ data, shape }: Numbers): Arr => np.array(data, { shape: [...shape] });
  const cost = (p: Weights<Arr>, x: Arr, y: Arr): Arr => {
    const hidden = np.tanh(np.matmul(x, p.w0).add(p.b0));
    const logits = np.matmul(hidden, p.w1).add(p.b1);
    return y.mul(nn.logSoftmax(logits)).sum().neg().div(batch);
  };
  const product = jax.jit((p: Weights<Arr>, d: Weights<Arr>, x: Arr, y: Arr) => {
    const slope = jax.grad((q: Weights<Arr>) => cost(q, x, y));
    const [gradient, along] = jax.jvp(slope, [p], [d]);
    jax.tree.dispose(gradient);
    return along;
  });
  const [p, d, x, y] = [mapped(w, arr), mapped(v, arr), arr(images), arr(labels())] as const;
  const taken = (a: Arr): Arr => a.ref;
  return () => product(mapped(p, taken), mapped(d, taken), x.ref, y.ref);
}

/** The rows of this file. */
export const networkProduct: Benchmark = async function* (pace) {
  const [w, v, images] = [weights(1, 0.05), weights(11, 1), uniforms(21, [batch, 784])];
  const mine = compiled(
    (p: Weights<tf.Tensor>, d: Weights<tf.Tensor>, x: tf.Tensor, y: tf.Tensor) =>
      hvp((q: Weights<tf.Tensor>) => loss(q, x, y), p, d),
    [mapped(w, ownTensor), mapped(v, ownTensor), ownTensor(images), ownTensor(labels())],
  );
  const jax = await loadJaxJs();
  const theirs = inJaxJs(jax, w, v, images);
  const { w0, b0, w1, b1 } = theirs();
  agree(
    'the product of jax-js',
    mine.values(),
    [w0, b0, w1, b1].map((x) => x.dataSync()),
  );
  yield await against(
    {
      name: 'Hessian-vector product, 784-200-10, batch 128; Compiled',
      peer: jaxJs,
      floor: 1.5,
      goal: 3,
    },
    mine.side,
    forced(jax, theirs),
    pace,
  );
};
