/**
 * Checks of one site while a program runs. Each adds faults to the trace and lets the run go on.
 *
 * @module
 */
import { ops, sameShape, type Shape } from '../ir/index.js';
import type { AnyDist, ObserveEffect, SampleEffect } from './effects.js';
import { parameterFault, shapeText, valueFault } from './faults.js';
import { pathText, type Trace, type Visit } from './record.js';
import type { Where } from './where.js';
import type { Leaf } from '../staging/index.js';

/** Takes an address for a site or a group; a fault if another has it. */
export function claim(trace: Trace, path: readonly string[], kind: Visit['kind'], where: Where): void {
  const address = pathText(path);
  const before = trace.visits.get(address);
  if (before === undefined) {
    trace.visits.set(address, { kind, where });
    return;
  }
  const kinds = new Set([before.kind, kind]);
  if (kinds.has('sample') && kinds.has('observe')) {
    trace.faults.push({
      code: 'sampled-and-observed',
      address,
      found: kind === 'sample' ? 'sampled' : 'observed',
      expected: kind === 'sample' ? 'observed' : 'sampled',
      where: where(),
      also: before.where(),
    });
    return;
  }
  const [expected, found] = ['one site', 'two sites'];
  trace.faults.push({
    code: 'duplicate-address',
    address,
    expected,
    found,
    where: where(),
    also: before.where(),
  });
}

/** Parameters outside their constraints, of those whose values are known now. */
export function checkParameters(trace: Trace, address: string, effect: SampleEffect | ObserveEffect): void {
  for (const fault of effect.dist.check()) trace.faults.push(parameterFault(address, fault, effect.where()));
}

/** A value outside the support, if it is known now. */
export function checkValue(trace: Trace, address: string, dist: AnyDist, value: Leaf, where: Where): void {
  const fault = dist.checkValue(value);
  if (fault !== undefined) trace.faults.push(valueFault(address, fault, where()));
}

/**
 * Whether an observed value and the batch make one log probability for each element of one of them. A value [n] under
 * parameters [n,1] would give n² of them, which is never meant.
 */
export function checkLogProb(trace: Trace, address: string, effect: ObserveEffect, shape: Shape): boolean {
  const { batchShape, eventShape, family } = effect.dist;
  const own = shape.slice(0, Math.max(0, shape.length - eventShape.length));
  const joint = ops.broadcastShapes(own, batchShape);
  if (joint !== undefined && (sameShape(joint, own) || sameShape(joint, batchShape))) return true;
  trace.faults.push({
    code: 'log-prob-shape',
    address,
    expected: shapeText(batchShape),
    found: shapeText(shape),
    subject: family,
    where: effect.where(),
  });
  return false;
}
