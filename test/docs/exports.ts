import path from 'node:path';
import ts from 'typescript';
import { commentsOf, root } from './collect.js';

/** A name of an entry point, and what is written at its declaration. */
export interface Documented {
  /** `adjoint: grad`; of a namespace's member `adjoint: constraints.positive`. */
  readonly name: string;
  /** Whether it exists when the program runs; else it is a type. */
  readonly runtime: boolean;
  /** A member of a namespace: a part of an export, not one of its own. */
  readonly member: boolean;
  readonly comment: boolean;
  readonly example: boolean;
  readonly declarations: readonly ts.Node[];
}

/** The library as a program: its sources, and what its entry points export. */
export interface Library {
  readonly program: ts.Program;
  readonly exports: readonly Documented[];
  /** The names, types among them, that a file exports. */
  namesOf(file: string): ReadonlySet<string>;
}

/** The entry points, and the files that they are built from. */
export const ENTRIES = { adjoint: 'src/index.ts', 'adjoint/transforms': 'transforms/index.ts' };

/** The comments of a declaration; those of a `const` stand at its statement, those of a namespace at the top of its file. */
function comments(node: ts.Node): readonly ts.JSDoc[] {
  if (ts.isSourceFile(node))
    return node.statements[0] === undefined ? [] : commentsOf(node.statements[0]).slice(0, 1);
  return ts.isVariableDeclaration(node) ? commentsOf(node.parent.parent) : commentsOf(node);
}

export function library(): Library {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, 'tsconfig.json'),
    { noEmit: true, composite: false, incremental: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )!;
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const found: Documented[] = [];
  const read = (module: ts.Symbol, prefix: string, member: boolean): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const alias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = alias ? checker.getAliasedSymbol(exported) : exported;
      const declarations = symbol.declarations ?? [];
      const docs = declarations.flatMap(comments);
      const name = `${prefix}${exported.name}`;
      found.push({
        name,
        runtime: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        member,
        comment: docs.some((d) => d.getText().replaceAll(/[\s/*]/g, '') !== ''),
        example: docs.some((d) => d.tags?.some((t) => t.tagName.text === 'example')),
        declarations,
      });
      if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0) read(symbol, `${name}.`, true);
    }
  };
  const moduleOf = (file: string): ts.Symbol =>
    checker.getSymbolAtLocation(program.getSourceFile(path.join(root, file))!)!;
  for (const [entry, file] of Object.entries(ENTRIES)) read(moduleOf(file), `${entry}: `, false);
  const namesOf = (file: string): ReadonlySet<string> =>
    new Set(checker.getExportsOfModule(moduleOf(file)).map((s) => s.name));
  return { program, exports: found, namesOf };
}
