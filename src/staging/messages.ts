/**
 * The errors of staging: one class, one code a situation, every sentence in this file.
 *
 * @module
 */

/** The arguments of each message, by code. */
interface Arguments {
  readonly read: [value: string, where: string];
  readonly finished: [value: string, where: string];
  readonly disposed: [value: string];
  readonly assign: [variable: string];
  readonly variable: [];
  readonly random: [functionName: string, where: string];
  readonly async: [];
  readonly grad: [];
  readonly customGrad: [];
  readonly operation: [where: string, fault: string];
  readonly kernel: [kernel: string, where: string];
  readonly gradientKernel: [kernel: string, where: string];
  readonly dataShape: [kernel: string, where: string];
  readonly dtype: [dtype: string, where: string];
  readonly device: [backend: string, reason: string];
  readonly leaf: [path: string, found: string];
  readonly leafCount: [expected: number, found: number];
  readonly values: [expected: string, found: string];
  readonly keyAsTensor: [];
  readonly unregistered: [];
}

/** Which rule of staging was broken; `docs/errors.md` lists them. */
export type StagingCode = keyof Arguments;

type Texts = { readonly [C in StagingCode]: (...args: Arguments[C]) => string };

const texts: Texts = {
  read: (value, where) =>
    `The staged value ${value} (${where}) was read on the host (dataSync, data, array, print, a comparison such as ` +
    'x > 0, a template string, or a kernel of another backend). It has no value until the program runs. Use cond for a ' +
    'branch, tf.where for an element-wise choice and scan for a loop, or return the value from the staged function and read it there.',
  finished: (value, where) =>
    `The value ${value} (${where}) belongs to a recording that has finished. ` +
    'Return it from the staged function instead of keeping it in a variable outside.',
  disposed: (value) => `The tensor ${value} was disposed before it was used here.`,
  assign: (variable) =>
    `The variable '${variable}' was assigned inside a staged function. The assignment would happen once, when the function is ` +
    'recorded, not at each call. Return the new value from the staged function and assign it outside.',
  variable: () =>
    'A tf.Variable was created inside a staged function (by tf.variable, a layer or an optimizer). It would be created once, ' +
    'when the function is recorded. Create variables outside and use them in the function: they are read at each call.',
  random: (name, where) =>
    `tf.${name} at ${where} draws on the host: inside a staged function its numbers would be frozen into the program. ` +
    'Pass a key and draw with it: randomNormal(key, shape), randomUniform(key, shape), or sample from a distribution.',
  async: () =>
    'The staged function is async (it returned a promise). Staging records what a function does before it returns: ' +
    'await the data first, then pass it to a synchronous function.',
  grad: () =>
    "tf.grad, tf.grads, tf.valueAndGrad, tf.variableGrads and tfjs's optimizers do not work inside a staged function: their " +
    "derivatives are not recorded rules. Use adjoint's own grad, valueAndGrad, vjp or jvp.",
  customGrad: () =>
    'tf.customGrad was called inside a staged function. Derivatives are taken of the recorded operations, so its rule would be ' +
    'ignored. Write the function with tf operations alone; stopGradient holds a part of it fixed.',
  operation: (where, fault) => `${where}: ${fault}`,
  kernel: (kernel, where) =>
    `The kernel ${kernel} is not supported (called by ${where}). Run that part eagerly outside the staged function, ` +
    'on another tfjs backend, and pass its result in.',
  gradientKernel: (kernel, where) =>
    `The kernel ${kernel} (called by ${where}) belongs to tfjs's own derivatives, which this backend does not compute. ` +
    "Use adjoint's own grad, valueAndGrad, vjp or jvp.",
  dataShape: (kernel, where) =>
    `The shape of the result of the kernel ${kernel} (called by ${where}) depends on data, which a staged program does not ` +
    'allow. Compute it outside the staged function and pass its result in.',
  dtype: (dtype, where) =>
    `Tensors of dtype ${dtype} are not supported (used by ${where}). Supported are float32, int32 and bool; ` +
    'carry a complex number as two real tensors.',
  device: (backend, reason) =>
    `A tensor of the backend '${backend}' could not be read synchronously (${reason}). ` +
    'Read it first, const values = await x.data(), and pass tensor(values, x.shape).',
  leaf: (path, found) =>
    `Expected a tree of tensors, keys, numbers and booleans in arrays and records; found ${found}${path === '' ? '' : ` at ${path}`}. ` +
    'Close over values that are not part of the computation; make tensors of typed arrays with tensor(values, shape).',
  leafCount: (expected, found) => `The tree has ${expected} leaves, ${found} were given.`,
  values: (expected, found) => `tensor: expected ${expected}, found ${found}.`,
  keyAsTensor: () =>
    'A random key was used as a tensor. Draw numbers from it, for example with randomUniform(key, shape).',
  unregistered: () =>
    "The tfjs backend 'adjoint' is not registered. Import 'adjoint' (or call register()) before staging.",
};

/**
 * Raised when a program cannot be staged; `code` says which rule was broken.
 *
 * @example
 * try {
 *   stage((x: tf.Tensor) => (x.dataSync()[0]! > 0 ? x : tf.neg(x)), [tf.scalar(1)]);
 * } catch (error) {
 *   (error as StagingError).code; // 'read'
 * }
 */
export class StagingError extends Error {
  override readonly name = 'StagingError';
  readonly code: StagingCode;

  constructor(code: StagingCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error for a code, to be thrown. */
export function stagingError<C extends StagingCode>(code: C, ...args: Arguments[C]): StagingError {
  return new StagingError(code, texts[code](...args));
}
