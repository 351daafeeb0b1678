import { expect, it } from 'vitest';
import { runToys } from '../../examples/coin.js';

it.each(runToys(100_000))('$name has the mean and the variance that theory gives', (row) => {
  expect(Math.abs(row.mean - row.exact)).toBeLessThan(4 * row.standardError);
  expect(row.variance / row.exactVariance).toBeGreaterThan(0.9);
  expect(row.variance / row.exactVariance).toBeLessThan(1.1);
});
