/** The acts as tables: for a terminal, and for the report. */
import { duration, formatTable, signed, significant, type Column } from 'adjoint';
import type { Bar } from './bars.js';
import type { HyperparameterResult } from './hyperparameters.js';
import type { LayerResult } from './layers.js';
import type { FitResult } from './posteriors.js';

/** Headings and cells. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const right = (title: string): Column => ({ title, align: 'right' });

/** A table as text. */
export const printed = ({ columns, rows }: Table): string => formatTable(columns, rows);

/** How a guide is called in text. */
export const guideTitle = (guide: FitResult['guide']): string =>
  guide === 'fullRank' ? 'full-rank' : 'mean-field';

/** Every element of every parameter of the fits of one data set. */
export function fitTable(fits: readonly FitResult[]): Table {
  return {
    columns: [
      { title: 'parameter' },
      right('reference'),
      right('SD'),
      ...fits.flatMap((f) => [right(guideTitle(f.guide)), right('error/SD'), right('SD ratio')]),
    ],
    rows: fits[0]!.parameters.map((p, i) => [
      p.name,
      significant(p.refMean),
      significant(p.refSd, 3),
      ...fits.flatMap(({ parameters }) => {
        const { mean, error, sdRatio } = parameters[i]!;
        return [significant(mean), signed(error), sdRatio.toFixed(2)];
      }),
    ]),
  };
}

/** The layers' errors. */
export function layerTable(layers: readonly LayerResult[]): Table {
  return {
    columns: [
      { title: 'data' },
      { title: 'fit' },
      { title: 'solve' },
      right('jvp'),
      right('vjp'),
      right('Hessian'),
      right('time'),
    ],
    rows: layers.map((l) => [
      l.data,
      l.fit,
      l.status,
      ...[l.jvpError, l.vjpError, l.hessianError].map((e) => significant(e, 2)),
      duration(l.seconds),
    ]),
  };
}

/** Validation losses before and after. */
export function validationTable({ validation }: HyperparameterResult): Table {
  const row = (name: string, loss: number): string[] => [
    name,
    significant(loss, 5),
    `${signed(100 * (loss / validation.none - 1))} %`,
  ];
  return {
    columns: [{ title: 'penalty' }, right('validation loss'), right('change')],
    rows: [
      row('none', validation.none),
      row('one, shared', validation.shared),
      row('one a feature', validation.perFeature),
    ],
  };
}

/** Hypergradients against the closed form. */
export function hypergradientTable({ hypergradientError: e }: HyperparameterResult): Table {
  return {
    columns: [{ title: 'hypergradient' }, right('relative error')],
    rows: [
      ['implicit, conjugate gradients', significant(e.implicitCg, 2)],
      ['unrolled gradient descent', significant(e.unrolled, 2)],
    ],
  };
}

/** Penalties and weights, feature by feature. */
export function penaltyTable({ features, perFeature, weights }: HyperparameterResult): Table {
  const last = perFeature.path.at(-1)!;
  return {
    columns: [{ title: 'feature' }, right('log-penalty'), right('weight'), right('unpenalized')],
    rows: features.map((name, j) => [
      name,
      signed(last[j]!),
      signed(weights.perFeature[j]!, 3),
      signed(weights.none[j]!, 3),
    ]),
  };
}

/** What must hold, and whether it does. */
export function barTable(bars: readonly Bar[]): Table {
  const interval = ({ low, high }: Bar): string =>
    low === -Infinity || low === 0
      ? `≤ ${significant(high, 2)}`
      : `${significant(low, 3)} … ${significant(high, 3)}`;
  return {
    columns: [{ title: '' }, { title: 'requirement' }, right('found'), right('bar')],
    rows: bars.map((b) => [b.pass ? 'PASS' : 'FAIL', b.name, significant(b.found, 3), interval(b)]),
  };
}
