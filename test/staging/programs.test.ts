/** Compiled programs are remembered within a budget of memory. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { grad } from '../../src/autodiff/index.js';
import { buildGraph, referenceExecutor, shapes, type Executor } from '../../src/ir/index.js';
import { Programs, weightOf } from '../../src/staging/programs.js';
import { register, tensor } from '../../src/staging/index.js';

beforeAll(() => register());

it('the ones not asked for longest are forgotten, beyond a number and beyond a weight; the last one stays', () => {
  const programs = new Programs<string>(3, 10);
  for (const name of ['a', 'b', 'c']) programs.set(name, name, 1);
  programs.get('a');
  programs.set('d', 'd', 1);
  expect(['a', 'b', 'c', 'd'].map((name) => programs.get(name))).toEqual(['a', undefined, 'c', 'd']);
  programs.set('e', 'e', 9);
  expect(['a', 'c', 'd', 'e'].map((name) => programs.get(name))).toEqual([undefined, undefined, 'd', 'e']);
  programs.set('f', 'f', 100);
  expect([programs.size, programs.get('f')]).toEqual([1, 'f']);
  programs.clear();
  programs.set('g', 'g', 9);
  programs.set('h', 'h', 1);
  expect(programs.size).toBe(2);
});

it('a graph weighs what its values and those of its sub-graphs hold', () => {
  const body = buildGraph([{ shape: [5], dtype: 'f' }], (x) => [shapes.reduceSum(x!)]);
  const graph = buildGraph([{ shape: [5], dtype: 'f' }], (x) =>
    x!.builder.nodes('custom', { fun: body, captures: 0 }, [x!]),
  );
  expect([weightOf(body), weightOf(graph)]).toEqual([6, 12]);
});

it('programs that close over data are remembered, but not those of ever new data', () => {
  let compiled = 0;
  const counting: Executor = {
    name: 'counting',
    compile: (graph) => (compiled++, referenceExecutor.compile(graph)),
  };
  register({ executor: counting });
  const differentiate = (first: number): void => {
    const data = tensor(Float64Array.from({ length: 2 ** 19 }, (_, k) => k + first));
    tf.dispose([data, grad((w: tf.Tensor) => tf.sum(tf.mul(w, data)))(tensor(1))]);
  };
  const compilations = (first: number): number => {
    const before = compiled;
    differentiate(first);
    return compiled - before;
  };
  try {
    expect([compilations(0), compilations(0)]).toEqual([1, 0]);
    for (let first = 1; first <= 32; first++) differentiate(first);
    expect([compilations(32), compilations(0)]).toEqual([0, 1]);
  } finally {
    register({ executor: referenceExecutor });
  }
});
