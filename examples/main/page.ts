/** The main job as a page. */
import {
  duration,
  intervalsChart,
  linesChart,
  renderReport,
  significant,
  thinned,
  type Report,
  type ReportCard,
  type ReportChart,
  type ReportTable,
  type Role,
} from 'adjoint';
import { posteriors } from '../posteriors/index.js';
import type { Bar } from './bars.js';
import type { MainResult } from './job.js';
import type { HyperparameterResult } from './hyperparameters.js';
import type { PenaltyPath } from './layers.js';
import type { FitResult, GuideName } from './posteriors.js';
import * as tables from './table.js';

const roles: Readonly<Record<GuideName, Role>> = { fullRank: 'first', meanField: 'second' };

const legendOf = (fits: readonly FitResult[]) =>
  fits.map((f) => ({ name: `${tables.guideTitle(f.guide)} guide`, role: roles[f.guide] }));

function fitCard(fits: readonly FitResult[]): ReportCard {
  const [first] = fits;
  const posterior = posteriors.find((p) => p.name === first!.data)!;
  const intervals = intervalsChart(
    first!.parameters.map((p, i) => ({
      name: p.name,
      reference: { mean: p.refMean, sd: p.refSd },
      estimates: fits.map(({ guide, parameters }) => ({
        role: roles[guide],
        mean: parameters[i]!.mean,
        sd: parameters[i]!.sd,
      })),
    })),
    `Posterior of ${posterior.name} against its reference, for both guides`,
  );
  const trace = linesChart(
    fits.map((f) => ({ name: f.guide, role: roles[f.guide], ...thinned(Array.from(f.trace)) })),
    {
      description: `The evidence lower bound of both fits of ${posterior.name}, step by step`,
      xTitle: 'step',
      yTitle: 'evidence lower bound',
      cut: 0.01,
    },
  );
  return {
    title: posterior.name,
    note: `${posterior.title} · ${fits.map((f) => `${tables.guideTitle(f.guide)} ${duration(f.seconds)}`).join(', ')}`,
    code: posterior.model,
    charts: [
      {
        drawing: intervals,
        legend: [{ name: 'reference', role: 'band' }, ...legendOf(fits)],
        caption: 'Mean ± 1 SD (thick) and ± 2 SD (thin); an estimate that is right fills its band.',
      },
      {
        drawing: trace,
        legend: legendOf(fits),
        caption:
          'The objective while fitting, averaged over a few steps; it starts at a Laplace approximation.',
      },
    ],
    tables: [tables.fitTable(fits)],
  };
}

function pathChart({ title, names, start, every, weights, tangents }: PenaltyPath): ReportChart {
  const half = 0.7;
  const paths = names.map((name, j) => ({
    name,
    role: 'quiet' as const,
    width: 1.4,
    start,
    every,
    values: weights.map((row) => row[j]!),
  }));
  const segments = tangents.flatMap(({ at, weights: w, slopes }) =>
    names.map((name, j) => ({
      name: `${name}, tangent`,
      role: 'first' as const,
      start: at - half,
      every: 2 * half,
      values: [w[j]! - half * slopes[j]!, w[j]! + half * slopes[j]!],
    })),
  );
  const drawing = linesChart([...paths, ...segments], {
    description: `Weights of a ${title} along its log-penalty, with tangents by the layer’s derivative`,
    xTitle: 'log-penalty, one for all features',
    yTitle: 'weights',
    height: 260,
  });
  return {
    drawing,
    legend: [
      { name: `weights: ${weights.length} fits in one batch`, role: 'quiet' },
      { name: 'tangents: derivative of the fit', role: 'first' },
    ],
    caption: `A ${title} as a function of its penalty.`,
  };
}

