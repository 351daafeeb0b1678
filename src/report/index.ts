/**
 * Reports: charts and tables on a self-contained page.
 *
 * @module
 */
export { MissingPeerError } from './draw.js';
export type { Drawing, Size } from './draw.js';
export { intervalsChart } from './intervals.js';
export type { Interval, IntervalRow } from './intervals.js';
export { linesChart, thinned } from './lines.js';
export type { Level, Line, LinesOptions } from './lines.js';
export { renderReport } from './page.js';
export type { Fact, Report, ReportCard, ReportChart, ReportSection, ReportTable } from './page.js';
export type { Role } from './theme.js';
