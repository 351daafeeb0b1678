/**
 * Forward derivatives of control flow.
 *
 * `cond` and `scan` keep value and tangent apart: the value is computed by the operation itself, the tangent by a
 * second one that is linear in the tangents of its operands and recomputes what it needs of the value. So reverse mode
 * can transpose it. A `while` carries value and tangent together, because its number of steps is not known.
 *
 * @module
 */
import {
  Builder,
  closure,
  deepest,
  inline,
  inputAvals,
  makeGraph,
  type Graph,
  type Node,
} from '../ir/index.js';
import type { ControlName } from './families.js';
import { defined, instantiate, type JvpOf, type JvpRule, type JvpTable, type Tangent } from './jvp-rule.js';
import { groupGraph, pick, place, union, usedInputs, withOutputs } from './subgraph.js';

const isDefined = (xs: readonly Tangent[]): boolean[] => xs.map(defined);

/** The tangents of a graph as nodes of a builder of its own, with the inputs that stand for values and tangents. */
interface TangentBody {
  readonly primals: readonly Node[];
  readonly duals: readonly Node[];
  readonly tangents: readonly Tangent[];
  readonly builder: Builder;
}

function tangentBody(graph: Graph, active: readonly boolean[], jvp: JvpOf): TangentBody {
  const builder = new Builder();
  const avals = inputAvals(graph);
  const primals = avals.map((a) => builder.input(a));
  const duals = pick(avals, active).map((a) => builder.input(a));
  // recorded within, so that no value depends on a tangent and the tangents are linear in `duals`; then put beside
  let live: readonly boolean[] = [];
  const { graph: linear, captured } = closure(builder, pick(avals, active), (...inputs) => {
    const found = jvp(graph, primals, place(active, inputs), builder).tangents;
    live = isDefined(found);
    return found.filter(defined);
  });
  const tangents = place(live, inline(builder, linear, [...captured, ...duals]));
  return { primals, duals, tangents, builder };
}

/**
 * The tangents of a loop's body and which carries have one, given which constants, carries and elements have: the least
 * solution, found by letting tangents spread from carry to carry until they stay.
 */
function settle(
  body: Graph,
  consts: readonly boolean[],
  carry: readonly boolean[],
  xs: readonly boolean[],
  jvp: JvpOf,
): { readonly moving: boolean[]; readonly step: TangentBody } {
  let moving = [...carry];
  for (;;) {
    const step = tangentBody(body, [...consts, ...moving, ...xs], jvp);
    const next = union(moving, isDefined(step.tangents.slice(0, carry.length)));
    if (next.every((m, i) => m === moving[i])) return { moving, step };
    moving = next;
  }
}

const scan: JvpRule<'scan'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { body, length, consts, carry, reverse } = attrs;
  const bodyAvals = inputAvals(body);
  const given = isDefined(tangents);
  const constActive = given.slice(0, consts);
  const xsActive = given.slice(consts + carry);
  const { moving, step } = settle(body, constActive, given.slice(consts, consts + carry), xsActive, jvp);
  const carried = step.tangents.slice(0, carry);
  const ysActive = isDefined(step.tangents.slice(carry));
  const carryAvals = bodyAvals.slice(consts, consts + carry);
  const next = pick(
    carried.map((t, j) => instantiate(t, carryAvals[j]!, step.builder)),
    moving,
  );
  const outputs = [...next, ...step.tangents.slice(carry).filter(defined)];

  // the values that the tangent needs: constants, and carries and elements of each step as elements of the tangent scan
  const needed = usedInputs(makeGraph([...step.primals, ...step.duals], outputs));
  const [constNeeded, carryNeeded, xsNeeded] = [
    needed.slice(0, consts),
    needed.slice(consts, consts + carry),
    needed.slice(consts + carry, bodyAvals.length),
  ];
  const stacked = pick(body.inputs.slice(consts, consts + carry), carryNeeded);
  const all = builder.nodes('scan', { ...attrs, body: withOutputs(body, stacked) }, primals);
  const out = all.slice(0, all.length - stacked.length);
  const stacks = all.slice(out.length);
  if (!outputs.length) return { out, tangents: out.map(() => undefined) };

  const constDuals = constActive.filter(Boolean).length;
  const carryDuals = moving.filter(Boolean).length;
  const tangentGraph = makeGraph(
    [
      ...pick(step.primals.slice(0, consts), constNeeded),
      ...step.duals.slice(0, constDuals),
      ...step.duals.slice(constDuals, constDuals + carryDuals),
      ...pick(step.primals.slice(consts, consts + carry), carryNeeded),
      ...pick(step.primals.slice(consts + carry), xsNeeded),
      ...step.duals.slice(constDuals + carryDuals),
    ],
    outputs,
  );
  const tb = deepest([...primals, ...tangents.filter(defined)]);
  const start = pick(
    tangents.slice(consts, consts + carry).map((t, j) => instantiate(t, carryAvals[j]!, tb)),
    moving,
  );
  const constOperands = [
    ...pick(primals.slice(0, consts), constNeeded),
    ...tangents.slice(0, consts).filter(defined),
  ];
  const made = tb.nodes(
    'scan',
    { body: tangentGraph, length, consts: constOperands.length, carry: start.length, reverse },
    [
      ...constOperands,
      ...start,
      ...stacks,
      ...pick(primals.slice(consts + carry), xsNeeded),
      ...tangents.slice(consts + carry).filter(defined),
    ],
  );
  return { out, tangents: place([...moving, ...ysActive], made) };
};

