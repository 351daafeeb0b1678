/** What is garbage in JavaScript is given back in a runtime's memory, and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { hostArray, type HostArray } from '../../src/ir/index.js';
import { Runtime, type Resident } from '../../src/compile/runtime/index.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects garbage until a condition holds; finalizers run between turns of the event loop. */
async function collected(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 50 && !condition(); i++) {
    // a WeakRef that was read keeps its object for the rest of the turn
    await sleep(2);
    gc();
    await sleep(2);
  }
  return condition();
}

const vector = (n: number, value = 1): HostArray => hostArray(new Float64Array(n).fill(value), [n], 'f');

/** A value of a runtime, written where it lies. */
function made(runtime: Runtime, n: number, value: number): HostArray {
  const address = runtime.allocate(8 * n);
  runtime.f64.fill(value, address / 8, address / 8 + n);
  return runtime.result({ shape: [n], dtype: 'f' }, 'f64', address);
}

test('garbage is freed, what is reachable is not', async () => {
  const runtime = new Runtime();
  const kept = (made(runtime, 1000, 4) as Resident).withShape([1, 1000]);
  (() => {
    for (let i = 0; i < 100; i++) made(runtime, 1000, i);
  })();
  expect(runtime.usage.results).toBe(101 * 8000);
  expect(await collected(() => runtime.usage.results === 8000)).toBe(true);
  expect(kept.data[0]).toBe(4);
  expect(runtime.usage.used).toBe(8016);
});

test('copies of arrays that are garbage are freed', async () => {
  const runtime = new Runtime();
  const kept = vector(1000, 5);
  const address = runtime.place(kept, 'f64');
  (() => {
    for (let i = 0; i < 50; i++) runtime.place(vector(1000, i), 'f64');
  })();
  expect(await collected(() => runtime.usage.uploads === 8000)).toBe(true);
  expect(runtime.place(kept, 'f64')).toBe(address);
  expect(runtime.f64[address / 8]).toBe(5);
});

test('a runtime that nobody knows any more takes its memory along', async () => {
  const alive: WeakRef<Runtime>[] = [];
  const value = (() => {
    const runtime = new Runtime();
    alive.push(new WeakRef(runtime));
    const v = made(runtime, 1000, 6);
    runtime.place(v, 'f64');
    return v;
  })();
  expect(await collected(() => alive[0]!.deref() === undefined)).toBe(true);
  expect(value.data[0]).toBe(6); // the values alone keep their memory
});

test('a block is freed with the object that it belongs to', async () => {
  const runtime = new Runtime();
  const keep = {};
  runtime.freeWith(keep, runtime.allocate(100));
  (() => {
    for (let i = 0; i < 10; i++) runtime.freeWith({}, runtime.allocate(100));
  })();
  expect(await collected(() => runtime.usage.used === 128)).toBe(true);
  expect(keep).toEqual({});
});
