/**
 * Batching of control flow and implicit operations.
 *
 * @module
 */
import { inline, ops, shapes, type Aval, type Graph, type Node } from '../ir/index.js';
import {
  batched,
  moveAxis,
  spreadLanes,
  type BatchOf,
  type BatchRule,
  type BatchTable,
  type Lanes,
} from './batch-rule.js';
import type { ControlName, ImplicitName } from './families.js';
import { fixpoint, groupGraph, union } from './subgraph.js';

const widen = (a: Aval, size: number, yes: boolean): Aval =>
  yes ? { shape: [size, ...a.shape], dtype: a.dtype } : a;
const marks = (xs: readonly Lanes[]): boolean[] => xs.map((x) => x.batched);
/** Marks found, and values forced to have lanes where a mark asks for it. */
const force = (xs: readonly Lanes[], want: readonly boolean[], size: number): Node[] =>
  xs.map((x, i) => (want[i] ? spreadLanes(x, size) : x.node));
const lanes = (nodes: readonly Node[], m: readonly boolean[]): Lanes[] =>
  nodes.map((node, i) => ({ node, batched: m[i]! }));

/**
 * The batched form of a sub-graph, with lanes on the marked inputs and on the outputs marked in `want`. Outputs that
 * are not marked must turn out to be the same for all lanes.
 */
export function batchSub(
  graph: Graph,
  inputs: readonly boolean[],
  size: number,
  batch: BatchOf,
  want: readonly boolean[],
): Graph {
  const avals = graph.inputs.map((n, i) => widen(n.avals[0]!, size, inputs[i]!));
  return groupGraph([avals], (b, xs) => force(batch(graph, lanes(xs, inputs), size, b), want, size));
}

/** Which outputs of a sub-graph get lanes. */
function batchMarks(graph: Graph, inputs: readonly boolean[], size: number, batch: BatchOf): boolean[] {
  let found: boolean[] = [];
  const avals = graph.inputs.map((n, i) => widen(n.avals[0]!, size, inputs[i]!));
  groupGraph([avals], (b, xs) => {
    const out = batch(graph, lanes(xs, inputs), size, b);
    found = marks(out);
    return out.map((o) => o.node);
  });
  return found;
}

/** One index for all lanes keeps the branch; an index a lane takes every branch and selects. */
const cond: BatchRule<'cond'> = ({ attrs, operands, size, builder, batch }) => {
  const { branches } = attrs;
  const [index, ...args] = operands;
  if (!index!.batched) {
    const inputs = marks(args);
    const want = branches.map((g) => batchMarks(g, inputs, size, batch)).reduce(union);
    const graphs = branches.map((g) => batchSub(g, inputs, size, batch, want));
    return lanes(
      builder.nodes(
        'cond',
        { ...attrs, branches: graphs },
        operands.map((x) => x.node),
      ),
      want,
    );
  }
  const results = branches.map((g) => batch(g, args, size, builder).map((x) => spreadLanes(x, size)));
  return batched(
    results.reduce((before, next, k) =>
      before.map((old, i) => {
        const takes = ops.ge(index!.node, k);
        const column = shapes.broadcast(takes, old.shape, [0]);
        return ops.select(column, next[i]!, old);
      }),
    ),
  );
};

const scan: BatchRule<'scan'> = ({ attrs, operands, size, builder, batch }) => {
  const { body, consts, carry } = attrs;
  const given = marks(operands);
  const ofBody = (c: readonly boolean[]): boolean[] => [
    ...given.slice(0, consts),
    ...c,
    ...given.slice(consts + carry),
  ];
  const moving = fixpoint(given.slice(consts, consts + carry), (c) =>
    batchMarks(body, ofBody(c), size, batch).slice(0, carry),
  );
  const found = batchMarks(body, ofBody(moving), size, batch);
  const want = [...moving, ...found.slice(carry)];
  const graph = batchSub(body, ofBody(moving), size, batch, want);
  const made = builder.nodes('scan', { ...attrs, body: graph }, [
    ...operands.slice(0, consts).map((x) => x.node),
    ...force(operands.slice(consts, consts + carry), moving, size),
    // steps lead, lanes follow
    ...operands.slice(consts + carry).map((x) => (x.batched ? moveAxis(x.node, 0, 1) : x.node)),
  ]);
  return lanes(
    made.map((y, i) => (i >= carry && want[i] ? moveAxis(y, 1, 0) : y)),
    want,
  );
};

