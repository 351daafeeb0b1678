import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { inPage, inSource, pages, root, type Block } from './collect.js';
import { ENTRIES, library, type Documented } from './exports.js';
import { runExample } from './run.js';
import { around, internalScope, publicScope } from './scope.js';
import { diagnose, type Ambient } from './types.js';

const { program, exports, namesOf } = library();

const sources = program
  .getSourceFiles()
  .filter((f) => /^(src|transforms)\//.test(path.relative(root, f.fileName)));

/** Declared for users, or for the library itself? */
const declarations = new Set(exports.flatMap((e) => e.declarations));
const isPublic = (node: ts.Node): boolean => {
  for (let n: ts.Node | undefined = node; n !== undefined && !ts.isSourceFile(n); n = n.parent) {
    if (declarations.has(n)) return true;
    if (ts.isVariableStatement(n)) return n.declarationList.declarations.some((d) => declarations.has(d));
  }
  return /(^|\/)index\.ts$/.test(node.getSourceFile().fileName);
};

const isInternal = ({ node }: Block): boolean => node !== undefined && !isPublic(node);

const run = async (block: Block): Promise<number> =>
  runExample(block.code, isInternal(block) ? await internalScope(block.file) : publicScope);

const entries = Object.entries(ENTRIES).map(([name, file]) => [name, namesOf(file)] as const);
const ambientOf = (block: Block): Ambient => {
  const inside = isInternal(block) ? around(block.file) : [];
  return new Map([
    ...inside.map((f) => [path.join(root, f.replace(/ts$/, 'js')), namesOf(f)] as const),
    ...entries,
  ]);
};

const blocks = [...pages().flatMap(inPage), ...sources.flatMap(inSource)];
const runnable = blocks.filter((b) => b.unrun === undefined);

describe('every example runs, and its values are those of its comments', () => {
  test.each(runnable.map((b) => [`${b.file}:${b.line}`, b] as const))('%s', async (_, block) => {
    if (block.throws) await expect(run(block)).rejects.toThrow();
    else await run(block);
  });
});

/** Runs to its end, and is wrong: what it calls does not exist. */
const planted: Block = { file: 'planted', line: 1, code: 'const f = () =>\n  nothing();', throws: false };

test('every example compiles, and a wrong one does not', () => {
  const right = [...runnable.filter((b) => !b.throws), planted];
  const found = diagnose(
    right.map((block) => ({ block, ambient: ambientOf(block) })),
    program,
  );
  expect(found).toEqual(["planted:2: Cannot find name 'nothing'."]);
});

describe('what a user can import is documented', () => {
  const names = (keep: (e: Documented) => boolean): string[] => exports.filter(keep).map((e) => e.name);

  test('names are found, in both entry points and in namespaces', () => {
    expect(names((e) => e.runtime)).toEqual(
      expect.arrayContaining(['adjoint: grad', 'adjoint/transforms: minimize', 'adjoint: ops.exp']),
    );
  });

  test('every name has a doc comment', () => {
    expect(names((e) => !e.comment)).toEqual([]);
  });

  test('every function, constant and class has an example', () => {
    expect(names((e) => e.runtime && !e.member && !e.example)).toEqual([]);
  });
});
