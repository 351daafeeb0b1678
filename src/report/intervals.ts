/**
 * Posteriors against their references.
 *
 * @module
 */
import type { CustomSeriesRenderItem, EChartsOption } from 'echarts';
import { namesLeft, valuesBelow } from './axes.js';
import type { Drawing } from './draw.js';
import { ink, type Role } from './theme.js';

/** An estimate of a parameter's mean and standard deviation. */
export interface Interval {
  readonly role: Role;
  readonly mean: number;
  readonly sd: number;
}

/** A parameter: its reference and the estimates to compare. */
export interface IntervalRow {
  readonly name: string;
  readonly reference: { readonly mean: number; readonly sd: number };
  readonly estimates: readonly Interval[];
}

const ROW = 34;
const LEFT = 76;
const MOST = 3;

/**
 * For every parameter, mean ± 1 SD (thick) and ± 2 SD (thin) of each estimate, in units of the reference's SD about
 * the reference's mean: the reference itself is the band ± 1 (± 2 paler) about zero. A right estimate fills the band.
 *
 * @param description the sentence that stands for the chart where it cannot be seen.
 * @returns a drawing for the charts of a report's card.
 * @example
 * const rows: IntervalRow[] = [
 *   { name: 'mu', reference: { mean: 4.4, sd: 3.3 }, estimates: [{ role: 'first', mean: 4.5, sd: 3.2 }] },
 * ];
 * intervalsChart(rows, 'mu against its reference').size.width; // 520
 */
export function intervalsChart(rows: readonly IntervalRow[], description: string): Drawing {
  const height = rows.length * ROW + 56;
  const data = rows.flatMap((row, y) =>
    row.estimates.map((e, k) => [
      y,
      k,
      (e.mean - row.reference.mean) / row.reference.sd,
      e.sd / row.reference.sd,
    ]),
  );
  const item: CustomSeriesRenderItem = (_params, api) => {
    const [y, k, mean, sd] = [0, 1, 2, 3].map((i) => Number(api.value(i))) as [
      number,
      number,
      number,
      number,
    ];
    const estimates = rows[y]!.estimates;
    const color = ink(estimates[k]!.role);
    const shift = (k - (estimates.length - 1) / 2) * 11;
    const x = (z: number): number => api.coord([Math.min(MOST, Math.max(-MOST, z)), y])[0]!;
    const cy = api.coord([0, y])[1]! + shift;
    const bar = (z: number, lineWidth: number) => ({
      type: 'line' as const,
      shape: { x1: x(mean - z * sd), y1: cy, x2: x(mean + z * sd), y2: cy },
      style: { fill: 'none', stroke: color, lineWidth, lineCap: 'round' as const },
    });
    const dot = {
      type: 'circle' as const,
      shape: { cx: x(mean), cy, r: 4 },
      style: { fill: ink('card'), stroke: color, lineWidth: 2 },
    };
    return { type: 'group', children: [bar(2, 1.4), bar(1, 4), dot] };
  };
  const band: CustomSeriesRenderItem = (_params, api) => {
    const y = Number(api.value(0));
    const cy = api.coord([0, y])[1]!;
    const box = (z: number, opacity: number) => ({
      type: 'rect' as const,
      shape: {
        x: api.coord([-z, y])[0]!,
        y: cy - ROW / 2 + 3,
        width: api.coord([z, y])[0]! - api.coord([-z, y])[0]!,
        height: ROW - 6,
        r: 3,
      },
      style: { fill: ink('band'), opacity },
    });
    const middle = {
      type: 'line' as const,
      shape: {
        x1: api.coord([0, y])[0]!,
        y1: cy - ROW / 2 + 3,
        x2: api.coord([0, y])[0]!,
        y2: cy + ROW / 2 - 3,
      },
      style: { fill: 'none', stroke: ink('quiet'), lineWidth: 1 },
    };
    return { type: 'group', children: [box(2, 0.5), box(1, 1), middle] };
  };
  return {
    description,
    size: { width: 520, height },
    option: {
      grid: { left: LEFT, right: 16, top: 8, bottom: 44 },
      xAxis: valuesBelow('distance from the reference mean, in reference SDs', [-MOST, MOST], 1),
      yAxis: namesLeft(rows.map((r) => r.name)),
      series: [
        { type: 'custom', silent: true, renderItem: band, data: rows.map((_, y) => [y]), encode: { y: 0 } },
        { type: 'custom', silent: true, renderItem: item, data, encode: { x: 2, y: 0 } },
      ],
    } satisfies EChartsOption,
  };
}
