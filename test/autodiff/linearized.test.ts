/** Derivatives recorded once, and recomputation in reverse mode. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  checkpoint,
  grad,
  hessian,
  jvp,
  linearize,
  linearizeGraph,
  vjpGraph,
  vmap,
} from '../../src/autodiff/index.js';
import { jit } from '../../src/compile/index.js';
import { Builder, inputAvals, sizeOf, type Graph, type OpName } from '../../src/ir/index.js';
import { register, stage, tensor } from '../../src/staging/index.js';

register();

const values = (x: tf.Tensor | number): number[] => (typeof x === 'number' ? [x] : [...x.dataSync()]);
const near = (x: tf.Tensor | number, expected: readonly number[]): void => {
  const found = values(x);
  expect(found.length).toBe(expected.length);
  expected.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 12));
};

/** How often an operation stands in a graph, sub-graphs included. */
function occurrences(graph: Graph, op: OpName): number {
  return graph.nodes.reduce((n, node) => {
    const inner = Object.values(node.attrs as object)
      .flat()
      .filter((g): g is Graph => typeof g === 'object' && g !== null && 'outputs' in g);
    return n + (node.op === op ? 1 : 0) + inner.reduce((m, g) => m + occurrences(g, op), 0);
  }, 0);
}

describe('linearize', () => {
  test('is the value and a linear function', () => {
    const [y, push] = linearize((x: tf.Tensor) => tf.mul(tf.sin(x), x), tensor([0.3, 1]));
    near(y, [Math.sin(0.3) * 0.3, Math.sin(1)]);
    const slope = [Math.cos(0.3) * 0.3 + Math.sin(0.3), Math.cos(1) + Math.sin(1)];
    near(push(tensor([1, 0])), [slope[0]!, 0]);
    near(push(tensor([2, -3])), [2 * slope[0]!, -3 * slope[1]!]);
  });

  test('evaluates what does not depend on the tangents once', () => {
    const { graph } = stage((x: tf.Tensor) => tf.exp(tf.sin(x)), [tensor(1)]);
    const b = new Builder();
    const at = linearizeGraph(graph, [b.input(inputAvals(graph)[0]!)], [true], b);
    const ops = at.linear.nodes.map((n) => n.op).filter((op) => op !== 'input');
    expect(ops.every((op) => op === 'mul')).toBe(true);
  });

  test('takes trees, missing tangents, and leaves that are not real', () => {
    const [out, push] = linearize(
      ({ a, k }: { a: tf.Tensor; k: tf.Tensor }, x: tf.Tensor) => ({
        y: tf.mul(a, x),
        k: tf.add(k, 1),
        fixed: tf.ones([2]),
      }),
      { a: tensor(2), k: tf.scalar(3, 'int32') },
      tensor([1, 5]),
    );
    near(out.y, [2, 10]);
    near(out.k, [4]);
    near(push(undefined, tensor([1, 1])).y, [2, 2]);
    const pushed = push({ a: tensor(1), k: tf.scalar(0, 'int32') }, undefined);
    near(pushed.y, [1, 5]);
    near(pushed.k, [0]);
    near(pushed.fixed, [0, 0]);
    expect(() => push(undefined, tensor([1]))).toThrow(/linearize: leaf 0 of tangent 1 .* shape \[2\]/);
  });

  test('nests with the other transformations', () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.mul(tf.square(x), x);
    const slope = (x: tf.Tensor): tf.Tensor => linearize(f, x)[1](tensor(1));
    near(slope(tensor(2)), [12]);
    near(grad(slope)(tensor(2)), [12]);
    near(jvp(slope, [tensor(2)], [tensor(1)])[1], [12]);
    near(jit(vmap(slope))(tensor([1, 2])), [3, 12]);
    const columns = vmap(linearize((x: tf.Tensor) => tf.square(x), tensor([1, 2]))[1]);
    near(
      columns(
        tensor([
          [1, 0],
          [0, 1],
        ]),
      ),
      [2, 0, 0, 4],
    );
  });
});

describe('checkpoint', () => {
  const segment = (x: tf.Tensor): tf.Tensor => tf.sin(tf.exp(tf.sin(tf.exp(tf.sin(x)))));
  const chain = (g: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => tf.sum(g(g(g(x))));
  const x = tensor([0.1, 0.4, -0.3, 0.9]);

  test('has the same derivatives', () => {
    const [plain, kept] = [chain(segment), chain(checkpoint(segment))];
    near(kept(x), values(plain(x)));
    near(grad(kept)(x), values(grad(plain)(x)));
    near(hessian(kept)(x), values(hessian(plain)(x)));
    near(jvp(kept, [x], [x])[1], values(jvp(plain, [x], [x])[1]));
    near(
      vmap(grad((v: tf.Tensor) => kept(tf.stack([v, v]))))(x),
      values(vmap(grad((v: tf.Tensor) => plain(tf.stack([v, v]))))(x)),
    );
  });

  test('trades memory for operations', () => {
    const measure = (f: (x: tf.Tensor) => tf.Tensor): { kept: number; sines: number } => {
      const { graph } = stage(f, [x]);
      const b = new Builder();
      const at = linearizeGraph(graph, [b.input(inputAvals(graph)[0]!)], [true], b);
      return {
        kept: at.residuals.reduce((n, r) => n + sizeOf(r.shape), 0),
        sines: occurrences(vjpGraph(graph, [true]), 'sin'),
      };
    };
    const [plain, kept] = [measure(chain(segment)), measure(chain(checkpoint(segment)))];
    // five derivatives of four numbers a segment, against the four arguments of each of three segments
    expect(plain).toEqual({ kept: 60, sines: 9 });
    // each segment's argument (and the branch index); the backward pass computes the sines again
    expect(kept.kept).toBeLessThanOrEqual(3 * 4 + 1);
    expect(kept.sines).toBeGreaterThan(9);
  });

  test('closes over values, takes trees, and runs staged', () => {
    const f = (w: tf.Tensor, x: tf.Tensor): tf.Tensor => {
      const layer = checkpoint(({ v }: { v: tf.Tensor }) => [tf.sin(tf.mul(w, v)), v]);
      const [y, v] = layer({ v: x }) as [tf.Tensor, tf.Tensor];
      return tf.mul(y, v);
    };
    near(grad(f, 0)(tensor(2), tensor(0.7)), [0.49 * Math.cos(1.4)]);
    near(jit(grad(f, 1))(tensor(2), tensor(0.7)), [Math.sin(1.4) + 1.4 * Math.cos(1.4)]);
    near(checkpoint((x: tf.Tensor) => tf.square(x))(tensor(3)), [9]);
  });
});
