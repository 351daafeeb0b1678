import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
// @ts-expect-error the table is plain JavaScript
import { ROOMS } from './rooms.js';

const rooms: Readonly<Record<string, { readonly rooms: readonly string[] }>> = ROOMS;
const eslint = new ESLint();

/** The messages that the repository's own lint configuration gives for a text in the place of a file. */
const lint = async (file: string, code: string): Promise<string[]> => {
  const [result] = await eslint.lintText(code, { filePath: file });
  return (result?.messages ?? []).map((message) => `${message.ruleId}: ${message.message}`);
};

const arrowFault = async (file: string, target: string): Promise<string | undefined> => {
  const messages = await lint(file, `import * as it from '${target}';\nexport const use: unknown = it;\n`);
  return messages.find((message) => message.startsWith('house/rooms'));
};

describe('imports follow the arrows between the rooms', () => {
  test.each([
    ['src/ir/probe.ts', '../staging/stage.js', 'src/ir may not import src/staging'],
    ['src/ir/probe.ts', 'fp-ts/lib/Either.js', "src/ir may not import the package 'fp-ts'"],
    ['src/ir/probe.ts', '../index.js', 'src/ir may not import src/index.ts'],
    ['src/autodiff/probe.ts', '../compile/jit.js', 'src/autodiff may not import src/compile'],
    ['src/compile/passes/probe.ts', '../../autodiff/jvp.js', 'src/compile may not import src/autodiff'],
    ['src/optimize/probe.ts', '../language/gen.js', 'src/optimize may not import src/language'],
    ['src/train/probe.ts', '../objectives/elbo.js', 'src/train may not import src/objectives'],
    [
      'src/train/probe.ts',
      '../../transforms/implicit/index.js',
      'src/train may not import transforms/implicit',
    ],
    ['src/language/probe.ts', 'adjoint', "src/language may not import the package 'adjoint'"],
    ['src/language/probe.ts', 'node:fs', "src/language may not import the package 'node:*'"],
    ['src/language/probe.ts', 'fp-ts/Either', 'does not resolve in plain Node'],
    ['src/report/probe.ts', 'echarts', 'import it lazily'],
    ['src/report/probe.ts', '../cli/arguments.js', 'src/report may not import src/cli'],
    ['src/utils/probe.ts', '../ir/graph.js', "'src/utils' is no room"],
    [
      'transforms/implicit/probe.ts',
      '../bilevel/index.js',
      'transforms/implicit may not import transforms/bilevel',
    ],
    ['examples/probe.ts', '../src/index.js', 'examples import adjoint by name'],
    ['examples/main/probe.ts', '../../transforms/index.js', 'examples import adjoint by name'],
  ])('%s refuses %s', async (file, target, message) => {
    expect(await arrowFault(file, target)).toContain(message);
  });

  test.each([
    ['src/ir/probe.ts', './graph.js'],
    ['src/autodiff/rules/probe.ts', '../../ir/graph.js'],
    ['src/objectives/probe.ts', '../inference/importance.js'],
    ['src/train/probe.ts', '../compile/jit.js'],
    ['src/language/probe.ts', 'fp-ts/lib/Either.js'],
    ['src/index.ts', './report/html.js'],
    ['transforms/bilevel/probe.ts', '../implicit/implicit.js'],
    ['transforms/expectation/probe.ts', '../../src/autodiff/grad.js'],
    ['examples/main/probe.ts', '../data/tables.js'],
    ['examples/probe.ts', 'adjoint/transforms'],
    ['test/probe.test.ts', '../src/ir/graph.js'],
  ])('%s accepts %s', async (file, target) => {
    expect(await arrowFault(file, target)).toBeUndefined();
  });

  test('re-exports, dynamic imports and types of an import are imports', async () => {
    const code = [
      `export { stage } from '../staging/stage.js';`,
      `export * from '../staging/stage.js';`,
      `export const late = (): unknown => import('../staging/stage.js');`,
      `export type Stage = import('../staging/stage.js').Stage;`,
      `import type { Tree } from '../staging/tree.js';`,
      `export type Alias = Tree;`,
    ].join('\n');
    const faults = (await lint('src/ir/probe.ts', code)).filter((message) =>
      message.startsWith('house/rooms'),
    );
    expect(faults).toHaveLength(5);
  });

  test('a lazy import of an optional peer is accepted', async () => {
    const code = `export const draw = async (): Promise<unknown> => import('echarts');\n`;
    expect(await lint('src/report/probe.ts', code)).toEqual([]);
  });

  test('no arrow leads back', () => {
    const reaches = (from: string, seen: ReadonlySet<string>): void => {
      expect(seen, `a cycle through ${from}`).not.toContain(from);
      for (const to of rooms[from]?.rooms ?? []) if (to !== from) reaches(to, new Set([...seen, from]));
    };
    reaches('transforms/index.ts', new Set());
  });
});

describe('habits', () => {
  test('any is refused in the library, and a disabled rule needs its reason', async () => {
    const bare = `// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport type Loose = any;\n`;
    expect(await lint('src/ir/probe.ts', `export type Loose = any;\n`)).toHaveLength(1);
    expect(await lint('src/ir/probe.ts', bare)).toEqual([expect.stringMatching(/^house\/explained/)]);
    expect(await lint('src/ir/probe.ts', `/* eslint-disable */\nexport type Loose = any;\n`)).toHaveLength(1);
    expect(await lint('src/ir/probe.ts', bare.replace('any\n', 'any -- erased\n'))).toEqual([]);
  });

  test('a type is imported as a type', async () => {
    const code = `import { Graph } from './graph.js';\nexport type Alias = Graph;\n`;
    expect((await lint('src/ir/probe.ts', code)).join()).toContain('consistent-type-imports');
  });

  test('a long file warns, a longer one fails', async () => {
    const lines = (count: number): string => 'export {};\n'.repeat(count);
    expect(await lint('src/ir/probe.ts', lines(300))).toEqual([]);
    expect((await lint('src/ir/probe.ts', lines(301))).join()).toContain('length/max-lines');
    expect((await lint('src/ir/probe.ts', lines(401))).join()).toContain(',max-lines: ');
  });
});
