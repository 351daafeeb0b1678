/**
 * The axes that every chart of a report has.
 *
 * @module
 */
import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import { ink } from './theme.js';

/** The interval that an axis shows. */
export type Range = readonly [low: number, high: number];

/** The value below which a share of the sorted numbers lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!;
}

/**
 * An interval that shows nearly all finite numbers: all but a share `cut` at either end, with a margin, at least
 * `[−1, 1]` around a constant.
 */
export function rangeOf(values: readonly number[], cut = 0): Range {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [0, 1];
  const [low, high] = [quantile(sorted, cut), quantile(sorted, 1 - cut)];
  const margin = high > low ? 0.06 * (high - low) : 1;
  return [low - margin, high + margin];
}

/** Steps of 1, 2 or 5 times a power of ten, so that about `count` of them fill a range. */
export function niceStep([low, high]: Range, count: number): number {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1);
}

/** A range widened to whole steps. */
export function niceRange(range: Range, count: number): Range {
  const step = niceStep(range, count);
  // the product may miss the decimal by an ulp, which a label would show
  const whole = (x: number): number => Number((x * step).toPrecision(12));
  return [whole(Math.floor(range[0] / step)), whole(Math.ceil(range[1] / step))];
}

/** Decimals that tell multiples of a step apart. */
function decimals(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

const label = { color: ink('soft'), fontSize: 11 };
const grid = { show: true, lineStyle: { color: ink('line') } };

/** The multiples of a step in a range. */
function multiples([min, max]: Range, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** A horizontal axis of numbers, labelled at multiples of `step`; `title` stands below its middle. */
export function valuesBelow(title: string, range: Range, step: number): XAXisComponentOption {
  const [min, max] = range;
  return {
    type: 'value',
    min,
    max,
    interval: step,
    name: title,
    nameLocation: 'middle',
    nameGap: 26,
    nameTextStyle: label,
    axisLabel: {
      ...label,
      customValues: multiples(range, step),
      formatter: (x: number) => x.toLocaleString('en'),
    },
    axisTick: { show: false },
    axisLine: { show: false, onZero: false },
    splitLine: { show: false },
  };
}

/** A vertical axis of numbers with grid lines; `title` stands above it. */
export function valuesLeft(title: string, range: Range): YAXisComponentOption {
  const [min, max] = niceRange(range, 5);
  const step = niceStep(range, 5);
  const digits = decimals(step);
  const text = (x: number): string =>
    x.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return {
    type: 'value',
    min,
    max,
    interval: step,
    name: title,
    nameLocation: 'end',
    nameGap: 12,
    nameTextStyle: { ...label, align: 'left', padding: [0, 0, 0, -40] },
    axisLabel: { ...label, formatter: text },
    axisTick: { show: false },
    axisLine: { show: false, onZero: false },
    splitLine: grid,
  };
}

/** A vertical axis of names, the first one at the top. */
export function namesLeft(names: readonly string[]): YAXisComponentOption {
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisLabel: { ...label, color: ink('ink'), fontSize: 12, interval: 0 },
    axisTick: { show: false },
    axisLine: { show: false, onZero: false },
    splitLine: { show: false },
  };
}
