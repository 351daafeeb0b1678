/** Loops that threads share: equal results for every number of threads, each unit once, errors that surface. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import {
  f32x4,
  i32,
  Module,
  v128,
  type Func,
  type FunctionBuilder,
  type Global,
} from '../../src/compile/assembler/index.js';
import { Parallel, Runtime } from '../../src/compile/runtime/index.js';
import { threadsOf } from '../../src/compile/runtime/pool.js';

const MiB = 2 ** 20;
const several = availableParallelism() >= 2;
const runtimes: Runtime[] = [];
const runtimeOf = (threads: number): Runtime => {
  const made = new Runtime({ threads, maximum: 256 * MiB });
  runtimes.push(made);
  return made;
};
afterAll(async () => void (await Promise.all(runtimes.map((r) => r.close()))));

type Exports = Readonly<Record<string, (...args: number[]) => number>>;
const owner = {};

/** A module with parallel kernels, in a runtime. */
function instantiate(runtime: Runtime, build: (m: Module, p: Parallel) => void): Exports {
  const m = new Module(runtime.memoryType);
  const parallel = new Parallel(m);
  build(m, parallel);
  parallel.finish();
  const module = new WebAssembly.Module(m.encode());
  const instance = new WebAssembly.Instance(module, { env: { memory: runtime.memory } });
  runtime.attach(owner, instance, module);
  return instance.exports as unknown as Exports;
}

const elements = 4096;

/** y = ten multiply-adds of x, in units of 4096 elements; `run(x, y, units)`. */
function polynomial(m: Module, p: Parallel): void {
  const [x, y] = [m.global(), m.global()] as [Global<'i32'>, Global<'i32'>];
  const unit = m.func('unit', ['i32'], undefined, (f, at) => {
    const end = f.let(i32.add(at, i32.const(4 * elements)));
    f.for(at, end, 16, (i) => {
      const a = f.local('v128', v128.load(i32.add(x, i)));
      for (let k = 0; k < 10; k++) f.set(a, f32x4.add(f32x4.mul(a, f32x4.const(0.9)), f32x4.const(0.1 * k)));
      f.store(i32.add(y, i), a);
    });
  });
  const kernel = m.func('kernel', ['i32', 'i32'], undefined, (f, from, to) => {
    f.for(from, to, 1, (u) => f.call(unit, i32.mul(u, i32.const(4 * elements))));
  });
  const all = p.kernel(kernel, [x, y]);
  exportRun(m, [x, y], all);
}

function exportRun(m: Module, globals: readonly Global<'i32'>[], all: Func): void {
  const types = globals.map(() => 'i32' as const);
  const run = m.func('run', [...types, 'i32'], undefined, (f: FunctionBuilder, ...args) => {
    globals.forEach((g, i) => f.set(g, args[i]!));
    f.call(all, args[globals.length]!);
  });
  m.export('run', run);
}

/** Counts in one word a unit, and in one a thread; traps in unit `bad`, or in threads from `badThread` on. */
function counting(m: Module, p: Parallel): void {
  const globals = [m.global(), m.global(), m.global(), m.global()] as const;
  const [counts, threads, bad, badThread] = globals;
  const kernel = m.func('count', ['i32', 'i32'], undefined, (f, from, to) => {
    f.if(i32.ge(p.thread, badThread), () => f.unreachable());
    const mine = f.let(i32.add(threads, i32.shl(p.thread, i32.const(2))));
    f.for(from, to, 1, (u) => {
      f.if(i32.eq(u, bad), () => f.unreachable());
      f.local('i32', i32.atomicAdd(i32.add(counts, i32.shl(u, i32.const(2))), i32.const(1)));
      f.local('i32', i32.atomicAdd(mine, i32.const(1)));
    });
  });
  exportRun(m, globals, p.kernel(kernel, [...globals, p.thread]));
}

/** Runs `f` until it gives true; whether it did within ten seconds. */
async function eventually(f: () => boolean): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(1)) if (f()) return true;
  return false;
}

