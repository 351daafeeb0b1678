/**
 * The grid on WebAssembly in float32: every graph that the grid runs is compared with the reference, which is judged by
 * differences in grid.test.ts.
 */
import { describe } from 'vitest';
import { comparing } from '../compile/executors-comparing.js';
import { boundOf } from '../compile/executors-exceptions.js';
import { executorsUnderTest } from '../compile/executors.js';
import { judgeGrid } from './grid-judges.js';

const [subject] = executorsUnderTest.filter((s) => s.name === 'wasm32');

describe('on the wasm32 executor', () => judgeGrid((c) => comparing(subject!, boundOf(c.name, subject!))));
