/**
 * The automatic mean-field guide.
 *
 * @module
 */
import type { Exactness, Program } from '../../language/index.js';
import { meanFieldGaussian, type MeanFieldParams } from './gaussian.js';
import { gaussianGuide, type Guide, type GuideOptions } from './guide.js';

/**
 * The mean-field Gaussian guide of an applied program: with ẑ the mode of the log joint density over the unconstrained
 * space and H its Hessian there,
 *
 *     zᵢ = ẑᵢ + sᵢ (locᵢ + exp(logScaleᵢ) εᵢ),   εᵢ ~ N(0, 1),   sᵢ = 1/√(−Hᵢᵢ),   value = forward(z),
 *
 * where `forward` is each site's bijector onto its support; the guide's density includes its log determinant. At the
 * start (all parameters zero) the guide is the best one for a Gaussian posterior, and since a unit of each parameter is
 * one standard deviation, one step size serves all data. It ignores correlations: for a Gaussian posterior with
 * covariance Σ its variances are 1/(Σ⁻¹)ᵢᵢ, never larger than Σᵢᵢ.
 *
 * These settings serve most posteriors; take 16 particles and 2,000 steps where the posterior is far from Gaussian.
 *
 * @param model - An applied program. Its latent sites must be real, on supports with fixed bounds; improper priors are
 *   welcome. It is run, not drawn from, when the guide is made.
 * @throws Error that lists the sites for which there is no such guide.
 * @example
 * const line = gen(function* (x: tf.Tensor, y: tf.Tensor) {
 *   const w = yield* sample('w', normal(0, 10));
 *   yield* observe('y', normal(tf.mul(x, w), 0.5), y);
 * });
 * const model = line(tensor([1, 2, 3]), tensor([2.1, 3.9, 6.2]));
 * const guide = meanField(model);
 * const estimator = gradientEstimator((q: typeof guide.params) => elbo(model, guide(q), { particles: 8 }));
 * const steps = 200;
 * const optimizer = averaged(adam(cosineDecay(0.05, { steps }), { beta2: 0.99 }), { start: steps / 2 });
 * const { average } = fit(estimator, { params: guide.params, optimizer, steps, key: key(1) }).runSync();
 * guide.moments(average, { key: key(2) }).w!.mean; // ≈ [2.03]
 */
export function meanField<C>(
  model: Program<unknown, C, Exactness>,
  options: GuideOptions = {},
): Guide<C, MeanFieldParams> {
  return gaussianGuide('meanField', model, meanFieldGaussian, options);
}
