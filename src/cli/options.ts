/**
 * Command lines: flags declared once, every fault of a line found at once.
 *
 * @module
 */
import * as E from 'fp-ts/lib/Either.js';
import { nearest } from './nearest.js';

/** A declared option. A `boolean` is a flag (`--json`); a `string` takes a value (`--seed 7` or `--seed=7`). */
export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  /** One line of help. */
  readonly help: string;
}

/** The declared options of a command, by name without dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command line says: `false` for a flag that is absent, `undefined` for a value that is. */
export interface CommandLine<S extends OptionSpecs> {
  readonly options: {
    readonly [K in keyof S]: S[K]['type'] extends 'boolean' ? boolean : string | undefined;
  };
  /** The words that are not options, in order. */
  readonly words: readonly string[];
}

/** A fault of a command line. */
export interface CommandFault {
  readonly code: 'unknownOption' | 'missingValue' | 'unexpectedValue' | 'unexpectedWord';
  /** What was typed. */
  readonly found: string;
  /** What may be typed. */
  readonly expected: readonly string[];
}

/**
 * The sentence of a fault, with the nearest thing that may be typed.
 *
 * @example
 * const fault: CommandFault = { code: 'unknownOption', found: '--quik', expected: ['--quick', '--json'] };
 * describeCommandFault(fault); // "there is no option '--quik' (options: --quick, --json). Did you mean '--quick'?"
 */
export function describeCommandFault(fault: CommandFault): string {
  const { code, found, expected } = fault;
  const near = nearest(found, expected);
  const meant = near === undefined ? '' : ` Did you mean '${near}'?`;
  const list = expected.length === 0 ? 'none' : expected.join(', ');
  switch (code) {
    case 'unknownOption':
      return `there is no option '${found}' (options: ${list}).${meant}`;
    case 'missingValue':
      return `the option '${found}' needs a value: ${expected.join(' or ')}.`;
    case 'unexpectedValue':
      return `the option '${found}' is a flag and takes no value: write ${expected.join(' or ')}.`;
    case 'unexpectedWord':
      return `unexpected '${found}' (may be: ${list}).${meant}`;
  }
}

/**
 * Thrown for a command line that cannot be understood; lists every fault of it.
 *
 * @example
 * try {
 *   parseOptions(['--loud', 'word'], {});
 * } catch (error) {
 *   (error as CommandLineError).faults.length; // 2
 * }
 */
export class CommandLineError extends Error {
  readonly faults: readonly CommandFault[];
  constructor(faults: readonly CommandFault[]) {
    super(faults.map(describeCommandFault).join('\n'));
    this.name = 'CommandLineError';
    this.faults = faults;
  }
}

/** How words that are not options are taken. */
export interface WordOptions {
  /** The most words; default 0. */
  readonly words?: number;
  /** The words that may be typed, for messages and suggestions; anything may, without it. */
  readonly names?: readonly string[];
}

/**
 * Reads a command line: `Right` with what it says, or `Left` with **every** fault of it.
 *
 * Tokens are those of `parseArgs` of `node:util`.
 *
 * @throws Error outside Node, where there is no command line.
 * @example
 * const specs = {
 *   quick: { type: 'boolean', help: 'less work' },
 *   seed: { type: 'string', help: 'a word' },
 * } as const;
 * parseOptionsEither(['--quick', '--seed', '7'], specs)._tag; // 'Right'
 * parseOptionsEither(['--quik'], specs)._tag; // 'Left'
 */
export function parseOptionsEither<const S extends OptionSpecs>(
  args: readonly string[],
  specs: S,
  { words: most = 0, names }: WordOptions = {},
): E.Either<readonly CommandFault[], CommandLine<S>> {
  const known = Object.keys(specs).map((name) => `--${name}`);
  const faults: CommandFault[] = [];
  const options: Record<string, boolean | string | undefined> = {};
  const words: string[] = [];
  for (const [name, spec] of Object.entries(specs))
    options[name] = spec.type === 'boolean' ? false : undefined;
  for (const token of tokensOf(args, specs)) {
    if (token.kind === 'positional') {
      words.push(token.value);
      const unexpected = words.length > most || (names !== undefined && !names.includes(token.value));
      if (unexpected) {
        const expected = words.length > most ? [] : (names ?? []);
        faults.push({ code: 'unexpectedWord', found: token.value, expected });
      }
    } else if (token.kind === 'option') {
      const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
      const flag = `--${token.name}`;
      if (spec === undefined) faults.push({ code: 'unknownOption', found: token.rawName, expected: known });
      else if (spec.type === 'string' && token.value === undefined) {
        faults.push({ code: 'missingValue', found: flag, expected: [`${flag} VALUE`, `${flag}=VALUE`] });
      } else if (spec.type === 'boolean' && token.value !== undefined) {
        faults.push({ code: 'unexpectedValue', found: `${flag}=${token.value}`, expected: [flag] });
      } else options[token.name] = token.value ?? true;
    }
  }
  return faults.length > 0
    ? E.left(faults)
    : E.right({ options: options as CommandLine<S>['options'], words });
}

/**
 * What a command line says: {@link parseOptionsEither} that throws.
 *
 * @throws CommandLineError with every fault of the line.
 * @example
 * const specs = {
 *   quick: { type: 'boolean', help: 'less work' },
 *   seed: { type: 'string', help: 'a word' },
 * } as const;
 * const { options, words } = parseOptions(['--seed=7', 'radon'], specs, { words: 1 });
 * options; // { quick: false, seed: '7' }
 * words; // ['radon']
 */
export function parseOptions<const S extends OptionSpecs>(
  args: readonly string[],
  specs: S,
  words: WordOptions = {},
): CommandLine<S> {
  const line = parseOptionsEither(args, specs, words);
  if (E.isLeft(line)) throw new CommandLineError(line.left);
  return line.right;
}

/**
 * The help of declared options: one line each, in two columns.
 *
 * @example
 * optionsHelp({ quick: { type: 'boolean', help: 'less work' }, seed: { type: 'string', help: 'a word' } });
 * //   --quick       less work
 * //   --seed VALUE  a word
 */
export function optionsHelp(specs: OptionSpecs): string {
  const left = Object.entries(specs).map(([name, s]) => `--${name}${s.type === 'string' ? ' VALUE' : ''}`);
  const width = Math.max(0, ...left.map((l) => l.length));
  return Object.values(specs)
    .map((s, i) => `  ${left[i]!.padEnd(width)}  ${s.help}`)
    .join('\n');
}

function tokensOf(args: readonly string[], specs: OptionSpecs) {
  // Looked up when called: the entry point `adjoint` must load where there is no Node.
  const util = globalThis.process?.getBuiltinModule?.('node:util');
  if (util === undefined) throw new Error('parseOptions: a command line is read in Node only');
  const options = Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, { type }]));
  return util.parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true })
    .tokens;
}
