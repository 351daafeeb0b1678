/**
 * Transposes of control flow and of linear solves.
 *
 * @module
 */
import { inputAvals, makeGraph, ops, type Aval, type Graph, type Node } from '../ir/index.js';
import { defined, instantiate } from './jvp-rule.js';
import { fixpoint, groupGraph, pick, place } from './subgraph.js';
import type { TransposeRule } from './transpose-rule.js';

/** Which nodes depend on the marked inputs. */
export function dependents(graph: Graph, marks: readonly boolean[]): Set<Node> {
  const found = new Set<Node>(pick(graph.inputs, marks));
  for (const n of graph.nodes) if (n.operands.some((o) => found.has(o))) found.add(n);
  return found;
}

/** The transpose of a branch is a branch: cond with transposed branches, on the same index. */
export const transposeCond: TransposeRule<'cond'> = ({
  attrs,
  operands,
  avals,
  cotangents,
  builder,
  transpose,
}) => {
  const index = operands[0];
  if (index === undefined) throw new Error('transpose: a cond is not linear in its index');
  const args = operands.slice(1);
  const argAvals = avals.slice(1);
  const known = args.map(defined);
  const linear = known.map((k) => !k);
  const live = cotangents.map(defined);
  const results = attrs.branches[0]!.outputs.map((o) => o.avals[0]!);
  const branches = attrs.branches.map((branch) =>
    groupGraph([pick(argAvals, known), pick(results, live)], (b, values, cts) => {
      const made = transpose(branch, place(known, values), place(live, cts), b);
      return pick(
        made.map((ct, i) => instantiate(ct, argAvals[i]!, b)),
        linear,
      );
    }),
  );
  const made = builder.nodes('cond', { ...attrs, branches }, [
    index,
    ...args.filter(defined),
    ...cotangents.filter(defined),
  ]);
  return [undefined, ...place(linear, made)];
};

/** The part of a scan that does not depend on its linear operands, run first: carries as stacks and as elements. */
interface SplitScan {
  /** Which inputs of the body are linear. */
  readonly linear: readonly boolean[];
  /** A stack of the values at each step, for each non-linear carry; in carry order. */
  readonly stacks: readonly Node[];
}

function splitScan(step: Parameters<TransposeRule<'scan'>>[0]): SplitScan {
  const { attrs, operands, builder } = step;
  const { body, consts, carry } = attrs;
  const given = operands.map((o) => o === undefined);
  const moving = fixpoint(given.slice(consts, consts + carry), (c) => {
    const found = dependents(body, [...given.slice(0, consts), ...c, ...given.slice(consts + carry)]);
    return body.outputs.slice(0, carry).map((o) => found.has(o));
  });
  const still = moving.map((m) => !m);
  const linear = [...given.slice(0, consts), ...moving, ...given.slice(consts + carry)];
  if (!still.includes(true)) return { linear, stacks: [] };
  const values = linear.map((l) => !l);
  const still0 = pick(body.inputs.slice(consts, consts + carry), still);
  const inputs = pick(body.inputs, values);
  const graph = makeGraph(inputs, [...pick(body.outputs.slice(0, carry), still), ...still0]);
  const starts = [
    ...operands.slice(0, consts),
    ...pick(operands.slice(consts, consts + carry), still),
    ...operands.slice(consts + carry),
  ];
  const made = builder.nodes(
    'scan',
    {
      ...attrs,
      body: graph,
      consts: pick(values.slice(0, consts), values.slice(0, consts)).length,
      carry: still0.length,
    },
    starts.filter(defined),
  );
  return { linear, stacks: made.slice(still0.length) };
}

/**
 * The transpose of a linear scan runs backwards: its carry is the cotangent of the carry and the sum so far of the
 * cotangents of the constants, its elements the cotangents of the stacked results.
 */
