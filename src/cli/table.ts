/**
 * Tables of text for a terminal.
 *
 * @module
 */

/** A column: its heading, and how its cells stand; numbers stand at the right. Default `left`. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * A table with a heading, a rule below it, and columns two spaces apart.
 *
 * @throws Error if a row has another number of cells than there are columns.
 * @example
 * formatTable([{ title: 'name' }, { title: 'mean', align: 'right' }], [['beta[0]', '25.9'], ['sigma', '18.3']]);
 * // name     mean
 * // ───────  ────
 * // beta[0]  25.9
 * // sigma    18.3
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  rows.forEach((row, i) => {
    if (row.length !== columns.length) {
      throw new Error(`formatTable: row ${i} has ${row.length} cells, the table ${columns.length} columns`);
    }
  });
  const widths = columns.map((c, j) => Math.max(c.title.length, ...rows.map((row) => row[j]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => (columns[j]!.align === 'right' ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((c) => c.title)),
    widths.map((w) => '─'.repeat(w)).join('  '),
    ...rows.map(line),
  ].join('\n');
}
