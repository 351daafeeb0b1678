/** Cases of control flow and of implicit operations. */
import { buildGraph, deepest, ops, shapes, type Aval, type Node } from '../../src/ir/index.js';
import type { ControlName } from '../../src/autodiff/families.js';
import { ints, real, scalar, spread } from './arrays.js';
import type { Case } from './judge.js';

const { add, mul, sin, tanh, exp } = ops;

interface ScanOptions {
  readonly consts?: readonly Node[];
  readonly init: readonly Node[];
  readonly xs?: readonly Node[];
  readonly length: number;
  readonly reverse?: boolean;
}

/** A scan of a body over (consts, carry, x). */
export function scan(o: ScanOptions, body: (...inputs: Node[]) => readonly Node[]): Node[] {
  const { consts = [], init, xs = [], length, reverse = false } = o;
  const element = (a: Aval): Aval => ({ shape: a.shape.slice(1), dtype: a.dtype });
  const avals = [
    ...consts.map((n) => n.avals[0]!),
    ...init.map((n) => n.avals[0]!),
    ...xs.map((n) => element(n.avals[0]!)),
  ];
  const graph = buildGraph(avals, body);
  const operands = [...consts, ...init, ...xs];
  return deepest(operands).nodes(
    'scan',
    { body: graph, length, consts: consts.length, carry: init.length, reverse },
    operands,
  );
}

/** A while loop of graphs that close over nothing but `consts`, which both get. */
export function whileLoop(
  consts: readonly Node[],
  init: readonly Node[],
  test: (...v: Node[]) => Node,
  body: (...v: Node[]) => readonly Node[],
): Node[] {
  const avals = [...consts, ...init].map((n) => n.avals[0]!);
  const n = consts.length;
  const attrs = {
    cond: buildGraph(avals, (...v) => [test(...v)]),
    body: buildGraph(avals, body),
    condConsts: n,
    bodyConsts: n,
  };
  return deepest(init).nodes('while', attrs, [...consts, ...consts, ...init]);
}

const scanCases: readonly Case[] = [
  {
    name: 'scan of a recurrence',
    args: [scalar(0.8), scalar(0.3), spread([4], 51)],
    f: (w, c, xs) =>
      scan({ consts: [w!], init: [c!], xs: [xs!], length: 4 }, (w, c, x) => {
        const next = tanh(add(mul(w!, c!), x!));
        return [next, mul(next, sin(x!))];
      }),
  },
  {
    name: 'scan backwards with a counter, an idle carry and vectors',
    args: [spread([2, 2], 52), spread([2], 53), scalar(1.3), spread([3, 2], 54)],
    f: (w, c, idle, xs) =>
      scan(
        {
          consts: [w!],
          init: [c!, ops.fill(w!.builder, 0, [], 'i32'), idle!],
          xs: [xs!],
          length: 3,
          reverse: true,
        },
        (w, c, k, idle, x) => [
          sin(add(shapes.matmul(w!, c!), mul(x!, ops.cast(k!, 'f')))),
          add(k!, 1),
          idle!,
          mul(idle!, shapes.reduceSum(mul(c!, c!))),
          k!,
        ],
      ),
  },
  {
    name: 'scan without elements, whose tangent spreads from carry to carry',
    args: [scalar(0.4)],
    f: (x) => {
      const one = ops.fill(x!.builder, 1);
      return scan({ consts: [x!], init: [one, one], length: 3 }, (x, a, b) => [
        mul(b!, sin(a!)),
        add(mul(b!, x!), a!),
      ]);
    },
  },
  {
    name: 'scan in a scan',
    args: [scalar(0.8), scalar(0.3), spread([3, 2], 55)],
    f: (w, c, xs) =>
      scan({ consts: [w!], init: [c!], xs: [xs!], length: 3 }, (w, c, x) => {
        const [inner, ys] = scan({ consts: [w!], init: [c!], xs: [x!], length: 2 }, (w, c, x) => [
          sin(add(mul(w!, c!), x!)),
          mul(c!, x!),
        ]);
        return [inner!, shapes.reduceSum(ys!)];
      }),
  },
  {
    name: 'scan with a branch in it',
    args: [scalar(0.8), ints([0, 1, 0, 1]), spread([4], 56)],
    f: (c, ks, xs) =>
      scan({ init: [c!], xs: [ks!, xs!], length: 4 }, (c, k, x) =>
        branch(k!, [c!, x!], [(c, x) => [mul(sin(c!), x!)], (c, x) => [add(c!, mul(x!, x!))]]),
      ),
  },
];

/** A cond of functions that close over nothing. */
export function branch(
  index: Node,
  args: readonly Node[],
  branches: readonly ((...xs: Node[]) => readonly Node[])[],
): Node[] {
  const avals = args.map((n) => n.avals[0]!);
  return deepest([index, ...args]).nodes('cond', { branches: branches.map((b) => buildGraph(avals, b)) }, [
    index,
    ...args,
  ]);
}

const condCase = (k: number): Case => ({
  name: `cond with index ${k}`,
  args: [ints([k], []), spread([3], 57, 0.2, 1), scalar(0.6)],
  f: (index, x, y) =>
    branch(
      index!,
      [x!, y!],
      [
        (x, y) => [mul(sin(x!), y!), y!],
        (x) => [ops.log(x!), ops.fill(x!.builder, 2)],
        (x, y) => [mul(x!, x!), mul(y!, shapes.reduceSum(x!))],
      ],
    ),
  lane: ([index, x, y], lane) => [
    ints([(index!.data[0]! + lane) % 3], []),
    real([...x!.data].map((v) => v * (1 + 0.02 * lane))),
    y!,
  ],
});

const forwardOnly = 'while has no reverse mode';
const loopCases: readonly Case[] = [
  {
    name: 'while with a count of its own a lane',
    args: [ints([3], []), scalar(0.8), scalar(0.3), scalar(5)],
    forwardOnly,
    f: (n, w, c, idle) =>
      whileLoop(
        [n!, w!],
        [ops.fill(w!.builder, 0, [], 'i32'), c!, idle!],
        (n, _w, k) => ops.lt(k!, n!),
        (_n, w, k, c, idle) => [add(k!, 1), tanh(add(mul(w!, c!), exp(c!))), idle!],
      ),
    lane: ([n, w, c, idle], lane) => [
      ints([n!.data[0]! + 2 * lane], []),
      scalar(w!.data[0]! + 0.1 * lane),
      c!,
      idle!,
    ],
  },
  {
    name: 'while with one count for all lanes',
    args: [spread([2], 58)],
    forwardOnly,
    f: (x) =>
      whileLoop(
        [],
        [ops.fill(x!.builder, 0, [], 'i32'), x!],
        (k) => ops.lt(k!, 4),
        (k, x) => [add(k!, 1), sin(add(x!, mul(x!, x!)))],
      ),
  },
];

export const controlCases: { readonly [K in ControlName]: readonly Case[] } = {
  cond: [condCase(0), condCase(1), condCase(2), condCase(5)],
  while: loopCases,
  scan: scanCases,
};
