/**
 * The handler that looks values up: each latent site takes its value from a record of choices.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Dist } from '../distributions/index.js';
import { sameShape, type DType, type Shape } from '../ir/index.js';
import { avalOf, flatten, isLeaf, leafOf, nodeOf, unflatten, type Leaf } from '../staging/index.js';
import { checkValue } from './checks.js';
import { shapeText, type ModelFault } from './faults.js';
import type { Handler, Latent, Scope } from './handler.js';
import { isPlain, ownMember } from './parts.js';
import { checkAgainstGuide } from './guide-checks.js';
import { nestAt, pathText, type SiteRecord, type Trace } from './record.js';
import type { Where } from './where.js';

/** What stands in the choices at the group a run is in. */
export interface Given {
  /** The values of this group by address; undefined where the group itself is missing. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
  /** The group that is missing, once it has been reported or while it holds no site. */
  readonly missing?: { readonly path: readonly string[]; reported: boolean };
}

/** What is known of the given values besides themselves, by path. */
export interface Knowledge {
  /** Values as the user gave them, where they are not recorded: their support can be checked. */
  readonly concrete: ReadonlyMap<string, Leaf>;
  /** The guide's sites that drew the values. */
  readonly guide: ReadonlyMap<string, SiteRecord>;
  /** Whether the values come from a guide, which faults then speak of. */
  readonly fromGuide: boolean;
}

const kinds: { readonly [D in DType]: string } = {
  f: 'tensor',
  i32: 'int tensor',
  bool: 'bool tensor',
  u32: 'key',
};

/** The kind of a given value, in the words of the types. */
function kindOf(x: unknown): string {
  if (typeof x === 'boolean') return 'host boolean';
  if (typeof x === 'number') return 'host number';
  return isLeaf(x) ? kinds[avalOf(x).dtype] : 'group of addresses';
}

/** Whether a given value serves a site: of its element type, a literal of it, or numbers that a density converts. */
function fits(x: Leaf, dtype: DType, fromGuide: boolean): boolean {
  const found = avalOf(x).dtype;
  if (found === dtype || typeof x === 'number') return true;
  if (fromGuide) return false;
  return (dtype === 'f' && found === 'i32') || (dtype === 'bool' && (found === 'f' || found === 'i32'));
}

/** `normal of shape [3]`, as sentences speak of a site. */
export const siteText = (dist: Dist<unknown, unknown>, plates: Shape): string =>
  `${dist.family} of shape ${shapeText([...plates, ...dist.batchShape, ...dist.eventShape])}`;

const sizes = (scope: Scope<unknown>): Shape => scope.plates.map((p) => p.size);

/** Takes latent values from the choices given. */
export function assessing(known: Knowledge): Handler<Given> {
  // Values already found at fault where their plate begins.
  const reported = new Set<string>();
  const fault = (trace: Trace, f: ModelFault): undefined => {
    trace.faults.push(f);
    return undefined;
  };
  const missing = (trace: Trace, address: string, expected: string, where: Where): undefined =>
    fault(trace, {
      code: known.fromGuide ? 'missing-in-guide' : 'missing-value',
      address,
      expected,
      found: 'nothing',
      where: where(),
    });
  const subject = known.fromGuide ? 'guide' : 'value';

  const absent = (site: Latent<Given>): undefined => {
    const { address, effect, scope, trace } = site;
    const group = scope.state.missing;
    if (group === undefined)
      return missing(trace, address, siteText(effect.dist, sizes(scope)), effect.where);
    if (group.reported) return undefined;
    group.reported = true;
    return missing(trace, pathText(group.path), 'a group of addresses', effect.where);
  };

  return {
    latent: (site) => {
      const { address, name, effect, scope, trace, builder } = site;
      const { dist, where } = effect;
      const value = ownMember(scope.state.values, name);
      if (value === undefined) return absent(site);
      if (reported.has(address)) return undefined;
      const drawn = known.guide.get(address);
      const [found, at] = [kindOf(value), drawn?.where()];
      if (!isLeaf(value) || !fits(value, dist.dtype, known.fromGuide)) {
        return fault(trace, {
          code: 'kind',
          address,
          expected: kinds[dist.dtype],
          found,
          subject,
          where: at,
          also: where(),
        });
      }
      const expected = [...dist.batchShape, ...dist.eventShape];
      const { shape } = avalOf(value);
      if (!sameShape(shape, expected)) {
        const plates = sizes(scope);
        const [e, f] = [shapeText([...plates, ...expected]), shapeText([...plates, ...shape])];
        return fault(trace, {
          code: 'shape',
          address,
          expected: e,
          found: f,
          subject,
          where: at,
          also: where(),
        });
      }
      if (drawn !== undefined && !checkAgainstGuide(site, drawn)) return undefined;
      const concrete = known.concrete.get(address);
      if (concrete !== undefined) checkValue(trace, address, dist, concrete, where);
      return nodeOf(value, builder);
    },
    joint: ({ joint, where }, scope, trace, builder) => {
      const leaves = joint.addresses.map((a) => {
        const value = a.split('.').reduce<unknown>(ownMember, scope.state.values);
        if (isLeaf(value)) return value;
        return missing(trace, pathText([...scope.path, a]), 'part of a joint distribution', where);
      });
      if (leaves.some((x) => x === undefined)) return undefined;
      const values = leaves.map((x) => leafOf(nodeOf(x!, builder)) as tf.Tensor);
      const choices = nestAt(
        joint.addresses.map((a) => a.split('.')),
        values,
      );
      return { choices, values, logDensity: joint.score(choices) };
    },
    group: ({ path, state }, address, trace) => {
      const inner = [...path, address];
      const values = ownMember(state.values, address);
      if (isPlain(values)) return { values };
      if (values === undefined)
        return { values: undefined, missing: state.missing ?? { path: inner, reported: false } };
      const expected = 'group of addresses';
      fault(trace, {
        code: 'kind',
        address: pathText(inner),
        expected,
        found: kindOf(values),
        subject,
        where: undefined,
      });
      return { values: undefined, missing: { path: inner, reported: true } };
    },
    spread: (scope, size, trace) =>
      spread(scope, size, (address, expected, found) => {
        reported.add(address);
        fault(trace, {
          code: 'shape',
          address,
          expected,
          found,
          subject,
          where: known.guide.get(address)?.where(),
        });
      }),
    element: (state, data) =>
      state.values === undefined ? state : { values: data as Record<string, unknown> },
  };
}

/** The values of a plate: each must have the plate's axis in front. */
function spread(
  scope: Scope<Given>,
  size: number,
  fault: (address: string, expected: string, found: string) => void,
): unknown {
  const { leaves, def, paths } = flatten(scope.state.values ?? {});
  const outer = sizes(scope);
  const fitting = leaves.map((leaf, i) => {
    const { shape, dtype } = avalOf(leaf);
    if (shape[0] === size) return leaf;
    const address = pathText([...scope.path, paths[i]!]);
    fault(address, `[${[...outer, size, '…'].join(',')}]`, shapeText([...outer, ...shape]));
    return tf.zeros([size], dtype === 'i32' ? 'int32' : dtype === 'bool' ? 'bool' : 'float32');
  });
  return unflatten(def, fitting);
}
