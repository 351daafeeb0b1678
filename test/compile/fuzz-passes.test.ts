/** The same with each pass of the compiler left out, and with none. See fuzz-run.ts for options. */
import { beforeAll, describe, test } from 'vitest';
import { register } from '../../src/staging/index.js';
import { withoutPasses } from './executors.js';
import { expectAgreement } from './fuzz-expect.js';
import { wishes } from './fuzz-run.js';
import { familyNames } from './fuzz-samples.js';

beforeAll(() => register());

const wanted = wishes(process.env, 20);
const subjects = wanted.subjects(withoutPasses);

describe.runIf(subjects.length > 0).each(wanted.families(familyNames))('%s', (family) => {
  test(`of ${wanted.count} seeds`, { timeout: 120_000 + 5000 * wanted.count }, () =>
    expectAgreement(family, subjects, wanted),
  );
});
