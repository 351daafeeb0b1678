/**
 * The latent sites of a model, found without drawing any.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import { bijectors, type Bijector } from '../../distributions/index.js';
import {
  buildGraph,
  ops,
  outputAvals,
  shapes,
  sizeOf,
  type Builder,
  type Node,
  type Shape,
} from '../../ir/index.js';
import { nodeOf, stage, tensor } from '../../staging/index.js';
import { collect } from '../../language/errors.js';
import type { Handler, Latent } from '../../language/handler.js';
import type { AnyProgram } from '../../language/index.js';
import { nestAt } from '../../language/record.js';
import { outcomeOf } from '../../language/run.js';

/** One latent site and its place in the vector of all. */
export interface LatentSite {
  /** Path of the address: `a`, `group.a`. */
  readonly address: string;
  readonly path: readonly string[];
  /** Shape of the value: plates, batch, event. */
  readonly shape: Shape;
  /** Shape of the unconstrained value. */
  readonly freeShape: Shape;
  /** Where the site begins in the vector, and how many numbers it takes. */
  readonly offset: number;
  readonly size: number;
  /** From the reals onto the support. */
  readonly bijector: (b: Builder) => Bijector;
}

/**
 * The latent sites of an applied program, in its order. The program is run once on stand-in values inside a recording
 * that is thrown away, so that no site is drawn and improper priors are as good as others.
 *
 * @throws Error that lists every site for which there is no real vector: integers and booleans, supports without a
 *   bijector, supports whose bounds depend on other sites, joint sites. ModelError for the faults of the program itself.
 */
export function latentSites(guide: string, model: AnyProgram): LatentSite[] {
  const found: { readonly site: Latent<undefined>; readonly plates: readonly number[] }[] = [];
  const faults: string[] = [];
  const handler: Handler<undefined> = {
    latent(site) {
      found.push({ site, plates: site.scope.plates.map((p) => p.size) });
      const { dist } = site.effect;
      const shape = [...dist.batchShape, ...dist.eventShape];
      const map = dist.support.bijector?.(site.builder);
      const free = ops.broadcastTo(
        ops.cast(nodeOf(seed!, site.builder), dist.dtype),
        map === undefined ? shape : bijectors.freeShapeOf(map, shape),
      );
      return map?.forward(free) ?? free;
    },
    joint({ joint }) {
      const names = joint.addresses.map((a) => `'${a}'`).join(', ');
      throw new Error(
        `${guide}: the model draws ${names} from a joint distribution, which does not say its supports`,
      );
    },
    group: () => undefined,
    spread: () => ({}),
    element: () => undefined,
  };
  // stand-ins are made of a recorded value, so that no check takes them for data
  let seed: tf.Tensor | undefined;
  stage(
    (zero: tf.Tensor) => {
      seed = zero;
      collect((modelFaults) => outcomeOf(model, handler, undefined, modelFaults));
      return [];
    },
    [tensor(0)],
  );

  let offset = 0;
  const sites = found.flatMap(({ site, plates }): LatentSite[] => {
    const { dist } = site.effect;
    const { bijector, name } = dist.support;
    if (dist.dtype !== 'f' || bijector === undefined) {
      faults.push(
        `'${site.address}': ${dist.family} has the support ${name}, onto which there is no bijector from the reals`,
      );
      return [];
    }
    const shape = [...plates, ...dist.batchShape, ...dist.eventShape];
    const freeShape = freeShapeOf(bijector, shape);
    if (freeShape === undefined) {
      faults.push(`'${site.address}': the bounds of its support depend on values that are not known yet`);
      return [];
    }
    const size = sizeOf(freeShape);
    offset += size;
    return [
      {
        address: site.address,
        path: [...site.scope.path, site.name],
        shape,
        freeShape,
        offset: offset - size,
        size,
        bijector,
      },
    ];
  });
  if (faults.length > 0) {
    throw new Error(
      `${guide}: an automatic Gaussian guide needs real sites on fixed supports. Write a guide by hand for\n  ${faults.join('\n  ')}`,
    );
  }
  if (sites.length === 0) throw new Error(`${guide}: the model has no latent site`);
  return sites;
}

/** Shape of the unconstrained value, if the bijector is a closed function: it then works in any recording. */
function freeShapeOf(bijector: LatentSite['bijector'], shape: Shape): Shape | undefined {
  try {
    const graph = buildGraph([{ shape, dtype: 'f' }], (y) => {
      const map = bijector(y.builder);
      const x = map.inverse(y);
      return [x, map.forward(x), map.forwardLogDet(x)];
    });
    return outputAvals(graph)[0]!.shape;
  } catch {
    return undefined;
  }
}

/** Values of the sites at points z[..., n] of the unconstrained space, and log|det ∂values/∂z| of shape [...]. */
export function constrain(
  sites: readonly LatentSite[],
  z: Node,
): { readonly values: Node[]; readonly logDet: Node } {
  const lead = z.shape.slice(0, -1);
  const last = lead.length;
  const values: Node[] = [];
  let logDet = ops.fill(z.builder, 0, lead);
  for (const { offset, size, freeShape, bijector } of sites) {
    const map = bijector(z.builder);
    const free = shapes.reshape(shapes.sliceAxis(z, last, offset, offset + size), [...lead, ...freeShape]);
    values.push(map.forward(free));
    const own = map.forwardLogDet(free);
    logDet = ops.add(logDet, shapes.reduceSum(own, own.shape.map((_, i) => i).slice(last)));
  }
  return { values, logDet };
}

/** The point of the unconstrained space at values of the sites: the inverse of {@link constrain}, for one point. */
export function unconstrain(sites: readonly LatentSite[], values: readonly Node[]): Node {
  return shapes.concat(
    sites.map(({ bijector, size }, i) =>
      shapes.reshape(bijector(values[i]!.builder).inverse(values[i]!), [size]),
    ),
    0,
  );
}

/** A record of choices, nested as the addresses are. */
export function nested(sites: readonly LatentSite[], values: readonly unknown[]): Record<string, unknown> {
  return nestAt(
    sites.map((site) => site.path),
    values,
  );
}

/** The values in a record of choices, in the order of the sites. */
export function valuesIn(sites: readonly LatentSite[], choices: unknown): unknown[] {
  return sites.map(({ path }) =>
    path.reduce((group, name) => (group as Record<string, unknown>)[name], choices),
  );
}
