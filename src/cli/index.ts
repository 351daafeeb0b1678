/**
 * Small helpers of programs that are run from a command line.
 *
 * @module
 */
export { nearest } from './nearest.js';
export { duration, significant, signed } from './numbers.js';
export {
  CommandLineError,
  describeCommandFault,
  optionsHelp,
  parseOptions,
  parseOptionsEither,
} from './options.js';
export type { CommandFault, CommandLine, OptionSpec, OptionSpecs, WordOptions } from './options.js';
export { progressBar } from './progress.js';
export type { Progress } from './progress.js';
export { formatTable } from './table.js';
export type { Column } from './table.js';
