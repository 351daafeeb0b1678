/** What the main job must show, and whether it does. */
import type { HyperparameterResult } from './hyperparameters.js';
import type { LayerResult } from './layers.js';
import type { FitResult } from './posteriors.js';

/** One requirement: a number, the interval that it must lie in, and whether it does. */
export interface Bar {
  readonly name: string;
  readonly found: number;
  readonly low: number;
  readonly high: number;
  readonly pass: boolean;
}

const bar = (name: string, found: number, low: number, high: number): Bar => ({
  name,
  found,
  low,
  high,
  // NaN passes nothing
  pass: found >= low && found <= high,
});

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

/**
 * Full-rank means within 0.15 SD and SD ratios in 0.8–1.25 (eight schools: means within 0.2 SD); the mean-field guide's
 * smallest SD ratio within 0.1 of what the full-rank fit's covariance predicts, where the posterior is near Gaussian.
 */
export function posteriorBars(fits: readonly FitResult[]): Bar[] {
  return fits.flatMap((fit) => {
    const ratios = fit.parameters.map((p) => p.sdRatio);
    const error = largest(fit.parameters.map((p) => p.error));
    const hierarchy = fit.data === 'eight_schools';
    if (fit.guide === 'fullRank') {
      const means = bar(
        `${fit.data}, full-rank: largest error of a mean, SDs`,
        error,
        0,
        hierarchy ? 0.2 : 0.15,
      );
      if (hierarchy) return [means];
      return [
        means,
        bar(`${fit.data}, full-rank: smallest SD ratio`, Math.min(...ratios), 0.8, 1.25),
        bar(`${fit.data}, full-rank: largest SD ratio`, Math.max(...ratios), 0.8, 1.25),
      ];
    }
    const full = fits.find((f) => f.data === fit.data && f.guide === 'fullRank');
    if (hierarchy || full === undefined) return [];
    const expected = full.smallestConditional;
    return [
      bar(`${fit.data}, mean-field: smallest SD ratio`, Math.min(...ratios), expected - 0.1, expected + 0.1),
    ];
  });
}

/** Derivatives of layers within 1e-7 of float64 differences. */
export function layerBars(layers: readonly LayerResult[]): Bar[] {
  return layers.flatMap((l) => [
    bar(`${l.data}, ${l.fit} layer: relative error of jvp`, l.jvpError, 0, 1e-7),
    bar(`${l.data}, ${l.fit} layer: relative error of vjp`, l.vjpError, 0, 1e-7),
    bar(`${l.data}, ${l.fit} layer: relative error of Hessians`, l.hessianError, 0, 1e-7),
  ]);
}

/** Hypergradients against the closed form, and the order of validation losses. */
export function hyperparameterBars({ hypergradientError, validation }: HyperparameterResult): Bar[] {
  return [
    bar('hypergradient by implicit CG: relative error', hypergradientError.implicitCg, 0, 1e-9),
    bar('validation loss: shared less none', validation.shared - validation.none, -Infinity, 0),
    bar('validation loss: per feature less shared', validation.perFeature - validation.shared, -Infinity, 0),
  ];
}

/** What the acts of the main job found. */
export interface Found {
  readonly fits: readonly FitResult[];
  readonly layers: readonly LayerResult[];
  readonly bilevel: HyperparameterResult;
}

/** Every bar of the main job. */
export function barsOf({ fits, layers, bilevel }: Found): Bar[] {
  return [...posteriorBars(fits), ...layerBars(layers), ...hyperparameterBars(bilevel)];
}
