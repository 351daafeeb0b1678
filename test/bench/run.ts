/** The benchmarks: `npm run bench`, or one by name: `npm run -s bench -- NAME --json`. */
import {
  CommandLineError,
  formatTable,
  nearest,
  optionsHelp,
  parseOptions,
  significant,
  type Column,
} from 'adjoint';
import { eightSchools } from './eight-schools.js';
import { growth } from './growth.js';
import type { Row } from './harness.js';
import { memory } from './memory.js';

const benchmarks: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  growth,
  memory,
  'eight-schools': eightSchools,
};

const options = { json: { type: 'boolean', help: 'end with one line of JSON' } } as const;

const usage = (): string =>
  `npm run -s bench -- [NAME] [options]\n\n  ${Object.keys(benchmarks).join('\n  ')}\n\n${optionsHelp(options)}`;

const right = (title: string): Column => ({ title, align: 'right' });

function print(rows: readonly Row[]): void {
  const columns = [
    { title: 'benchmark' },
    { title: 'against' },
    right('ratio'),
    right('middle 80 %'),
    right('floor'),
    right('goal'),
    { title: '' },
  ];
  const cells = rows.map((r) => [
    r.name,
    r.peer,
    significant(r.ratio, 3),
    `${significant(r.low, 3)} … ${significant(r.high, 3)}`,
    significant(r.floor, 2),
    significant(r.goal, 2),
    r.ratio >= r.floor ? '' : 'BELOW ITS FLOOR',
  ]);
  console.log(formatTable(columns, cells));
}

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
  const rows: Row[] = [];
  for (const [own, run] of Object.entries(benchmarks)) {
    if (name === undefined || name === own) rows.push(...(await run()));
  }
  print(rows);
  if (chosen.json) console.log(JSON.stringify({ rows }));
}

main().catch((error: unknown) => {
  if (!(error instanceof CommandLineError)) throw error;
  console.error(`${error.message}\n\n${usage()}`);
  process.exitCode = 2;
});
