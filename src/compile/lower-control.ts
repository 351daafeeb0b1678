/**
 * Lowering of operations that carry sub-graphs. Bodies of loops are planned once and run without allocation: the carry
 * lives in fixed buffers whose arrays are exchanged with those of the next carry.
 *
 * @module
 */
import type { Graph } from '../ir/index.js';
import { clampIndex } from '../ir/indexing.js';
import { convert } from './kernels-convert.js';
import { loop1, type Step } from './nest.js';
import { Planner, runAll, type Level } from './planner.js';
import type { LowerTable } from './rule.js';
import type { View } from './view.js';

/** Plans a graph within a plan: the views of its outputs. */
export type PlanGraph = (plan: Planner, graph: Graph, inputs: readonly View[]) => View[];

const copyInto = (out: View, x: View): Step => loop1(convert(x.dtype, x.dtype), out, x);

/** A plan for a body within `plan`. What is constant there is constant here; `invariant` buffers stay for a loop. */
function inner(plan: Planner, invariant: readonly View[]): Planner {
  const fixed = new Set(invariant.map((v) => v.slot));
  return new Planner((slot): Level => (plan.levelOf(slot) === 0 ? 0 : fixed.has(slot) ? 1 : 2));
}

function exchange(a: View, b: View): void {
  const data = a.slot.data;
  a.slot.data = b.slot.data;
  b.slot.data = data;
}

/** Rules of control flow, given how to plan a graph. */
export function lowerControl(
  planGraph: PlanGraph,
): Pick<LowerTable, 'cond' | 'while' | 'scan' | 'linearSolve' | 'root'> {
  return {
    cond: ({ branches }, [index, ...args], results, plan) => {
      const outs = results.map((r) => plan.result(r));
      const runs = branches.map((branch) => {
        const body = inner(plan, []);
        const values = planGraph(body, branch, args);
        plan.unbounded ||= body.unbounded;
        const { steps } = body.finish(values);
        const copies = values.map((v, i) => copyInto(outs[i]!, v));
        return [...steps, ...copies];
      });
      const [slot, at] = [index!.slot, index!.offset];
      const run: Step = () => runAll(runs[clampIndex(slot.data[at]!, runs.length)]!);
      plan.emit(run, [index!, ...args], outs, plan.unbounded ? 2 : 0);
      return outs;
    },

    while: ({ cond, body, condConsts, bodyConsts }, operands, results, plan) => {
      const forCond = operands.slice(0, condConsts);
      const forBody = operands.slice(condConsts, condConsts + bodyConsts);
      const init = operands.slice(condConsts + bodyConsts);
      const carry = results.map((r) => plan.keep(plan.result(r)));
      const test = inner(plan, forCond);
      const holds = planGraph(test, cond, [...forCond, ...carry])[0]!;
      const tested = test.finish([holds]);
      const turn = inner(plan, forBody);
      const next = turn.exchangeable(planGraph(turn, body, [...forBody, ...carry]));
      const turned = turn.finish(next);
      const start = carry.map((c, i) => copyInto(c, init[i]!));
      const prologue = [...tested.prologue, ...turned.prologue];
      const run: Step = () => {
        runAll(start);
        runAll(prologue);
        for (;;) {
          runAll(tested.steps);
          if (holds.slot.data[holds.offset] === 0) return;
          runAll(turned.steps);
          for (let i = 0; i < next.length; i++) exchange(carry[i]!, next[i]!);
        }
      };
      // never at planning time: the loop may stand in a branch that is not taken, and need not end there
      plan.unbounded = true;
      plan.emit(run, operands, carry, 2);
      return carry;
    },

    scan: ({ body, length, consts, carry: carried, reverse }, operands, results, plan) => {
      const constants = operands.slice(0, consts);
      const init = operands.slice(consts, consts + carried);
      const xs = operands.slice(consts + carried).map((x) => plan.contiguous(x));
      const outs = results.map((r) => plan.keep(plan.result(r)));
      const [carry, ys] = [outs.slice(0, carried), outs.slice(carried)];
      const elements = xs.map((x) => plan.keep(plan.result({ shape: x.shape.slice(1), dtype: x.dtype })));
      const turn = inner(plan, constants);
      const values = planGraph(turn, body, [...constants, ...carry, ...elements]);
      plan.unbounded ||= turn.unbounded;
      const next = turn.exchangeable(values.slice(0, carried));
      const stacked = values.slice(carried).map((v) => turn.contiguous(v));
      const turned = turn.finish([...next, ...stacked]);
      const start = carry.map((c, i) => copyInto(c, init[i]!));
      const run: Step = () => {
        runAll(start);
        runAll(turned.prologue);
        for (let step = 0; step < length; step++) {
          const t = reverse ? length - 1 - step : step;
          for (let i = 0; i < xs.length; i++) {
            const [x, e] = [xs[i]!, elements[i]!];
            copyRange(e.slot.data, 0, x.slot.data, x.offset + t * e.slot.size, e.slot.size);
          }
          runAll(turned.steps);
          for (let i = 0; i < stacked.length; i++) {
            const [y, v] = [ys[i]!, stacked[i]!];
            const size = y.slot.size / length;
            copyRange(y.slot.data, t * size, v.slot.data, v.offset, size);
          }
          for (let i = 0; i < next.length; i++) exchange(carry[i]!, next[i]!);
        }
      };
      plan.emit(run, [...constants, ...init, ...xs], [...outs, ...elements], plan.unbounded ? 2 : 0);
      return outs;
    },

    linearSolve: ({ solve }, operands, _, plan) => planGraph(plan, solve, operands),
    root: ({ solve }, operands, _, plan) => planGraph(plan, solve, operands),
  };
}

function copyRange(
  out: View['slot']['data'],
  k: number,
  a: View['slot']['data'],
  p: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) out[k + i] = a[p + i]!;
}
