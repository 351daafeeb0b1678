import { describe, expect, it, vi } from 'vitest';
import { rangeOf, niceRange, niceStep } from '../../src/report/axes.js';
import { html } from '../../src/report/html.js';
import { intervalsChart, linesChart, renderReport, thinned, type Report } from '../../src/report/index.js';

const lines = linesChart([{ name: 'a <b>', role: 'first', values: [0.21, 0.2125, 0.225], labelled: true }], {
  description: 'a "quoted" chart',
  xTitle: 'step',
  yTitle: 'loss & more',
  levels: [{ name: 'level', value: 0.22 }],
});
const intervals = intervalsChart(
  [
    { name: 'beta[0]', reference: { mean: 1, sd: 2 }, estimates: [{ role: 'first', mean: 3, sd: 2 }] },
    { name: 'far', reference: { mean: 0, sd: 1 }, estimates: [{ role: 'second', mean: 1e6, sd: 1 }] },
  ],
  'intervals',
);
const report: Report = {
  title: '<script>alert(1)</script>',
  lead: 'a & b',
  facts: [{ value: '1 < 2', label: "it's" }],
  sections: [
    {
      title: '</style>',
      cards: [
        {
          title: '<img src=x>',
          code: ['y ~ Normal(0, "1")'],
          charts: [
            { drawing: lines, legend: [{ name: '<i>', role: 'first' }], caption: '<u>' },
            { drawing: intervals },
          ],
          tables: [{ columns: [{ title: '<th>' }], rows: [['<td>']], failed: new Set(['0,0']) }],
        },
      ],
    },
  ],
  footer: '<hr>',
};

describe('a template', () => {
  it('escapes what is put in, once', () => {
    const inner = html`<b>${'<'}</b>`;
    expect(html`<p title="${'"'}">${inner}${[1, '&', inner]}${undefined}${false}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;</b>1&amp;<b>&lt;</b></p>',
    );
  });
});

describe('a page', () => {
  it('lets no text become markup', async () => {
    const page = await renderReport(report);
    for (const wrong of [
      '<script',
      '<img',
      '<i>',
      '<u>',
      '<hr>',
      '<td><td>',
      '<th><th>',
      '</style></h2>',
      'a <b>',
    ]) {
      expect(page, wrong).not.toContain(wrong);
    }
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).toContain('aria-label="a &quot;quoted&quot; chart"');
    expect(page).toContain('loss &amp; more');
  });

  it('needs no network and no script', async () => {
    const page = await renderReport(report);
    const addresses = page.match(/https?:[^"' )]*/g) ?? [];
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
    expect(page).not.toMatch(/<link|@import|<[^>]*(src|href)=|url\(/);
  });

  it('keeps the digits of labels', async () => {
    const page = await renderReport(report);
    for (const label of ['0.210', '0.215', '0.220', '0.225']) expect(page).toContain(`>${label}</text>`);
  });

  it('is the same text each time', async () => {
    expect(await renderReport(report)).toBe(await renderReport(report));
  });

  it('draws in variables of the colour scheme, no placeholder left', async () => {
    const page = await renderReport(report);
    expect(page).toContain('var(--first)');
    expect(page.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(/#[0-9a-f]{3,6}\b/i);
  });

  it('says what is missing where echarts is not installed', async () => {
    vi.doMock('echarts', () => {
      throw new Error("Cannot find package 'echarts'");
    });
    await expect(renderReport(report)).rejects.toThrow(/optional package 'echarts'.*npm install echarts/);
    vi.doUnmock('echarts');
    await expect(renderReport({ title: 'bare', lead: '', sections: [] })).resolves.toContain('<h1>bare</h1>');
  });
});

describe('axes', () => {
  it('show nearly all values', () => {
    expect(rangeOf([1, 2, NaN, 3, Infinity])).toEqual([0.88, 3.12]);
    expect(rangeOf([5, 5])).toEqual([4, 6]);
    expect(rangeOf([])).toEqual([0, 1]);
    const [low] = rangeOf([-1e6, ...Array.from({ length: 200 }, (_, i) => i)], 0.01);
    expect(low).toBeGreaterThan(-20);
  });

  it('have steps of 1, 2 or 5', () => {
    expect([0.9, 1, 1.1, 3, 7, 12].map((width) => niceStep([0, width], 1))).toEqual([1, 1, 2, 5, 10, 20]);
    expect(niceRange([0.13, 0.92], 4)).toEqual([0, 1]);
  });
});

describe('a trace', () => {
  it('is thinned by means', () => {
    expect(thinned([1, 3, 5, 7, 9], 3)).toEqual({ values: [2, 6, 9], every: 2 });
    expect(thinned([1, 2, 3])).toEqual({ values: [1, 2, 3], every: 1 });
  });
});
