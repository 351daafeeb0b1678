/**
 * Colours and type of a report, light and dark.
 *
 * Charts are drawn in **placeholder** colours, one for each role, and the placeholders are then replaced by CSS
 * variables, so that one drawing follows the reader's colour scheme.
 *
 * @module
 */

/** Roles of colours. */
export type Role =
  | 'ink' // text
  | 'soft' // text of less weight, axes
  | 'line' // rules, grids
  | 'paper' // the page
  | 'card' // what lies on the page
  | 'band' // a reference, behind the data
  | 'first'
  | 'second'
  | 'third'
  | 'quiet'; // data in the background

interface Shade {
  /** The colour that a chart is drawn in; never seen. */
  readonly drawn: string;
  readonly light: string;
  readonly dark: string;
}

const shades: Readonly<Record<Role, Shade>> = {
  ink: { drawn: '#0a0001', light: '#17202b', dark: '#e8ecf1' },
  soft: { drawn: '#0a0002', light: '#5c6773', dark: '#9aa5b1' },
  line: { drawn: '#0a0003', light: '#dfe4ea', dark: '#333c47' },
  paper: { drawn: '#0a0004', light: '#f6f7f9', dark: '#12161b' },
  card: { drawn: '#0a0005', light: '#ffffff', dark: '#1a2027' },
  band: { drawn: '#0a0006', light: '#dde3ea', dark: '#2d3742' },
  first: { drawn: '#0a0007', light: '#2563c9', dark: '#6ea4ff' },
  second: { drawn: '#0a0008', light: '#c9570c', dark: '#ff9d57' },
  third: { drawn: '#0a0009', light: '#12805c', dark: '#4fc79c' },
  quiet: { drawn: '#0a000a', light: '#a9b3be', dark: '#59646f' },
};

/** The placeholder that a chart draws a role in. */
export function ink(role: Role): string {
  return shades[role].drawn;
}

/** A drawing with every placeholder replaced by the CSS variable of its role. */
export function themed(svg: string): string {
  let text = svg;
  for (const [role, { drawn }] of Object.entries(shades)) text = text.replaceAll(drawn, `var(--${role})`);
  return text;
}

const variables = (scheme: 'light' | 'dark'): string =>
  Object.entries(shades)
    .map(([role, s]) => `--${role}:${s[scheme]}`)
    .join(';');

/** The family of type of page and charts: the reader's own. */
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** The style sheet of a report. */
export const STYLE: string = `
:root{color-scheme:light dark;${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 ${FONT};-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0 0 8px}
h2{font-size:21px;letter-spacing:-.01em;margin:52px 0 6px}
h3{font-size:15.5px;margin:0}
p{margin:0 0 12px;max-width:76ch}
.lead,.note,figcaption,footer{color:var(--soft)}
.note,figcaption{font-size:13px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:16px 0}
.card header{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;margin-bottom:10px}
.grid{display:grid;gap:18px 28px;grid-template-columns:repeat(auto-fill,minmax(min(100%,430px),1fr))}
.facts{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));margin:24px 0 0}
.fact{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.fact b{display:block;font-size:22px;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.fact span{font-size:12.5px;color:var(--soft)}
figure{margin:0;min-width:0}
figure svg{display:block;width:100%;height:auto;overflow:visible}
figcaption{margin-top:2px}
.grid+.scroll,.scroll+.scroll{margin-top:18px}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:12.5px;color:var(--soft);margin:0 0 4px}
.legend i{display:inline-block;width:14px;height:3px;border-radius:2px;margin-right:6px;vertical-align:middle}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:6px}
th{font-weight:600;color:var(--soft);text-align:left;font-size:12.5px}
th,td{padding:4px 14px 4px 0;border-bottom:1px solid var(--line);white-space:nowrap}
tr:last-child td{border-bottom:0}
.right{text-align:right}
th:last-child,td:last-child{padding-right:0}
td.fail{color:var(--second);font-weight:600}
pre{margin:0 0 12px;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);white-space:pre-wrap}
footer{margin-top:56px;font-size:12.5px}
@media print{.card,.fact{break-inside:avoid}}
`.trim();
