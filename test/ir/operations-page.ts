/**
 * The page of all operations, from the catalogue's sources and the rule tables.
 */
import { readFileSync, readdirSync } from 'node:fs';
import ts from 'typescript';
import { batchRules, jvpRules } from '../../src/autodiff/index.js';
import { zeroRule } from '../../src/autodiff/jvp-rule.js';
import { refused } from '../../src/autodiff/transpose-refused.js';
import { transposeRules } from '../../src/autodiff/transpose-rules.js';
import { transposeWhile } from '../../src/autodiff/transpose-rules-control.js';
import { lowerRules } from '../../src/compile/lower.js';
import { planRules } from '../../src/compile/wasm/rules.js';
import { abstractRules } from '../../src/ir/abstract.js';
import { evaluateRules } from '../../src/ir/evaluate.js';
import { operandCounts } from '../../src/ir/json-attributes.js';
import type { OpName } from '../../src/ir/index.js';

/** What the catalogue's sources say of one operation. */
interface Entry {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly text: string;
}

/** The operations of one interface of the catalogue. */
interface Family {
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** Families whose interface says less of them than of itself. */
const titles: Readonly<Record<string, string>> = {
  OpTable:
    'Leaves, shapes, reductions, contractions, decompositions, random bits, control flow, implicit functions and functions with rules of their own.',
  WindowTable: 'Sorting, blocks at computed positions, convolution and pooling.',
};

const folder = new URL('../../src/ir/', import.meta.url);

const commentOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

function entryOf(member: ts.PropertySignature, source: ts.SourceFile): Entry {
  const members: readonly ts.TypeElement[] =
    member.type !== undefined && ts.isTypeLiteralNode(member.type) ? member.type.members : [];
  const attributes = members.filter(ts.isPropertySignature).map((m) => {
    const type = (m.type?.getText(source) ?? '').replace(/\breadonly\s+/g, '').replace(/\s+/g, ' ');
    return `${m.name.getText(source)}${m.questionToken === undefined ? '' : '?'}: ${type}`;
  });
  return { name: member.name.getText(source), attributes, text: commentOf(member) };
}

/** The interfaces of the catalogue whose members are operations, in the order of the sources. */
function families(operations: readonly string[]): Family[] {
  const files = readdirSync(folder).filter((name) => /^catalogue.*\.ts$/.test(name));
  // the main file first
  return files
    .sort((a, b) => a.length - b.length || a.localeCompare(b))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      return source.statements.filter(ts.isInterfaceDeclaration).map((declaration) => ({
        text: titles[declaration.name.text] ?? commentOf(declaration),
        entries: declaration.members
          .filter(ts.isPropertySignature)
          .map((m) => entryOf(m, source))
          .filter((e) => operations.includes(e.name)),
      }));
    })
    .filter((f) => f.entries.length > 0);
}

function operands(name: OpName): string {
  const [least, most] = operandCounts[name];
  if (most === least) return String(least);
  return least === 0 ? 'any' : `${least} or more`;
}

const leaves: readonly OpName[] = ['input', 'const', 'iota', 'proj'];

function derivative(name: OpName): string {
  if (leaves.includes(name)) return '';
  return (jvpRules[name] as unknown) === zeroRule ? 'zero' : 'yes';
}

function transpose(name: OpName): string {
  if (leaves.includes(name)) return '';
  const rule = transposeRules[name] as unknown;
  if (rule === refused) return '';
  return rule === transposeWhile ? 'refused' : 'yes';
}

function executors(name: OpName): string {
  return [
    name in evaluateRules ? 'reference' : '',
    name in lowerRules ? 'buffer' : '',
    name in planRules ? 'wasm' : '',
  ]
    .filter((n) => n !== '')
    .join(', ');
}

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/</g, '&lt;');

function row({ name, attributes, text }: Entry): string {
  const op = name as OpName;
  const batch = leaves.includes(op) ? '' : op in batchRules ? 'yes' : 'no';
  const cells = [
    `\`${name}\``,
    operands(op),
    attributes.map((a) => `\`${a.replace(/\|/g, '\\|')}\``).join(', '),
    derivative(op),
    transpose(op),
    batch,
    executors(op),
    cell(text),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The names of all operations. */
export const operationNames: readonly string[] = Object.keys(abstractRules);

/** Operations that the sources describe, as often as they do. */
export const described = (): string[] =>
  families(operationNames).flatMap((f) => f.entries.map((e) => e.name));

/** The page. */
export function operationsPage(): string {
  const head =
    '| Operation | Operands | Attributes | Derivative | Transpose | Batching | Executors | Meaning |\n' +
    '| --- | --- | --- | --- | --- | --- | --- | --- |';
  const sections = families(operationNames).map(
    (f) => `${f.text}\n\n${head}\n${f.entries.map(row).join('\n')}\n`,
  );
  return [
    '# Operations',
    `A graph is made of ${operationNames.length} operations. This page is generated from the catalogue and the rule tables; ` +
      '`npx vitest run test/ir/operations-page.test.ts --update` writes it.',
    'Derivative: `yes`, or `zero` where the derivative is zero wherever it exists. Transpose: `yes` where the operation is ' +
      'linear in some operands, and reverse mode goes through it; what is not linear has a derivative that is made of linear ' +
      'operations. Empty cells: the question does not arise.',
    ...sections,
  ].join('\n\n');
}
