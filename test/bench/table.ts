/** Rows as text. */
import { formatTable, significant, type Column } from 'adjoint';
import type { Row } from './harness.js';

const right = (title: string): Column => ({ title, align: 'right' });

const number = (x: number | null): string => (x === null ? '–' : significant(x, 3));

/** Whether a row is below what is asked of it. */
export const misses = ({ ratio, floor }: Row): boolean => ratio !== null && !(ratio >= floor);

/** One row as soon as it is measured. */
export const notice = ({ name, peer, ratio, low, high, skipped }: Row): string =>
  skipped === undefined
    ? `${number(ratio)} (${number(low)} … ${number(high)})  ${name}, against ${peer}`
    : `skipped  ${name}: ${skipped}`;

/** All rows, those that miss their floor marked. */
export function tableOf(rows: readonly Row[]): string {
  const columns = [
    { title: 'benchmark' },
    { title: 'against' },
    right('ratio'),
    right('middle 80 %'),
    right('floor'),
    right('goal'),
    { title: '' },
  ];
  const cells = rows.map((row) => [
    row.name,
    row.peer,
    number(row.ratio),
    row.ratio === null ? '' : `${number(row.low)} … ${number(row.high)}`,
    row.floor === 0 ? 'none' : significant(row.floor, 3),
    significant(row.goal, 3),
    row.skipped !== undefined ? `skipped: ${row.skipped}` : misses(row) ? 'BELOW ITS FLOOR' : '',
  ]);
  return formatTable(columns, cells);
}
