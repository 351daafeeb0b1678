/** One example by name: `npm run -s example -- NAME [--quick] [--json]`. */
import {
  CommandLineError,
  formatTable,
  nearest,
  optionsHelp,
  parseOptions,
  significant,
  type Column,
} from 'adjoint';
import { runToys } from './coin.js';
import { hyperparameterBars, layerBars, posteriorBars } from './main/bars.js';
import { runHyperparameters } from './main/hyperparameters.js';
import { runLayers } from './main/layers.js';
import { runPosteriors } from './main/posteriors.js';
import * as tables from './main/table.js';

/** An example: what it finds, as JSON and as text. */
interface Example {
  readonly about: string;
  run(quick: boolean): { readonly json: object; readonly text: string };
}

const right = (title: string): Column => ({ title, align: 'right' });

const examples: Readonly<Record<string, Example>> = {
  posteriors: {
    about: 'six real posteriors by variational inference, against their references',
    run(quick) {
      const fits = runPosteriors(quick);
      const each = [...new Set(fits.map((f) => f.data))].map((name) => {
        return `${name}\n${tables.printed(tables.fitTable(fits.filter((f) => f.data === name)))}`;
      });
      const json = fits.map(({ data, guide, seconds, parameters }) => ({ data, guide, seconds, parameters }));
      return {
        json: { fits: json },
        text: [...each, tables.printed(tables.barTable(posteriorBars(fits)))].join('\n\n'),
      };
    },
  },
  layers: {
    about: 'fits as layers of their penalties, derivatives against differences',
    run() {
      const layers = runLayers();
      const text = [tables.layerTable(layers), tables.barTable(layerBars(layers))].map(tables.printed);
      return { json: { layers }, text: text.join('\n\n') };
    },
  },
  hyperparameters: {
    about: 'ten penalties tuned by the gradient of a validation loss',
    run() {
      const found = runHyperparameters();
      const parts = [
        tables.hypergradientTable(found),
        tables.validationTable(found),
        tables.penaltyTable(found),
        tables.barTable(hyperparameterBars(found)),
      ];
      const { hypergradientError, validation } = found;
      return { json: { hypergradientError, validation }, text: parts.map(tables.printed).join('\n\n') };
    },
  },
  coin: {
    about: 'gradients of expectations of discrete draws, means and variances against theory',
    run(quick) {
      const rows = runToys(quick ? 20_000 : 200_000);
      const text = formatTable(
        [
          { title: 'derivative' },
          right('mean'),
          right('± s.e.'),
          right('exact'),
          right('variance'),
          right('in theory'),
        ],
        rows.map((r) => [
          r.name,
          ...[r.mean, r.standardError, r.exact, r.variance, r.exactVariance].map((x) => significant(x, 4)),
        ]),
      );
      return { json: { rows }, text };
    },
  },
};

const options = {
  quick: { type: 'boolean', help: 'less of it' },
  json: { type: 'boolean', help: 'one line of JSON alone' },
} as const;

const usage = (): string => {
  const width = Math.max(...Object.keys(examples).map((name) => name.length));
  const list = Object.entries(examples).map(([name, e]) => `  ${name.padEnd(width)}  ${e.about}`);
  return ['npm run -s example -- NAME [options]', '', ...list, '', optionsHelp(options)].join('\n');
};

function main(): void {
  const { options: chosen, words } = parseOptions(process.argv.slice(2), options, { words: 1 });
  const name = words[0];
  if (name === undefined) {
    console.log(usage());
    return;
  }
  if (!Object.hasOwn(examples, name)) {
    const meant = nearest(name, Object.keys(examples));
    console.error(
      `there is no example '${name}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}\n\n${usage()}`,
    );
    process.exitCode = 2;
    return;
  }
  const { json, text } = examples[name]!.run(chosen.quick);
  console.log(chosen.json ? JSON.stringify({ example: name, ...json }) : text);
}

try {
  main();
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  console.error(`${error.message}\n\n${usage()}`);
  process.exitCode = 2;
}