describe.runIf(several)('threads', () => {
  test('a loop of 10⁶ elements has equal results for one and two threads, in calls before and after the others start', async () => {
    const units = 256;
    const n = units * elements;
    const results = [1, 2].map((threads) => {
      const runtime = runtimeOf(threads);
      expect(runtime.threads).toBe(threads);
      const [x, y] = [runtime.allocate(4 * n), runtime.allocate(4 * n)];
      for (let i = 0; i < n; i++) runtime.f32[x / 4 + i] = Math.sin(i);
      const { run } = instantiate(runtime, polynomial);
      return () => {
        runtime.f32.fill(0, y / 4, y / 4 + n);
        run!(x, y, units);
        return runtime.f32.slice(y / 4, y / 4 + n);
      };
    });
    const [one, two] = results.map((f) => f());
    expect(Buffer.compare(bytes(two!), bytes(one!))).toBe(0);
    let a = Math.fround(Math.sin(5));
    for (let k = 0; k < 10; k++) a = Math.fround(Math.fround(a * Math.fround(0.9)) + Math.fround(0.1 * k));
    expect(one![5]).toBe(a);
    await sleep(200);
    for (let i = 0; i < 5; i++) expect(Buffer.compare(bytes(results[1]!()), bytes(one!))).toBe(0);
  });

  test('each unit is done once, whatever the number of units, and the other threads take part', async () => {
    const runtime = runtimeOf(2);
    const most = 300;
    const [counts, threads] = [runtime.allocate(4 * most), runtime.allocate(128)];
    const { run } = instantiate(runtime, counting);
    const clear = (): void => void runtime.i32.fill(0, counts / 4, counts / 4 + most);
    const fault = (units: number): string | undefined => {
      const found = runtime.i32.subarray(counts / 4, counts / 4 + most);
      const at = found.findIndex((c, u) => c !== (u < units ? 1 : 0));
      return at < 0 ? undefined : `unit ${at} of ${units} was done ${found[at]} times`;
    };
    runtime.i32.fill(0, threads / 4, threads / 4 + 32);
    const helped = await eventually(() => {
      for (let k = 0; k < 500; k++) {
        clear();
        run!(counts, threads, -1, 99, k % most);
        expect(fault(k % most)).toBeUndefined();
      }
      return runtime.i32[threads / 4 + 1]! > 1000;
    });
    expect(helped).toBe(true);
    expect(runtime.i32[threads / 4]).toBeGreaterThan(0);
    // the judge sees a unit too few, one too many, one done twice
    clear();
    run!(counts, threads, -1, 99, 40);
    expect(fault(41)).toBe('unit 40 of 41 was done 0 times');
    expect(fault(39)).toBe('unit 39 of 39 was done 1 times');
    run!(counts, threads, -1, 99, 1);
    expect(fault(40)).toBe('unit 0 of 40 was done 2 times');
  });

  test('a trap in any thread is an error in the main one, and the next call works', async () => {
    const runtime = runtimeOf(2);
    const [counts, threads] = [runtime.allocate(4 * 300), runtime.allocate(128)];
    const { run } = instantiate(runtime, counting);
    let elsewhere: Error | undefined;
    const attempt = (bad: number, badThread: number): unknown => {
      try {
        run!(counts, threads, bad, badThread, 300);
        return undefined;
      } catch (error) {
        elsewhere = runtime.settle();
        return error;
      }
    };
    const sound = (): void => {
      runtime.i32.fill(0, counts / 4, counts / 4 + 300);
      run!(counts, threads, -1, 99, 300);
      expect(runtime.i32.subarray(counts / 4, counts / 4 + 300).every((c) => c === 1)).toBe(true);
    };
    for (let bad = 0; bad < 300; bad++) {
      expect(attempt(bad, 99)).toBeInstanceOf(WebAssembly.RuntimeError);
      if (bad % 10 === 0) sound();
    }
    // `end` alone is enough to go on
    runtime.begin();
    expect(() => run!(counts, threads, 150, 99, 300)).toThrow();
    runtime.end();
    sound();
    // only in the other thread: once it takes part
    expect(await eventually(() => attempt(-1, 1) !== undefined)).toBe(true);
    expect(elsewhere).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(elsewhere!.message).toContain('unreachable');
    expect(elsewhere!.stack).toContain('count');
    for (let i = 0; i < 50; i++) sound();
    expect(await eventually(() => attempt(-1, 1) !== undefined)).toBe(true);
    sound();
  });

  test('several programs share the threads', async () => {
    const runtime = runtimeOf(2);
    const [counts, threads] = [runtime.allocate(4 * 300), runtime.allocate(128)];
    const programs = [0, 1, 2].map(() => instantiate(runtime, counting));
    runtime.i32.fill(0, threads / 4, threads / 4 + 32);
    for (const { run } of programs) {
      const start = runtime.i32[threads / 4 + 1]!;
      const helped = await eventually(() => {
        for (let k = 0; k < 100; k++) run!(counts, threads, -1, 99, 300);
        return runtime.i32[threads / 4 + 1]! > start;
      });
      expect(helped).toBe(true);
    }
  });

  test('memory grows while threads are there', async () => {
    const runtime = runtimeOf(2);
    const { run } = instantiate(runtime, counting);
    const threads = runtime.allocate(128);
    runtime.i32.fill(0, threads / 4, threads / 4 + 32);
    for (let k = 0; k < 20; k++) {
      const counts = runtime.allocate(2 * MiB);
      runtime.i32.fill(0, counts / 4, counts / 4 + 300);
      const start = runtime.i32[threads / 4 + 1]!;
      expect(
        await eventually(() => {
          run!(counts, threads, -1, 99, 300);
          return runtime.i32[threads / 4 + 1]! > start;
        }),
      ).toBe(true);
    }
  });

  test('after close, programs run in the main thread alone', async () => {
    const runtime = runtimeOf(2);
    const [counts, threads] = [runtime.allocate(4 * 300), runtime.allocate(128)];
    const { run } = instantiate(runtime, counting);
    for (let k = 0; k < 1000; k++) run!(counts, threads, -1, 99, 300);
    await runtime.close();
    runtime.i32.fill(0, counts / 4, counts / 4 + 300);
    runtime.i32.fill(0, threads / 4, threads / 4 + 32);
    for (let k = 0; k < 1000; k++) run!(counts, threads, -1, 99, 300);
    expect(runtime.i32.subarray(threads / 4, threads / 4 + 2)).toEqual(Int32Array.of(300_000, 0));
    expect(runtime.settle()).toBeUndefined();
    await runtime.close();
  });
});

test('there are never more threads than cores, and one where memory cannot be shared', () => {
  const host = { cores: 3, start: () => ({ postMessage: () => undefined, terminate: () => undefined }) };
  expect([0, 1, 2, 3, 8].map((n) => threadsOf(n, host))).toEqual([1, 1, 2, 3, 3]);
  expect(threadsOf(100, { ...host, cores: 200 })).toBe(32);
  const known = globalThis.SharedArrayBuffer;
  try {
    // as in a page without cross-origin isolation
    Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
    expect(new Runtime({ threads: 2 }).threads).toBe(1);
    expect(new Runtime({ threads: 2 }).memoryType).toEqual({ minimum: 1 });
  } finally {
    globalThis.SharedArrayBuffer = known;
  }
});

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}
