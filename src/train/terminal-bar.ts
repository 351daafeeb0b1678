/**
 * The bar of the optional package `cli-progress`, on the standard error.
 *
 * @module
 */

/** Where a bar is drawn: a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
}

/** A bar that is shown. */
export interface TerminalBar {
  /** Shows that `done` is done, and new texts of the fields of the format. */
  update(done: number, fields?: Readonly<Record<string, string>>): void;
  /** Takes the bar away. */
  stop(): void;
}

/** Whether a person watches: the stream is a terminal, and no CI runs this. */
export function watched(terminal: Terminal | undefined = globalThis.process?.stderr): boolean {
  return terminal?.isTTY === true && !globalThis.process?.env['CI'];
}

/**
 * A bar that counts to `total`, in a format of `cli-progress`, with first texts of the fields of its own. Undefined
 * where the package is not installed.
 */
export async function terminalBar(
  total: number,
  format: string,
  fields: Readonly<Record<string, string>>,
): Promise<TerminalBar | undefined> {
  const library = await import('cli-progress').catch(() => undefined);
  if (library === undefined) return undefined;
  const bar = new library.default.SingleBar({
    format,
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 32,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  bar.start(total, 0, fields);
  return { update: (done, changed = {}) => bar.update(done, changed), stop: () => bar.stop() };
}
