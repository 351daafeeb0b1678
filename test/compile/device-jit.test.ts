/** The device executor and tfjs: the active backend, the tape, recordings; `jit` on a device. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/index.js';
import { cached, jit } from '../../src/compile/index.js';
import { deviceExecutor } from '../../src/compile/device/index.js';
import { buildGraph, ops, referenceExecutor } from '../../src/ir/index.js';
import { cond, lgamma, scan, whileLoop } from '../../src/numerics/index.js';
import { key, randomNormal, randomUniform, split } from '../../src/random/index.js';
import { register, stage, tensor } from '../../src/staging/index.js';
import { everything, real, vector } from './device-program.js';

register();
tf.setBackend('cpu');
/** A backend without kernels. */
class Bare extends tf.KernelBackend {
  override dispose(): void {}
}
const device = deviceExecutor('cpu');

describe('the state of tfjs', () => {
  const { graph, inputs } = everything();
  test('the active backend stays, and its tape sees nothing', () => {
    tf.registerBackend('other', () => new Bare());
    tf.setBackend('other');
    device.compile(graph)(inputs);
    expect(tf.getBackend()).toBe('other');
    expect(() => device.compile(graph)([])).toThrow();
    expect(tf.getBackend()).toBe('other');
    tf.setBackend('cpu');
    tf.removeBackend('other');
    tf.registerGradient({
      kernelName: 'Square',
      inputsToSave: ['x'],
      gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.mul(x!, 2)) }),
    });
    const slope = tf.grad((x) => {
      device.compile(graph)(inputs);
      return tf.square(x) as tf.Scalar;
    })(tf.scalar(3));
    expect(slope.dataSync()[0]).toBe(6);
  });
  test('inside a recording it runs at once', () => {
    let seen: number[] = [];
    const { graph: staged } = stage(
      (x: tf.Tensor) => {
        const doubled = buildGraph([vector], (v) => [ops.mul(v!, 2)]);
        seen = [...device.compile(doubled)([real(1, 2, 3)])[0]!.data];
        return tf.exp(x);
      },
      [tensor(1)],
    );
    expect(seen).toEqual([2, 4, 6]);
    expect(staged.nodes.map((n) => n.op)).toEqual(['input', 'exp']);
  });
});

describe('jit on a device', () => {
  const executor = cached(device);
  const numbers = (x: tf.Tensor): number[] => [...x.dataSync()];
  test('a function of tensors, recorded once', () => {
    const layer = jit((w: tf.Tensor, x: tf.Tensor) => tf.tanh(tf.dot(x, w)) as tf.Tensor, { executor });
    const w = tensor([0.5, -0.5]);
    expect(numbers(layer(w, tensor([1, 1])))).toEqual([0]);
    expect(layer(w, tensor([2, 1])).dataSync()[0]).toBeCloseTo(Math.tanh(0.5), 6);
  });
  test('derivatives, loops, branches and special functions', () => {
    const f = (x: tf.Tensor): tf.Tensor => {
      const [total] = scan(
        (c: tf.Tensor, t: tf.Tensor) => [tf.add(c, tf.mul(tf.sin(c), t)), c],
        x,
        tensor([0.1, 0.2, 0.3]),
      );
      const bigger = whileLoop(
        (v: tf.Tensor) => tf.less(v, 5),
        (v: tf.Tensor) => tf.mul(v, 2),
        tf.scalar(1),
      );
      return tf.add(
        cond(
          tf.greater(bigger, 4),
          () => lgamma(total),
          () => total,
        ),
        bigger,
      );
    };
    const at = tensor(1.3);
    expect(jit(f, { executor })(at).dataSync()[0]).toBeCloseTo(jit(f)(at).dataSync()[0]!, 5);
    expect(jit(grad(f), { executor })(at).dataSync()[0]).toBeCloseTo(grad(f)(at).dataSync()[0]!, 5);
  });
  test('keys and draws', () => {
    const f = (k: ReturnType<typeof key>): tf.Tensor[] => {
      const [a, b] = split(k, 2);
      return [randomUniform(a!, [4]), randomNormal(b!, [4])];
    };
    const [u, n] = jit(f, { executor })(key(5));
    const [v, m] = jit(f)(key(5));
    expect(numbers(u!)).toEqual(numbers(v!));
    numbers(n!).forEach((e, i) => expect(e).toBeCloseTo(numbers(m!)[i]!, 5));
  });
  test('what runs at once, inside and outside of recordings', () => {
    register({ executor: device });
    try {
      const x = tensor([1, 2, 3]);
      expect(numbers(tf.add(x, 1))).toEqual([2, 3, 4]);
      const f = jit((v: tf.Tensor) => tf.mul(v, tf.sum(tf.square(x))) as tf.Tensor, {
        executor: referenceExecutor,
      });
      expect(numbers(f(tensor([0.5])))).toEqual([7]);
    } finally {
      register({ executor: referenceExecutor });
    }
  });
});
