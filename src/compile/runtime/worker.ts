/**
 * What a worker thread runs.
 *
 * @module
 */
import type { JobLayout } from './job.js';
import type { ParallelExports } from './parallel.js';

/** What the main thread sends, in this order: the memory once, then programs as they are made. */
export type Mail =
  | {
      readonly kind: 'memory';
      readonly memory: WebAssembly.Memory;
      readonly control: number;
      readonly thread: number;
    }
  | { readonly kind: 'program'; readonly program: number; readonly module: WebAssembly.Module }
  | { readonly kind: 'forget'; readonly program: number };

/** The end of a channel to the main thread, as browsers and Node know it. */
export interface Port {
  onmessage: ((event: { readonly data: Mail }) => void) | null;
}

/**
 * Works at jobs: spins in WebAssembly for about `patience` milliseconds without one, then sleeps in `Atomics.wait`.
 * Returns to the event loop only to receive messages.
 *
 * The text of this function is the worker's source, so that it is found in whatever way the package is bundled: it uses
 * nothing but its arguments and what every worker knows.
 */
export function workerMain(port: Port, layout: JobLayout, spins: number, patience: number): void {
  const programs = new Map<number, ParallelExports['parallel.work']>();
  let control = 0;
  let thread = 0;
  let memory: WebAssembly.Memory | undefined;
  let words = new Int32Array(0);
  let received = 0;
  let current = 0;

  const at = (offset: number): number => (control + offset) >> 2;
  const seen = (): number => at(layout.seen) + thread;

  function receive(mail: Mail): void {
    if (mail.kind === 'memory') {
      ({ memory, control, thread } = mail);
      // the block lies in the first pages, so that this view need not follow growth
      words = new Int32Array(memory.buffer);
    } else if (mail.kind === 'forget') {
      programs.delete(mail.program);
    } else {
      const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
      for (const { module, name, kind } of WebAssembly.Module.imports(mail.module)) {
        const absent = (): never => {
          throw new Error(`the function ${name} of the host was called in a worker thread`);
        };
        (imports[module] ??= {})[name] = kind === 'memory' ? memory! : absent;
      }
      const instance = new WebAssembly.Instance(mail.module, imports);
      const exports = instance.exports as unknown as ParallelExports;
      exports['parallel.attach'](control, mail.program, thread);
      programs.set(mail.program, exports['parallel.work']);
    }
  }

  /** A kernel failed in this thread: the others stop soon, and the main thread learns the text. */
  function fail(error: unknown): void {
    const room = new Uint8Array(memory!.buffer, control + layout.fault, layout.bytes - layout.fault);
    const stack = (error as Partial<Error>).stack ?? String(error);
    const text = new TextEncoder().encode(stack).subarray(0, room.length);
    room.set(text);
    Atomics.store(words, at(layout.next), 0x40000000);
    Atomics.store(words, at(layout.faultLength), Math.max(1, text.length));
    Atomics.sub(words, at(layout.active), 1);
  }

  function work(): void {
    let last = performance.now();
    while (Atomics.load(words, at(layout.mail)) <= received) {
      const run = programs.get(current);
      let status: number;
      try {
        status = run === undefined ? Atomics.load(words, at(layout.open)) : run(spins);
      } catch (error) {
        fail(error);
        status = -1;
      }
      if (status > 0 && programs.has(status)) {
        current = status;
        continue;
      }
      // whatever is open now is nothing for this thread
      if (status > 0 || run === undefined) {
        Atomics.store(words, seen(), Atomics.load(words, at(layout.generation)));
      }
      const now = performance.now();
      if (status < 0) last = now;
      else if (run === undefined || now - last > patience) {
        Atomics.add(words, at(layout.sleeping), 1);
        Atomics.wait(words, at(layout.generation), Atomics.load(words, seen()));
        Atomics.sub(words, at(layout.sleeping), 1);
        last = performance.now();
      }
    }
  }

  port.onmessage = ({ data }) => {
    receive(data);
    received++;
    work();
  };
}
