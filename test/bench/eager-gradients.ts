/**
 * The gradients of the tfjs kernels that the eager peer uses. In plain Node `@tensorflow/tfjs-core` registers none; these
 * are what the package `@tensorflow/tfjs` registers in a browser.
 */
import * as tf from '@tensorflow/tfjs-core';

/** A gradient summed over the axes along which its operand was broadcast. */
function like(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const extra = dy.rank - x.rank;
  const axes = dy.shape.flatMap((n, i) => (i < extra || (x.shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), x.shape);
}

type Unary = (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor;
type Binary = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary = (kernelName: string, f: Unary): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => f(dy as tf.Tensor, x!) }),
});

const binary = (kernelName: string, da: Binary, db: Binary): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => like(da(dy as tf.Tensor, a!, b!), a!),
    b: () => like(db(dy as tf.Tensor, a!, b!), b!),
  }),
});

const configs: readonly tf.GradConfig[] = [
  binary(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    'Sub',
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  binary(
    'Multiply',
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  binary(
    'RealDiv',
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  unary('Exp', (dy, x) => tf.mul(dy, tf.exp(x))),
  unary('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  unary('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  unary('Sum', (dy, x) => tf.mul(dy, tf.onesLike(x))),
];

/** Registers them. */
export function registerEagerGradients(): void {
  for (const config of configs) tf.registerGradient(config);
}
