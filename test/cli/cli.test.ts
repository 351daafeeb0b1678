import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  CommandLineError,
  formatTable,
  nearest,
  optionsHelp,
  parseOptions,
  parseOptionsEither,
  progressBar,
  signed,
  significant,
} from '../../src/cli/index.js';

const specs = {
  quick: { type: 'boolean', help: 'less of it' },
  seed: { type: 'string', help: 'seed of the random numbers' },
} as const;

describe('a command line', () => {
  it('gives flags, values and words', () => {
    const line = parseOptions(['run', '--quick', '--seed=7'], specs, { words: 1 });
    expect(line).toEqual({ options: { quick: true, seed: '7' }, words: ['run'] });
    expect(parseOptions([], specs).options).toEqual({ quick: false, seed: undefined });
  });

  it('lists every fault at once, with the nearest name', () => {
    const line = parseOptionsEither(['--quik', '--seed', 'layrs', '--json', '--quick=1'], specs, {
      words: 1,
      names: ['layers'],
    });
    expect(E.isLeft(line)).toBe(true);
    const run = (): unknown =>
      parseOptions(['--quik', 'layrs', '--quick=1', '--seed'], specs, {
        words: 1,
        names: ['layers', 'coin'],
      });
    expect(run).toThrow(CommandLineError);
    expect(run).toThrowErrorMatchingInlineSnapshot(`
      [CommandLineError: there is no option '--quik' (options: --quick, --seed). Did you mean '--quick'?
      unexpected 'layrs' (may be: layers, coin). Did you mean 'layers'?
      the option '--quick=1' is a flag and takes no value: write --quick.
      the option '--seed' needs a value: --seed VALUE or --seed=VALUE.]
    `);
  });

  it('does not take inherited properties for options', () => {
    expect(() => parseOptions(['--toString'], specs)).toThrow(/there is no option '--toString'/);
  });

  it('explains its options', () => {
    expect(optionsHelp(specs)).toBe('  --quick       less of it\n  --seed VALUE  seed of the random numbers');
  });
});

describe('the nearest name', () => {
  it.each([
    ['posterior', 'posteriors'],
    ['hyper', 'hyperparameters'],
    ['Layrs', 'layers'],
    ['zebra', undefined],
    ['xx', undefined],
  ])('to %s is %s', (typed, name) => {
    expect(nearest(typed, ['posteriors', 'layers', 'hyperparameters', 'coin'])).toBe(name);
  });
});

describe('numbers', () => {
  it.each([
    [0.0062298, 3, '0.00623'],
    [-18.2758, 4, '-18.28'],
    [18275.8, 4, '18276'],
    [1.2e-9, 2, '1.2e-9'],
    [0, 4, '0'],
    [NaN, 4, 'NaN'],
    [-Infinity, 4, '-Infinity'],
  ])('%d with %d digits is %s', (x, digits, text) => expect(significant(x, digits)).toBe(text));

  it.each([
    [0.016, '+0.02'],
    [-0.004, '0.00'],
    [-1.5, '-1.50'],
  ])('%d as an error is %s', (x, text) => expect(signed(x)).toBe(text));
});

describe('a table', () => {
  it('aligns its columns', () => {
    const columns = [{ title: 'name' }, { title: 'mean', align: 'right' }] as const;
    expect(
      formatTable(columns, [
        ['beta[0]', '25.9'],
        ['sigma', '8'],
      ]),
    ).toBe('name     mean\n───────  ────\nbeta[0]  25.9\nsigma       8');
  });

  it('refuses a row of another length', () => {
    expect(() => formatTable([{ title: 'a' }], [['1', '2']])).toThrow(
      'row 0 has 2 cells, the table 1 columns',
    );
  });
});

describe('progress', () => {
  it('is silent where there is no terminal', async () => {
    const bar = await progressBar(3, { isTTY: false });
    expect(() => {
      bar.update(1, 'one');
      bar.stop();
    }).not.toThrow();
  });
});