const loop: JvpRule<'while'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { cond, body, condConsts, bodyConsts } = attrs;
  const consts = condConsts + bodyConsts;
  const given = isDefined(tangents);
  const constActive = given.slice(condConsts, consts);
  const { moving } = settle(body, constActive, given.slice(consts), [], jvp);
  const carryAvals = primals.slice(consts).map((p) => p.avals[0]!);
  const constAvals = primals.slice(0, consts).map((p) => p.avals[0]!);
  const dualCarry = pick(carryAvals, moving);

  const jointBody = groupGraph(
    [constAvals.slice(condConsts), pick(constAvals.slice(condConsts), constActive), carryAvals, dualCarry],
    (b, c, dc, k, dk) => {
      const step = jvp(body, [...c, ...k], [...place(constActive, dc), ...place(moving, dk)], b);
      return [
        ...step.out,
        ...pick(
          step.tangents.map((t, j) => instantiate(t, carryAvals[j]!, b)),
          moving,
        ),
      ];
    },
  );
  const jointCond = groupGraph([constAvals.slice(0, condConsts), carryAvals, dualCarry], (b, c, k) =>
    inline(b, cond, [...c, ...k]),
  );
  const tb = deepest([...primals, ...tangents.filter(defined)]);
  const dualConsts = tangents.slice(condConsts, consts).filter(defined);
  const start = pick(
    tangents.slice(consts).map((t, j) => instantiate(t, carryAvals[j]!, tb)),
    moving,
  );
  const joint = tb.nodes(
    'while',
    { cond: jointCond, body: jointBody, condConsts, bodyConsts: bodyConsts + dualConsts.length },
    [...primals.slice(0, consts), ...dualConsts, ...primals.slice(consts), ...start],
  );
  // a value must not depend on tangents when these live in a recording of their own
  const out = tb === builder ? joint.slice(0, carryAvals.length) : builder.nodes('while', attrs, primals);
  return { out, tangents: place(moving, joint.slice(carryAvals.length)) };
};

const cond: JvpRule<'cond'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const out = builder.nodes('cond', attrs, primals);
  const active = isDefined(tangents.slice(1));
  const steps = attrs.branches.map((g) => tangentBody(g, active, jvp));
  const outActive = steps.map((s) => isDefined(s.tangents)).reduce(union);
  if (!outActive.includes(true)) return { out, tangents: out.map(() => undefined) };
  const outputs = steps.map((s) =>
    pick(
      s.tangents.map((t, j) => instantiate(t, out[j]!.avals[0]!, s.builder)),
      outActive,
    ),
  );
  const needed = steps
    .map((s, k) => usedInputs(makeGraph([...s.primals, ...s.duals], outputs[k]!)).slice(0, s.primals.length))
    .reduce(union);
  const branches = steps.map((s, k) => makeGraph([...pick(s.primals, needed), ...s.duals], outputs[k]!));
  const operands = [...pick(primals.slice(1), needed), ...tangents.slice(1).filter(defined)];
  const all = [primals[0]!, ...operands];
  const made = deepest(all).nodes('cond', { ...attrs, branches }, all);
  return { out, tangents: place(outActive, made) };
};

/** Rules of control flow. */
export const jvpControl: JvpTable<ControlName> = { cond, while: loop, scan };
