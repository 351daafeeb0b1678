/** Comparison of float64 functions with fixtures of more digits. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Rows of numbers; those that JSON lacks are strings. */
export type Rows = readonly (readonly number[])[];

/** The tables of a fixture file. */
export function fixture(name: string): Readonly<Record<string, Rows>> {
  const text = readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8');
  const value = (v: number | string): number =>
    typeof v === 'string' ? Number(v.replace('inf', 'Infinity')) : v;
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, (number | string)[][]>).map(([k, rows]) => [
      k,
      rows.map((r) => r.map(value)),
    ]),
  );
}

/** The single table of a fixture file. */
export const onlyTable = (name: string): Rows => Object.values(fixture(name))[0]!;

/** The rows in which |found − expected| exceeds `tolerance` times |expected| + extra. */
export function failures(
  rows: Rows,
  found: (row: readonly number[]) => number,
  expected: (row: readonly number[]) => number,
  tolerance: number | ((row: readonly number[]) => number),
  extra: (row: readonly number[]) => number = () => 0,
): readonly string[] {
  return rows.flatMap((row) => {
    const [f, e] = [found(row), expected(row)];
    const limit = (typeof tolerance === 'number' ? tolerance : tolerance(row)) * (Math.abs(e) + extra(row));
    // the least normal number: below, float64 has fewer digits
    const near = Number.isFinite(e) && Math.abs(f - e) <= Math.max(limit, 2.3e-308);
    if (Object.is(f, e) || f === e || near) return [];
    return [
      `${row.join(', ')}: ${f} instead of ${e}, ${(Math.abs(f - e) / limit).toPrecision(3)} times the limit`,
    ];
  });
}

/** Judges all rows. */
export function judge(...args: Parameters<typeof failures>): void {
  expect(args[0].length).toBeGreaterThan(0);
  expect(failures(...args)).toEqual([]);
}
