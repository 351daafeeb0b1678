/** Kernels: what is fused, how rows end, in which order sums are taken, what memory is used again. */
import { describe, expect, test } from 'vitest';
import { explainGraph } from '../../src/compile/explain.js';
import { Runtime } from '../../src/compile/runtime/index.js';
import { wasmExecutor } from '../../src/compile/wasm/executor.js';
import { planProgram } from '../../src/compile/wasm/program.js';
import {
  buildGraph,
  evaluate,
  hostArray,
  ops,
  shapes,
  sizeOf,
  type Graph,
  type HostArray,
  type Node,
  type Shape,
} from '../../src/ir/index.js';

const runtime = new Runtime();
const wide = wasmExecutor({ runtime });
const narrow = wasmExecutor({ precision: 'float32', runtime });

const real = (shape: Shape): { shape: Shape; dtype: 'f' } => ({ shape, dtype: 'f' });
const values = (shape: Shape, seed = 1): HostArray =>
  hostArray(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(12.9898 * (i + seed)) * 1.5),
    shape,
    'f',
  );

/** Steps of the plan of a graph that is not optimized first. */
function stepsOf(graph: Graph): string[] {
  const { plan } = planProgram(graph, runtime, { float: 'f32', relaxed: false });
  return plan.items.map((item) => ('label' in item ? item.label : `[${item.shape.join()}]`));
}

function agree(graph: Graph, inputs: readonly HostArray[], bounds: { f64: number; f32: number }): void {
  const want = evaluate(graph, inputs);
  for (const [executor, bound] of [
    [wide, bounds.f64],
    [narrow, bounds.f32],
  ] as const) {
    const got = executor.compile(graph)(inputs);
    want.forEach((w, o) => {
      let worst = 0;
      w.data.forEach((v, i) => {
        worst = Math.max(worst, Math.abs(v - got[o]!.data[i]!) / (1 + Math.abs(v)));
      });
      expect(worst, `${executor.name}, result ${o}`).toBeLessThanOrEqual(bound);
    });
  }
}

describe('fusion', () => {
  test('a chain with broadcasts and its sum are one loop', () => {
    const graph = buildGraph([real([50, 20]), real([20])], (x, row) => {
      const y = ops.exp(ops.mul(ops.add(x!, ops.broadcastTo(row!, [50, 20])), 2));
      return [shapes.reduceSum(y), y];
    });
    expect(stepsOf(graph)).toEqual(['[50,20]']);
  });

  test('neighbours over one shape are one loop, whatever their operands', () => {
    const graph = buildGraph([real([64]), real([64])], (x, y) => [ops.exp(x!), ops.mul(y!, y!)]);
    expect(stepsOf(graph)).toEqual(['[64]']);
  });

  test('what reads a sum comes after the loop that takes it', () => {
    const graph = buildGraph([real([64])], (x) => {
      const m = ops.broadcastTo(shapes.reduceMax(x!), [64]);
      return [ops.exp(ops.sub(x!, m))];
    });
    expect(stepsOf(graph)).toEqual(['[64]', '[64]']);
  });

  test('an operand that repeats is computed once', () => {
    const graph = buildGraph([real([]), real([1000])], (c, x) => [
      ops.mul(x!, ops.broadcastTo(ops.exp(c!), [1000])),
    ]);
    expect(stepsOf(graph)).toEqual(['[]', '[1000]']);
  });
});

describe('rows of every length', () => {
  const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 67];

  test.each(lengths)('element-wise and sums over each axis, rows of %i', (n) => {
    for (const rows of [1, 3, 5]) {
      const graph = buildGraph([real([rows, n]), real([rows, 1])], (x, c) => {
        const y = ops.mul(x!, ops.broadcastTo(c!, [rows, n]));
        return [
          y,
          shapes.reduceSum(y, 0),
          shapes.reduceSum(y, 1),
          shapes.reduceMax(ops.sub(x!, 1), 1),
          shapes.reduceSum(ops.exp(x!)),
          shapes.transpose(x!),
          ops.lt(x!, y),
        ];
      });
      agree(graph, [values([rows, n]), values([rows, 1], 5)], { f64: 1e-14, f32: 2e-6 });
    }
  });

  test('a result ends where it ends', () => {
    // two results side by side in one buffer: what the first writes past its end would show
    for (const n of lengths) {
      const graph = buildGraph([real([n]), real([3])], (x, y) => [
        shapes.concat([ops.exp(y!), ops.mul(x!, 2), ops.neg(y!)], 0),
      ]);
      agree(graph, [values([n]), values([3], 9)], { f64: 1e-15, f32: 1e-6 });
    }
  });

  test.each([
    [120, 80],
    [97, 101],
    [1024, 64],
  ])('transposition of %i×%i', (m, n) => {
    const graph = buildGraph([real([m, n])], (x) => [ops.add(shapes.transpose(x!), 1)]);
    agree(graph, [values([m, n])], { f64: 0, f32: 1e-7 });
  });
});

