/** The three acts in one run. */
import { barsOf, type Bar, type Found } from './bars.js';
import { runHyperparameters } from './hyperparameters.js';
import { layers as layerCases, penaltyPaths, runLayers, type PenaltyPath } from './layers.js';
import { plannedFits, runPosteriors } from './posteriors.js';

/** What a run finds. */
export interface MainResult extends Found {
  readonly paths: readonly PenaltyPath[];
  readonly bars: readonly Bar[];
  readonly seconds: number;
}

/** Number of progress reports of a run. */
export const plannedSteps = (quick: boolean): number => plannedFits(quick) + layerCases.length + 4;

/** Runs all acts. `progress` is told what begins. */
export function runMain(quick: boolean, progress: (label: string) => void = () => undefined): MainResult {
  const start = performance.now();
  const fits = runPosteriors(quick, progress);
  const layers = runLayers(progress);
  progress('paths of penalties');
  const paths = penaltyPaths();
  const bilevel = runHyperparameters(progress);
  const bars = barsOf({ fits, layers, bilevel });
  return { fits, layers, paths, bilevel, bars, seconds: (performance.now() - start) / 1000 };
}

/** The line of `--json`. */
export function jsonOf({ fits, layers, bilevel, seconds }: MainResult): object {
  return {
    fits: fits.map(({ data, guide, seconds, parameters }) => ({ data, guide, seconds, parameters })),
    layers: layers.map(({ data, jvpError, vjpError, hessianError }) => ({
      data,
      jvpError,
      vjpError,
      hessianError,
    })),
    bilevel: { hypergradientError: bilevel.hypergradientError, validation: bilevel.validation },
    seconds,
  };
}
