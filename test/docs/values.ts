import * as tf from '@tensorflow/tfjs-core';
import ts from 'typescript';

/** A value as written in a comment. A number is `exact`, or right to half a unit of its last digit. */
export type Written =
  | { readonly kind: 'number'; readonly value: number; readonly slack: number }
  | { readonly kind: 'plain'; readonly value: string | boolean | null | undefined }
  | { readonly kind: 'list'; readonly items: readonly Written[]; readonly open: boolean }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Written>; readonly open: boolean };

const NAMES: Readonly<Record<string, Written>> = {
  NaN: { kind: 'number', value: NaN, slack: 0 },
  Infinity: { kind: 'number', value: Infinity, slack: 0 },
  undefined: { kind: 'plain', value: undefined },
};

/** float32 rounding. */
const RELATIVE = 1e-6;

/** A number with so many digits and a fraction is a rounded one, whether `≈` says so or not. */
const ROUNDED = 5;

/** How far a value may be from the number that is written, in the text of its digits. */
function slackOf(text: string, value: number, rounded: boolean): number {
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const long = fraction !== '' && `${whole}${fraction}`.replace(/^0+/, '').length >= ROUNDED;
  const half = rounded || long ? 0.5 * 10 ** (Number(exponent) - fraction.length) : 0;
  return Math.max(half, RELATIVE * Math.abs(value));
}

/**
 * The value that a comment states, or `undefined` if the comment is none: a number, string, boolean, `undefined`, `null`,
 * or arrays, records and strings of these, with `…` for what is left out. `≈` in front: the numbers are rounded. Words
 * may follow behind a comma, a colon, a semicolon, or in parentheses.
 */
export function writtenValue(comment: string): Written | undefined {
  const rounded = /^≈\s*/.exec(comment);
  const text = comment.slice(rounded?.[0].length ?? 0).trim();
  // The longest text first: a string may contain a colon.
  const ends = [text.length, ...[...text.matchAll(/[,:;]\s|\s\(/g)].map((m) => m.index).reverse()];
  for (const end of ends) {
    const written = parse(text.slice(0, end), rounded !== null);
    if (written !== undefined) return written;
  }
  if (rounded !== null) throw new SyntaxError(`no value follows ≈ in the comment: ${comment}`);
  return undefined;
}

function parse(text: string, rounded: boolean): Written | undefined {
  const source = ts.createSourceFile(
    'comment.ts',
    `(${text.replaceAll('…', '...$')})`,
    ts.ScriptTarget.ES2022,
    true,
  );
  if ((source as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0)
    return undefined;
  const [statement, ...more] = source.statements;
  if (more.length > 0 || statement === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const inside = statement.expression;
  return ts.isParenthesizedExpression(inside) ? read(inside.expression, rounded) : undefined;
}

const isRest = (node: ts.Node): boolean =>
  (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === '$';

function read(node: ts.Expression, rounded: boolean): Written | undefined {
  if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    const digits = node.getText().replaceAll('_', '');
    return { kind: 'number', value, slack: slackOf(digits, value, rounded) };
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const inner = read(node.operand, rounded);
    return inner?.kind === 'number' ? { ...inner, value: -inner.value } : undefined;
  }
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return { kind: 'plain', value: node.text.replaceAll('...$', '…') };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: 'plain', value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'plain', value: false };
  if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: 'plain', value: null };
  if (ts.isIdentifier(node)) return NAMES[node.text];
  if (ts.isArrayLiteralExpression(node)) {
    const open = node.elements.some(isRest);
    const items = node.elements.filter((e) => !isRest(e)).map((e) => read(e, rounded));
    return items.includes(undefined) ? undefined : { kind: 'list', items: items as Written[], open };
  }
  if (ts.isObjectLiteralExpression(node)) {
    const fields = new Map<string, Written>();
    for (const p of node.properties) {
      if (isRest(p)) continue;
      const value = ts.isPropertyAssignment(p) ? read(p.initializer, rounded) : undefined;
      if (value === undefined || p.name === undefined) return undefined;
      fields.set((p.name as ts.Identifier | ts.StringLiteral).text, value);
    }
    return { kind: 'record', fields, open: node.properties.some(isRest) };
  }
  return undefined;
}

/** A tensor as nested arrays (a bool tensor as booleans), a typed array as an array. */
function plain(value: unknown): unknown {
  if (value instanceof tf.Tensor) {
    const nested = (data: readonly unknown[], shape: readonly number[]): unknown => {
      if (shape.length === 0) return data[0];
      const [n, ...rest] = shape as [number, ...number[]];
      const step = rest.reduce((a, b) => a * b, 1);
      return Array.from({ length: n }, (_, i) => nested(data.slice(i * step, (i + 1) * step), rest));
    };
    const data = Array.from(value.dataSync() as Iterable<number>);
    return nested(value.dtype === 'bool' ? data.map(Boolean) : data, value.shape);
  }
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as unknown as Iterable<unknown>)
    : value;
}

/** Whether a string is the one that is written, where `…` stands for any characters. */
function fits(found: string, written: string): boolean {
  const parts = written.split('…').map((p) => p.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(found);
}

/** Does the value of an example agree with its comment? */
export function agrees(value: unknown, written: Written): boolean {
  const found = plain(value);
  switch (written.kind) {
    case 'plain':
      return typeof found === 'string' && typeof written.value === 'string'
        ? fits(found, written.value)
        : found === written.value;
    case 'number':
      return (
        typeof found === 'number' &&
        (Object.is(found, written.value) ||
          Math.abs(found - written.value) <= written.slack ||
          found === written.value)
      );
    case 'list': {
      if (!Array.isArray(found)) return false;
      const whole = written.open
        ? found.length >= written.items.length
        : found.length === written.items.length;
      return whole && written.items.every((item, i) => agrees(found[i], item));
    }
    case 'record': {
      if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
      const record = found as Readonly<Record<string, unknown>>;
      const whole = written.open || Object.keys(record).every((name) => written.fields.has(name));
      return whole && [...written.fields].every(([name, w]) => name in record && agrees(record[name], w));
    }
  }
}

/** A value as it would be written in a comment. */
export function shown(value: unknown): string {
  const found = plain(value);
  if (Array.isArray(found)) return `[${found.map(shown).join(', ')}]`;
  if (typeof found === 'string') return `'${found}'`;
  if (typeof found === 'function') return `function ${found.name}`;
  if (typeof found !== 'object' || found === null || Object.getPrototypeOf(found) !== Object.prototype)
    return String(found);
  return `{ ${Object.entries(found)
    .map(([name, v]) => `${name}: ${shown(v)}`)
    .join(', ')} }`;
}
