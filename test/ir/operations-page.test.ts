/** docs/operations.md says what the catalogue and the tables say. */
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { batchRules, jvpRules } from '../../src/autodiff/index.js';
import { transposeRules } from '../../src/autodiff/transpose-rules.js';
import { lowerRules } from '../../src/compile/lower.js';
import { evaluateRules } from '../../src/ir/evaluate.js';
import { operandCounts } from '../../src/ir/json-attributes.js';
import { described, operationNames, operationsPage } from './operations-page.js';

const page = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));

test('every table has every operation, and no other', () => {
  const expected = [...operationNames].sort();
  for (const table of [evaluateRules, lowerRules, jvpRules, transposeRules, batchRules, operandCounts])
    expect(Object.keys(table).sort()).toEqual(expected);
});

test('the catalogue describes every operation once', () => {
  expect(described().sort()).toEqual([...operationNames].sort());
});

test('the page is up to date', async () => {
  const options = { ...(await resolveConfig(page)), parser: 'markdown' };
  await expect(await format(operationsPage(), options)).toMatchFileSnapshot(page);
});
