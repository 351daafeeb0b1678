/** The benchmarks: `npm run bench`, or one by name: `npm run -s bench -- NAME --json`. */
import { CommandLineError, nearest, optionsHelp, parseOptions } from 'adjoint';
import { growth } from './compile/growth.js';
import { memory } from './compile/memory.js';
import type { Benchmark, Row } from './harness.js';
import { installPeers } from './install.js';
import { convolution } from './programs/convolution.js';
import { eightSchools } from './programs/eight-schools.js';
import { logistic } from './programs/logistic.js';
import { networkProduct } from './programs/network.js';
import { vae } from './programs/vae.js';
import { misses, notice, tableOf } from './table.js';
import { bandwidth, doubleFunctions, matrixFunctions } from './wasm/elementwise.js';
import { otherProducts, products } from './wasm/matmul.js';
import { overheads, smallPrograms } from './wasm/small.js';

const benchmarks: Readonly<Record<string, readonly Benchmark[]>> = {
  wasm: [products, otherProducts, matrixFunctions, doubleFunctions, bandwidth, smallPrograms, overheads],
  programs: [eightSchools, logistic, networkProduct, vae, convolution],
  compile: [growth, memory],
};

const options = {
  json: { type: 'boolean', help: 'end with one line of JSON' },
  quick: { type: 'boolean', help: 'three repeats of everything, no floors: to see that it runs' },
} as const;

const usage = (): string =>
  `npm run -s bench -- [NAME] [options]\n\n  ${Object.keys(benchmarks).join('\n  ')}\n\n${optionsHelp(options)}`;

async function main(): Promise<void> {
  const { options: chosen, words } = parseOptions(process.argv.slice(2), options, { words: 1 });
  const name = words[0];
  if (name !== undefined && !Object.hasOwn(benchmarks, name)) {
    const meant = nearest(name, Object.keys(benchmarks));
    console.error(
      `there is no benchmark '${name}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}\n\n${usage()}`,
    );
    process.exitCode = 2;
    return;
  }
  installPeers();
  const rows: Row[] = [];
  let failed = false;
  for (const family of name === undefined ? Object.values(benchmarks).flat() : benchmarks[name]!) {
    try {
      for await (const row of family({ quick: chosen.quick })) {
        console.error(notice(row));
        rows.push(row);
      }
    } catch (error) {
      // the other families are measured all the same
      console.error(error);
      failed = true;
    }
  }
  console.log(tableOf(rows));
  if (chosen.json) console.log(JSON.stringify({ rows }));
  const below = chosen.quick ? [] : rows.filter(misses);
  if (below.length > 0) {
    console.error(`below the floor:\n${below.map((row) => `  ${row.name}, against ${row.peer}`).join('\n')}`);
  }
  if (failed || below.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  if (!(error instanceof CommandLineError)) throw error;
  console.error(`${error.message}\n\n${usage()}`);
  process.exitCode = 2;
});
