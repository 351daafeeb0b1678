import ts from 'typescript';
import { agrees, shown, writtenValue, type Written } from './values.js';

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

interface Check {
  readonly line: number;
  readonly source: string;
  readonly comment: string;
  readonly written: Written;
}

const HEAD = 'async function example() {\n';

/** An import line, as reads from the scope; what the module does not export is an error. */
function imports(node: ts.ImportDeclaration, scope: Scope): string {
  const from = (node.moduleSpecifier as ts.StringLiteral).text;
  const module = scope.modules[from];
  if (module === undefined) throw new Error(`an example imports '${from}', which examples do not have`);
  const bindings = node.importClause?.namedBindings;
  if (node.importClause?.isTypeOnly || bindings === undefined) return '';
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

/** What is compared with the comment behind a statement: an expression, or the one name that it declares. */
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

/** The words of the comment that ends the line of a statement, if there is one. */
function trailing(text: string, statement: ts.Statement): string | undefined {
  const range = ts.getTrailingCommentRanges(text, statement.end)?.[0];
  return range?.kind === ts.SyntaxKind.SingleLineCommentTrivia
    ? text.slice(range.pos + 2, range.end).trim()
    : undefined;
}

/** The example as a JavaScript function that calls `$check(i, value)` where a comment states a value. */
function instrument(code: string, scope: Scope): { readonly js: string; readonly checks: readonly Check[] } {
  const text = `${HEAD}${code}\n}`;
  const source = ts.createSourceFile('example.ts', text, ts.ScriptTarget.ES2022, true);
  const fault = (
    source as unknown as { readonly parseDiagnostics: readonly ts.Diagnostic[] }
  ).parseDiagnostics.find(
    // An import line stands at the top of an example, which is the body of a function here.
    (d) => d.code !== 1232,
  );
  if (fault !== undefined) throw new SyntaxError(ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
  const edits: Edit[] = [];
  const checks: Check[] = [];
  for (const statement of (source.statements[0] as ts.FunctionDeclaration).body!.statements) {
    if (ts.isImportDeclaration(statement)) {
      edits.push({ at: statement.getStart(), until: statement.end, text: imports(statement, scope) });
      continue;
    }
    const comment = trailing(text, statement);
    const expression = compared(statement);
    const written = comment === undefined ? undefined : writtenValue(comment);
    if (expression === undefined || written === undefined) continue;
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    edits.push(
      { at: expression.getStart(), until: expression.getStart(), text: `$check(${checks.length}, ` },
      { at: expression.end, until: expression.end, text: ')' },
    );
    checks.push({ line, source: statement.getText(), comment: comment!, written });
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
    const { line, source, comment, written } = checks[i]!;
    missed.delete(i);
    if (!agrees(value, written)) {
      throw new WrongValue(
        `line ${line} of the example: ${source} is ${shown(value)}, and its comment says ${comment}`,
      );
    }
    return value;
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
  if (missed.size > 0) throw new Error('the example ended before its last line');
  return checks.length;
}
