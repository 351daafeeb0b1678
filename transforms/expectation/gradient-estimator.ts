/**
 * The transform: from an objective program to an unbiased estimator of its value and gradient.
 *
 * @module
 */
import { valueAndGrad } from '../../src/autodiff/index.js';
import type { Dist } from '../../src/distributions/index.js';
import type { Node } from '../../src/ir/index.js';
import { ops } from '../../src/ir/index.js';
import { recordingBuilder, type Latent } from '../../src/language/handler.js';
import type { Biased, Cost, Est, Prob } from '../../src/language/index.js';
import { takeApart } from '../../src/language/parts.js';
import type { SiteRecord } from '../../src/language/record.js';
import { runObjective, type Policy } from '../../src/language/run-objective.js';
import { requireKey, useKey } from '../../src/random/index.js';
import { nodeOf, tensorOf, type Key } from '../../src/staging/index.js';
import type { Estimator } from '../../src/train/index.js';
import { creditOf } from './credit.js';
import { knownStrategies, type StrategyRule } from './strategies.js';

/** Options of {@link gradientEstimator}. */
export interface GradientEstimatorOptions {
  /** Whether the objective is to be made large or small by those who use the estimator; default `maximize`. */
  readonly sense?: 'maximize' | 'minimize';
  /** Meanings of further strategies, by the `kind` of their descriptors. */
  readonly strategies?: Readonly<Record<string, StrategyRule>>;
}

/**
 * An estimator of an objective F(θ) = E[objective(θ)] and of its gradient:
 *
 *     E[value] = F(θ),   E[gradient] = ∇F(θ).
 *
 * The gradient at each site is estimated as the site's strategy says: `reparam` where a distribution has it, `reinforce(d)`
 * where it is written. `value` is the plain estimate; strategies add nothing to it. A score-function site is credited with
 * those terms of the cost that depend on it by data flow, for each element of its plates and batch with those that depend
 * on that element. First order: a derivative of the gradient misses the score-function terms.
 *
 * @param objective from parameters (a tree of tensors) and data to an objective program.
 * @returns a function `(key, params, state, ...data)`; it works eagerly and inside recordings, under `vmap` over keys too.
 * @throws ModelError when called, with all faults at once: a discrete site without a strategy, one whose strategy does
 *   not fit, and the faults of the programs in the objective.
 * @example
 * const model = gen(function* () {
 *   const mu = yield* sample('mu', normal(0, 1));
 *   yield* observe('y', normal(mu, 1), 1);
 * });
 * const guide = gen(function* (q: { readonly loc: tf.Tensor }) {
 *   yield* sample('mu', normal(q.loc, Math.SQRT1_2));
 * });
 * const estimator = gradientEstimator((q: { readonly loc: tf.Tensor }) => elbo(model(), guide(q)));
 * const { gradient } = estimator(key(0), { loc: tensor(0.5) }, undefined);
 * Math.abs(gradient.loc.dataSync()[0]!) < 4; // true
 */
export function gradientEstimator<P, D extends readonly unknown[]>(
  objective: (params: P, ...data: D) => Prob<Cost, Est<Biased>>,
  options: GradientEstimatorOptions = {},
): Estimator<P, undefined, D> {
  const { sense = 'maximize', strategies = {} } = options;
  const policy = policyOf({ ...knownStrategies, ...strategies });
  const estimate = (key: Key, params: P, state: undefined, ...data: D) => {
    requireKey('gradientEstimator', key);
    useKey('gradientEstimator', key);
    // Tensors are inputs of the program, so that one program serves all keys and data; host values are part of it.
    const { tensors, rebuild } = takeApart(data);
    const cost = (p: P, k: Key, ...given: typeof tensors) =>
      tensorOf(runObjective(objective(p, ...(rebuild(given) as D)), nodeOf(k, recordingBuilder()), policy));
    const [value, gradient] = valueAndGrad(cost as (p: P, ...rest: unknown[]) => ReturnType<typeof cost>)(
      params as never,
      key,
      ...tensors,
    );
    return { value, gradient: gradient as P, state };
  };
  return Object.assign(estimate, { sense, init: () => undefined });
}

/** The policy of a table of strategies. */
function policyOf(rules: Readonly<Record<string, StrategyRule>>): Policy {
  return {
    receive: (site, draw) => ruleAt(site, rules)?.receive(draw) ?? draw,
    settle: (cost, drawn) => {
      const surrogates = drawn.map((site) => surrogateOf(site, cost, rules)).filter((s) => s !== undefined);
      return surrogates.reduce<Node>((total, s) => ops.add(total, s), cost);
    },
  };
}

/** The rule of a site's strategy; undefined if there is none or it does not fit, which is a fault. */
function ruleAt(
  site: Latent<unknown>,
  rules: Readonly<Record<string, StrategyRule>>,
): StrategyRule | undefined {
  const { address, effect, trace } = site;
  const { dist, where } = effect;
  const fault = (
    code: 'no-strategy' | 'unfit-strategy' | 'unknown-strategy',
    subject: string,
    found: string,
  ): undefined => {
    trace.faults.push({ code, address, expected: fitting(dist, rules), found, subject, where: where() });
  };
  if (dist.strategy === undefined) return fault('no-strategy', dist.family, 'none');
  const { kind } = dist.strategy;
  const rule = rules[kind];
  if (rule === undefined) return fault('unknown-strategy', dist.family, kind);
  const refusal = rule.refusal(dist);
  return refusal === undefined ? rule : fault('unfit-strategy', refusal, kind);
}

/** The strategies that fit a distribution, as they are written. */
function fitting(dist: Dist<unknown, unknown>, rules: Readonly<Record<string, StrategyRule>>): string {
  const kinds = Object.keys(rules).filter((kind) => rules[kind]!.refusal(dist) === undefined);
  return kinds.map((kind) => `${kind}(${dist.family}(…))`).join(', ');
}

function surrogateOf(
  site: SiteRecord,
  cost: Node,
  rules: Readonly<Record<string, StrategyRule>>,
): Node | undefined {
  const rule = rules[site.dist?.strategy?.kind ?? ''];
  if (rule === undefined) return undefined;
  const [value, logProb] = [nodeOf(site.value, cost.builder), nodeOf(site.logProb, cost.builder)];
  return rule.surrogate({ cost, value, logProb, credit: () => creditOf(cost, value, logProb.shape) });
}
