/**
 * Worker threads of the host: Node's `worker_threads`, browsers' `Worker`.
 *
 * @module
 */
import type { Mail } from './worker.js';

/** A running thread. */
export interface Thread {
  postMessage(mail: Mail): void;
  terminate(): unknown;
}

/** How a host runs threads. */
export interface ThreadHost {
  /** Number of threads that run at the same time. */
  readonly cores: number;
  /**
   * Starts `(source)(port, …args)` in a thread that does not keep the program running. What `attached` refers to lives as
   * long as the thread; errors of the thread are ignored: it has not taken part in anything then.
   */
  start(source: string, args: readonly unknown[], attached: object): Thread;
}

interface NodeWorker extends Thread {
  unref(): void;
  on(event: 'error', listener: () => void): void;
}

interface NodeThreads {
  readonly Worker: new (
    source: string,
    options: { readonly eval: boolean; readonly execArgv: readonly string[] },
  ) => NodeWorker;
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): NodeThreads | undefined;
  getBuiltinModule?(name: 'node:os'): { availableParallelism(): number } | undefined;
}

/** The host's threads; undefined where it has none, or none that may share memory. */
export function threadHost(): ThreadHost | undefined {
  const scope = globalThis as {
    readonly process?: NodeProcess;
    readonly crossOriginIsolated?: boolean;
    readonly navigator?: { readonly hardwareConcurrency?: number };
  };
  if (typeof SharedArrayBuffer === 'undefined') return undefined;
  // looked up in this way, Node's modules are no imports that a bundler for browsers would stumble over
  const node = scope.process?.getBuiltinModule?.('node:worker_threads');
  if (node !== undefined) {
    const cores = scope.process?.getBuiltinModule?.('node:os')?.availableParallelism() ?? 1;
    return { cores, start: (source, args, attached) => startInNode(node, source, args, attached) };
  }
  if (scope.crossOriginIsolated !== true || typeof Worker === 'undefined') return undefined;
  return { cores: scope.navigator?.hardwareConcurrency ?? 1, start: startInBrowser };
}

const call = (source: string, port: string, args: readonly unknown[]): string =>
  `(${source})(${[port, ...args.map((a) => JSON.stringify(a))].join()})`;

function startInNode(node: NodeThreads, source: string, args: readonly unknown[], attached: object): Thread {
  const port = "require('node:worker_threads').parentPort";
  const worker = new node.Worker(call(source, port, args), { eval: true, execArgv: [] });
  worker.on('error', () => void attached);
  worker.unref();
  return worker;
}

function startInBrowser(source: string, args: readonly unknown[], attached: object): Thread {
  const url = URL.createObjectURL(new Blob([call(source, 'self', args)], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onerror = (event) => {
    void attached;
    event.preventDefault();
  };
  return worker;
}
