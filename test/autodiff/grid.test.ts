/** The grid: every operation × {value, jvp, vjp, second order, vmap, vmap of grad} × executor, judged by differences. */
import { describe } from 'vitest';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import { referenceExecutor } from '../../src/ir/evaluate.js';
import { judgeGrid } from './grid-judges.js';

describe.each([referenceExecutor, bufferExecutor].map((e) => [e.name, e] as const))(
  'on the %s executor',
  (_, executor) => judgeGrid(() => executor),
);
