/** Chained methods: all that tfjs declares, defined where tfjs has not, and staged like their functions. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/index.js';
import { chainedNames, tensor } from '../../src/staging/index.js';
import { defineChained } from '../../src/staging/chained.js';
import { difference, f32, grid, i32, logical, onAdjoint, staged, type Fn, type Operand } from './compare.js';

/** Methods that tfjs's declarations add to tensors. */
function declaredNames(): string[] {
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json');
  const folder = join(core, '..', 'dist', 'public', 'chained_ops');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/interface Tensor<[^{]*\{\s*(\w+)\s*[<(]/g),
    ])
    .map((found) => found[1]!);
  return [...new Set(names)];
}

const m = grid([2, 3], 0.2, 0.9);
const n = grid([2, 3], 0.2, 0.9, 2);
const bits = logical(grid([2, 3], -1, 1, 3));

type Pair = readonly [string, chained: Fn, plain: Fn, operands: readonly Operand[]];
const pairs: Pair[] = [
  ['add', (x, y) => x.add(y), tf.add, [m, n]],
  ['add a number', (x) => x.add(2), (x) => tf.add(x, 2), [m]],
  ['sum', (x) => x.sum(1, true), (x) => tf.sum(x, 1, true), [m]],
  ['matMul', (x, y) => x.matMul(y, false, true), (x, y) => tf.matMul(x, y, false, true), [m, n]],
  ['as1D', (x) => x.as1D(), (x) => tf.reshape(x, [6]), [m]],
  ['as2D', (x) => x.as2D(3, 2), (x) => tf.reshape(x, [3, 2]), [m]],
  ['as3D', (x) => x.as3D(3, 1, 2), (x) => tf.reshape(x, [3, 1, 2]), [m]],
  ['as4D', (x) => x.as4D(3, 1, 2, 1), (x) => tf.reshape(x, [3, 1, 2, 1]), [m]],
  ['as5D', (x) => x.as5D(3, 1, 2, 1, 1), (x) => tf.reshape(x, [3, 1, 2, 1, 1]), [m]],
  ['asScalar', (x) => x.asScalar(), (x) => tf.reshape(x, []), [grid([1, 1])]],
  ['asType', (x) => x.asType('int32'), (x) => tf.cast(x, 'int32'), [grid([3])]],
  ['flatten', (x) => x.flatten(), (x) => tf.reshape(x, [6]), [m]],
  ['reshapeAs', (x, y) => x.reshapeAs(y), (x) => tf.reshape(x, [3, 2]), [m, grid([3, 2])]],
  ['concat one', (x, y) => x.concat(y, 1), (x, y) => tf.concat([x, y], 1), [m, n]],
  ['concat more', (x, y) => x.concat([y, x]), (x, y) => tf.concat([x, y, x]), [m, n]],
  ['stack', (x, y) => x.stack(y), (x, y) => tf.stack([x, y]), [m, n]],
  ['stack more', (x, y) => x.stack([y, y], 1), (x, y) => tf.stack([x, y, y], 1), [m, n]],
  ['toBool', (x) => x.toBool(), (x) => tf.cast(x, 'bool'), [i32([0, 2])]],
  ['toFloat', (x) => x.toFloat(), (x) => tf.cast(x, 'float32'), [i32([0, 2])]],
  ['toInt', (x) => x.toInt(), (x) => tf.cast(x, 'int32'), [f32([0.5, -2.5])]],
  ['where', (x, c, y) => x.where(c, y), (x, c, y) => tf.where(c, x, y), [m, bits, n]],
  ['oneHot', (x) => x.oneHot(3), (x) => tf.oneHot(x, 3), [i32([0, 2])]],
  [
    'resizeBilinear',
    (x) => (x as tf.Tensor4D).resizeBilinear([3, 3]),
    (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [3, 3]),
    [grid([1, 2, 2, 1])],
  ],
  [
    'resizeNearestNeighbor',
    (x) => (x as tf.Tensor4D).resizeNearestNeighbor([3, 3]),
    (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [3, 3]),
    [grid([1, 2, 2, 1])],
  ],
  ['a chain', (x, y) => x.sub(y).square().mean(), (x, y) => tf.mean(tf.square(tf.sub(x, y))), [m, n]],
];

describe('chained methods', () => {
  it('all that tfjs declares are there', () => {
    const declared = declaredNames();
    expect(declared.length).toBeGreaterThan(130);
    expect([...chainedNames].sort()).toEqual([...new Set(declared)].sort());
    for (const name of declared) expect(typeof (tf.Tensor.prototype as any)[name], name).toBe('function');
  });

  it.each(pairs)('%s', (_, chained, plain, operands) => {
    expect(difference(onAdjoint(plain, operands), onAdjoint(chained, operands))).toBeUndefined();
    expect(difference(onAdjoint(plain, operands), staged(chained, operands))).toBeUndefined();
  });

  it('derivatives through a chain', () => {
    const g = grad((x: tf.Tensor) => x.mul(x).sum());
    expect(Array.from(g(tensor([1, 2])).dataSync())).toEqual([2, 4]);
  });

  it('what is there stays, and nothing is enumerable', () => {
    class Given {
      add(): string {
        return 'its own';
      }
    }
    defineChained(Given.prototype);
    const given = new Given();
    expect(given.add()).toBe('its own');
    expect(Object.keys(Given.prototype)).toEqual([]);
    expect('sub' in given).toBe(true);
    // another package may assign its own methods later, as tfjs's bundle does
    (Given.prototype as any).sub = () => 'theirs';
    expect((given as any).sub()).toBe('theirs');
    defineChained(Given.prototype);
    expect((given as any).sub()).toBe('theirs');
  });

  it('a disposed tensor, and a scalar that is none', () => {
    const x = tf.tensor([1, 2]);
    expect(() => x.asScalar()).toThrow('asScalar: expected one element, found shape [2]');
    x.dispose();
    expect(() => x.add(1)).toThrow('disposed');
  });
});