/**
 * One condition for all lanes stays a loop over batched values. A condition a lane is carried along: the loop runs
 * while any lane is live, and a lane whose condition is false keeps its values.
 */
const loop: BatchRule<'while'> = ({ attrs, operands, size, builder, batch }) => {
  const { cond, body, condConsts, bodyConsts } = attrs;
  const consts = condConsts + bodyConsts;
  const given = marks(operands);
  const ofCond = (c: readonly boolean[]): boolean[] => [...given.slice(0, condConsts), ...c];
  const ofBody = (c: readonly boolean[]): boolean[] => [...given.slice(condConsts, consts), ...c];
  const moving = fixpoint(given.slice(consts), (c) => batchMarks(body, ofBody(c), size, batch));
  const values = (m: readonly boolean[]): Node[] => force(operands.slice(consts), m, size);
  const fixed = operands.slice(0, consts).map((x) => x.node);
  if (!batchMarks(cond, ofCond(moving), size, batch)[0]) {
    const graphs = {
      cond: batchSub(cond, ofCond(moving), size, batch, [false]),
      body: batchSub(body, ofBody(moving), size, batch, moving),
    };
    return lanes(builder.nodes('while', { ...attrs, ...graphs }, [...fixed, ...values(moving)]), moving);
  }
  const all = moving.map(() => true);
  const laneCond = batchSub(cond, ofCond(all), size, batch, [true]);
  const laneBody = batchSub(body, ofBody(all), size, batch, all);
  const live: Aval = { shape: [size], dtype: 'bool' };
  const start = values(all);
  const carryAvals = start.map((n) => n.avals[0]!);
  const anyLive = groupGraph([[live, ...carryAvals]], (_, [alive]) => [shapes.reduceMax(alive!)]);
  const frozenBody = groupGraph(
    [fixed.map((n) => n.avals[0]!), [live, ...carryAvals]],
    (b, cs, [alive, ...old]) => {
      const next = inline(b, laneBody, [...cs.slice(condConsts), ...old]).map((y, i) =>
        ops.select(shapes.broadcast(alive!, y.shape, [0]), y, old[i]!),
      );
      return [...inline(b, laneCond, [...cs.slice(0, condConsts), ...next]), ...next];
    },
  );
  const first = inline(builder, laneCond, [...fixed.slice(0, condConsts), ...start]);
  const made = builder.nodes(
    'while',
    { cond: anyLive, body: frozenBody, condConsts: 0, bodyConsts: consts },
    [...fixed, ...first, ...start],
  );
  return batched(made.slice(1));
};

const linearSolve: BatchRule<'linearSolve'> = ({ attrs, operands, size, builder, batch }) => {
  const { consts } = attrs;
  const inputs = [...marks(operands.slice(0, consts)), ...operands.slice(consts).map(() => true)];
  const want = operands.slice(consts).map(() => true);
  const sub = (g: Graph): Graph => batchSub(g, inputs, size, batch, want);
  const graphs = {
    matvec: sub(attrs.matvec),
    solve: sub(attrs.solve),
    transposeSolve: sub(attrs.transposeSolve),
  };
  return batched(builder.nodes('linearSolve', { consts, ...graphs }, force(operands, inputs, size)));
};

const root: BatchRule<'root'> = ({ attrs, operands, size, builder, batch }) => {
  const { solve, optimality, inits, solutions, linear } = attrs;
  const inputs = marks(operands);
  const theta = inputs.slice(0, inputs.length - inits);
  const out = solve.outputs.map(() => true);
  const x = out.slice(0, solutions);
  const graphs = {
    solve: batchSub(solve, inputs, size, batch, out),
    optimality: batchSub(optimality, [...x, ...theta], size, batch, x),
  };
  // every lane is a system of its own, and its derivatives are solved for as such
  const method = { ...linear, lanes: (linear.lanes ?? 0) + 1 };
  return batched(
    builder.nodes(
      'root',
      { ...attrs, ...graphs, linear: method },
      operands.map((o) => o.node),
    ),
  );
};

/** Rules of control flow and implicit operations. */
export const batchControl: BatchTable<ControlName | ImplicitName> = {
  cond,
  scan,
  while: loop,
  linearSolve,
  root,
};
