/**
 * Charts of values over steps.
 *
 * @module
 */
import type { EChartsOption, SeriesOption } from 'echarts';
import { niceStep, rangeOf, valuesBelow, valuesLeft, type Range } from './axes.js';
import type { Drawing } from './draw.js';
import { ink, type Role } from './theme.js';

/** A line of a chart: `values[i]` stands at x = `start + i · every`. */
export interface Line {
  readonly name: string;
  readonly role: Role;
  readonly values: readonly number[];
  /** x of the first value; default 0. */
  readonly start?: number;
  /** Distance of values; default 1. */
  readonly every?: number;
  /** Whether the name stands at the end of the line; default false. */
  readonly labelled?: boolean;
  /** Width of the line; default 1.8. */
  readonly width?: number;
}

/** A horizontal line to compare with. */
export interface Level {
  readonly name: string;
  readonly value: number;
}

/** Options of {@link linesChart}. */
export interface LinesOptions {
  readonly description: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly levels?: readonly Level[];
  /** The share of values at either end that may lie outside the picture (first steps, rare noise); default 0. */
  readonly cut?: number;
  readonly height?: number;
  /** Room for names at the right, in units of the drawing; default 16, or 96 if a line or level is named. */
  readonly right?: number;
}

const WIDTH = 520;

/**
 * Means of so many consecutive values that at most `most` remain: a noisy trace that can be drawn.
 *
 * @param most default 160. Values that are not finite are left out of their means.
 * @returns the means, and how many values each stands for: `values` and `every` of a {@link Line}.
 * @example
 * thinned([1, 3, 5, 7, 9], 3); // { values: [2, 6, 9], every: 2 }
 */
export function thinned(values: readonly number[], most = 160): { values: number[]; every: number } {
  const every = Math.max(1, Math.ceil(values.length / most));
  const out: number[] = [];
  for (let i = 0; i < values.length; i += every) {
    const part = values.slice(i, i + every).filter(Number.isFinite);
    out.push(part.reduce((a, b) => a + b, 0) / Math.max(1, part.length));
  }
  return { values: out, every };
}

/**
 * Lines over steps: traces of objectives, paths of parameters.
 *
 * @returns a drawing for the charts of a report's card.
 * @example
 * const chart = linesChart([{ name: 'ELBO', role: 'first', values: [-9, -6, -5.2, -5.1] }], {
 *   description: 'The ELBO rises to -5.1',
 *   xTitle: 'step',
 *   yTitle: 'ELBO',
 * });
 * chart.description; // 'The ELBO rises to -5.1'
 */
export function linesChart(lines: readonly Line[], options: LinesOptions): Drawing {
  const { description, xTitle, yTitle, levels = [], cut = 0, height = 230 } = options;
  const all = lines.flatMap((l) => l.values);
  const range = rangeOf([...all, ...levels.map((l) => l.value)], cut);
  const first = Math.min(...lines.map((l) => l.start ?? 0));
  const last = Math.max(...lines.map((l) => (l.start ?? 0) + (l.values.length - 1) * (l.every ?? 1)));
  const named = levels.length > 0 || lines.some((l) => l.labelled === true);
  const right = options.right ?? (named ? 96 : 16);
  const xRange: Range = [first, last > first ? last : first + 1];
  return {
    description,
    size: { width: WIDTH, height },
    option: {
      grid: { left: 52, right, top: 30, bottom: 44 },
      xAxis: valuesBelow(xTitle, xRange, niceStep(xRange, 5)),
      yAxis: valuesLeft(yTitle, range),
      series: [...lines.map((l) => lineSeries(l, range)), ...levels.map((l) => levelSeries(l, xRange))],
    } satisfies EChartsOption,
  };
}

/** A label at the right end of a line; labels that would touch are moved apart. */
const endLabel = (name: string, color: string): SeriesOption =>
  ({
    endLabel: { show: true, formatter: () => name, color, fontSize: 11.5, distance: 6, align: 'left' },
    labelLayout: { moveOverlap: 'shiftY' },
  }) as SeriesOption;

function lineSeries(
  { name, role, values, start = 0, every = 1, labelled = false, width = 1.8 }: Line,
  range: Range,
): SeriesOption {
  const [low, high] = range;
  return {
    type: 'line',
    name,
    symbol: 'none',
    clip: false,
    silent: true,
    lineStyle: { color: ink(role), width },
    data: values.map((v, i) => [start + i * every, Math.min(high, Math.max(low, v))]),
    ...(labelled ? endLabel(name, ink(role === 'quiet' ? 'soft' : role)) : {}),
  } as SeriesOption;
}

function levelSeries({ name, value }: Level, [first, last]: Range): SeriesOption {
  return {
    type: 'line',
    name,
    symbol: 'none',
    clip: false,
    silent: true,
    lineStyle: { color: ink('soft'), width: 1.2, type: [5, 4] },
    data: [
      [first, value],
      [last, value],
    ],
    ...endLabel(name, ink('soft')),
  } as SeriesOption;
}
