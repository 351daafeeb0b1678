/**
 * The runner: one interpreter of generative effects, with a handler that says where latent values come from.
 *
 * A run happens inside a recording. It visits the sites in program order, checks them, and keeps one record a site;
 * `simulate`, `assess` and whatever else interprets programs differ in the handler alone.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import { ops, shapes, type Builder, type Node } from '../ir/index.js';
import { nodeOf, tensorOf } from '../staging/index.js';
import { checkLogProb, checkParameters, checkValue, claim } from './checks.js';
import type { AnyDist, GenerativeEffect, JointEffect, ObserveEffect, SampleEffect } from './effects.js';
import type { ModelFault } from './faults.js';
import { watch } from './forgotten.js';
import { drive, recordingBuilder, type Handler, type Scope } from './handler.js';
import { isProb, labelOf } from './prob.js';
import { emptyTrace, pathText, type Outcome, type SiteRecord, type Trace } from './record.js';
import { runPlate } from './run-plate.js';
import type { Prob } from './types.js';

/** Runs a program in a scope; sites and faults go to `trace`. */
export function run<S, A>(p: Prob<unknown, A>, handler: Handler<S>, scope: Scope<S>, trace: Trace): A {
  return drive(p, (effect) => answer(effect, handler, scope, trace));
}

function answer<S>(yielded: unknown, handler: Handler<S>, scope: Scope<S>, trace: Trace): unknown {
  if (isProb(yielded)) {
    const { text, where } = labelOf(yielded);
    trace.faults.push({ code: 'starless-yield', address: '', expected: 'yield*', found: text, where });
    return run(yielded, handler, scope, trace);
  }
  const effect = (yielded ?? {}) as GenerativeEffect;
  switch (effect.kind) {
    case 'sample':
      return answerSample(effect, handler, scope, trace);
    case 'observe':
      return answerObserve(effect, scope, trace);
    case 'joint':
      return answerJoint(effect, handler, scope, trace);
    case 'call': {
      const path = [...scope.path, effect.address];
      claim(trace, path, 'group', effect.where);
      const state = handler.group(scope, effect.address, trace);
      return run(effect.program, handler, { ...scope, path, state }, trace);
    }
    case 'plate': {
      claim(trace, [...scope.path, effect.address], 'group', effect.where);
      const state = handler.group(scope, effect.address, trace);
      const inside = { ...scope, path: [...scope.path, effect.address], state };
      const element = (p: Prob<unknown, unknown>, at: Scope<S>, of: Trace): unknown =>
        run(p, handler, at, of);
      return runPlate(effect, handler, inside, trace, element);
    }
    case 'fault':
      trace.faults.push(effect.fault);
      return undefined;
    default:
      throw new Error(
        `a generative program yielded ${describe(yielded)}: it may sample, observe, call and plate; ` +
          'simulated, density and average belong to objectives',
      );
  }
}

function describe(x: unknown): string {
  if (typeof x !== 'object' || x === null) return String(x);
  return 'kind' in x ? `the effect '${String(x.kind)}'` : 'an object that is no effect';
}

function record<S>(
  scope: Scope<S>,
  effect: SampleEffect | ObserveEffect,
  value: tf.Tensor,
  logProb: Node,
): SiteRecord {
  const path = [...scope.path, effect.address];
  return {
    address: pathText(path),
    path,
    kind: effect.kind,
    dist: effect.dist,
    value,
    logProb: tensorOf(logProb),
    plates: scope.plates.map((p) => p.address),
    where: effect.where,
  };
}

function answerSample<S>(
  effect: SampleEffect,
  handler: Handler<S>,
  scope: Scope<S>,
  trace: Trace,
): tf.Tensor {
  const builder = recordingBuilder();
  const path = [...scope.path, effect.address];
  const address = pathText(path);
  claim(trace, path, 'sample', effect.where);
  checkParameters(trace, address, effect);
  const node = handler.latent({ address, name: effect.address, effect, scope, trace, builder });
  // The run goes on with a stand-in, so that the faults further down are found too; it ends in an error.
  // A given value may be of another kind that fits, 1 for true say: the program receives its own kind.
  const value = tensorOf(
    node === undefined ? standIn(builder, effect.dist) : ops.cast(node, effect.dist.dtype),
  );
  const logProb = node === undefined ? ops.fill(builder, 0) : effect.dist.score(node);
  trace.sites.push(record(scope, effect, value, logProb));
  return value;
}

function standIn(b: Builder, dist: AnyDist): Node {
  return ops.fill(b, 0, [...dist.batchShape, ...dist.eventShape], dist.dtype);
}

function answerObserve<S>(effect: ObserveEffect, scope: Scope<S>, trace: Trace): undefined {
  const builder = recordingBuilder();
  const path = [...scope.path, effect.address];
  const address = pathText(path);
  claim(trace, path, 'observe', effect.where);
  checkParameters(trace, address, effect);
  checkValue(trace, address, effect.dist, effect.value, effect.where);
  const node = nodeOf(effect.value, builder);
  const fits = checkLogProb(trace, address, effect, node.shape);
  const logProb = fits ? effect.dist.score(node) : ops.fill(builder, 0);
  const value = effect.value instanceof tf.Tensor ? effect.value : tensorOf(node);
  trace.sites.push(record(scope, effect, value, logProb));
  return undefined;
}

function answerJoint<S>(effect: JointEffect, handler: Handler<S>, scope: Scope<S>, trace: Trace): unknown {
  const builder = recordingBuilder();
  const { addresses } = effect.joint;
  for (const a of addresses) claimNested(trace, [...scope.path, ...a.split('.')], scope.path.length, effect);
  const found = handler.joint(effect, scope, trace, builder);
  if (found === undefined) return undefined;
  const zero = tensorOf(ops.fill(builder, 0));
  addresses.forEach((a, i) => {
    const path = [...scope.path, ...a.split('.')];
    trace.sites.push({
      address: pathText(path),
      path,
      kind: 'sample',
      dist: undefined,
      value: found.values[i]!,
      logProb: i === 0 ? tensorOf(found.logDensity) : zero,
      plates: scope.plates.map((p) => p.address),
      where: effect.where,
    });
  });
  return found.choices;
}

/** Claims an address of a joint site, and the groups on the way unless an earlier address of it has. */
function claimNested(trace: Trace, path: readonly string[], depth: number, { where }: JointEffect): void {
  for (let n = depth + 1; n < path.length; n++) {
    const group = path.slice(0, n);
    if (trace.visits.get(pathText(group))?.where !== where) claim(trace, group, 'group', where);
  }
  claim(trace, path, 'sample', where);
}

/** Runs a whole program; its faults are added to `faults`. */
export function outcomeOf<S, A>(
  p: Prob<unknown, A>,
  handler: Handler<S>,
  state: S,
  faults: ModelFault[],
): Outcome<A> {
  const builder = recordingBuilder();
  const trace = emptyTrace(faults);
  const value = watch(faults, () => run(p, handler, { path: [], plates: [], state }, trace));
  const { sites, visits } = trace;
  return { value, sites, visits, logDensity: tensorOf(logDensityOf(sites, builder)) };
}

/** log p of a run: the sum over its sites, observations included, a scalar. */
function logDensityOf(sites: readonly SiteRecord[], b: Builder): Node {
  return sites.reduce<Node>(
    (total, s) => ops.add(total, shapes.reduceSum(nodeOf(s.logProb, b))),
    ops.fill(b, 0),
  );
}