describe('the order of sums', () => {
  /** The sum of x in a loop that does nothing else, and in one that computes much besides. */
  const both = (n: number): Graph[] => {
    const alone = (x: Node): Node => shapes.reduceSum(x);
    return [
      buildGraph([real([n])], (x) => [alone(x!)]),
      buildGraph([real([n])], (x) => [
        alone(x!),
        ops.unary('erf', ops.exp(ops.unary('tanh', x!))),
        shapes.reduceSum(ops.unary('lgamma', ops.abs(x!))),
      ]),
    ];
  };

  test.each([5, 31, 32, 35, 100, 1000, 4099, 70_001])('is that of the shape: %i terms', (n) => {
    for (const executor of [wide, narrow]) {
      const sums = both(n).map((g) => executor.compile(g)([values([n])])[0]!.data[0]);
      expect(sums[1]).toBe(sums[0]);
    }
  });

  test('float32 sums of a million terms keep six digits', () => {
    const n = 1_000_000;
    const x = hostArray(
      Float64Array.from({ length: n }, (_, i) => Math.fround(0.1 + (i % 7) * 1e-4)),
      [n],
      'f',
    );
    let exact = 0;
    for (const v of x.data) exact += v;
    const graph = buildGraph([real([n])], (a) => [shapes.reduceSum(a!)]);
    const [sum] = narrow.compile(graph)([x]);
    expect(Math.abs(sum!.data[0]! - exact) / exact).toBeLessThan(1e-6);
    // one running sum, as a check of the check
    let naive = 0;
    for (const v of x.data) naive = Math.fround(naive + v);
    expect(Math.abs(naive - exact) / exact).toBeGreaterThan(1e-4);
  });
});

describe('memory', () => {
  test('places are used again', () => {
    // each sort must wait for the one before it; only neighbours are alive at a time
    const chain = (steps: number): Graph =>
      buildGraph([real([1024])], (x) => {
        let y = x!;
        for (let i = 0; i < steps; i++) y = ops.mul(y.builder.nodes('sort', { axis: 0 }, [y])[0]!, -1);
        return [y];
      });
    const scratch = (steps: number): number =>
      planProgram(chain(steps), runtime, { float: 'f32', relaxed: false }).scratch;
    expect(scratch(20)).toBe(scratch(4));
  });

  test('a kernel writes over what it is the last to read', () => {
    const graph = buildGraph([real([1024])], (x) => {
      const sort = (y: Node): Node => y.builder.nodes('sort', { axis: 0 }, [y])[0]!;
      return [sort(ops.add(sort(x!), 1))];
    });
    const { plan } = planProgram(graph, runtime, { float: 'f32', relaxed: false });
    const places = plan.buffers.map((b) => JSON.stringify((b.place as { offset: number }).offset));
    const middle = plan.items.findIndex((item) => !('label' in item));
    expect(middle).toBeGreaterThan(0);
    expect(new Set(places).size).toBeLessThan(places.length);
    agree(graph, [values([1024])], { f64: 0, f32: 1e-6 });
  });

  test('what is read at other places is not written over', () => {
    const graph = buildGraph([real([1024])], (x) => {
      const [y] = x!.builder.nodes('sort', { axis: 0 }, [x!]);
      const z = ops.add(shapes.reverse(y!, [0]), ops.mul(y!, 3));
      return [z.builder.nodes('sort', { axis: 0 }, [z])[0]!];
    });
    agree(graph, [values([1024])], { f64: 1e-15, f32: 1e-6 });
  });

  test('nothing is left after many programs', () => {
    const own = new Runtime();
    const executor = wasmExecutor({ runtime: own });
    const graph = buildGraph([real([2000])], (x) => [ops.exp(x!)]);
    const run = executor.compile(graph);
    const x = values([2000]);
    const once = (): void => {
      const [y] = run([x]);
      (y as unknown as { free(): void }).free();
    };
    once();
    const before = own.usage.used;
    for (let i = 0; i < 1000; i++) once();
    expect(own.usage.used).toBe(before);
  });
});

describe('loops', () => {
  const scan = (body: (carry: readonly Node[]) => readonly Node[], init: number): Graph =>
    buildGraph(new Array(init).fill(real([6])), (...carry) => {
      const inner = buildGraph(new Array(init).fill(real([6])), (...c) => body(c));
      return carry[0]!.builder.nodes(
        'scan',
        { body: inner, length: 7, consts: 0, carry: init, reverse: false },
        carry,
      );
    });
  const bodyOf = (graph: Graph): string => explainGraph(graph).split('body, 7 times')[1]!;

  test('a carry that is only read where it is written is written in place', () => {
    const graph = scan(([m, x]) => [ops.mul(m!, 0.9), ops.sub(x!, ops.mul(m!, 0.1))], 2);
    expect(bodyOf(graph)).not.toContain('carry');
    agree(graph, [values([6]), values([6], 3)], { f64: 1e-15, f32: 1e-6 });
  });

  test('carries that change places are copied', () => {
    const graph = scan(([a, b]) => [b!, a!], 2);
    expect(bodyOf(graph)).toContain('carry');
    agree(graph, [values([6]), values([6], 3)], { f64: 0, f32: 1e-7 });
  });

  test('a carry that is read backwards is copied', () => {
    const graph = scan(([a]) => [shapes.reverse(a!, [0])], 1);
    expect(bodyOf(graph)).toContain('carry');
    agree(graph, [values([6])], { f64: 0, f32: 1e-7 });
  });
});

