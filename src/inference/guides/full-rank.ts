/**
 * The automatic full-rank guide.
 *
 * @module
 */
import type { Exactness, Program } from '../../language/index.js';
import { fullRankGaussian, type FullRankParams } from './gaussian.js';
import { gaussianGuide, type Guide, type GuideOptions } from './guide.js';

/**
 * The full-rank Gaussian guide of an applied program: with ẑ the mode of the log joint density over the unconstrained
 * space, H its Hessian there and L Lᵀ = (−H)⁻¹,
 *
 *     z = ẑ + L (loc + T ε),   ε ~ N(0, I),   T = tril(lower, −1) + diag(exp(logDiagonal)),   value = forward(z),
 *
 * where `forward` is each site's bijector onto its support; the guide's density includes its log determinant. At the
 * start (all parameters zero) the guide is the Laplace approximation, which is the posterior where that is Gaussian;
 * a unit of each parameter is one standard deviation, so that one step size serves all data. It has n(n + 3)/2
 * parameters for n latent numbers.
 *
 * These settings serve most posteriors; take 16 particles and 2,000 steps where the posterior is far from Gaussian.
 *
 * @param model - As for `meanField`.
 * @throws Error that lists the sites for which there is no such guide.
 * @example
 * const line = gen(function* (x: tf.Tensor, y: tf.Tensor) {
 *   const w = yield* sample('w', normal(0, 10));
 *   yield* observe('y', normal(tf.mul(x, w), 0.5), y);
 * });
 * const model = line(tensor([1, 2, 3]), tensor([2.1, 3.9, 6.2]));
 * const guide = fullRank(model);
 * const estimator = gradientEstimator((q: typeof guide.params) => elbo(model, guide(q), { particles: 8 }));
 * const steps = 200;
 * const optimizer = averaged(adam(cosineDecay(0.05, { steps }), { beta2: 0.99 }), { start: steps / 2 });
 * const { average } = fit(estimator, { params: guide.params, optimizer, steps, key: key(1) }).runSync();
 * guide.moments(average, { key: key(2) }).w!.mean; // ≈ [2.03]
 */
export function fullRank<C>(
  model: Program<unknown, C, Exactness>,
  options: GuideOptions = {},
): Guide<C, FullRankParams> {
  return gaussianGuide('fullRank', model, fullRankGaussian, options);
}
