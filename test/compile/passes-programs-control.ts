/**
 * Makers of loops with invariants, and of branches that share what they pass on.
 */
import { buildGraph, closure, ops, sameShape, type Node } from '../../src/ir/index.js';
import { any, fill, pick, real, type Maker, type Pool } from './passes-makers.js';

function body(p: Pool, own: Node[], count: number): Pool {
  const inner: Pool = { d: p.d, b: own[0]!.builder, nodes: [...own], depth: p.depth + 1, grow: p.grow };
  p.grow(inner, count);
  return inner;
}
const fit = (p: Pool, target: Node): Node => {
  const found = pick(p, (n) => n.dtype === target.dtype && sameShape(n.shape, target.shape));
  return found.dtype === 'f' && p.d.below(2) === 0 ? ops.unary('tanh', found) : found;
};

const scan: Maker = (p) => {
  const carry = [pick(p, real), pick(p, any)];
  const length = p.d.pick([0, 1, 2, 3]);
  const xs = p.nodes.filter((n) => n.shape[0] === length);
  const x = xs.length === 0 ? ops.fill(p.b, 2, [length]) : p.d.pick(xs);
  const outer = [pick(p, any), pick(p, real)];
  const avals = [...carry.map((c) => c.avals[0]!), { shape: x.shape.slice(1), dtype: x.dtype }];
  const { graph, captured } = closure(p.b, avals, (...own) => {
    const lifted = outer.map((o) => own[0]!.builder.lift(o));
    const inner = body(p, [...lifted, ...own], 5);
    const second = p.d.below(3) === 0 ? own[1]! : fit(inner, own[1]!);
    return [fit(inner, own[0]!), second, p.d.pick(inner.nodes), own[2]!, lifted[1]!];
  });
  const attrs = { body: graph, length, consts: captured.length, carry: 2, reverse: p.d.below(2) === 0 };
  return p.b.nodes('scan', attrs, [...captured, ...carry, x]);
};

const whileLoop: Maker = (p) => {
  const counter = { shape: [], dtype: 'i32' } as const;
  const [value, still] = [pick(p, real), pick(p, any)];
  const avals = [counter, value.avals[0]!, still.avals[0]!];
  const limit = p.d.below(4);
  const outer = pick(p, real);
  const cond = closure(p.b, avals, (i) => [
    p.d.below(6) === 0 ? ops.fill(i!.builder, 0, [], 'bool') : ops.lt(i!, limit),
  ]);
  const step = closure(p.b, avals, (i, x, s) => {
    const inner = body(p, [x!.builder.lift(outer), x!, s!], 4);
    return [ops.add(i!, 1), fit(inner, x!), p.d.below(2) === 0 ? s! : fit(inner, s!)];
  });
  return p.b.nodes(
    'while',
    {
      cond: cond.graph,
      body: step.graph,
      condConsts: cond.captured.length,
      bodyConsts: step.captured.length,
    },
    [...cond.captured, ...step.captured, ops.constant(p.b, [0], [], 'i32'), value, still],
  );
};

const cond: Maker = (p) => {
  const given = [pick(p, any), pick(p, any), pick(p, real), fill(p, [3], 'f')];
  const index =
    p.d.below(3) === 0 ? fill(p, [], 'i32') : pick(p, (n) => n.dtype === 'i32' && n.shape.length === 0);
  const branches = Array.from({ length: 1 + p.d.below(3) }, () =>
    buildGraph(
      given.map((n) => n.avals[0]!),
      (...own) => {
        const inner = body(p, own, 3);
        return [fit(inner, own[0]!), p.d.below(3) > 0 ? own[1]! : fit(inner, own[1]!)];
      },
    ),
  );
  return p.b.nodes('cond', { branches }, [index, ...given]);
};

/** The makers with sub-graphs. */
export const control: Readonly<Record<'scan' | 'whileLoop' | 'cond', Maker>> = { scan, whileLoop, cond };
