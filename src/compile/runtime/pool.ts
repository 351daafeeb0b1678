/**
 * The worker threads of a memory.
 *
 * @module
 */
import { job, mostThreads } from './job.js';
import type { LinearMemory } from './linear-memory.js';
import type { ParallelExports } from './parallel.js';
import { threadHost, type Thread, type ThreadHost } from './threads.js';
import { workerMain, type Mail } from './worker.js';

/** Looks for a job between two looks at the clock (about 2 µs), and milliseconds without one before a thread sleeps. */
const [spins, patience] = [2000, 0.05];

/** Ends threads; a function of its own, so that no closure around it keeps their pool alive. */
async function terminate(workers: readonly Thread[]): Promise<void> {
  await Promise.all(workers.map((w) => w.terminate()));
}

/** The number of threads to use of those asked for: no more than cores, and one where threads cannot share memory. */
export function threadsOf(asked: number, host: ThreadHost | undefined = threadHost()): number {
  return host === undefined ? 1 : Math.max(1, Math.min(asked, host.cores, mostThreads));
}

/**
 * Threads that work at the parallel loops of programs in one shared memory. They are started with the first program, help
 * as soon as they are there (some 30 ms later), and do not keep the host's process running.
 */
export class Pool {
  /** Number of threads, the main one included. */
  readonly threads: number;
  private readonly linear: LinearMemory;
  private readonly host: ThreadHost;
  private workers: readonly Thread[] = [];
  private control = 0;
  private programs = 0;
  private closed = false;

  /** @param threads as `threadsOf` gives it, at least 2. */
  constructor(linear: LinearMemory, threads: number, host: ThreadHost | undefined = threadHost()) {
    if (host === undefined) throw new Error('threads: this host has no threads that share memory');
    this.linear = linear;
    this.threads = threads;
    this.host = host;
  }

  /** Lets the threads help an instance of a module with parallel kernels; the number of the program. */
  attach(instance: WebAssembly.Instance, module: WebAssembly.Module): number {
    if (this.control === 0 && !this.closed) this.start();
    const program = ++this.programs;
    (instance.exports as unknown as ParallelExports)['parallel.attach'](this.control, program, 0);
    this.send(() => ({ kind: 'program', program, module }));
    return program;
  }

  /** Lets the threads forget a program; its instance must not run any more. */
  detach(program: number): void {
    this.send(() => ({ kind: 'forget', program }));
  }

  /** Whether a call of a program has thrown while threads worked at it. */
  get unsettled(): boolean {
    return this.control !== 0 && !this.closed && this.linear.i32[(this.control + job.busy) >> 2] !== 0;
  }

  /**
   * After a call of a program has thrown: waits until no thread works any more, so that the next call can begin. The
   * error of another thread, if one failed.
   */
  settle(): Error | undefined {
    if (this.control === 0) return undefined;
    const words = this.linear.i32;
    const at = (offset: number): number => (this.control + offset) >> 2;
    Atomics.store(words, at(job.next), 0x40000000);
    Atomics.store(words, at(job.open), 0);
    while (Atomics.load(words, at(job.active)) > 0);
    if (!this.closed) words[at(job.busy)] = 0;
    const length = Atomics.exchange(words, at(job.faultLength), 0);
    if (length === 0) return undefined;
    const from = this.control + job.fault;
    const stack = new TextDecoder().decode(this.linear.u8.slice(from, from + length));
    const error = new WebAssembly.RuntimeError(stack.split('\n', 1)[0]);
    error.stack = stack;
    return error;
  }

  /** Ends the threads; programs run in the main thread from now on. */
  async close(): Promise<void> {
    const { workers } = this;
    this.closed = true;
    // a thread that ends just when it looks for a job is counted for ever: nobody may wait for it
    if (this.control !== 0) this.linear.i32[(this.control + job.busy) >> 2] = 1;
    this.workers = [];
    await terminate(workers);
  }

  private start(): void {
    const block = this.linear.allocate(job.bytes + 64);
    this.control = Math.ceil(block / 64) * 64;
    this.linear.u8.fill(0, this.control, this.control + job.bytes);
    // lives as long as the threads: they end when the pool is garbage
    const registry = new FinalizationRegistry(terminate);
    const workers = Array.from({ length: this.threads - 1 }, () =>
      this.host.start(workerMain.toString(), [job, spins, patience], registry),
    );
    registry.register(this, workers);
    this.workers = workers;
    this.send((thread) => ({ kind: 'memory', memory: this.linear.memory, control: this.control, thread }));
  }

  /** Sends a message to each thread, and wakes those that sleep. */
  private send(mail: (thread: number) => Mail): void {
    this.workers.forEach((w, i) => w.postMessage(mail(i + 1)));
    const words = this.linear.i32;
    const at = (offset: number): number => (this.control + offset) >> 2;
    Atomics.add(words, at(job.mail), 1);
    Atomics.add(words, at(job.generation), 1);
    Atomics.notify(words, at(job.generation));
  }
}