describe('threads', () => {
  test('two give the numbers of one', async () => {
    const graph = buildGraph([real([700, 300]), real([300, 200]), real([200])], (x, w, bias) => {
      const y = shapes.matmul(x!, w!);
      const z = ops.unary('tanh', ops.add(y, ops.broadcastTo(bias!, [700, 200])));
      return [z, shapes.reduceSum(z, 1), shapes.reduceSum(z, 0), ops.exp(z)];
    });
    const inputs = [values([700, 300]), values([300, 200], 4), values([200], 9)];
    const two = new Runtime({ threads: 2 });
    try {
      for (const precision of ['float32'] as const) {
        const run = wasmExecutor({ precision, runtime: two }).compile(graph);
        const want = wasmExecutor({ precision }).compile(graph)(inputs);
        for (let turn = 0; turn < 6; turn++) {
          const got = run(inputs);
          got.forEach((v, i) => expect(v.data).toEqual(want[i]!.data));
          // the other thread needs a while to start
          if (turn === 1) await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    } finally {
      await two.close();
    }
  });
});

describe('views that run backwards', () => {
  test('are read within their buffers, at the beginning of a memory too', () => {
    for (const n of [3, 16, 135, 300]) {
      const graph = buildGraph([real([n]), real([n, 5])], (x, y) => [
        shapes.reverse(x!, [0]),
        ops.add(shapes.reverse(y!, [0, 1]), 1),
        shapes.reverse(shapes.transpose(y!), [1]),
      ]);
      const inputs = [values([n]), values([n, 5], 3)];
      const want = evaluate(graph, inputs);
      const got = wasmExecutor().compile(graph)(inputs);
      got.forEach((v, i) => expect(v.data).toEqual(want[i]!.data));
    }
  });
});

describe('products', () => {
  test('what follows a product runs on its blocks', () => {
    const graph = buildGraph([real([300, 70]), real([70, 64]), real([64])], (x, w, bias) => [
      ops.unary('tanh', ops.add(shapes.matmul(x!, w!), ops.broadcastTo(bias!, [300, 64]))),
    ]);
    const { plan } = planProgram(graph, runtime, { float: 'f32', relaxed: false });
    expect(plan.items.map((item) => ('label' in item ? item.label : 'kernel'))).toEqual(['dot']);
    agree(graph, [values([300, 70]), values([70, 64], 2), values([64], 3)], { f64: 1e-13, f32: 1e-5 });
  });

  test('but not where the product still reads what is written', () => {
    // h ← tanh(h W) in place: the product needs all of h
    const shape = [256, 64];
    const body = buildGraph([real([64, 64]), real(shape)], (w, h) => [
      ops.unary('tanh', shapes.matmul(h!, w!)),
    ]);
    const graph = buildGraph([real([64, 64]), real(shape)], (w, h) =>
      w!.builder.nodes('scan', { body, length: 3, consts: 1, carry: 1, reverse: false }, [w!, h!]),
    );
    agree(graph, [values([64, 64]), values(shape, 2)], { f64: 1e-12, f32: 1e-4 });
  });

  test('elements of the last part of a row', () => {
    const graph = buildGraph([real([301, 20]), real([20, 33])], (x, w) => [
      ops.exp(ops.mul(shapes.matmul(x!, w!), 0.1)),
    ]);
    agree(graph, [values([301, 20]), values([20, 33], 2)], { f64: 1e-13, f32: 1e-5 });
  });
});

describe('precision', () => {
  test('a part of a float32 program in float64', () => {
    const inner = buildGraph([real([3])], (x) => [shapes.reduceSum(ops.mul(x!, x!))]);
    const program = (precision?: 'float64'): Graph =>
      buildGraph([real([3])], (x) => {
        const index = x!.builder.constant(hostArray([0], [], 'i32'));
        const attrs = { branches: [inner], ...(precision === undefined ? {} : { precision }) };
        return [ops.sub(x!.builder.node('cond', attrs, [index, x!]), 1e8)];
      });
    const x = hostArray([1e4, 1, 1], [3], 'f');
    // 10⁸ + 2 − 10⁸: the sum is lost in float32, and is rounded only when it leaves the part in float64
    expect(narrow.compile(program())([x])[0]!.data[0]).toBe(0);
    expect(narrow.compile(program('float64'))([x])[0]!.data[0]).toBe(Math.fround(1e8 + 2) - 1e8);
    expect(wide.compile(program())([x])[0]!.data[0]).toBe(2);
  });
});
