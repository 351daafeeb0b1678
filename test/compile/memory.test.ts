import { expect, test } from 'vitest';
import { assignMemory } from '../../src/compile/memory.js';
import type { Slot } from '../../src/compile/view.js';
import { bufferExecutor, cached } from '../../src/compile/index.js';
import { buildGraph, ops, type Executor } from '../../src/ir/index.js';

const slot = (size: number, dtype: Slot['dtype'] = 'f'): Slot => ({ data: new Float64Array(0), dtype, size });
const run = (): void => undefined;

test('a chain of results needs two buffers; kept ones are not shared', () => {
  const [a, b, c, d, e] = [slot(3), slot(3), slot(3), slot(3), slot(3)] as const;
  const steps = [
    { run, reads: [], writes: [a] },
    { run, reads: [a], writes: [b] },
    { run, reads: [b], writes: [c] },
    { run, reads: [c], writes: [d] },
    { run, reads: [d], writes: [e] },
  ];
  assignMemory(steps, new Set([c]));
  expect(new Set([a, b, d, e].map((s) => s.data)).size).toBe(2);
  expect([a, b, d, e].map((s) => s.data)).not.toContain(c.data);
  for (const { reads, writes } of steps) expect(reads.map((s) => s.data)).not.toContain(writes[0]!.data);
});

test('only buffers of one size and element type are shared', () => {
  const [a, b, c] = [slot(3), slot(4), slot(3, 'i32')] as const;
  assignMemory(
    [
      { run, reads: [], writes: [a] },
      { run, reads: [], writes: [b] },
      { run, reads: [], writes: [c] },
    ],
    new Set(),
  );
  expect([a, b, c].map((s) => s.data.length)).toEqual([3, 4, 3]);
  expect(c.data).toBeInstanceOf(Int32Array);
});

test('a buffer that was there before the steps is never given away', () => {
  const [given, a, b] = [slot(3), slot(3), slot(3)] as const;
  given.data = new Float64Array([1, 2, 3]);
  assignMemory(
    [
      { run, reads: [given], writes: [a] },
      { run, reads: [a], writes: [b] },
    ],
    new Set(),
  );
  expect([a.data, b.data]).not.toContain(given.data);
});

test('cached compiles equal graphs once and forgets the oldest', () => {
  let compiled = 0;
  const counting: Executor = { name: 'counting', compile: (g) => (compiled++, bufferExecutor.compile(g)) };
  const executor = cached(counting, 2);
  const graph = (k: number) => buildGraph([{ shape: [], dtype: 'f' }], (x) => [ops.mul(x!, k)]);
  expect(executor.compile(graph(2))).toBe(executor.compile(graph(2)));
  expect(compiled).toBe(1);
  executor.compile(graph(3));
  executor.compile(graph(2));
  executor.compile(graph(4)); // forgets 3, which was not asked for longest
  executor.compile(graph(2));
  expect(compiled).toBe(3);
  executor.compile(graph(3));
  expect(compiled).toBe(4);
});
