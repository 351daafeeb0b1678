import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The root of the repository. */
export const root: string = path.resolve(import.meta.dirname, '../..');

/** A block of code that a reader may copy. */
export interface Block {
  /** Path below the root. */
  readonly file: string;
  /** The line of the file on which the code begins, counted from one. */
  readonly line: number;
  readonly code: string;
  /** The declaration that a doc comment describes, if the block is in one. */
  readonly node?: ts.Node;
  /** The words after `ts no-run`: why this block is only for reading. */
  readonly unrun?: string;
  /** Of a page: a message is printed below the program, so the program must throw. */
  readonly throws: boolean;
}

/** Lines of text with the number of the first. */
interface Text {
  readonly line: number;
  readonly lines: readonly string[];
}

type Part = Omit<Block, 'file' | 'node'>;

/** The blocks of a Markdown text that are fenced as `ts`. */
export function fenced({ line, lines }: Text): Part[] {
  const found: Part[] = [];
  for (let i = 0; i < lines.length; i++) {
    const open = /^(```+)(\S*)\s*(.*)$/.exec(lines[i]!);
    if (open === null) continue;
    const close = lines.findIndex((l, at) => at > i && l.trimEnd() === open[1]);
    if (close < 0) throw new Error(`line ${line + i}: this fence is never closed`);
    const [, , language, info = ''] = open;
    if (language === 'ts' || language === 'typescript') {
      const next = lines.slice(close + 1).find((l) => l.trim() !== '');
      const unrun = /^no-run\b\s*(.*)$/.exec(info)?.[1];
      if (unrun === '') throw new Error(`line ${line + i}: \`ts no-run\` gives the reason behind it`);
      found.push({
        line: line + i + 1,
        code: lines.slice(i + 1, close).join('\n'),
        throws: next?.startsWith('```text') ?? false,
        ...(unrun === undefined ? {} : { unrun }),
      });
    }
    i = close;
  }
  return found;
}

/** The examples of a doc comment: its `@example` tags, with fences or without, and what is fenced elsewhere. */
export function examplesOf(comment: string, line: number): Part[] {
  const lines = comment
    .replace(/^\/\*\*/, '   ')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .map((l) => l.replace(/^\s*\* ?/, ''));
  const tags = lines.flatMap((l, i) => (/^\s*@[a-z]/i.test(l) ? [i] : []));
  return [-1, ...tags].flatMap((at, k) => {
    const text = { line: line + at + 1, lines: lines.slice(at + 1, tags[k]) };
    if (at >= 0 && /^\s*@example\b/.test(lines[at]!) && !text.lines.some((l) => l.startsWith('```')))
      return [{ line: text.line, code: text.lines.join('\n').trimEnd(), throws: false }];
    return fenced(text).map((p) => ({ ...p, throws: false }));
  });
}

/** The doc comments of a node, in order. */
export const commentsOf = (node: ts.Node): readonly ts.JSDoc[] =>
  (node as ts.Node & { readonly jsDoc?: readonly ts.JSDoc[] }).jsDoc ?? [];

/** The examples in the doc comments of a source file. */
export function inSource(source: ts.SourceFile): Block[] {
  const found: Block[] = [];
  const file = path.relative(root, source.fileName);
  const visit = (node: ts.Node): void => {
    for (const doc of commentsOf(node)) {
      const line = source.getLineAndCharacterOfPosition(doc.pos).line + 1;
      for (const part of examplesOf(source.text.slice(doc.pos, doc.end), line))
        found.push({ file, node, ...part });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The blocks of a page. */
export function inPage(file: string): Block[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  return fenced({ line: 1, lines }).map((part) => ({ file, ...part }));
}

/** README.md and the pages of docs/ (not the generated reference below it). */
export const pages = (): string[] => [
  'README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((f) => f.endsWith('.md'))
    .sort()
    .map((f) => `docs/${f}`),
];
