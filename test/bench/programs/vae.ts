/** The variational autoencoder of Table 1 of "Probabilistic programming with programmable variational inference". */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import {
  bernoulli,
  elbo,
  gen,
  key,
  normal,
  observe,
  sample,
  softplus,
  type BoolTensor,
  type Key,
} from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { agree } from '../agree.js';
import { coins, normals, ownTensor, type Numbers } from '../data.js';
import { against, local, skip, type Benchmark } from '../harness.js';
import { compiled, type Program } from '../own.js';
import { absent, startPython } from '../peers/python.js';
import { onTfjs } from '../peers/tfjs.js';

/** Weights and biases of two layers. */
type Network = readonly [w0: tf.Tensor, b0: tf.Tensor, w1: tf.Tensor, b1: tf.Tensor];
interface Params {
  readonly encoder: Network;
  readonly decoder: Network;
}

const network = ([w0, b0, w1, b1]: Network, x: tf.Tensor): tf.Tensor => {
  const hidden = tf.leakyRelu(tf.add(tf.matMul(x as tf.Tensor2D, w0 as tf.Tensor2D), b0), 0.01);
  return tf.add(tf.matMul(hidden as tf.Tensor2D, w1 as tf.Tensor2D), b1);
};

/** Location and scale of the code of each image. */
const encode = (encoder: Network, images: tf.Tensor): [tf.Tensor, tf.Tensor] => {
  const code = network(encoder, images);
  const n = images.shape[0]!;
  return [tf.slice(code, [0, 0], [n, 10]), tf.slice(code, [0, 10], [n, 10])];
};

const model = gen(function* (decoder: Network, images: BoolTensor) {
  const latent = yield* sample('latent', normal(tf.zeros([images.shape[0]!, 10]), 1));
  // the decoder's probabilities serve as logits, as in the original of this table
  yield* observe('image', bernoulli({ logits: tf.sigmoid(network(decoder, latent)) }), images);
});
const guide = gen(function* (encoder: Network, images: BoolTensor) {
  const [loc, raw] = encode(encoder, tf.cast(images, 'float32'));
  yield* sample('latent', normal(loc, softplus(raw)));
});
const estimator = gradientEstimator((q: Params, images: BoolTensor) =>
  elbo(model(q.decoder, images), guide(q.encoder, images)),
);

type Layers = readonly [Numbers, Numbers, Numbers, Numbers];
const layers = (seed: number, [a, b, c]: readonly [number, number, number]): Layers => [
  normals(seed, [a, b], 0.05),
  normals(seed + 1, [b], 0.05),
  normals(seed + 2, [b, c], 0.05),
  normals(seed + 3, [c], 0.05),
];
const encoder = layers(1, [784, 200, 20]);
const decoder = layers(11, [10, 200, 784]);

/** Adjoint: key, parameters and images to value and gradient. */
function own(batch: number, threads: number): Program {
  const params: Params = {
    encoder: encoder.map(ownTensor) as unknown as Network,
    decoder: decoder.map(ownTensor) as unknown as Network,
  };
  const images = tf.cast(ownTensor(coins(21, [batch, 784])), 'bool') as BoolTensor;
  const run = (k: Key, q: Params, x: BoolTensor) => estimator(k, q, undefined, x);
  return compiled(run, [key(0), params, images], { threads });
}

/** The same by hand in eager tfjs. */
function eager(batch: number): () => number {
  const of = ({ data, shape }: Numbers): tf.Tensor => tf.tensor(data, [...shape]);
  const params = [...encoder, ...decoder].map(of);
  const images = of(coins(21, [batch, 784]));
  const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
  const bound = (...q: tf.Tensor[]): tf.Scalar => {
    const [loc, raw] = encode(q.slice(0, 4) as unknown as Network, images);
    const scale = tf.softplus(raw);
    const noise = tf.randomNormal([batch, 10]);
    const z = tf.add(loc, tf.mul(scale, noise));
    const logits = tf.sigmoid(network(q.slice(4) as unknown as Network, z));
    const image = tf.sum(tf.sub(tf.mul(images, logits), tf.softplus(logits)));
    const prior = tf.mul(-0.5, tf.sum(tf.square(z)));
    const entropy = tf.sum(tf.add(tf.add(tf.mul(0.5, tf.square(noise)), tf.log(scale)), halfLogTwoPi));
    return tf.sub(tf.add(tf.add(image, prior), entropy), 10 * batch * halfLogTwoPi) as tf.Scalar;
  };
  const gradient = tf.valueAndGrads(bound);
  return () => {
    let value = 0;
    // the wasm backend has computed the gradients when it returns; the value is read as a training loop would
    tf.tidy(() => void (value = gradient(params).value.dataSync()[0]!));
    return value;
  };
}

/** The rows of this file. */
export const vae: Benchmark = async function* (pace) {
  const python = { jax: startPython('jax'), torch: startPython('torch') };
  const cores = availableParallelism();
  const others = [
    ['jax', 'JAX under jit, on all cores', 1],
    ['jax', 'JAX under jit, on all cores', cores],
    ['torch', 'PyTorch, eager, on all cores', cores],
  ] as const;
  try {
    for (const batch of [64, 128, 256, 512, 1024]) {
      const few = batch > 64 ? { ...pace, warmUp: 5, rounds: 9, span: 0, parts: batch > 256 ? 1 : 3 } : pace;
      const said = batch > 64 ? '; 9 repeats after 5 calls' : '';
      const name = `VAE of Table 1, gradient of a batch of ${batch}; Compiled${said}`;
      const mine = own(batch, 1);
      yield await onTfjs('wasm', () => {
        const byHand = eager(batch);
        // the noise differs, and a sum over a batch hides it
        agree(name, [[mine.values()[0]![0]!]], [[byHand()]], 0.01);
        const peer = 'tfjs-backend-wasm 4.22, one thread, by hand, eager, tf.valueAndGrads';
        return against({ name, peer, floor: 1.5, goal: 3 }, mine.side, local(byHand), few);
      });
      for (const [needed, peer, threads] of others) {
        const how = threads === 1 ? 'one thread' : 'all cores';
        const subject = { name: `${name}; ${how}`, peer, floor: 0, goal: 0.5 };
        yield python[needed] === undefined
          ? skip(subject, absent(needed))
          : await against(subject, own(batch, threads).side, python[needed].side('vae', { batch }), few);
      }
    }
  } finally {
    python.jax?.close();
    python.torch?.close();
  }
};