export const transposeScan: TransposeRule<'scan'> = (step) => {
  const { attrs, operands, avals, cotangents, builder, transpose } = step;
  const { body, length, consts, carry, reverse } = attrs;
  const { linear, stacks } = splitScan(step);
  const bodyAvals = inputAvals(body);
  const values = linear.map((l) => !l);
  const part = <T>(xs: readonly T[]): [T[], T[], T[]] => [
    xs.slice(0, consts),
    xs.slice(consts, consts + carry),
    xs.slice(consts + carry),
  ];
  const [constAvals, carryAvals, xsAvals] = part(bodyAvals);
  const [constLinear, carryLinear, xsLinear] = part(linear);
  const [constValues, carryValues, xsValues] = part(values);
  const [constOperands, , xsOperands] = part(operands);

  const live = cotangents.slice(carry).map(defined);
  const ys: Aval[] = body.outputs.slice(carry).map((o) => o.avals[0]!);
  const groups = [
    pick(constAvals, constValues),
    pick(carryAvals, carryLinear),
    pick(constAvals, constLinear),
    pick(carryAvals, carryValues),
    pick(xsAvals, xsValues),
    pick(ys, live),
  ] as const;
  const graph = groupGraph(groups, (b, constsIn, ctCarry, sums, carryIn, xsIn, ctYs) => {
    const args = [...place(constValues, constsIn), ...place(carryValues, carryIn), ...place(xsValues, xsIn)];
    const found = transpose(body, args, [...place(carryLinear, ctCarry), ...place(live, ctYs)], b);
    const [ofConsts, ofCarry, ofXs] = part(found);
    const added = pick(ofConsts, constLinear).map((ct, i) =>
      ct === undefined ? sums[i]! : ops.add(sums[i]!, ct),
    );
    return [
      ...pick(
        ofCarry.map((ct, i) => instantiate(ct, carryAvals[i]!, b)),
        carryLinear,
      ),
      ...added,
      ...pick(
        ofXs.map((ct, i) => instantiate(ct, xsAvals[i]!, b)),
        xsLinear,
      ),
    ];
  });
  const known = constOperands.filter(defined);
  const start = [
    ...pick(
      cotangents.slice(0, carry).map((ct, i) => instantiate(ct, carryAvals[i]!, builder)),
      carryLinear,
    ),
    ...pick(constAvals, constLinear).map((a) => instantiate(undefined, a, builder)),
  ];
  const made = builder.nodes(
    'scan',
    { body: graph, length, consts: known.length, carry: start.length, reverse: !reverse },
    [
      ...known,
      ...start,
      ...stacks,
      ...xsOperands.filter(defined),
      ...cotangents.slice(carry).filter(defined),
    ],
  );
  const carries = groups[1].length;
  const sums = groups[2].length;
  const all = [
    ...place(constLinear, made.slice(carries, carries + sums)),
    ...place(carryLinear, made.slice(0, carries)),
    ...place(xsLinear, made.slice(carries + sums)),
  ];
  // a carry may be linear within and start from a value
  return all.map((ct, i) => (operands[i] === undefined ? ct : undefined)).slice(0, avals.length);
};

/** A linear solve is linear in its right-hand side: its transpose solves with the transposed operator. */
export const transposeLinearSolve: TransposeRule<'linearSolve'> = ({
  attrs,
  operands,
  avals,
  cotangents,
  builder,
  transpose,
}) => {
  const { matvec, solve, transposeSolve, consts } = attrs;
  const known = operands.slice(0, consts);
  if (!known.every(defined))
    throw new Error('transpose: a linear solve is linear in its right-hand side only');
  const rhs = avals.slice(consts);
  const transposed = groupGraph([avals.slice(0, consts), rhs], (b, cs, cts) =>
    transpose(matvec, [...cs, ...rhs.map(() => undefined)], cts, b)
      .slice(consts)
      .map((ct, i) => instantiate(ct, rhs[i]!, b)),
  );
  const made = builder.nodes(
    'linearSolve',
    { matvec: transposed, solve: transposeSolve, transposeSolve: solve, consts },
    [...known, ...cotangents.map((ct, i) => instantiate(ct, rhs[i]!, builder))],
  );
  return [...known.map(() => undefined), ...made];
};

/** Reverse mode stops at a `while`. */
export const transposeWhile: TransposeRule<'while'> = () => {
  throw new Error(
    'reverse mode through `while` is not defined, because its number of steps is not known in advance: ' +
      'use `scan` with a fixed length, or state the equation that the result satisfies (`root`, `linearSolve`), ' +
      'whose derivatives do not go through the loop; forward mode (jvp) works',
  );
};