function penaltyCards(result: HyperparameterResult): ReportCard[] {
  const { features, shared, perFeature, validation } = result;
  const last = perFeature.path.at(-1)!;
  const before = shared.path.at(-1)![0]!;
  const paths = features.map((name, j) => ({
    name,
    role: (last[j]! > before + 1 ? 'second' : last[j]! < before - 1 ? 'first' : 'quiet') as Role,
    labelled: true,
    values: perFeature.path.map((l) => l[j]!),
  }));
  return [
    {
      title: 'Penalties on their way',
      note: 'diabetes, ridge, a log-penalty for each of ten features',
      charts: [
        {
          drawing: linesChart(paths, {
            description: 'The ten log-penalties, step by step',
            xTitle: 'outer step',
            yTitle: 'log-penalty',
            height: 320,
            right: 64,
          }),
          legend: [
            { name: 'shrunk more than by the shared penalty', role: 'second' },
            { name: 'as much', role: 'quiet' },
            { name: 'less', role: 'first' },
          ],
          caption: 'All start at the best shared penalty and follow the gradient of the validation loss.',
        },
        {
          drawing: linesChart(
            [{ name: 'one a feature', role: 'third', labelled: true, width: 2.2, values: perFeature.losses }],
            {
              description: 'The validation loss, step by step, against no penalty and one shared penalty',
              xTitle: 'outer step',
              yTitle: 'validation loss',
              levels: [
                { name: 'no penalty', value: validation.none },
                { name: 'one shared', value: validation.shared },
              ],
              height: 320,
            },
          ),
          legend: [{ name: 'validation loss of the fit at the penalties', role: 'third' }],
          caption: 'Half the mean squared error on rows that were not fitted; the target has variance one.',
        },
      ],
      tables: [tables.validationTable(result), tables.penaltyTable(result)],
    },
    {
      title: 'Hypergradients against the closed form',
      text: 'The worst of a textbook problem with three features and of diabetes with ten.',
      tables: [tables.hypergradientTable(result)],
    },
  ];
}

function barCard(bars: readonly Bar[]): ReportCard {
  const table = tables.barTable(bars);
  const failed = new Set(bars.flatMap((b, i) => (b.pass ? [] : [`${i},0`])));
  return { title: 'Bars', tables: [{ ...table, failed } satisfies ReportTable] };
}

/** The report of a run. */
export function reportOf({ fits, layers, paths, bilevel, bars, seconds }: MainResult): Report {
  const names = [...new Set(fits.map((f) => f.data))];
  const passed = bars.filter((b) => b.pass).length;
  return {
    title: 'Adjoint: models, layers and hypergradients on real data',
    lead:
      'Probabilistic programs fitted by variational inference, solvers turned into differentiable layers, and ' +
      'hyperparameters tuned by hypergradient: one staged program and one set of derivative rules for all three.',
    facts: [
      { value: `${passed} of ${bars.length}`, label: 'bars met' },
      { value: String(fits.length), label: 'fits of real posteriors' },
      {
        value: significant(Math.max(...layers.flatMap((l) => [l.jvpError, l.vjpError, l.hessianError])), 2),
        label: 'largest error of a layer’s derivative',
      },
      { value: significant(bilevel.hypergradientError.implicitCg, 2), label: 'error of the hypergradient' },
      { value: duration(seconds), label: 'in all' },
    ],
    sections: [
      {
        title: 'Posteriors',
        lead:
          'Each model is a few lines. Two automatic guides, mean-field and full-rank Gaussian on the unconstrained ' +
          'space, against reference posteriors of posteriordb. A mean-field guide has too small SDs by design: it ' +
          'reports what is left of a coordinate when all others are known.',
        cards: names.map((name) => fitCard(fits.filter((f) => f.data === name))),
      },
      {
        title: 'A solver as a layer',
        lead:
          'Fits of real tables as functions of their log-penalties, differentiated through the equation that they ' +
          'satisfy. Largest relative error against extrapolated float64 differences, over several points, one by ' +
          'one and batched; Hessians in three nestings of the two modes.',
        cards: [
          {
            title: 'Derivatives of layers',
            charts: paths.map(pathChart),
            tables: [tables.layerTable(layers)],
          },
        ],
      },
      {
        title: 'Hyperparameters by hypergradient',
        lead: 'The gradient of a validation loss through the fit: ten penalties at the price of one linear system.',
        cards: penaltyCards(bilevel),
      },
      { title: 'What must hold', cards: [barCard(bars)] },
    ],
    footer:
      'Data: stan-dev/posteriordb (BSD-3-Clause), diabetes (Efron et al. 2004), Breast Cancer Wisconsin (UCI, CC BY 4.0).',
  };
}

/** The report of a run as an HTML document. */
export const pageOf = (result: MainResult): Promise<string> => renderReport(reportOf(result));
