import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the compiler says of a file of mistakes, by the name in the comment above each. */
function messagesOf(path: string): Map<string, string> {
  const source = readFileSync(path, 'utf8').replaceAll('// @ts-expect-error', '//');
  const config = ts.getParsedCommandLineOfConfigFile(
    here('../types/tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )!;
  const host = ts.createCompilerHost(config.options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, options) =>
    name === path ? ts.createSourceFile(name, source, options) : read(name, options);
  const program = ts.createProgram([path], { ...config.options, noUnusedLocals: false }, host);
  const lines = source.split('\n');
  return new Map(
    program.getSemanticDiagnostics(program.getSourceFile(path)).map((d) => {
      const { line } = ts.getLineAndCharacterOfPosition(d.file!, d.start!);
      return [
        lines[line - 2]!.replace(/^\s*\/\/ /, ''),
        ts.flattenDiagnosticMessageText(d.messageText, '\n'),
      ];
    }),
  );
}

const found = messagesOf(here('../types/mistakes.test-d.ts'));

const missing = (address: string): string => `"guide never samples '${address}'"`;
const extra = (address: string): string =>
  `"guide samples '${address}', which the model does not have (observed, misspelt, or an auxiliary: use marginal)"`;
const only = (sentence: string): string => `Property '${sentence}' is missing in type 'Program<`;
const refused = (sentence: string): string =>
  `is not assignable to type '{ readonly "${sentence}": never; }'.`;

describe('what the compiler says of each mistake', () => {
  test.each([
    ['missing', only(missing('sub'))],
    ['extra', only(extra('sgima'))],
    ['wrong kind', only(`"at 'coin': model needs a bool tensor, guide gives a tensor"`)],
    ['wrong kind, nested', only(`"at 'sub.b': model needs a host boolean, guide gives a bool tensor"`)],
    [
      'tensor guide for a host model',
      only(`"at 'coin': model needs a host boolean, guide gives a bool tensor"`),
    ],
    ['wrong nesting', `': ${missing('sub')}, ${extra('a')}, ${extra('b')}`],
    ['group for a value', only(`"at 'coin': model needs a bool tensor, guide gives a group of addresses"`)],
    ['a pattern cannot promise x0', `': ${missing('x0')}, ${extra('x...')}`],
    ['many at once', `': ${['p0', 'p1', 'p2', 'p3'].map(missing).join(', ')}, and 2 more.`],
    ['an optional site of the guide is not enough', only(missing('a'))],
    ['two types at one address', refused("address 'v' is used with two different value types")],
    ['two types at one address, inlined', refused("address 'coin' is used with two different value types")],
    ['sampled and observed', refused("address 'v' is both sampled and observed")],
    [
      'plain string address',
      refused('address is a plain string: use a literal, a template such as `x${i}`, or sampleAt()'),
    ],
    ['yield for yield*', refused('write yield* program, not yield program')],
    [
      'forgotten yield*, value used',
      `Argument of type 'Prob<Site<"v", Tensor<Rank>>, Tensor<Rank>>' is not assignable to parameter of type 'Num'.`,
    ],
    [
      'host value in a plate',
      only(`"site 'coin' has a host value, which cannot vary along a plate; use the tensor-valued strategy"`),
    ],
    [
      'host value in a plate, nested',
      only(
        `"site 'sub.b' has a host value, which cannot vary along a plate; use the tensor-valued strategy"`,
      ),
    ],
    ['annotation with another address', "Property 'coin' is missing in type"],
    [
      'lower minus lower',
      "Property 'down' is missing in type 'ExpUnbiased' but required in type 'RecipUnbiased'.",
    ],
    [
      'log of an unbiased estimate',
      "Argument of type 'Est<Unbiased>' is not assignable to parameter of type 'Est<Exact>'.",
    ],
  ])('%s', (name, sentence) => {
    expect(found.get(name)).toContain(sentence);
  });

  test('all of them, to the last line, word by word', async () => {
    const text = [...found]
      .map(([name, message]) => `${name}\n  ${message.split('\n').at(-1)!.trim()}\n`)
      .join('\n');
    await expect(text).toMatchFileSnapshot('./messages.txt');
  });
});
