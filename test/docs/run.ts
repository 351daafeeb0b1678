import ts from 'typescript';
import { agrees, shown, writtenValue } from './values.js';

/** The names that an example may use, and what its import lines lead to. */
export interface Scope {
  readonly names: Readonly<Record<string, unknown>>;
  readonly modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An example whose value is not the one in its comment. */
export class WrongValue extends Error {
  override readonly name = 'WrongValue';
}

/** A change of the text, at a place of the original. */
interface Edit {
  readonly at: number;
  readonly until: number;
  readonly text: string;
}

/** What a comment says of a value. */
interface Comparison {
  readonly comment: string;
  agrees(value: unknown): boolean;
}

/** A comparison, where it is made. */
interface Check extends Comparison {
  readonly line: number;
  readonly source: string;
}

const HEAD = 'async function example() {\n';

/** An import line, as reads from the scope; what the module does not export is an error. */
function imports(node: ts.ImportDeclaration, scope: Scope): string {
  const from = (node.moduleSpecifier as ts.StringLiteral).text;
  const module = scope.modules[from];
  if (module === undefined) throw new Error(`an example imports '${from}', which examples do not have`);
  const bindings = node.importClause?.namedBindings;
  if (node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || bindings === undefined) return '';
  const source = `$modules[${JSON.stringify(from)}]`;
  if (ts.isNamespaceImport(bindings)) return `const ${bindings.name.text} = ${source};`;
  const reads = bindings.elements
    .filter((e) => !e.isTypeOnly)
    .map((e) => {
      const name = (e.propertyName ?? e.name).text;
      if (!(name in module))
        throw new Error(`'${from}' does not export '${name}' (types are imported with \`type\`)`);
      return `const ${e.name.text} = ${source}.${name};`;
    });
  return reads.join(' ');
}

/** The statements of a block and of the blocks in it, but not those of functions, which may run while recording. */
function* statementsIn(node: ts.Node): Generator<ts.Statement> {
  for (const child of node.getChildren()) {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) continue;
    if (ts.isStatement(child)) yield child;
    yield* statementsIn(child);
  }
}

/** What is compared with the comment of a statement: an expression, or the initializer of the one name it declares. */
function compared(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isVariableStatement(statement)) {
    const [only, ...more] = statement.declarationList.declarations;
    return only !== undefined && more.length === 0 && ts.isIdentifier(only.name)
      ? only.initializer
      : undefined;
  }
  if (!ts.isExpressionStatement(statement)) return undefined;
  const e = statement.expression;
  const logged =
    ts.isCallExpression(e) && /^console\s*\.\s*log$/.test(e.expression.getText()) && e.arguments.length === 1;
  return logged ? e.arguments[0] : e;
}

/**
 * The comment that states the value of a statement: behind it a value, or below it the lines of a text. What is below a
 * statement of another value is a remark.
 */
function comparison(text: string, statement: ts.Statement): Comparison | undefined {
  const [beside = '', ...below] = text.slice(statement.end).split('\n');
  const words = /^\s*\/\/\s*(.*)$/.exec(beside)?.[1];
  if (words !== undefined) {
    const written = writtenValue(words.trim());
    return written && { comment: words.trim(), agrees: (value) => agrees(value, written) };
  }
  const end = below.findIndex((l) => !/^\s*\/\//.test(l));
  if (beside.trim() !== '' || end < 1) return undefined;
  const comment = below
    .slice(0, end)
    .map((l) => l.replace(/^\s*\/\/ ?/, '').trimEnd())
    .join('\n');
  return {
    comment,
    agrees: (value) => typeof value !== 'string' || !value.includes('\n') || value === comment,
  };
}

/** The example as a JavaScript function that calls `$check(i, value)` where a comment states a value. */
function instrument(code: string, scope: Scope): { readonly js: string; readonly checks: readonly Check[] } {
  const text = `${HEAD}${code}\n}`;
  const source = ts.createSourceFile('example.ts', text, ts.ScriptTarget.ES2022, true);
  const { parseDiagnostics } = source as unknown as { readonly parseDiagnostics: readonly ts.Diagnostic[] };
  const fault = parseDiagnostics[0];
  if (fault !== undefined) throw new SyntaxError(ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
  const edits: Edit[] = [];
  const checks: Check[] = [];
  for (const statement of statementsIn((source.statements[0] as ts.FunctionDeclaration).body!)) {
    if (ts.isImportDeclaration(statement)) {
      edits.push({ at: statement.getStart(), until: statement.end, text: imports(statement, scope) });
      continue;
    }
    const expression = compared(statement);
    const stated = expression && comparison(text, statement);
    if (expression === undefined || stated === undefined) continue;
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    const [start, end] = [expression.getStart(), expression.end];
    edits.push({ at: start, until: start, text: `$check(${checks.length}, ` });
    edits.push({ at: end, until: end, text: ')' });
    checks.push({ line, source: statement.getText(), ...stated });
  }
  const edited = edits.reduceRight((t, e) => t.slice(0, e.at) + e.text + t.slice(e.until), text);
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return { js: ts.transpileModule(edited, { compilerOptions: options }).outputText, checks };
}

/** Nothing that an example prints is shown. */
const quiet = Object.fromEntries(
  ['log', 'info', 'warn', 'error', 'table'].map((name) => [name, () => undefined]),
);

/**
 * Runs an example as an async function in the scope; the number of values that were compared.
 *
 * @throws {WrongValue} if a value is not that of its comment; and whatever the example throws
 */
export async function runExample(code: string, scope: Scope): Promise<number> {
  const { js, checks } = instrument(code, scope);
  const missed = new Set(checks.keys());
  const check = <T>(i: number, value: T): T => {
    const { line, source, comment, agrees } = checks[i]!;
    missed.delete(i);
    if (agrees(value)) return value;
    throw new WrongValue(
      `line ${line} of the example: ${source} is ${shown(value)}, and its comment says ${comment}`,
    );
  };
  const names: Record<string, unknown> = {
    console: quiet,
    ...scope.names,
    $check: check,
    $modules: scope.modules,
  };
  // `let` is a name of the library, and no name that a strict function may bind.
  const bound = Object.keys(names).filter((n) => n !== 'let' && n !== 'default');
  const body = `'use strict';\n{\n${js}\nreturn example();\n}`;
  await (new Function(...bound, body)(...bound.map((n) => names[n])) as Promise<void>);
  const [first] = missed;
  if (first !== undefined) throw new Error(`line ${checks[first]!.line} of the example was never reached`);
  return checks.length;
}
