/**
 * Planning of control flow: branches and bodies of loops are plans of their own, and functions of the module.
 *
 * @module
 */
import { sizeOf, type Aval, type Graph } from '../../ir/index.js';
import { noForwardMode } from '../../ir/evaluate-custom.js';
import { i32 } from '../assembler/index.js';
import { blockFor, carryBuffers, carryOver, elementOf } from './loops.js';
import type { Stored } from './item.js';
import { Plan } from './plan.js';
import type { PlanGraph, PlanRule, PlanTable, Planning } from './rule.js';
import { addressOf, storageOf, whole, type Buffer, type Float, type Value } from './value.js';

type Names = 'cond' | 'while' | 'scan' | 'linearSolve' | 'root' | 'custom' | 'linearCall';

/** Rules of control flow, given how to plan a graph. */
export function planControl(planGraph: PlanGraph): Pick<PlanTable, Names> {
  const results = (p: Planning, avals: readonly Aval[]): Buffer[] =>
    avals.map((a) => p.plan.buffer(storageOf(a.dtype, p.float), sizeOf(a.shape)));

  /** A graph in place, with reals of a width of their own. */
  const inPlace = (p: Planning, float: Float, graph: Graph, operands: readonly Value[]): Value[] => {
    if (float === p.float) return planGraph(p, graph, operands);
    const cast = (v: Value, from: Float, to: Float): Value =>
      v.source.storage === from ? p.plan.cast(v, to) : v;
    const out = planGraph(
      { ...p, float },
      graph,
      operands.map((v) => cast(v, p.float, float)),
    );
    return out.map((v) => cast(v, float, p.float));
  };

  const cond: PlanRule<'cond'> = ({ branches, precision }, [index, ...args], avals, p) => {
    const { plan } = p;
    const float = precision === undefined ? p.float : precision === 'float32' ? 'f32' : 'f64';
    if (branches.length === 1) return inPlace(p, float, branches[0]!, args);
    const which = plan.inMemory(index!);
    const operands = args.map((v) => plan.stored(v));
    const outs = results(p, avals);
    const plans = branches.map((branch) => {
      const inner = new Plan(p.e);
      inPlace({ ...p, plan: inner }, float, branch, operands).forEach((v, i) => inner.deliver(v, outs[i]!));
      return inner;
    });
    const block = blockFor(plan, plans);
    plan.opaque({
      label: 'cond',
      reads: [which.source, ...plans.flatMap((q) => [...q.outerReads])],
      writes: [...outs, block],
      flops: 0,
      inner: plans.map((q, i) => ({ name: `branch ${i}`, plan: q })),
      emit: (e, f) => {
        const runs = plans.map((q) => e.statements('branch', p.plan.node, (g) => e.plan(g, q)));
        const i = f.let(i32.load(e.at(addressOf(which.source), which.offset, 'i32')));
        f.switch(
          i32.select(i32.lt(i, i32.const(0)), i32.const(0), i),
          runs.map((run) => () => f.call(run)),
        );
      },
    });
    return outs.map((b, i) => whole(b, avals[i]!.shape));
  };

  const whileLoop: PlanRule<'while'> = (attrs, operands, avals, p) => {
    const { plan } = p;
    const split = attrs.condConsts + attrs.bodyConsts;
    const forCond = operands.slice(0, attrs.condConsts).map((v) => plan.stored(v));
    const forBody = operands.slice(attrs.condConsts, split).map((v) => plan.stored(v));
    const carry = carryBuffers(plan, operands.slice(split));
    const state = carry.map((b, i) => whole(b, avals[i]!.shape));
    const test = new Plan(p.e);
    const [holds] = planGraph({ ...p, plan: test }, attrs.cond, [...forCond, ...state]);
    const flag = test.inMemory(holds!);
    // read when all items have run
    test.opaque({ label: 'flag', reads: [flag.source], writes: [], flops: 0, emit: () => undefined });
    const turn = new Plan(p.e);
    carryOver(turn, planGraph({ ...p, plan: turn }, attrs.body, [...forBody, ...state]), carry);
    const block = blockFor(plan, [test, turn]);
    plan.opaque({
      label: 'while',
      reads: [...carry, ...test.outerReads, ...turn.outerReads],
      writes: [...carry, block],
      flops: 0,
      inner: [
        { name: 'condition', plan: test },
        { name: 'body', plan: turn },
      ],
      emit: (e, f) => {
        const { node } = p.plan;
        const name = e.unique('condition');
        if (node !== undefined) e.nodes.set(name, node);
        const again = e.module.func(name, [], 'i32', (g) => {
          e.plan(g, test);
          g.return(i32.load8u(e.at(addressOf(flag.source), flag.offset, 'bool')));
        });
        const body = e.statements('body', node, (g) => e.plan(g, turn));
        f.call(
          e.statements('while', node, (g) =>
            g.while(
              () => again.call(),
              () => g.call(body),
            ),
          ),
        );
      },
    });
    return state;
  };

  const scan: PlanRule<'scan'> = (attrs, operands, avals, p) => {
    const { plan, e } = p;
    const { body, length, reverse } = attrs;
    const constants = operands.slice(0, attrs.consts).map((v) => plan.stored(v));
    const carry = carryBuffers(plan, operands.slice(attrs.consts, attrs.consts + attrs.carry));
    const state = carry.map((b, i) => whole(b, avals[i]!.shape));
    const stacked = results(p, avals.slice(attrs.carry));
    const values = [...state, ...stacked.map((b, i) => whole(b, avals[attrs.carry + i]!.shape))];
    if (length === 0) return values;
    const counter = e.module.global();
    const xs = operands.slice(attrs.consts + attrs.carry).map((v): Value => {
      const x: Stored | Value = v.source.kind === 'fill' ? v : plan.inMemory(v);
      const shape = x.shape.slice(1);
      const rest = { ...x, shape, strides: x.strides.slice(1) };
      if (x.source.kind !== 'buffer') return rest;
      return { ...rest, source: elementOf(x.source, x.strides[0]!, x.source.size, counter) };
    });
    const inner = new Plan(p.e);
    const out = planGraph({ ...p, plan: inner }, body, [...constants, ...state, ...xs]);
    out.slice(attrs.carry).forEach((y, i) => {
      const size = sizeOf(y.shape);
      inner.deliver(y, elementOf(stacked[i]!, size, size, counter));
    });
    carryOver(inner, out.slice(0, attrs.carry), carry);
    const block = blockFor(plan, [inner]);
    plan.opaque({
      label: 'scan',
      reads: [...carry, ...inner.outerReads],
      writes: [...carry, ...stacked, block],
      flops: 0,
      inner: [{ name: `body, ${length} times`, plan: inner }],
      emit: (_, f) => {
        const { node } = plan;
        const turn = e.statements('body', node, (g) => e.plan(g, inner));
        f.call(
          e.statements('scan', node, (g) => {
            g.set(counter, i32.const(reverse ? length - 1 : 0));
            const left = g.local('i32', i32.const(length));
            g.loop((again) => {
              g.call(turn);
              g.set(counter, i32.add(counter, i32.const(reverse ? -1 : 1)));
              g.set(left, i32.sub(left, i32.const(1)));
              g.brIf(again, left);
            });
          }),
        );
      },
    });
    return values;
  };

  return {
    cond,
    while: whileLoop,
    scan,
    // solves in float32 are the main source of wrong derivatives, so they run in float64
    linearSolve: ({ solve }, operands, _, p) => inPlace(p, 'f64', solve, operands),
    root: ({ solve }, operands, _, p) => inPlace(p, 'f64', solve, operands),
    custom: ({ fun }, operands, _, p) => planGraph(p, fun, operands),
    linearCall: ({ forward }, operands, _, p) => {
      if (forward === undefined) throw new Error(noForwardMode);
      return planGraph(p, forward, operands);
    },
  };
}
