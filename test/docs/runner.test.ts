import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { register } from '../../src/staging/index.js';
import { examplesOf, fenced } from './collect.js';
import { runExample, type Scope } from './run.js';

register();

const module = { two: 2, twice: (x: number) => 2 * x };
const scope: Scope = { names: { tf, ...module }, modules: { adjoint: module } };
const run = (code: string): Promise<number> => runExample(code, scope);

describe('an example is right', () => {
  test.each([
    ['a number', 'twice(2); // 4', 1],
    ['a number that it declares', 'const x = twice(2); // 4', 1],
    ['words behind the value', 'twice(2); // 4: the double', 1],
    ['words behind a comma', '[1, 2]; // [1, 2], in order', 1],
    ['digits as written', 'Math.PI; // ≈ 3.14', 1],
    ['many digits', 'Math.PI; // 3.14159', 1],
    ['a scalar tensor', 'tf.scalar(0.1); // 0.1', 1],
    ['a matrix', 'tf.tensor2d([[1, 2], [3, 4]]); // [[1, 2], [3, 4]]', 1],
    ['a bool tensor', 'tf.tensor1d([true, false]); // [true, false]', 1],
    ['data', 'tf.tensor1d([1, 3]).dataSync(); // [1, 3]', 1],
    ['what is left out', '[1, 2, 3]; // [1, …]', 1],
    ['a record', "({ a: 1, b: 'x' }); // { a: 1, b: 'x' }", 1],
    ['a string with a colon', "'a: b'; // 'a: b'", 1],
    ['a part of a string', "'at line 3 (x)'; // 'at line … (x)'", 1],
    ['not a number', 'NaN; // NaN', 1],
    ['an infinity', '-1 / 0; // -Infinity', 1],
    ['a promise', 'await Promise.resolve(3); // 3', 1],
    ['what is logged', 'console.log(twice(2)); // 4', 1],
    ['a text', "'a\\n  b';\n// a\n//   b", 1],
    ['in a block', 'try { throw 3; } catch (e) {\n  e; // 3\n}', 1],
    ['imports', "import { two as pair, type X } from 'adjoint';\ntwice(pair); // 4", 1],
    ['types', 'const f = (x: number): number => x;\nf(2)!; // 2', 1],
    ['names of its own', 'const two = 1;\ntwo; // 1', 1],
    ['remarks', 'twice(2); // doubled\ntwice(3); // 6 apples', 0],
  ])('%s', async (_, code, compared) => {
    expect(await run(code)).toBe(compared);
  });
});

describe('an example is wrong', () => {
  test.each([
    ['a number', 'twice(2); // 5', 'twice(2); is 4, and its comment says 5'],
    ['a digit', 'Math.PI; // ≈ 3.15', 'its comment says ≈ 3.15'],
    ['a rounded number without its sign', 'Math.PI; // 3.14', 'its comment says 3.14'],
    ['a later digit', 'Math.PI; // 3.14158', 'its comment says 3.14158'],
    ['an element', 'tf.tensor1d([1, 3]); // [1, 4]', 'is [1, 3]'],
    ['a shape', 'tf.tensor2d([[1], [3]]); // [1, 3]', 'is [[1], [3]]'],
    ['a missing element', '[1, 2, 3]; // [1, 2]', 'is [1, 2, 3]'],
    ['a field too much', '({ a: 1, b: 2 }); // { a: 1 }', 'is { a: 1, b: 2 }'],
    ['a string', "'a'; // 'b'", "is 'a'"],
    ['a part of a string', "'at line 3'; // 'at page …'", "is 'at line 3'"],
    ['NaN', 'NaN; // 0', 'is NaN'],
    ['undefined', 'undefined; // 0', 'is undefined'],
    ['a text', "'a\\nb';\n// a\n// c", 'its comment says a\nc'],
    ['an exception', 'twice(2); // 4\nthrow new Error("oh");', 'oh'],
    ['a late exception', 'await Promise.reject(new Error("late"));', 'late'],
    ['an unknown name', 'thrice(2);', 'thrice is not defined'],
    ['an import that is not exported', "import { four } from 'adjoint';", "does not export 'four'"],
    ['an import from elsewhere', "import { x } from 'other';", "imports 'other'"],
    [
      'a line that is not reached',
      'if (two > 2) {\n  two; // 2\n}',
      'line 2 of the example was never reached',
    ],
    ['≈ before words', 'Math.PI; // ≈ half of τ', 'no value follows ≈'],
    ['elements without brackets', '[1, 2]; // 1, 2', 'is [1, 2]'],
    ['a fault of syntax', 'const = 2;', 'Variable declaration expected'],
  ])('%s', async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(message);
  });
});

describe('where examples are found', () => {
  const comment = (...lines: string[]): string => ['/**', ...lines.map((l) => ` * ${l}`), ' */'].join('\n');
  const codes = (text: string): string[] => examplesOf(text, 1).map((p) => p.code);

  test('in tags without fences, up to the next tag', () => {
    expect(codes(comment('Words.', '', '@example', 'f(1);', 'f(2);', '@throws never'))).toEqual([
      'f(1);\nf(2);',
    ]);
  });

  test('in tags with fences, and in fences without tags', () => {
    const text = comment(
      '```ts',
      'f(0);',
      '```',
      '@example',
      'So:',
      '```ts',
      'f(1);',
      '```',
      'and',
      '@param x',
    );
    expect(codes(text)).toEqual(['f(0);', 'f(1);']);
  });

  test('with the line of the file', () => {
    expect(examplesOf(comment('Words.', '', '@example', 'f(1);'), 10)[0]!.line).toBe(14);
  });

  test('in pages: blocks that are run, blocks that throw, and blocks with a reason not to be run', () => {
    const page = '```ts\nf(1);\n```\n\n```text\nno\n```\n\n```ts no-run a fragment\n…\n```\n\n```sh\nls\n```';
    expect(fenced({ line: 1, lines: page.split('\n') })).toEqual([
      { line: 2, code: 'f(1);', throws: true },
      { line: 9 + 1, code: '…', throws: false, unrun: 'a fragment' },
    ]);
    expect(() => fenced({ line: 1, lines: ['```ts no-run', '```'] })).toThrow('gives the reason');
  });
});
