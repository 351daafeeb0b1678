/**
 * What a run leaves behind: site records, and the record of choices made of them.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { AnyDist } from './effects.js';
import type { ModelFault } from './faults.js';
import type { Where } from './where.js';

/** One site of a run, in the order of the program. */
export interface SiteRecord {
  /** Path of the address: `a`, `group.a`. */
  readonly address: string;
  readonly path: readonly string[];
  readonly kind: 'sample' | 'observe';
  /**
   * The distribution as the program built it, for one element of the plates around the site. Undefined for an address
   * of a joint distribution. In a record of an eager run its parameters are values of a recording that has finished:
   * shapes, support and strategy can be read, draws and scores cannot be taken.
   */
  readonly dist: AnyDist | undefined;
  /** Shape `[...plates, ...batchShape, ...eventShape]`. */
  readonly value: tf.Tensor;
  /**
   * Log density, one for each element of plates and batch. Of a joint distribution the whole density stands at the first
   * address, and zeros at the others.
   */
  readonly logProb: tf.Tensor;
  /** Addresses of the plates around the site, outermost first: the leading axes. */
  readonly plates: readonly string[];
  readonly where: Where;
}

/** What a run of a program gives. */
export interface Run<R, C> {
  readonly value: R;
  /** The trace: values of the latent sites, nested as their addresses are. */
  readonly choices: C;
  /** Σ log p over all sites, observations included; a scalar. */
  readonly logDensity: tf.Tensor;
  /** All sites in program order. */
  readonly sites: readonly SiteRecord[];
}

/** A run before its choices are put together. */
export interface Outcome<R> {
  readonly value: R;
  readonly sites: readonly SiteRecord[];
  readonly logDensity: tf.Tensor;
  readonly visits: ReadonlyMap<string, Visit>;
}

/** What was found at an address of a run. */
export interface Visit {
  readonly kind: 'sample' | 'observe' | 'group';
  readonly where: Where;
}

/** The mutable record of a run that is going on. */
export interface Trace {
  readonly sites: SiteRecord[];
  readonly faults: ModelFault[];
  /** Every address visited, by path. Shared by the elements of plates, which are visited once. */
  readonly visits: Map<string, Visit>;
}

/** A trace with nothing in it, whose faults go to a list that other runs may share. */
export function emptyTrace(faults: ModelFault[]): Trace {
  return { sites: [], faults, visits: new Map() };
}

/** The text of a path. */
export const pathText = (path: readonly string[]): string => path.join('.');

/** The record of choices: the values of latent sites, nested as their paths are, in the order of the program. */
export function choicesOf(sites: readonly SiteRecord[]): Record<string, unknown> {
  const latent = sites.filter((site) => site.kind === 'sample');
  return nestAt(
    latent.map((site) => site.path),
    latent.map((site) => site.value),
  );
}

/** A record of values at paths, with records for the groups on the way. */
export function nestAt(
  paths: readonly (readonly string[])[],
  values: readonly unknown[],
): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  paths.forEach((path, i) => {
    let group = root;
    for (const name of path.slice(0, -1)) {
      // every object inherits some names, such as `toString`
      if (!Object.hasOwn(group, name)) group[name] = {};
      group = group[name] as Record<string, unknown>;
    }
    group[path[path.length - 1]!] = values[i];
  });
  return root;
}
