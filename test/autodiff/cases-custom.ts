/** Cases of functions with derivative rules of their own. */
import type { CustomName } from '../../src/autodiff/families.js';
import { buildGraph, deepest, ops, shapes, type Node } from '../../src/ir/index.js';
import { f, i, ints, scalar, spread } from './arrays.js';
import { scan } from './cases-control.js';
import type { Case } from './judge.js';

const { add, mul, sin, cos, exp } = ops;

/** c exp x, whose rule calls the function itself; c is captured. */
export function scaledExp(c: Node, x: Node): Node {
  const avals = [c.avals[0]!, x.avals[0]!];
  const fun = buildGraph(avals, (c, x) => [mul(c!, exp(x!))]);
  const jvp = buildGraph([...avals, avals[1]!], (c, x, dx) => {
    const [y] = deepest([c!, x!]).nodes('custom', { fun, captures: 1 }, [c!, x!]);
    return [y!, mul(y!, dx!)];
  });
  return deepest([c, x]).node('custom', { fun, captures: 1, jvp }, [c, x]);
}

/** (w sin x, k + 1, x²) by a backward rule, where k is an integer and the first result depends on it. */
function backwardRule(x: Node, w: Node, k: Node): Node[] {
  const avals = [x, w, k].map((n) => n.avals[0]!);
  const values = (x: Node, w: Node, k: Node): Node[] => [
    mul(ops.broadcastTo(mul(w, ops.cast(k, 'f')), x.shape), sin(x)),
    add(k, 1),
    mul(x, x),
  ];
  const fun = buildGraph(avals, (x, w, k) => values(x!, w!, k!));
  const forward = buildGraph(avals, (x, w, k) => [...values(x!, w!, k!), x!, mul(w!, ops.cast(k!, 'f')), k!]);
  const backward = buildGraph([f(3), f(), i(), f(3), f(3)], (x, s, k, a, b) => {
    const wide = ops.broadcastTo(s!, x!.shape);
    return [
      add(mul(a!, mul(wide, cos(x!))), mul(b!, mul(x!, 2))),
      mul(shapes.reduceSum(mul(a!, sin(x!))), ops.cast(k!, 'f')),
    ];
  });
  return deepest([x, w, k]).nodes('custom', { fun, captures: 0, forward, backward }, [x, w, k]);
}

const customCase: readonly Case[] = [
  {
    name: 'custom by a forward rule that calls the function',
    args: [scalar(1.3), scalar(0.4)],
    f: (c, x) => [scaledExp(c!, x!)],
  },
  {
    name: 'custom by a backward rule',
    args: [spread([3], 81), scalar(0.7), ints([2], [])],
    f: (x, w, k) => backwardRule(x!, w!, k!),
    lane: ([x, w, k], lane) => [
      { ...x!, data: Float64Array.from(x!.data, (v) => v + 0.1 * lane) },
      scalar(w!.data[0]! - 0.2 * lane),
      ints([k!.data[0]! + lane], []),
    ],
  },
  {
    name: 'custom in a scan',
    args: [scalar(0.3), spread([3], 82)],
    f: (c, xs) =>
      scan({ init: [c!], xs: [xs!], length: 3 }, (c, x) => {
        const y = sin(scaledExp(x!, c!));
        return [y, mul(y, x!)];
      }),
  },
];

const linearCase: readonly Case[] = [
  {
    name: 'linearCall of a matrix product',
    args: [spread([2, 3], 83), spread([3], 84)],
    f: (a, x) => {
      const forward = buildGraph([f(2, 3), f(3)], (a, x) => [shapes.matmul(a!, x!)]);
      const transpose = buildGraph([f(2, 3), f(2)], (a, y) => [
        shapes.matmul(shapes.matrixTranspose(a!), y!),
      ]);
      return [deepest([a!, x!]).node('linearCall', { forward, transpose, consts: 1 }, [sin(a!), x!])];
    },
  },
];

export const customCases: { readonly [K in CustomName]: readonly Case[] } = {
  custom: customCase,
  linearCall: linearCase,
};
