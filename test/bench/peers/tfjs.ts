/** TensorFlow.js as a peer: eager operations on one of its own backends. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadPeer } from '../install.js';
import { registerGradients } from './tfjs-gradients.js';

/** How the rows name it. */
export const tfjsWasm = 'tfjs-backend-wasm 4.22, one thread, eager';

/**
 * Runs `f` with a backend of tfjs as the active one, its gradients registered. The backend of Adjoint is active again
 * afterwards. In Node the wasm backend runs on one thread and uses SIMD.
 */
export async function onTfjs<T>(backend: 'cpu' | 'wasm', f: () => T | Promise<T>): Promise<T> {
  if (backend === 'wasm') loadPeer('@tensorflow/tfjs-backend-wasm');
  // one copy of tfjs-core: the peer's import has registered its backend with this one
  if (tf.findBackendFactory(backend) === null) {
    throw new Error(`the tfjs backend '${backend}' is not registered: is there a second copy of tfjs-core?`);
  }
  registerGradients();
  await tf.setBackend(backend);
  try {
    return await f();
  } finally {
    await tf.setBackend('adjoint');
  }
}

/** A call of eager operations whose results are thrown away. The wasm backend has computed them when it returns. */
export const discarding = (f: () => tf.Tensor) => (): void => f().dispose();

/** A call that makes intermediate tensors, all freed. */
export const tidied = (f: () => unknown) => (): void => void tf.tidy(() => void f());

/** The values of a tensor, which is freed. */
export function valuesOf(x: tf.Tensor): ArrayLike<number> {
  const values = x.dataSync().slice();
  x.dispose();
  return values;
}
