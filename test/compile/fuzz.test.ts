/** Random graphs, their derivatives and batches agree with the reference on every executor. See fuzz-run.ts for options. */
import { beforeAll, describe, test } from 'vitest';
import { register } from '../../src/staging/index.js';
import { executorsUnderTest } from './executors.js';
import { expectAgreement } from './fuzz-expect.js';
import { wishes } from './fuzz-run.js';
import { familyNames } from './fuzz-samples.js';

beforeAll(() => register());

const wanted = wishes(process.env, 100);
// the reference needs no comparison with itself
const subjects = wanted.subjects(executorsUnderTest.filter((s) => s.name !== 'reference'));

describe.runIf(subjects.length > 0).each(wanted.families(familyNames))('%s', (family) => {
  test(`of ${wanted.count} seeds`, { timeout: 120_000 + 1000 * wanted.count }, () =>
    expectAgreement(family, subjects, wanted),
  );
});
