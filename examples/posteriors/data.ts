/** The data sets of `examples/data/posteriordb`. */
import { readFileSync } from 'node:fs';
import { dataFile } from '../root.js';

/** A number for a scalar parameter, an array for a vector. */
type Values = Readonly<Record<string, number | readonly number[]>>;

/** One file: the data of a model, and what its posterior is known to be. */
export interface PosteriorFile<D> {
  readonly name: string;
  /** The model's density in words. */
  readonly model: readonly string[];
  readonly reference: { readonly kind: string; readonly mean: Values; readonly sd: Values };
  readonly data: D;
}

/** Reads `examples/data/posteriordb/<name>.json`. */
export function posteriorFile<D>(name: string): PosteriorFile<D> {
  return JSON.parse(readFileSync(dataFile('posteriordb', `${name}.json`), 'utf8')) as PosteriorFile<D>;
}

/** The elements of named values, named as in the data files: `sigma`, `beta[0]`, `beta[1]`, … */
export function elements(values: Values): { readonly name: string; readonly value: number }[] {
  return Object.entries(values).flatMap(([name, v]) =>
    typeof v === 'number' ? [{ name, value: v }] : v.map((value, i) => ({ name: `${name}[${i}]`, value })),
  );
}
