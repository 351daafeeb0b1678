/**
 * The tfjs backend that a device name stands for.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { backendName } from '../../staging/backend.js';
import { findBackend } from '../../staging/engine.js';
import { DeviceError } from './errors.js';

/** Where the backends that tfjs knows by name come from. */
const packages: Readonly<Record<string, string>> = {
  cpu: '@tensorflow/tfjs-backend-cpu',
  wasm: '@tensorflow/tfjs-backend-wasm',
  webgl: '@tensorflow/tfjs-backend-webgl',
  webgpu: '@tensorflow/tfjs-backend-webgpu',
};

/** Backends that start asynchronously. To ask tfjs for one that has not started would block its engine until it has. */
const asynchronous: ReadonlySet<string> = new Set(['wasm', 'webgpu']);

/** The backend of a name, started if that can be done at once. */
function started(name: string, known: boolean): tf.KernelBackend | undefined {
  const found = findBackend(name);
  if (found !== undefined || !known || asynchronous.has(name)) return found;
  return (tf.engine().findBackend(name) as tf.KernelBackend | null) ?? undefined;
}

/**
 * The backend registered under a name.
 *
 * @throws DeviceError if there is none, if it is not ready yet, or if it is Adjoint's own.
 */
export function backendOf(name: string): tf.KernelBackend {
  if (name === backendName) {
    throw new DeviceError(name, `'${name}' is Adjoint's own backend: leave the device out to run on it.`);
  }
  const known = (tf.engine().findBackendFactory(name) as unknown) != null;
  const found = started(name, known);
  if (found !== undefined) return found;
  const from = packages[name];
  throw new DeviceError(
    name,
    known
      ? `The tfjs backend '${name}' is not ready: await tf.setBackend('${name}') once before the first call.`
      : `No tfjs backend '${name}' is registered: ` +
          (from === undefined ? 'register it with tf.registerBackend.' : `import '${from}'.`),
  );
}

/**
 * Whether a kernel of an elementary function is accurate near zero: the backend cpu computes in float64 and only stores
 * float32, wasm has the functions of the C library but for log1p; shaders take differences that cancel.
 */
export function isAccurate(kernel: string, name: string): boolean {
  return name === 'cpu' || (name === 'wasm' && kernel !== 'Log1p');
}

/** The function of a kernel on a backend, if it is registered. */
export function kernelOf(kernel: string, name: string): tf.KernelFunc | undefined {
  return tf.getKernel(kernel, name)?.kernelFunc;
}
