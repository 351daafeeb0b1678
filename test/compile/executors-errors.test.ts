/** A graph too large for memory, a module that is refused, a trap: what is said, what is left behind, what comes next. */
import { describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { Runtime } from '../../src/compile/runtime/index.js';
import { wasmExecutor } from '../../src/compile/wasm/executor.js';
import {
  Builder,
  ops,
  shapes,
  windows,
  type Compiled,
  type Executor,
  type Graph,
  type HostArray,
  type Node,
  type Shape,
} from '../../src/ir/index.js';
import { arr, nested } from '../ir/arrays.js';
import { trapping, withModules } from './executors-faults.js';

/** The graph of a function of one real, every node of which knows where it was made. */
function made(shape: Shape, f: (x: Node) => readonly Node[]): Graph {
  const b = new Builder();
  let line = 1;
  const x = b.input({ shape, dtype: 'f' });
  b.originOf = () => {
    const here = `tf.something at model.ts:${line++}:1`;
    return () => here;
  };
  return b.finish(f(x));
}

/** Something that goes wrong on an executor. */
interface Mishap {
  readonly name: string;
  /** Something to do again and again, which throws. */
  readonly prepare: (executor: Executor) => () => void;
  /** What the message must say: the operation and where it was made. */
  readonly says: RegExp;
}

/** Compiles a program whose functions of some names trap. */
const trapsIn = (named: RegExp, compile: () => Compiled): Compiled =>
  withModules((bytes, Module) => new Module(trapping(bytes, named)), compile);

const wide = (x: Node): Node => shapes.broadcast(x, [1024, 1024], []);
const one = arr(1);

const mishaps: readonly Mishap[] = [
  {
    name: 'a result that is too large',
    prepare: (executor) => () => void executor.compile(made([], (x) => [ops.exp(wide(x))]))([one]),
    says: /(exp|broadcast).*f\[1024,1024\].*model\.ts:\d/,
  },
  {
    name: 'a value on the way that is too large',
    prepare: (executor) => () =>
      void executor.compile(made([], (x) => [shapes.reduceSum(windows.sort(wide(ops.sin(x)), 0)[0])]))([one]),
    says: /(sort|broadcast).*f\[1024,1024\].*model\.ts:\d/,
  },
  {
    name: 'an argument that is too large',
    prepare: (executor) => {
      const x: HostArray = { data: new Float64Array(2 ** 20), shape: [2 ** 20], dtype: 'f' };
      const run = executor.compile(made([2 ** 20], (v) => [shapes.reduceSum(v)]));
      return () => void run([x]);
    },
    says: /(input 0|input → f\[1048576\])/,
  },
  {
    name: 'a module that the engine refuses',
    prepare: (executor) => () =>
      withModules(
        () => {
          throw new WebAssembly.CompileError('refused by the content security policy');
        },
        () => executor.compile(made([3], (x) => [ops.tanh(ops.sin(x))])),
      ),
    says: /tanh.*model\.ts:2.*refused by the content security policy/s,
  },
  {
    name: 'a trap in a kernel of its own',
    prepare: (executor) => {
      const x: HostArray = { data: new Float64Array(2 ** 15), shape: [2 ** 15], dtype: 'f' };
      const graph = made(x.shape, (v) => [shapes.cumsum(ops.tanh(v), 0)]);
      const run = trapsIn(/tanh/, () => executor.compile(graph));
      return () => void run([x]);
    },
    says: /tanh.*model\.ts:1/,
  },
  {
    name: 'a trap in the body of a loop',
    prepare: (executor) => {
      const body = made([], (x) => [ops.tan(ops.add(x, 1))]);
      const cond = made([], (x) => [ops.lt(x, 1e9)]);
      const loop = { cond, body, condConsts: 0, bodyConsts: 0 };
      const graph = made([], (x) => x.builder.nodes('while', loop, [x]));
      const run = trapsIn(/^(?!main)/, () => executor.compile(graph));
      return () => void run([one]);
    },
    says: /(while|tan|add).*model\.ts:\d/,
  },
  {
    name: 'a trap in a small program',
    prepare: (executor) => {
      const graph = made([3], (x) => [ops.tanh(ops.add(ops.sin(x), 1))]);
      const run = trapsIn(/./, () => executor.compile(graph));
      return () => void run([arr([1, 2, 3])]);
    },
    says: /(sin|add|tanh).*model\.ts:\d/,
  },
];

/** An executor in a memory of its own, and the bytes in use there. */
interface Place {
  readonly executor: Executor;
  readonly used: () => number;
}

/** What must hold of a mishap: it is told, again and again without loss, and what comes next works. */
function expectGraceful({ executor, used }: Place, { prepare, says }: Mishap): void {
  const graph = made([3], (x) => [ops.mul(ops.exp(x), 2)]);
  const working = executor.compile(graph);
  const right = (): void => expect(working([arr([0, 0, 0])]).map(nested)).toEqual([[2, 2, 2]]);
  right();
  const happen = prepare(executor);
  const attempt = (): string => {
    try {
      happen();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'nothing was thrown';
  };
  expect(attempt()).toMatch(says);
  right();
  attempt();
  const before = used();
  for (let k = 0; k < 20; k++) attempt();
  expect(used(), 'bytes in use after 20 more attempts').toBe(before);
  right();
  expect(
    executor
      .compile(graph)([arr([0, 0, 0])])
      .map(nested),
    'a new program',
  ).toEqual([[2, 2, 2]]);
}

const small = { maximum: 2 ** 22 };

describe.each(['float32', 'float64'] as const)('wasm %s', (precision) => {
  test.each(mishaps.map((m) => [m.name, m] as const))('%s', (_, mishap) => {
    const runtime = new Runtime(small);
    expectGraceful(
      { executor: wasmExecutor({ precision, runtime }), used: () => runtime.usage.used },
      mishap,
    );
  });

  test('arguments that do not fit are named', () => {
    const run = wasmExecutor({ precision }).compile(made([3], (x) => [ops.exp(x)]));
    expect(() => run([])).toThrow(/wasmExecutor: the graph has 1 inputs, 0 values were given/);
    expect(() => run([arr([1, 2])])).toThrow(/wasmExecutor: input 0 is f\[3\], found f\[2\]/);
  });
});

describe('the check finds an executor that', () => {
  const fails = (message: string): never => {
    throw new Error(message);
  };
  const mishap: Mishap = {
    name: 'planted',
    prepare: (e) => () => void e.compile(made([2], (x) => [ops.log(x)]))([arr([1, 1])]),
    says: /log.*model\.ts:1/,
  };
  /** The buffer executor, which fails on logarithms in some way. */
  const failing = (fail: (graph: Graph) => void): Executor => ({
    name: 'failing',
    compile: (graph) =>
      graph.nodes.some((n) => n.op === 'log') ? (fail(graph), () => []) : bufferExecutor.compile(graph),
  });
  const says = 'log made by tf.something at model.ts:1:1';
  test('does nothing wrong: not', () => {
    expect(() =>
      expectGraceful({ executor: failing(() => fails(says)), used: () => 0 }, mishap),
    ).not.toThrow();
  });
  test('does not name the operation', () => {
    expect(() =>
      expectGraceful({ executor: failing(() => fails('unreachable')), used: () => 0 }, mishap),
    ).toThrow(/unreachable/);
  });
  test('goes on as if nothing had happened', () => {
    expect(() => expectGraceful({ executor: failing(() => undefined), used: () => 0 }, mishap)).toThrow(
      /nothing was thrown/,
    );
  });
  test('loses memory', () => {
    let lost = 0;
    const executor = failing(() => {
      lost += 16;
      fails(says);
    });
    expect(() => expectGraceful({ executor, used: () => lost }, mishap)).toThrow(/bytes in use/);
  });
  test('is broken afterwards', () => {
    let broken = false;
    const executor = failing(() => {
      broken = true;
      fails(says);
    });
    const once: Executor = { name: 'once', compile: (g) => (broken ? fails('nested') : executor.compile(g)) };
    expect(() => expectGraceful({ executor: once, used: () => 0 }, mishap)).toThrow();
  });
});
