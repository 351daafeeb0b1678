/**
 * Random well-typed graphs of every operation, for properties that hold for all graphs.
 */
import {
  Builder,
  buildGraph,
  closure,
  hostArray,
  ops,
  shapes,
  sizeOf,
  type Graph,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { dice, randomValue, type Dice } from './dice.js';
import { inputAvals, straightMakers, type ControlName } from './random-operations.js';
import { choose, definite, hasAxis, real, square, type Maker } from './random-pick.js';

function loopBody(d: Dice, pool: readonly Node[], inputs: readonly Node[], depth: number): Node[] {
  const own = [...inputs];
  grow(d, own[0]!.builder, [...pool, ...own], own, 4, depth + 1);
  return own;
}

/** The last of some nodes with a given abstract value, tamed so that loops do not overflow at once. */
function like(d: Dice, nodes: readonly Node[], target: Node): Node {
  const fitting = nodes.filter((n) => n.dtype === target.dtype && String(n.shape) === String(target.shape));
  const found = d.pick(fitting);
  return found.dtype === 'f' ? ops.unary('tanh', found) : found;
}

function scan(d: Dice, pool: readonly Node[], b: Builder, depth: number): readonly Node[] {
  const carry = [choose(d, pool, real), choose(d, pool, () => true)];
  const x = choose(d, pool, hasAxis);
  const length = x.shape[0]!;
  const avals = [...carry.map((c) => c.avals[0]!), { shape: x.shape.slice(1), dtype: x.dtype }];
  const { graph, captured } = closure(b, avals, (...inputs) => {
    const nodes = loopBody(d, pool, inputs, depth);
    return [like(d, nodes, inputs[0]!), like(d, nodes, inputs[1]!), d.pick(nodes), inputs[1]!];
  });
  const attrs = { body: graph, length, consts: captured.length, carry: 2, reverse: d.below(2) === 1 };
  return b.nodes('scan', attrs, [...captured, ...carry, x]);
}

function whileLoop(d: Dice, pool: readonly Node[], b: Builder, depth: number): readonly Node[] {
  const scalar = { shape: [], dtype: 'i32' } as const;
  const value = choose(d, pool, real);
  const avals = [scalar, value.avals[0]!];
  const limit = d.below(5);
  const cond = closure(b, avals, (i) => [ops.lt(i!, limit)]);
  const body = closure(b, avals, (i, x) => {
    const nodes = loopBody(d, pool, [x!], depth);
    return [ops.add(i!, 1), like(d, nodes, x!)];
  });
  const attrs = {
    cond: cond.graph,
    body: body.graph,
    condConsts: cond.captured.length,
    bodyConsts: body.captured.length,
  };
  const start = b.constant(hostArray([0], [], 'i32'));
  return b.nodes('while', attrs, [...cond.captured, ...body.captured, start, value]);
}

function cond(d: Dice, pool: readonly Node[], b: Builder, depth: number): readonly Node[] {
  const x = choose(d, pool, () => true);
  const index = choose(d, pool, (n) => n.dtype === 'i32' && n.shape.length === 0);
  // branches must capture alike: all that they use is given
  const given = Array.from({ length: 3 }, () => d.pick(pool));
  const avals = [x, ...given].map((n) => n.avals[0]!);
  const branches = Array.from({ length: 2 }, () =>
    buildGraph(avals, (...inputs) => {
      const own = [...inputs];
      grow(d, own[0]!.builder, own, own, 3, depth + 1);
      return [like(d, own, inputs[0]!)];
    }),
  );
  return b.nodes('cond', { branches }, [index, x, ...given]);
}

function linearSolve(d: Dice, pool: readonly Node[], b: Builder): readonly Node[] {
  const a = definite(choose(d, pool, (n) => square(n) && n.shape.length === 2));
  const n = a.shape[0]!;
  const rhs = choose(d, pool, (x) => real(x) && x.shape.length === 1 && x.shape[0] === n);
  const avals = [a.avals[0]!, rhs.avals[0]!];
  const matvec = buildGraph(avals, (m, v) => [shapes.matmul(m!, v!)]);
  const solve = buildGraph(avals, (m, v) => {
    const l = shapes.cholesky(m!);
    const y = shapes.triangularSolve(l, shapes.expandDims(v!, 1));
    return [shapes.reshape(shapes.triangularSolve(l, y, { transposeA: true }), [n])];
  });
  return b.nodes('linearSolve', { matvec, solve, transposeSolve: solve, consts: 1 }, [a, rhs]);
}

function root(d: Dice, pool: readonly Node[], b: Builder): readonly Node[] {
  const theta = choose(d, pool, real);
  const avals = [theta.avals[0]!, theta.avals[0]!];
  const solve = buildGraph(avals, (t, x) => [ops.sqrt(ops.abs(t!)), ops.sub(x!, t!)]);
  const optimality = buildGraph(avals, (x, t) => [ops.sub(ops.square(x!), ops.abs(t!))]);
  const attrs = { solve, optimality, inits: 1, solutions: 1, linear: { kind: 'lu', tol: 1e-9 } as const };
  return b.nodes('root', attrs, [theta, theta]);
}

function custom(d: Dice, pool: readonly Node[], b: Builder): readonly Node[] {
  const [c, x] = [choose(d, pool, real), choose(d, pool, (n) => real(n) && n.shape.length > 0)];
  const avals = [c.avals[0]!, x.avals[0]!];
  const total = (x: Node): Node => shapes.reduceSum(ops.unary('tanh', x));
  const fun = buildGraph(avals, (c, x) => [ops.unary('sin', x!), ops.mul(c!, total(x!))]);
  const jvp = buildGraph([...avals, avals[1]!], (c, x, dx) => [
    ...c!.builder.nodes('custom', { fun, captures: 1 }, [c!, x!]),
    ops.mul(ops.unary('cos', x!), dx!),
    ops.mul(c!, total(dx!)),
  ]);
  return b.nodes('custom', { fun, captures: 1, jvp }, [c, x]);
}

function linearCall(d: Dice, pool: readonly Node[], b: Builder): readonly Node[] {
  const [c, x] = [choose(d, pool, (n) => real(n) && n.shape.length === 0), choose(d, pool, real)];
  const graph = buildGraph([c.avals[0]!, x.avals[0]!], (c, x) => [ops.mul(c!, x!)]);
  return b.nodes('linearCall', { forward: graph, transpose: graph, consts: 1 }, [c, x]);
}

const controlMakers: Readonly<Record<ControlName, Maker>> = {
  cond,
  while: whileLoop,
  scan,
  linearSolve,
  root,
  custom,
  linearCall,
};

// the element-wise makers stand for 45 operations
const makerList: readonly Maker[] = [
  ...Object.values<Maker>(straightMakers),
  ...Object.values(controlMakers),
  ...Array.from({ length: 5 }, () => [straightMakers.unary, straightMakers.binary]).flat(),
];

/** Adds `count` operations to `made`, on operands from `pool`. */
function grow(d: Dice, b: Builder, pool: Node[], made: Node[], count: number, depth: number): void {
  for (let i = 0; i < count; i++) {
    const maker = d.pick(makerList);
    const nested = maker === scan || maker === whileLoop || maker === cond;
    if (nested && depth >= 2) continue;
    try {
      for (const n of maker(d, pool, b, depth)) {
        if (sizeOf(n.shape) > 200 || n.shape.length > 4) continue;
        pool.push(n);
        made.push(b.lift(n));
      }
    } catch (error) {
      // operands of the kind that this maker needs are not there yet
      if (!(error instanceof Error) || error.message !== 'nothing fits') throw error;
    }
  }
}

/** A random graph of about `size` operations, with values for its inputs. */
export function randomGraph(seed: number, size: number): { graph: Graph; inputs: HostArray[] } {
  const d = dice(seed);
  const b = new Builder();
  const pool = inputAvals.map((a) => b.input(a));
  const made: Node[] = [];
  grow(d, b, pool, made, size, 0);
  // all results in one half of the graphs; few in the other, so that buffers are used again
  const all = d.below(2) === 1;
  const outputs = made.filter((_, i) => all || i >= made.length - 2);
  return { graph: b.finish(outputs), inputs: inputAvals.map((a) => randomValue(d, a.shape, a.dtype)) };
}
