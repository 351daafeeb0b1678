/**
 * Plates: one element is run, and batched over all.
 *
 * @module
 */
import { vmapNodes } from '../autodiff/index.js';
import type { IntTensor } from '../distributions/index.js';
import { shapes, type Node } from '../ir/index.js';
import { flatten, leafOf, nodeOf, tensorOf, unflatten, within } from '../staging/index.js';
import type { PlateEffect } from './effects.js';
import { watch } from './forgotten.js';
import { takeApart, type Parts } from './parts.js';
import type { Trace } from './record.js';
import type { Prob } from './types.js';
import { recordingBuilder, type Handler, type Scope } from './handler.js';

/**
 * Runs a plate whose group is `scope`: the body once, in a recording of its own, vectorized over the elements. Its site
 * records get the plate's axis in front. `run` is the runner for one element.
 */
export function runPlate<S>(
  effect: PlateEffect,
  handler: Handler<S>,
  scope: Scope<S>,
  trace: Trace,
  run: (p: Prob<unknown, unknown>, scope: Scope<S>, trace: Trace) => unknown,
): unknown {
  const builder = recordingBuilder();
  const { address, size } = effect;
  const { leaves, def } = flatten([effect.data, handler.spread(scope, size, trace)]);
  const plates = [...scope.plates, { address, size }];
  const inner: Trace = { sites: [], faults: trace.faults, visits: trace.visits };
  let result: Parts | undefined;

  const body = (i: Node, ...data: Node[]): Node[] =>
    within(i.builder, () => {
      const index = tensorOf(i) as IntTensor;
      const [own, forHandler] = unflatten(
        def,
        data.map((n) => leafOf(n)),
      ) as [unknown, unknown];
      const state = handler.element(scope.state, forHandler, index);
      const element = { path: scope.path, plates, state };
      const value = watch(trace.faults, () => run(effect.body(index, own), element, inner));
      result = takeApart(value);
      const kept = [...result.tensors, ...inner.sites.flatMap((s) => [s.value, s.logProb])];
      return kept.map((x) => nodeOf(x, i.builder));
    });

  const index = shapes.iota(builder, [size]);
  const stacked = vmapNodes(body, [index, ...leaves.map((x) => nodeOf(x, builder))], size, builder);
  const { tensors, rebuild } = result!;
  inner.sites.forEach((site, k) => {
    const [value, logProb] = stacked.slice(tensors.length + 2 * k).map((n) => tensorOf(n));
    trace.sites.push({ ...site, value: value!, logProb: logProb! });
  });
  return rebuild(stacked.slice(0, tensors.length).map((n) => leafOf(n)));
}
