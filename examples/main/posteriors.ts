/** Act 1: six posteriors by variational inference, each with two guides. */
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  averaged,
  cosineDecay,
  elbo,
  fit,
  foldIn,
  fullRank,
  key,
  meanField,
  vmap,
  type Guide,
  type Program,
} from 'adjoint';
import { gradientEstimator } from 'adjoint/transforms';
import { posteriors, type Effort, type Named, type Posterior } from '../posteriors/index.js';
import { conditionalRatios, moments, type Draws } from './statistics.js';

/** The two automatic guides. */
export type GuideName = 'meanField' | 'fullRank';

/** An element of a parameter: what the guide says of it, and what is known. */
export interface ParameterResult {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly refMean: number;
  readonly refSd: number;
  /** (mean − refMean) / refSd. */
  readonly error: number;
  readonly sdRatio: number;
}

/** A fit of one posterior with one guide. */
export interface FitResult {
  readonly data: string;
  readonly guide: GuideName;
  readonly seconds: number;
  readonly parameters: readonly ParameterResult[];
  /** The objective's estimate at each step. */
  readonly trace: Float64Array;
  /** The smallest of 1/√(Σᵢᵢ(Σ⁻¹)ᵢᵢ) over the elements, Σ the guide's covariance. */
  readonly smallestConditional: number;
}

/** Draws of a fitted guide, of which means and SDs are taken. */
const DRAWS = 120_000;
const CHUNK = 20_000;

/** Fits one posterior with one guide, and looks at draws of the fitted guide. */
export function fitPosterior(posterior: Posterior, guideName: GuideName, seed = 'posteriors'): FitResult {
  const start = performance.now();
  const { trace, draws } = posterior.use((program, parameters) =>
    guideName === 'fullRank'
      ? variational(program, fullRank(program), parameters, posterior.effort, seed)
      : variational(program, meanField(program), parameters, posterior.effort, seed),
  );
  const parameters = draws.map(({ name, values }, i): ParameterResult => {
    const reference = posterior.reference[i]!;
    if (reference.name !== name)
      throw new Error(`${posterior.name}: '${name}' where the file has '${reference.name}'`);
    const { mean, sd } = moments(values);
    const { mean: refMean, sd: refSd } = reference;
    return { name, mean, sd, refMean, refSd, error: (mean - refMean) / refSd, sdRatio: sd / refSd };
  });
  return {
    data: posterior.name,
    guide: guideName,
    seconds: (performance.now() - start) / 1000,
    parameters,
    trace,
    smallestConditional: Math.min(...conditionalRatios(draws)),
  };
}

function variational<C, P>(
  program: Program<void, C>,
  guide: Guide<C, P>,
  parameters: (choices: C) => Named,
  { steps, particles }: Effort,
  seed: string,
) {
  const estimator = gradientEstimator((q: P) => elbo(program, guide(q), { particles }));
  const optimizer = averaged(adam(cosineDecay(0.1, { steps })), { start: steps / 2 });
  const { trace, average } = fit(estimator, {
    params: guide.params,
    optimizer,
    steps,
    key: key(seed),
    progress: false,
  }).runSync();
  const chunks = Array.from({ length: DRAWS / CHUNK }, (_, i) =>
    tf.tidy(() => {
      const choices = guide.sample(average, foldIn(key(`${seed}, draws`), i), CHUNK);
      const named = vmap(parameters as (choices: unknown) => Named)(choices);
      return Object.entries(named).map(([name, x]) => ({
        name,
        shape: x.shape,
        values: x.dataSync(),
      })) as never;
    }),
  );
  return { trace, draws: columnsOf(chunks) };
}

/** Draws of named tensors [CHUNK, ...] as columns of named numbers. */
function columnsOf(
  chunks: readonly (readonly { name: string; shape: readonly number[]; values: ArrayLike<number> }[])[],
): Draws {
  return chunks[0]!.flatMap(({ name, shape, values }, p) => {
    const size = values.length / CHUNK;
    return Array.from({ length: size }, (_, j) => ({
      name: shape.length === 1 ? name : `${name}[${j}]`,
      values: Float64Array.from({ length: DRAWS }, (_, i) => {
        return chunks[Math.floor(i / CHUNK)]![p]!.values[(i % CHUNK) * size + j]!;
      }),
    }));
  });
}

/** The posteriors of a quick run. */
const QUICK: readonly string[] = ['eight_schools', 'kidscore_momiq'];

const GUIDES: readonly GuideName[] = ['meanField', 'fullRank'];

const chosen = (quick: boolean): readonly Posterior[] =>
  posteriors.filter((p) => !quick || QUICK.includes(p.name));

/** Number of fits of a run. */
export const plannedFits = (quick: boolean): number => chosen(quick).length * GUIDES.length;

/** Runs the act, told of every fit before it begins. */
export function runPosteriors(
  quick = false,
  progress: (label: string) => void = () => undefined,
): FitResult[] {
  return chosen(quick).flatMap((posterior) =>
    GUIDES.map((guide) => {
      progress(`${posterior.name}, ${guide === 'fullRank' ? 'full-rank' : 'mean-field'} guide`);
      return fitPosterior(posterior, guide);
    }),
  );
}
