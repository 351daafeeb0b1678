/**
 * Progress of long loops: a bar on a terminal, a callback on demand, silence everywhere else.
 *
 * @module
 */
import { terminalBar, watched, type TerminalBar } from './terminal-bar.js';

/** Told after every report of a fit. */
export type ProgressCallback = (report: {
  /** Steps made. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** The last value of the objective. */
  readonly value: number;
}) => void;

/** `true` and `false` turn the bar on and off; a function is called instead. */
export type ProgressOption = boolean | ProgressCallback;

/** A running display. */
export interface Progress {
  update(step: number, value: number): void;
  stop(): void;
}

const silence: Progress = { update: () => undefined, stop: () => undefined };

/**
 * The display for a loop of `steps`. The bar belongs to the optional package `cli-progress`, loaded when first needed:
 * until it is there, and without it, nothing is shown. It is never shown where the standard error stream is no
 * terminal or the variable CI is set, whatever the option says.
 */
export function progressOf(option: ProgressOption | undefined, steps: number): Progress {
  if (typeof option === 'function') {
    return { update: (step, value) => option({ step, steps, value }), stop: () => undefined };
  }
  if (option === false || !watched()) return silence;
  let bar: TerminalBar | undefined;
  let stopped = false;
  const format = '{bar} {value}/{total} steps  objective {objective}  {eta_formatted} left';
  void terminalBar(steps, format, { objective: '' }).then((shown) => {
    bar = shown;
    if (stopped) shown?.stop();
  });
  return {
    update: (step, value) => bar?.update(step, { objective: value.toPrecision(6) }),
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
