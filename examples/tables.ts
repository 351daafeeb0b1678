/** The tables of `examples/data/tables`. */
import { readFileSync } from 'node:fs';
import { dataFile } from './root.js';

/** A table of numbers: features by row, and a target. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly target: readonly number[];
}

/** Reads `diabetes` (10 features; the target is the disease's progression) or `breast_cancer` (30; the target is 0 for malignant, 1 for benign). */
export function table(name: 'diabetes' | 'breast_cancer'): Table {
  const [head = '', ...lines] = readFileSync(dataFile('tables', `${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/);
  const numbers = lines.map((line) => line.split(',').map(Number));
  const width = numbers[0]!.length - 1;
  return {
    names:
      name === 'diabetes'
        ? head.split(',').slice(0, width)
        : Array.from({ length: width }, (_, j) => `x${j}`),
    rows: numbers.map((row) => row.slice(0, width)),
    target: numbers.map((row) => row[width]!),
  };
}

/** Mean and standard deviation (of the population) of a column. */
function moments(column: readonly number[]): { mean: number; sd: number } {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  return { mean, sd: Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length) };
}

/** The columns shifted and scaled to mean 0 and SD 1 **over the rows `by`**, so that held-out rows tell nothing. */
export function standardized(
  rows: readonly (readonly number[])[],
  by: readonly (readonly number[])[] = rows,
): number[][] {
  const scale = by[0]!.map((_, j) => moments(by.map((row) => row[j]!)));
  return rows.map((row) => row.map((x, j) => (x - scale[j]!.mean) / scale[j]!.sd));
}

/** A column shifted and scaled to mean 0 and SD 1 over the values `by`. */
export function standardizedColumn(column: readonly number[], by: readonly number[] = column): number[] {
  const { mean, sd } = moments(by);
  return column.map((x) => (x - mean) / sd);
}
