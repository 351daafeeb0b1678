/** Cases of linear solves and roots. */
import {
  buildGraph,
  deepest,
  ops,
  shapes,
  type Graph,
  type LinearMethod,
  type Node,
} from '../../src/ir/index.js';
import type { ImplicitName } from '../../src/autodiff/families.js';
import { gradNodes, jvpNodes, linearSolveNodes } from '../../src/autodiff/index.js';
import { f, positive, real, scalar, spread } from './arrays.js';
import { whileLoop } from './cases-control.js';
import type { Case } from './judge.js';

const { add, sub, mul, sin, cos, exp } = ops;

/** (diag(d) + A Aᵀ + c·cos) x = b, with an operator that is not symmetric for `lu` and `normalCg`. */
const solveCase = (kind: LinearMethod['kind'], n = 3): Case => ({
  name: `linearSolve by ${kind}`,
  args: [positive(n, 61), spread([n], 62, 0.5, 1.5), spread([n], 63)],
  f: (a, d, b) => {
    const t = shapes.matrixTranspose;
    const symmetric = kind === 'cholesky' || kind === 'cg';
    const matrix = symmetric ? ops.add(a!, t(a!)) : mul(a!, exp(ops.broadcastTo(mul(d!, 0.3), [n, n])));
    const matvec = (x: Node): Node => add(shapes.matmul(matrix, x), mul(mul(d!, d!), x));
    return [linearSolveNodes(matvec, b!, { kind, tol: 1e-15 }, b!.builder)];
  },
});

const newtonRoot = (theta: readonly Node[], x0: Node, residual: (x: Node, ...theta: Node[]) => Node): Graph =>
  buildGraph(
    [...theta, x0].map((n) => n.avals[0]!),
    (...inputs) => {
      const [t, start] = [inputs.slice(0, -1), inputs[inputs.length - 1]!];
      const [x] = whileLoop(
        t,
        [start, ops.fill(start.builder, 0, [], 'i32')],
        (...v) => ops.lt(v[v.length - 1]!, 40),
        (...v) => {
          const [th, x, k] = [v.slice(0, -2), v[v.length - 2]!, v[v.length - 1]!];
          const { out, tangent } = jvpNodes(
            (y) => [residual(y!, ...th)],
            [x],
            [ops.fill(x.builder, 1, x.shape)],
          );
          return [sub(x, ops.div(out[0]!, tangent[0]!)), add(k, 1)];
        },
      );
      return [x!, shapes.reduceSum(mul(x!, x!))];
    },
  );

/** x with F(x, θ) = 0 for a residual that is diagonal in x, by Newton's method. */
function diagonalRoot(
  theta: readonly Node[],
  x0: Node,
  linear: LinearMethod,
  residual: (x: Node, ...theta: Node[]) => Node,
): Node[] {
  const optimality = buildGraph(
    [x0, ...theta].map((n) => n.avals[0]!),
    (x, ...t) => [residual(x!, ...t)],
  );
  const attrs = { solve: newtonRoot(theta, x0, residual), optimality, inits: 1, solutions: 1, linear };
  return deepest(theta)
    .nodes('root', attrs, [...theta, x0])
    .slice(0, 1);
}

const rootCases: readonly Case[] = [
  {
    name: 'root of x³ + x = θ by lu',
    args: [spread([3], 64, 0.5, 1.5)],
    f: (theta) =>
      diagonalRoot([theta!], ops.zerosLike(theta!), { kind: 'lu' }, (x, t) =>
        sub(add(mul(x, mul(x, x)), x), t!),
      ),
  },
  {
    name: 'root with two parameters and a batched start, by cholesky',
    args: [spread([2], 65, 0.5, 1.5), scalar(0.7), real([0.1, 0.2])],
    f: (a, c, x0) =>
      diagonalRoot([a!, c!], ops.stopGradient(x0!), { kind: 'cholesky' }, (x, a, c) =>
        sub(mul(exp(mul(x, c!)), a!), add(cos(x), 1.5)),
      ),
    lane: ([a, c, x0], k) => [
      real([...a!.data].map((v) => v + 0.1 * k)),
      scalar(c!.data[0]! + 0.05 * k),
      x0!,
    ],
  },
  {
    name: 'root with two unknowns of different shapes by normalCg',
    args: [scalar(0.9), spread([2], 66, 0.2, 0.6)],
    f: (p, q) => {
      // x = p + 0.3 Σ sin y, y = q + 0.2 x: the solver iterates the map, which contracts
      const map = (x: Node, y: Node, p: Node, q: Node): Node[] => [
        add(p, mul(shapes.reduceSum(sin(y)), 0.3)),
        add(q, mul(x, 0.2)),
      ];
      const avals = [f(), f(2)];
      const solve = buildGraph([...avals, ...avals], (p, q, x0, y0) => {
        const zero = ops.fill(p!.builder, 0, [], 'i32');
        const [x, y] = whileLoop(
          [p!, q!],
          [x0!, y0!, zero],
          (_p, _q, _x, _y, k) => ops.lt(k!, 80),
          (p, q, x, y, k) => [...map(x!, y!, p!, q!), add(k!, 1)],
        );
        return [x!, y!];
      });
      const optimality = buildGraph([...avals, ...avals], (x, y, p, q) => {
        const [x1, y1] = map(x!, y!, p!, q!);
        return [sub(x!, x1!), sub(y!, y1!)];
      });
      const b = p!.builder;
      const attrs = {
        solve,
        optimality,
        inits: 2,
        solutions: 2,
        linear: { kind: 'normalCg', tol: 1e-15 } as const,
      };
      return b.nodes('root', attrs, [p!, q!, ops.fill(b, 0), ops.fill(b, 0, [2])]);
    },
  },
  {
    name: 'root of a gradient: an argmin by cg',
    args: [spread([2], 67, 0.5, 1.5)],
    f: (theta) => {
      const cost = (x: Node, t: Node): Node =>
        shapes.reduceSum(sub(add(mul(t, mul(x, x)), exp(x)), mul(x, 2)));
      return diagonalRoot(
        [theta!],
        ops.zerosLike(theta!),
        { kind: 'cg', tol: 1e-15 },
        (x, t) => gradNodes((y) => cost(y!, t!), [x]).gradient[0]!,
      );
    },
  },
];

export const implicitCases: { readonly [K in ImplicitName]: readonly Case[] } = {
  linearSolve: [
    solveCase('cholesky'),
    solveCase('lu'),
    solveCase('cg'),
    solveCase('normalCg'),
    {
      name: 'linearSolve of independent systems',
      args: [positive(2, 68, [3]), spread([3, 2], 69)],
      f: (a, b) => {
        const symmetric = ops.add(a!, shapes.matrixTranspose(a!));
        const matvec = (x: Node): Node =>
          shapes.dot(symmetric, x, { lhsContract: [2], rhsContract: [1], lhsBatch: [0], rhsBatch: [0] });
        return (['lu', 'cg'] as const).map((kind) =>
          linearSolveNodes((x) => add(matvec(x), mul(x, 0.3)), b!, { kind, tol: 1e-15 }, b!.builder),
        );
      },
    },
  ],
  root: rootCases,
};
