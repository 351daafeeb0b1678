/** The main job: `npm start`. */
import path from 'node:path';
import { CommandLineError, duration, optionsHelp, parseOptions, progressBar } from 'adjoint';
import { packageRoot } from '../root.js';
import { jsonOf, plannedSteps, runMain, type MainResult } from './job.js';
import * as tables from './table.js';
import { writeReport } from './write-report.js';

const options = {
  quick: { type: 'boolean', help: 'two data sets of the first act instead of six' },
  json: { type: 'boolean', help: 'end with one line of JSON' },
} as const;

function print({ fits, layers, bilevel, bars }: MainResult): void {
  const names = new Set(fits.map((f) => f.data));
  console.log(`POSTERIORS: ${names.size} real data sets, two guides each, against reference posteriors`);
  for (const name of names) {
    const of = fits.filter((f) => f.data === name);
    const times = of.map((f) => `${tables.guideTitle(f.guide)} ${duration(f.seconds)}`).join(', ');
    console.log(`\n${name} (${times})\n${tables.printed(tables.fitTable(of))}`);
  }
  console.log(
    '\nLAYERS: fits as functions of their penalties; errors of derivatives against float64 differences\n',
  );
  console.log(tables.printed(tables.layerTable(layers)));
  console.log('\nHYPERPARAMETERS: ten penalties of a ridge on diabetes by hypergradient\n');
  console.log(tables.printed(tables.hypergradientTable(bilevel)));
  console.log(`\n${tables.printed(tables.validationTable(bilevel))}`);
  console.log(`\nBARS\n\n${tables.printed(tables.barTable(bars))}`);
}

async function main(): Promise<void> {
  const { options: chosen } = parseOptions(process.argv.slice(2), options);
  const bar = await progressBar(plannedSteps(chosen.quick));
  let done = 0;
  const start = performance.now();
  const found = runMain(chosen.quick, (label) => bar.update(done++, label));
  bar.stop();
  print(found);
  const report = await writeReport(found, path.join(packageRoot(), 'out', 'report.html'));
  if (report.kind === 'written') console.log(`\nwrote ${path.relative(process.cwd(), report.file)}`);
  else console.error(`\nno report: ${report.reason}`);
  const result = { ...found, seconds: (performance.now() - start) / 1000 };
  const failed = result.bars.filter((b) => !b.pass).length;
  console.log(`${failed === 0 ? 'all bars met' : `${failed} bars NOT met`} in ${duration(result.seconds)}`);
  if (chosen.json) console.log(JSON.stringify(jsonOf(result)));
  if (failed > 0 || report.kind === 'lost') process.exitCode = 1;
}

main().catch((error: unknown) => {
  if (!(error instanceof CommandLineError)) throw error;
  console.error(`${error.message}\n\nnpm start -- [options]\n${optionsHelp(options)}`);
  process.exitCode = 2;
});
