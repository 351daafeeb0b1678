/** Node-level derivatives inside recordings, linear solves, refusals, and sizes of derivatives. */
import { describe, expect, test } from 'vitest';
import {
  applyGraph,
  buildGraph,
  closure,
  evaluate,
  ops,
  shapes,
  type Graph,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import {
  batchGraph,
  gradNodes,
  jvpGraph,
  jvpNodes,
  linearSolveNodes,
  linearTranspose,
  vjpGraph,
  vjpNodes,
  vmapNodes,
} from '../../src/autodiff/index.js';
import { controlCases, scan, whileLoop } from './cases-control.js';
import { f, i, ints, positive, real, scalar, spread } from './arrays.js';
import { graphOf } from './judge.js';

const run = (g: Graph, ...xs: HostArray[]): number[][] => evaluate(g, xs).map((y) => [...y.data]);
const close = (a: readonly number[], b: readonly number[], tolerance = 1e-12): void => {
  expect(a.length).toBe(b.length);
  b.forEach((v, k) =>
    expect(Math.abs(a[k]! - v), `${a} against ${b}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(v)),
    ),
  );
};

describe('functions of nodes', () => {
  const t = Math.tanh(0.7);
  const d = 1 - t * t;
  test('third derivative of tanh, by all nestings of the two modes', () => {
    const reverse =
      (g: (x: Node) => Node) =>
      (x: Node): Node =>
        gradNodes((v) => g(v!), [x]).gradient[0]!;
    const forward =
      (g: (x: Node) => Node) =>
      (x: Node): Node =>
        jvpNodes((v) => [g(v!)], [x], [ops.fill(x.builder, 1)]).tangent[0]!;
    for (const a of [reverse, forward]) {
      for (const b of [reverse, forward]) {
        for (const c of [reverse, forward]) {
          close(
            run(
              buildGraph([f()], (x) => [a(b(c(ops.tanh)))(x!)]),
              scalar(0.7),
            )[0]!,
            [d * (6 * t * t - 2)],
          );
        }
      }
    }
  });

  test('closing over the recording: constants to the inner derivative, not to the outer one', () => {
    const g = buildGraph([f(), f()], (x, y) => {
      const inner = (v: Node): Node =>
        gradNodes((u) => ops.mul(ops.mul(u!, u!), v), [y!], v.builder).gradient[0]!;
      return gradNodes((v) => ops.mul(v!, inner(v!)), [x!]).gradient;
    });
    close(run(g, scalar(3), scalar(5))[0]!, [60]);
  });

  test('a function that closes over a deeper recording than its arguments names the builder', () => {
    const g = buildGraph([f(), f()], (x, y) => {
      const { graph, captured } = closure(
        x!.builder,
        [f()],
        (z) => gradNodes((v) => ops.mul(ops.mul(v!, v!), z!), [x!], z!.builder).gradient,
      );
      return scan({ consts: captured, init: [y!], length: 1 }, (...v) => applyGraph(graph, v));
    });
    close(run(g, scalar(3), scalar(5))[0]!, [30]);
  });

  test('values of integers, and cotangents of integer arguments', () => {
    const g = buildGraph([f(2), i(3)], (x, k) => {
      const { out, pullback } = vjpNodes((x, k) => [shapes.gather(x!, k!), k!], [x!, k!]);
      return [...out, ...pullback([ops.fill(x!.builder, 1, [3]), undefined])];
    });
    expect(run(g, real([5, 6]), ints([1, 1, 0]))).toEqual([
      [6, 6, 5],
      [1, 1, 0],
      [1, 2],
      [0, 0, 0],
    ]);
  });

  test('vmap: closed-over values stay one for all lanes', () => {
    const g = buildGraph([f(3), f(2)], (x, w) =>
      vmapNodes((x) => [ops.mul(x!, shapes.reduceSum(ops.exp(w!)))], [x!]),
    );
    expect(g.nodes.filter((n) => n.op === 'exp').map((n) => n.shape)).toEqual([[2]]);
    const [y] = run(g, real([1, 2, 3]), real([0, 0]));
    expect(y).toEqual([2, 4, 6]);
    expect(() =>
      buildGraph([f(3), f(2)], (x, w) => vmapNodes((x, w) => [ops.mul(x!, w!)], [x!, w!])),
    ).toThrow('vmap: expected a leading axis of 3 lanes, found [3], [2]');
  });

  test('batchGraph says which results have lanes', () => {
    const g = buildGraph([f(), f()], (x, y) => [ops.exp(x!), ops.mul(x!, y!)]);
    expect(batchGraph(g, [false, true], 4).batched).toEqual([false, true]);
  });
});

describe('linear transposition', () => {
  test('of a scan with a counter beside its linear carry', () => {
    const g = buildGraph([f(2), f(3, 2)], (c, xs) => {
      const zero = ops.fill(c!.builder, 1, []);
      return scan({ init: [c!, zero], xs: [xs!], length: 3 }, (c, k, x) => [
        ops.add(ops.mul(c!, ops.sin(k!)), x!),
        ops.add(k!, 1),
        ops.mul(c!, k!),
      ]);
    });
    const linear = buildGraph([f(2), f(3, 2)], (c, xs) => {
      const outs = applyGraph(g, [c!, xs!]);
      return [outs[0]!, outs[2]!];
    });
    const t = linearTranspose(linear, [true, true]);
    const [c, xs, u, v] = [spread([2], 1), spread([3, 2], 2), spread([2], 3), spread([3, 2], 4)];
    const [y, z] = run(linear, c, xs);
    const [ct, cx] = run(t, u, v);
    const dot = (a: readonly number[], b: ArrayLike<number>): number =>
      a.reduce((s, e, k) => s + e * b[k]!, 0);
    close([dot(ct!, c.data) + dot(cx!, xs.data)], [dot(y!, u.data) + dot(z!, v.data)]);
  });

  test('refuses what is not linear', () => {
    const transposed = (g: (x: Node) => Node) => () =>
      linearTranspose(
        buildGraph([f()], (x) => [g(x!)]),
        [true],
      );
    expect(transposed(ops.exp)).toThrow(
      'transpose: exp is not linear; a function to transpose may be made of linear operations only',
    );
    expect(transposed((x) => ops.mul(x, x))).toThrow(
      'transpose: a product of two linear factors is not linear',
    );
    expect(transposed((x) => ops.div(1, x))).toThrow(
      'transpose: a quotient is not linear in its denominator',
    );
  });
});

describe('while', () => {
  test('reverse mode is refused with the way out', () => {
    expect(() => vjpGraph(graphOf(controlCases.while[0]!), [false, true, true, true])).toThrow(
      /reverse mode through `while` is not defined.*use `scan`.*`root`, `linearSolve`/,
    );
  });
  test('its values do not stand in the way of reverse mode where they have no derivative', () => {
    const g = buildGraph([f()], (x) => {
      const [n] = whileLoop(
        [x!],
        [ops.fill(x!.builder, 0)],
        (x, k) => ops.lt(k!, x!),
        (_x, k) => [ops.add(k!, 1)],
      );
      return [ops.mul(n!, ops.mul(x!, x!))];
    });
    close(run(vjpGraph(g, [true]), scalar(2.5), scalar(1))[1]!, [15]);
  });
  test('real inputs alone have derivatives', () => {
    expect(() => jvpGraph(graphOf(controlCases.while[0]!), [true, true, true, true])).toThrow(
      'jvp: input 0 is i32; only real values have derivatives',
    );
  });
});

describe('linear solves', () => {
  const matvecOf =
    (a: Node) =>
    (x: Node): Node =>
      shapes.matmul(a, x);
  test('damping adds a multiple of the identity, for every method', () => {
    const a = positive(3, 71);
    const b = spread([3], 72);
    for (const kind of ['cholesky', 'lu', 'cg', 'normalCg'] as const) {
      const g = buildGraph([f(3, 3), f(3)], (a, b) => {
        const x = linearSolveNodes(matvecOf(a!), b!, { kind, damping: 0.5, tol: 1e-15 }, b!.builder);
        return [ops.add(shapes.matmul(a!, x), ops.mul(x, 0.5))];
      });
      close(run(g, a, b)[0]!, [...b.data], 1e-10);
    }
  });
  test('maxSteps limits the iteration; the tolerance is relative', () => {
    const solve = (method: { tol?: number; maxSteps?: number }): number[] => {
      const g = buildGraph([f(4, 4), f(4)], (a, b) => {
        const x = linearSolveNodes(matvecOf(a!), b!, { kind: 'cg', ...method }, b!.builder);
        const r = ops.sub(shapes.matmul(a!, x), b!);
        return [ops.div(shapes.reduceSum(ops.mul(r, r)), shapes.reduceSum(ops.mul(b!, b!)))];
      });
      return run(g, positive(4, 73), real([1e8, -2e8, 3e8, 1e8]))[0]!;
    };
    expect(Math.sqrt(solve({ tol: 1e-6 })[0]!)).toBeLessThanOrEqual(1e-6);
    expect(Math.sqrt(solve({ maxSteps: 1 })[0]!)).toBeGreaterThan(1e-3);
  });
  test('a singular right-hand side of zero is solved by zero', () => {
    const g = buildGraph([f(2, 2), f(2)], (a, b) => [
      linearSolveNodes(matvecOf(a!), b!, { kind: 'cg' }, b!.builder),
    ]);
    expect(run(g, positive(2, 74), real([0, 0]))).toEqual([[0, 0]]);
  });
  test('independent systems stop one by one', () => {
    const g = buildGraph([f(2, 2, 2), f(2, 2)], (a, b) => {
      const at = (x: Node): Node =>
        shapes.dot(a!, x, { lhsContract: [2], rhsContract: [1], lhsBatch: [0], rhsBatch: [0] });
      return [linearSolveNodes(at, b!, { kind: 'cg' }, b!.builder)];
    });
    const a = real([1, 0, 0, 1, 3, 1, 1, 2], [2, 2, 2]);
    close(run(g, a, real([1, 2, 5, 5], [2, 2]))[0]!, [1, 2, 1, 2], 1e-10);
  });
});

describe('derivatives stay small', () => {
  const size = (g: Graph): number =>
    g.nodes.reduce(
      (s, n) =>
        s +
        Object.values(n.attrs as Record<string, unknown>)
          .flat()
          .reduce<number>(
            (t, v) => t + (typeof v === 'object' && v !== null && 'outputs' in v ? size(v as Graph) : 0),
            1,
          ),
      0,
    );
  const order = (g: (x: Node) => Node, k: number): Graph => {
    let h = g;
    for (let j = 0; j < k; j++) {
      const before = h;
      h = (v) => gradNodes((w) => before(w!), [v]).gradient[0]!;
    }
    return buildGraph([f()], (x) => [h(x!)]);
  };
  test('each order of a long chain is a small multiple of the one before', () => {
    const chain = (x: Node): Node =>
      Array.from({ length: 50 }).reduce<Node>((v) => ops.sin(ops.add(v, ops.mul(v, v))), x);
    const sizes = [0, 1, 2, 3].map((k) => size(order(chain, k)));
    for (let k = 1; k < 4; k++) expect(sizes[k]! / sizes[k - 1]!).toBeLessThan(3.2);
  });
  test('each order of nested scans too', () => {
    const nested = (x: Node): Node =>
      scan({ consts: [x], init: [x], length: 3 }, (w, c) =>
        scan({ consts: [w!], init: [c!], length: 2 }, (w, c) => [ops.tanh(ops.mul(w!, c!))]),
      )[0]!;
    const sizes = [0, 1, 2, 3].map((k) => size(order(nested, k)));
    for (let k = 1; k < 4; k++) expect(sizes[k]! / sizes[k - 1]!).toBeLessThan(6);
  });
  test('zero tangents cost nothing', () => {
    const g = buildGraph([f(), f()], (x, y) => [ops.add(ops.exp(ops.sin(x!)), ops.mul(y!, y!))]);
    const d = jvpGraph(g, [false, true]);
    expect(d.nodes.filter((n) => n.op === 'cos')).toEqual([]);
    expect(d.nodes.length).toBe(g.nodes.length + 3);
  });
});
