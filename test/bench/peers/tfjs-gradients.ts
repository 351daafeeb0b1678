/**
 * The gradients of the tfjs kernels that the eager peers use. In plain Node `@tensorflow/tfjs-core` registers none; these
 * are what the package `@tensorflow/tfjs` registers in a browser, operation for operation, but for two that favour the
 * peer: large products are made without transposed operands, and the gradient of a convolution in its filter, for which
 * the wasm backend has no kernel, is written as a convolution.
 */
import * as tf from '@tensorflow/tfjs-core';

/** A gradient summed over the axes along which its operand was broadcast. */
function like(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const extra = dy.rank - x.rank;
  const axes = dy.shape.flatMap((n, i) => (i < extra || (x.shape[i - extra] === 1 && n !== 1) ? [i] : []));
  return axes.length === 0 && extra === 0 ? dy : tf.reshape(tf.sum(dy, axes), x.shape);
}

type Unary = (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor;
type Binary = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
type Attributes = Readonly<Record<string, unknown>>;

const unary = (
  kernelName: string,
  f: (dy: tf.Tensor, x: tf.Tensor, attributes: Attributes) => tf.Tensor,
): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attributes) => ({ x: () => f(dy as tf.Tensor, x!, attributes as Attributes) }),
});

/** A unary function whose derivative is a function of its value. */
const byValue = (kernelName: string, f: Unary): tf.GradConfig => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, [y]) => ({ x: () => f(dy as tf.Tensor, y!) }),
});

const binary = (kernelName: string, da: Binary, db: Binary): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => like(da(dy as tf.Tensor, a!, b!), a!),
    b: () => like(db(dy as tf.Tensor, a!, b!), b!),
  }),
});

/** dy, spread again over the axes that a reduction removed. */
function expanded(dy: tf.Tensor, x: tf.Tensor, axis: unknown): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis as number[], x.shape);
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
  return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
}

/**
 * A product with one operand transposed. The wasm backend runs these 10 to 30 times slower than plain ones; above some
 * size a transposed copy pays, and who writes for speed makes one.
 */
function transposed(a: tf.Tensor, b: tf.Tensor, which: 'a' | 'b'): tf.Tensor {
  const large = a.size * b.shape[which === 'a' ? 1 : 0]! > 1e6;
  if (!large) return tf.matMul(a, b, which === 'a', which === 'b');
  return which === 'a' ? tf.matMul(tf.transpose(a), b) : tf.matMul(a, tf.transpose(b));
}

/** Of matrices, neither of them transposed. */
const matMul: tf.GradConfig = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b], attributes) => {
    const { transposeA, transposeB } = attributes as unknown as Record<'transposeA' | 'transposeB', boolean>;
    if (transposeA || transposeB || a!.rank !== 2) {
      throw new Error('the benchmarks differentiate plain products of matrices');
    }
    return {
      a: () => transposed(dy as tf.Tensor, b!, 'b'),
      b: () => transposed(a!, dy as tf.Tensor, 'a'),
    };
  },
};

const reshape: tf.GradConfig = {
  kernelName: 'Reshape',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.reshape(dy as tf.Tensor, x!.shape) }),
};

const slice: tf.GradConfig = {
  kernelName: 'Slice',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attributes) => {
    const { begin, size } = attributes as unknown as Record<'begin' | 'size', number[]>;
    const [from, count] = tf.slice_util.parseSliceParams(x!, begin, size) as [number[], number[]];
    const around = from.map((b, i) => [b, x!.shape[i]! - b - count[i]!] as [number, number]);
    return { x: () => tf.pad(dy as tf.Tensor, around) };
  },
};

/** Gradient of a 3×3 convolution, stride 1, same padding, in its filter: the images against the cotangent. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor {
  const images = tf.transpose(x, [3, 1, 2, 0]);
  const cotangents = tf.transpose(dy, [1, 2, 0, 3]);
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], [1, 1], [1, 1], [0, 0]]; // prettier-ignore
  return tf.transpose(tf.conv2d(images, cotangents, 1, pad), [1, 2, 0, 3]);
}

const convolution: tf.GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, [x, filter], attributes) => ({
    x: () =>
      tf.engine().runKernel('Conv2DBackpropInput', { dy: dy as tf.Tensor, filter: filter! }, {
        ...attributes,
        inputShape: x!.shape,
      } as tf.NamedAttrMap) as tf.Tensor,
    filter: () => filterGradient(x as tf.Tensor4D, dy as tf.Tensor4D),
  }),
};

const maxPool: tf.GradConfig = {
  kernelName: 'MaxPool',
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [x, y], attributes) => ({
    x: () =>
      tf
        .engine()
        .runKernel(
          'MaxPoolGrad',
          { dy: dy as tf.Tensor, input: x!, output: y! },
          attributes as tf.NamedAttrMap,
        ) as tf.Tensor,
  }),
};

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
  unary('Neg', (dy) => tf.neg(dy)),
  byValue('Exp', (dy, y) => tf.mul(dy, y)),
  byValue('Tanh', (dy, y) => tf.mul(tf.sub(1, tf.square(y)), dy)),
  byValue('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  unary('Log', (dy, x) => tf.div(dy, x)),
  unary('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  unary('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  unary('Softplus', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  unary('Relu', (dy, x) => tf.mul(dy, tf.step(x))),
  unary('LeakyRelu', (dy, x, { alpha }) => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha as number))),
  unary('Sum', (dy, x, { axis }) => expanded(dy, x, axis)),
  matMul,
  reshape,
  slice,
  convolution,
  maxPool,
];

/** Registers them, once. */
export function registerGradients(): void {
  for (const config of configs) {
    if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
  }
}
