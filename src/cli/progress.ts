/**
 * Progress on a terminal, and silence elsewhere.
 *
 * @module
 */
import { terminalBar, watched, type Terminal } from '../train/index.js';

/** A task under way. */
export interface Progress {
  /** Tells how much is done, and what is being done now. */
  update(done: number, label?: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** A task that nobody watches. */
const silent: Progress = { update: () => undefined, stop: () => undefined };

/**
 * A progress bar on the standard error, if that is a terminal and the optional package `cli-progress` is installed;
 * else nothing at all, so that logs and pipes stay clean.
 *
 * @param total what `update` counts to.
 * @param terminal where to draw; default the standard error. Nothing is drawn under CI.
 * @example
 * const bar = await progressBar(100);
 * for (let i = 1; i <= 100; i++) bar.update(i, 'fitting');
 * bar.stop();
 */
export async function progressBar(
  total: number,
  terminal: Terminal | undefined = globalThis.process?.stderr,
): Promise<Progress> {
  const bar = watched(terminal)
    ? await terminalBar(total, '{bar} {percentage}%  {label}', { label: '' })
    : undefined;
  if (bar === undefined) return silent;
  return {
    update: (done, label) => bar.update(done, label === undefined ? {} : { label }),
    stop: () => bar.stop(),
  };
}
