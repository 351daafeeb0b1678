import * as tf from '@tensorflow/tfjs-core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { hostArray } from '../../src/ir/index.js';
import { flatten, Key, mapTree, register, StagingError, unflatten } from '../../src/staging/index.js';

register();

const leaf = fc.oneof(fc.double(), fc.boolean());
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('trees', () => {
  test.prop([tree])('unflatten undoes flatten', (t) => {
    const { leaves, def, paths } = flatten(t);
    expect(leaves.length).toBe(def.size);
    expect(paths.length).toBe(def.size);
    expect(unflatten(def, leaves)).toEqual(t);
    expect(
      flatten(
        unflatten(
          def,
          leaves.map(() => 0),
        ),
      ).def.key,
    ).toBe(def.key);
  });

  test.prop([tree, tree])('keys are equal exactly for equal structures', (a, b) => {
    const shape = (t: unknown): string => JSON.stringify(mapTree(t, () => 0));
    expect(flatten(a).def.key === flatten(b).def.key).toBe(shape(a) === shape(b));
  });

  it('keeps tensors and keys, drops undefined members, keeps the order of names', () => {
    const x = tf.scalar(1);
    const k = new Key(hostArray([1, 2], [2], 'u32'));
    const { leaves, paths, def } = flatten({ b: [x, 2], a: { k, none: undefined }, flag: true });
    expect(leaves).toEqual([x, 2, k, true]);
    expect(paths).toEqual(['b.0', 'b.1', 'a.k', 'flag']);
    expect(def.key).toBe('{"b":[*,*],"a":{"k":*},"flag":*}');
    expect(unflatten(def, [1, 2, 3, 4])).toEqual({ b: [1, 2], a: { k: 3 }, flag: 4 });
  });

  it('a record with the name __proto__ stays a record', () => {
    const t = JSON.parse('{"__proto__": 1, "a": 2}') as unknown;
    const back = unflatten(flatten(t).def, [1, 2]) as object;
    expect(Object.keys(back)).toEqual(['__proto__', 'a']);
  });

  it('mapTree gives the path', () => {
    expect(mapTree({ a: [1, 2] }, (x, path) => `${path}=${String(x)}`)).toEqual({ a: ['a.0=1', 'a.1=2'] });
  });

  it.each([
    [new Map(), 'an object of class Map'],
    [{ a: [null] }, 'null at a.0'],
    ['text', "the string 'text'"],
    [{ f: () => 1 }, 'a function at f'],
    [new Float64Array(2), 'an object of class Float64Array'],
  ])('refuses %o', (t, found) => {
    expect(() => flatten(t)).toThrow(StagingError);
    expect(() => flatten(t)).toThrow(found);
  });

  it('counts leaves', () => {
    expect(() => unflatten(flatten([1, 2]).def, [1])).toThrow('The tree has 2 leaves, 1 were given.');
  });
});
