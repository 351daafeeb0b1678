/** The real tables of the examples, as numbers. */
import { readFileSync } from 'node:fs';

/** A regression or classification table with standardized columns (mean 0, variance 1). */
export interface Table {
  readonly x: number[][];
  readonly y: number[];
}

function rows(file: string): number[][] {
  const text = readFileSync(new URL(`../../examples/data/tables/${file}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
}

function standardize(table: readonly number[][]): number[][] {
  const n = table.length;
  const columns = table[0]!.map((_, j) => {
    const mean = table.reduce((s, r) => s + r[j]!, 0) / n;
    const sd = Math.sqrt(table.reduce((s, r) => s + (r[j]! - mean) ** 2, 0) / n);
    return { mean, sd };
  });
  return table.map((r) => r.map((v, j) => (v - columns[j]!.mean) / columns[j]!.sd));
}

/** 442 patients, 10 features; the target, disease progression, is standardized too. */
export function diabetes(): Table {
  const all = standardize(rows('diabetes.csv'));
  return { x: all.map((r) => r.slice(0, -1)), y: all.map((r) => r.at(-1)!) };
}

/** 569 tumours, 30 features; the target is 1 for benign. */
export function breastCancer(): Table {
  const all = rows('breast_cancer.csv');
  return { x: standardize(all.map((r) => r.slice(0, -1))), y: all.map((r) => r.at(-1)!) };
}
