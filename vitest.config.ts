import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run on the sources: the package's own names lead there, not to dist/.
    alias: [
      { find: /^adjoint$/, replacement: here('src/index.ts') },
      { find: /^adjoint\/transforms$/, replacement: here('transforms/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Type tests: every test/types/*.test-d.ts is compiled, and its errors are reported as failed tests.
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/types/tsconfig.json',
    },
  },
});
