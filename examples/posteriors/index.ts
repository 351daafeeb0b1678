/** The six posteriors: programs, what their files call the parameters, and what is known of them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Program } from 'adjoint';
import * as arK from './arK.js';
import { elements, type PosteriorFile } from './data.js';
import * as eightSchools from './eight_schools.js';
import * as kidscore from './kidscore_momiq.js';
import * as mesquite from './mesquite_logvolume.js';
import * as sblrc from './sblrc.js';
import * as wells from './wells_dist.js';

/** Named tensors. */
export type Named = Readonly<Record<string, tf.Tensor>>;

/** Optimizer steps of a fit, and draws of the guide in each. */
export interface Effort {
  readonly steps: number;
  readonly particles: number;
}

/** A posterior. The type of its choices is hidden: `use` hands the program to a function that takes any. */
export interface Posterior {
  readonly name: string;
  readonly title: string;
  /** The density in words. */
  readonly model: readonly string[];
  /** Mean and SD of every element of every parameter, in the file's order. */
  readonly reference: readonly { readonly name: string; readonly mean: number; readonly sd: number }[];
  /** How hard to fit: optimizer steps, and draws of the guide in each. */
  readonly effort: Effort;
  use<R>(f: <C>(program: Program<void, C>, parameters: (choices: C) => Named) => R): R;
}

function posterior<C>(
  title: string,
  { file, program }: { readonly file: PosteriorFile<unknown>; readonly program: Program<void, C> },
  parameters: (choices: C) => Named,
  effort: Effort = { steps: 2000, particles: 16 },
): Posterior {
  const { name, model, reference } = file;
  const sds = elements(reference.sd);
  return {
    name,
    title,
    model,
    reference: elements(reference.mean).map((e, i) => ({ name: e.name, mean: e.value, sd: sds[i]!.value })),
    effort,
    use: (f) => f(program, parameters),
  };
}

const asTheyAre = (choices: Named): Named => choices;

export const posteriors: readonly Posterior[] = [
  // far from Gaussian, and cheap: many draws, so that what is left is the guide's own error
  posterior('eight schools, not centred', eightSchools, eightSchools.parameters, {
    steps: 4000,
    particles: 64,
  }),
  posterior('a straight line', kidscore, asTheyAre),
  posterior('a power law', mesquite, asTheyAre),
  posterior('a regression on correlated columns', sblrc, asTheyAre),
  // three thousand rows: near Gaussian, so few draws do
  posterior('a logistic regression', wells, asTheyAre, { steps: 1000, particles: 4 }),
  posterior('an autoregression of order five', arK, asTheyAre),
];
