/**
 * Automatic guides: a Gaussian family over the unconstrained space of a model, as a program.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Num } from '../../distributions/index.js';
import { nodesOf } from '../../distributions/params.js';
import { formatAval, ops, shapes, type Builder, type Node } from '../../ir/index.js';
import { sampleJoint, type Exactness, type JointDist, type Program } from '../../language/index.js';
import { asProgram, makeProb } from '../../language/prob.js';
import { here } from '../../language/where.js';
import { normalNode, requireKey, useKey } from '../../random/index.js';
import { avalOf, currentRecording, flatten, hostOf, leafOf, lift, type Key } from '../../staging/index.js';
import { standardLogDensity, type GaussianFamily } from './gaussian.js';
import { laplace, type Laplace, type LaplaceOptions } from './laplace.js';
import { constrain, latentSites, nested, unconstrain, valuesIn, type LatentSite } from './latents.js';

/** Options of the automatic guides. */
export type GuideOptions = LaplaceOptions;

/** Mean and standard deviation of one address under a guide, element by element, row-major. */
export interface Moments {
  readonly shape: readonly number[];
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

/** Options of `Guide.moments`. */
export interface MomentsOptions {
  /** Number of draws, used where there is no closed form; default 100,000. */
  readonly draws?: number;
  /** Key of the draws. */
  readonly key: Key;
}

/**
 * A guide for a model with choices C, as a function of its parameters P: `guide(q)` is a program that samples every
 * latent address of the model jointly.
 */
export interface Guide<C, P> {
  (q: P): Program<void, C>;
  /** The parameters to start from, at which the guide is the Laplace approximation. Tensors, owned by the guide. */
  readonly params: P;
  /** The Laplace step: status, mode, curvature. */
  readonly laplace: Laplace;
  /** The latent addresses: path, shape, and place in the vector that the Gaussian is over. */
  readonly sites: readonly LatentSite[];
  /**
   * Mean and standard deviation of every address at q, by path: in closed form on the reals (Gaussian) and on (0, ∞)
   * (log-normal), else from draws.
   */
  moments(q: P, options: MomentsOptions): Readonly<Record<string, Moments>>;
  /** `n` independent draws: choices with a leading axis n. Not for use with an address outside the model. */
  sample(q: P, key: Key, n: number): C;
}

/** The guide of a model from a family. */
export function gaussianGuide<C, P extends object>(
  name: string,
  model: Program<unknown, C, Exactness>,
  family: (approximation: Laplace) => GaussianFamily<P>,
  options: GuideOptions,
): Guide<C, P> {
  if (currentRecording() !== undefined)
    throw new Error(`${name}: a guide is made outside recordings: it searches for the model's mode`);
  const { sites, approximation } = untracked(() => {
    const found = latentSites(name, model);
    return { sites: found, approximation: laplace(model, found, options) };
  });
  const gaussian = family(approximation);
  const n = approximation.mode.length;
  const own = flatten(gaussian.params);
  const leavesOf = (q: P): Num[] => {
    const given = flatten(q);
    if (given.def.key !== own.def.key)
      throw new Error(
        `${name}: the parameters have leaves [${given.paths.join(', ')}], expected [${own.paths.join(', ')}]`,
      );
    const [found, expected] = [given, own].map((t) => t.leaves.map((x) => formatAval(avalOf(x))).join(', '));
    if (found !== expected)
      throw new Error(`${name}: the parameters have the shapes ${found}, expected ${expected}`);
    return given.leaves as Num[];
  };

  const joint = (q: P): JointDist<C> => {
    const leaves = leavesOf(q);
    return {
      addresses: sites.map((site) => site.address),
      draw(key) {
        const params = nodesOf(leaves, [key]);
        const noise = normalNode(key, [n]);
        const { values, logDet } = constrain(sites, gaussian.transform(params, noise));
        const base = ops.sub(standardLogDensity(noise), gaussian.logDet(params));
        return {
          choices: nested(
            sites,
            values.map((v) => leafOf(v)),
          ) as C,
          logDensity: ops.sub(base, logDet),
        };
      },
      score(choices) {
        const nodes = nodesOf([...(valuesIn(sites, choices) as Num[]), ...leaves], []);
        const [values, params] = [nodes.slice(0, sites.length), nodes.slice(sites.length)];
        const z = unconstrain(sites, values);
        const base = ops.sub(standardLogDensity(gaussian.inverse(params, z)), gaussian.logDet(params));
        return ops.sub(base, constrain(sites, z).logDet);
      },
    };
  };

  const guide = (q: P): Program<void, C> => {
    const joined = joint(q);
    const run = function* (): Generator<unknown, void, unknown> {
      yield* sampleJoint(joined);
    };
    return asProgram<void, C>(makeProb(run, { text: `the guide ${name}`, where: here() }));
  };

  const sample = (q: P, key: Key, draws: number): C => {
    requireKey(`${name}.sample`, key);
    useKey(`${name}.sample`, key);
    const values = lift([key, ...leavesOf(q)], (_b, k, ...params) => {
      return constrain(sites, gaussian.transform(params, normalNode(k!, [draws, n]))).values;
    });
    return nested(sites, values) as C;
  };

  const moments = (q: P, { draws = 100_000, key }: MomentsOptions): Record<string, Moments> => {
    requireKey(`${name}.moments`, key);
    if (!Number.isInteger(draws) || draws < 1)
      throw new Error(`${name}.moments: draws is a positive number of draws, found ${draws}`);
    const computed = lift([key, ...leavesOf(q)], (b, k, ...params) => momentNodes(b, k!, params, draws));
    const flat = computed.map(hostOf);
    tf.dispose(computed as tf.Tensor[]);
    return Object.fromEntries(
      sites.map(({ address, shape }, i) => {
        const [mean, sd] = flat.slice(2 * i).map((v) => v.data as Float64Array);
        return [address, { shape, mean: mean!, sd: sd! }];
      }),
    );
  };

  /** Mean and standard deviation of each site. */
  const momentNodes = (b: Builder, key: Node, params: readonly Node[], draws: number): Node[] => {
    const { mean, sd } = gaussian.moments(params);
    const drawn = constrain(sites, gaussian.transform(params, normalNode(key, [draws, n]))).values;
    return sites.flatMap(({ bijector, offset, size, shape }, i) => {
      const of = (x: Node): Node => shapes.reshape(shapes.sliceAxis(x, 0, offset, offset + size), shape);
      const closed = closedForms[bijector(b).name]?.(of(mean), of(sd));
      if (closed !== undefined) return closed;
      const average = shapes.reduceMean(drawn[i]!, 0);
      return [average, ops.sqrt(shapes.reduceMean(ops.square(ops.sub(drawn[i]!, average)), 0))];
    });
  };

  return Object.assign(guide, { params: gaussian.params, laplace: approximation, sites, moments, sample });
}

/** Moments of a bijector's image of N(m, s²), for element-wise bijectors where they are known. */
const closedForms: Readonly<Record<string, (m: Node, s: Node) => [mean: Node, sd: Node]>> = {
  identity: (m, s) => [m, s],
  exp: (m, s) => {
    const mean = ops.exp(ops.add(m, ops.mul(0.5, ops.square(s))));
    return [mean, ops.mul(mean, ops.sqrt(ops.expm1(ops.square(s))))];
  },
};

/** Runs `f` and disposes of the tensors that it made. */
function untracked<T>(f: () => T): T {
  let result: T | undefined;
  tf.tidy(() => void (result = f()));
  return result as T;
}
