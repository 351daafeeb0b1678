import path from 'node:path';
import ts from 'typescript';
import { root, type Block } from './collect.js';

/** Names that an example may use without an import line, by the module that they come from; the first that has one wins. */
export type Ambient = ReadonlyMap<string, ReadonlySet<string>>;

/** An example as a file of its own. */
export interface Example {
  readonly block: Block;
  readonly ambient: Ambient;
}

const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  composite: false,
  incremental: false,
  declaration: false,
  isolatedDeclarations: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  verbatimModuleSyntax: false,
  paths: { adjoint: ['./src/index.ts'], 'adjoint/transforms': ['./transforms/index.ts'] },
};

/** The import lines for the names that an example uses and does not declare, on one line. */
function prelude(code: string, ambient: Ambient): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const declare = (name: ts.Node | undefined): void => {
    if (name === undefined) return;
    if (ts.isIdentifier(name)) declared.add(name.text);
    else if (ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name))
      for (const e of name.elements) if (ts.isBindingElement(e)) declare(e.name);
  };
  for (const s of source.statements) {
    if (ts.isVariableStatement(s)) for (const d of s.declarationList.declarations) declare(d.name);
    else if (ts.isImportDeclaration(s)) {
      const bindings = s.importClause?.namedBindings;
      if (bindings === undefined) continue;
      if (ts.isNamespaceImport(bindings)) declare(bindings.name);
      else for (const e of bindings.elements) declare(e.name);
    } else declare((s as ts.Statement & { readonly name?: ts.Node }).name);
  }
  const lines: string[] = declared.has('tf') ? [] : [`import * as tf from '@tensorflow/tfjs-core';`];
  for (const [module, names] of ambient) {
    const taken = [...used].filter((n) => names.has(n) && !declared.has(n) && n !== 'let');
    for (const n of taken) declared.add(n);
    if (taken.length > 0) lines.push(`import { ${taken.join(', ')} } from '${module}';`);
  }
  return `export {}; ${lines.join(' ')}`;
}

/** What the compiler says of each example, none of which is written to disk. */
export function diagnose(examples: readonly Example[], program: ts.Program): readonly string[] {
  const options = { ...program.getCompilerOptions(), ...OPTIONS };
  const host = ts.createCompilerHost(options);
  const files = new Map(
    examples.map(({ block, ambient }, i) => [
      path.join(root, `test/docs/example-${i}.ts`),
      { block, text: `${prelude(block.code, ambient)}\n${block.code}` },
    ]),
  );
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name)?.text ?? readFile(name);
  host.getSourceFile = (name, language) => {
    const file = files.get(name);
    if (file !== undefined) return ts.createSourceFile(name, file.text, language);
    return program.getSourceFile(name) ?? getSourceFile(name, language);
  };
  const all = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { block }]) => {
    const source = all.getSourceFile(name)!;
    return [...all.getSyntacticDiagnostics(source), ...all.getSemanticDiagnostics(source)].map((d) => {
      const { line } = source.getLineAndCharacterOfPosition(d.start ?? 0);
      return `${block.file}:${block.line + line - 1}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`;
    });
  });
}
