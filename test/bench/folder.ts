/** Where the benchmarks stand, wherever they were compiled to. */
import path from 'node:path';
import { packageRoot } from '../../examples/root.js';

/** A path in `test/bench`, where the peers are installed and their scripts lie. */
export const benchFile = (...parts: readonly string[]): string =>
  path.join(packageRoot(), 'test', 'bench', ...parts);
