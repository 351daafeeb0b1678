/**
 * The page of a report: one self-contained HTML document, with no script, that opens without a network.
 *
 * @module
 */
import { draw, type Drawing } from './draw.js';
import { Html, html } from './html.js';
import { STYLE, type Role } from './theme.js';

/** A number worth a glance, and what it is. */
export interface Fact {
  readonly value: string;
  readonly label: string;
}

/** A table; `right` columns hold numbers, a cell in `failed` (`row,column`) is marked. */
export interface ReportTable {
  readonly caption?: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
  /** Marked cells, as `row,column`. */
  readonly failed?: ReadonlySet<string>;
}

/** A chart with what its colours mean and a caption. */
export interface ReportChart {
  readonly drawing: Drawing;
  readonly legend?: readonly { readonly name: string; readonly role: Role }[];
  readonly caption?: string;
}

/** Charts and tables that belong together. */
export interface ReportCard {
  readonly title: string;
  /** A phrase beside the title. */
  readonly note?: string;
  /** Lines in a typewriter's face: a model's density. */
  readonly code?: readonly string[];
  readonly text?: string;
  readonly charts?: readonly ReportChart[];
  readonly tables?: readonly ReportTable[];
}

/** A chapter of the page. */
export interface ReportSection {
  readonly title: string;
  readonly lead?: string;
  readonly cards: readonly ReportCard[];
}

/** All that a page says. */
export interface Report {
  readonly title: string;
  readonly lead: string;
  readonly facts?: readonly Fact[];
  readonly sections: readonly ReportSection[];
  readonly footer?: string;
}

/**
 * The report as an HTML document. Every text is escaped; charts are inline SVG, in light or dark as the reader's
 * system is.
 *
 * @throws MissingPeerError if there are charts and the optional package `echarts` is not installed.
 * @example
 * const page = await renderReport({
 *   title: 'A fit',
 *   lead: 'Of ten points, by mean field.',
 *   facts: [{ value: '0.4 s', label: 'for 2,000 steps' }],
 *   sections: [],
 * });
 * page.startsWith('<!doctype html>'); // true
 */
export async function renderReport(report: Report): Promise<string> {
  const sections = await Promise.all(report.sections.map(section));
  const facts = report.facts ?? [];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${report.title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${report.title}</h1>
          <p class="lead">${report.lead}</p>
          ${
            facts.length > 0 &&
            html`<div class="facts">
              ${facts.map((f) => html`<div class="fact"><b>${f.value}</b><span>${f.label}</span></div>`)}
            </div>`
          }
          ${sections} ${report.footer !== undefined && html`<footer>${report.footer}</footer>`}
        </main>
      </body>
    </html> `;
  return page.text;
}

async function section({ title, lead, cards }: ReportSection): Promise<Html> {
  const parts = await Promise.all(cards.map(card));
  return html`<section>
    <h2>${title}</h2>
    ${lead !== undefined && html`<p class="lead">${lead}</p>`} ${parts}
  </section> `;
}

async function card({ title, note, code, text, charts = [], tables = [] }: ReportCard): Promise<Html> {
  const figures = await Promise.all(charts.map(figure));
  return html`<article class="card">
    <header>
      <h3>${title}</h3>
      ${note !== undefined && html`<span class="note">${note}</span>`}
    </header>
    ${text !== undefined && html`<p>${text}</p>`} ${code !== undefined && html`<pre>${code.join('\n')}</pre>`}
    ${figures.length > 0 && html`<div class="grid">${figures}</div>`} ${tables.map(table)}
  </article> `;
}

async function figure({ drawing, legend = [], caption }: ReportChart): Promise<Html> {
  const svg = await draw(drawing);
  const swatch = (role: Role): Html => new Html(`<i style="background:var(--${role})"></i>`);
  return html`<figure>
    ${legend.length > 0 && html`<div class="legend">${legend.map((l) => html`<span>${swatch(l.role)}${l.name}</span>`)}</div>`}
    ${svg} ${caption !== undefined && html`<figcaption>${caption}</figcaption>`}
  </figure> `;
}

function table({ caption, columns, rows, failed }: ReportTable): Html {
  const side = (j: number): Html | false => columns[j]?.align === 'right' && new Html(' class="right"');
  const cell = (text: string, i: number, j: number): Html =>
    failed?.has(`${i},${j}`) === true
      ? html`<td class="right fail">${text}</td>`
      : html`<td${side(j)}>${text}</td>`;
  return html`<div class="scroll">
    <table>
      ${
        caption !== undefined &&
        html`<caption>
          ${caption}
        </caption>`
      }
      <thead>
        <tr>
          ${columns.map((c, j) => html`<th${side(j)} scope="col">${c.title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, i) =>
            html`<tr>
              ${row.map((text, j) => cell(text, i, j))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `;
}
