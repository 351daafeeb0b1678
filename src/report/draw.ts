/**
 * Drawing a chart as SVG, without a browser.
 *
 * @module
 */
import type { EChartsOption } from 'echarts';
import { Html, escapeHtml } from './html.js';
import { FONT, ink, themed } from './theme.js';

/** The size of a drawing in its own units; on the page it is as wide as its place. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a chart draws, and the sentence that stands for it where it cannot be seen. */
export interface Drawing {
  /** An option of echarts; untyped here, because declarations must not need the optional package. */
  readonly option: object;
  readonly size: Size;
  readonly description: string;
}

/**
 * Thrown when charts are asked for and the optional package `echarts` is not installed.
 *
 * @example
 * const card = { title: 'ELBO', charts: [{ drawing: intervalsChart([], 'nothing yet') }] };
 * const report = { title: 'A fit', lead: 'In one chart.', sections: [{ title: 'Fit', cards: [card] }] };
 * try {
 *   console.log(await renderReport(report));
 * } catch (error) {
 *   if (!(error instanceof MissingPeerError)) throw error;
 *   console.warn(error.message); // … npm install echarts@6
 * }
 */
export class MissingPeerError extends Error {
  constructor(cause: unknown) {
    super(
      "the report's charts are drawn by the optional package 'echarts', which is not installed: npm install echarts@6",
      { cause },
    );
    this.name = 'MissingPeerError';
  }
}

type ECharts = typeof import('echarts');

async function library(): Promise<ECharts> {
  try {
    return await import('echarts');
  } catch (cause) {
    throw new MissingPeerError(cause);
  }
}

/** Draws a chart as an inline SVG element in the page's colours. @throws MissingPeerError without `echarts`. */
export async function draw({ option, size, description }: Drawing): Promise<Html> {
  const echarts = await library();
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: FONT, color: ink('ink') },
      ...(option as EChartsOption),
    });
    return new Html(compact(themed(chart.renderToSVGString()), size, description));
  } finally {
    chart.dispose();
  }
}

/** A smaller drawing with a name: no fixed size, no rules for a pointer, no digits that cannot be seen. */
function compact(svg: string, { width, height }: Size, description: string): string {
  const body = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<style[\s\S]*?<\/style>/g, '')
    // lines are kept in their frame by their values; the ids of clip paths would be new in every drawing
    .replace(/<defs[\s\S]*?<\/defs>/g, '')
    .replace(/ clip-path="[^"]*"/g, '')
    .replace(/ (class|ecmeta_[\w-]+)="[^"]*"/g, '')
    // numbers in attributes alone: those in text are labels
    .replace(/<[^>]+>/g, (tag) =>
      tag.replace(/-?\d+\.\d{3,}/g, (x) => String(Math.round(Number(x) * 100) / 100)),
    )
    .replace(/ style="([^"]*)font-family:[^;"]*;?/g, ' style="$1')
    .replace(/\n\s*/g, '');
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(description)}" ` +
    `xmlns="http://www.w3.org/2000/svg">${body}`
  );
}
