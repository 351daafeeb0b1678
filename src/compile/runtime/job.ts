/**
 * The block of memory through which threads work together.
 *
 * There is one block for a memory, and at most one job in it at a time:
 *
 * - The main thread writes a job (kernel, units, values of the module's variables), sets `next` to 0 and `open` to the
 *   number of its program, and raises `generation`.
 * - Whoever takes part raises `active` and only then looks whether the job is still open; it takes ranges of units by
 *   raising `next`, and lowers `active` when there are none left.
 * - The main thread takes part itself, sets `open` to 0 when no units are left, and waits until `active` is 0. All
 *   accesses are sequentially consistent: either a thread sees that the job is closed, or the main thread sees the thread.
 *
 * So the main thread never waits for a thread that sleeps, has not started yet, or died before it took part.
 *
 * @module
 */

/**
 * Offsets in bytes. Words that are used together lie in one cache line of 64 bytes, as lines that go from core to core are
 * what a job costs: one line that threads watch, one for taking part, one and more that describe the job.
 */
export interface JobLayout {
  /** Raised with every job and every message; a thread that sees it unchanged has nothing to do. */
  readonly generation: number;
  /** Number of the program whose job is open; 0 if there is none. */
  readonly open: number;
  /** Number of threads, the main one aside, that take part. */
  readonly active: number;
  /** First unit that nobody has taken. */
  readonly next: number;
  readonly kernel: number;
  readonly units: number;
  /** Units that are taken at once. */
  readonly batch: number;
  /** Not 0 while the main thread works at a job: a job in a job is done by that thread alone. */
  readonly busy: number;
  /** Number of threads that sleep until `generation` changes. */
  readonly sleeping: number;
  /** Number of messages that were sent to each thread. */
  readonly mail: number;
  /** Length of the text in `fault`, if a thread failed. */
  readonly faultLength: number;
  /** For each thread, the generation that it saw last. */
  readonly seen: number;
  /** Values of variables. */
  readonly values: number;
  /** Why a thread failed: its error's stack. */
  readonly fault: number;
  readonly bytes: number;
}

/** The layout: `seen` has room for 32 threads, `values` for 941 variables. */
export const job: JobLayout = {
  generation: 0,
  open: 64,
  active: 68,
  next: 72,
  faultLength: 76,
  sleeping: 128,
  mail: 132,
  seen: 192,
  busy: 256,
  // followed by the values, so that few of them cost no line of their own
  kernel: 320,
  units: 324,
  batch: 328,
  values: 332,
  fault: 4096,
  bytes: 8192,
};

/** The most threads that the layout has room for. */
export const mostThreads = 32;

/** The most variables that a module's kernels may use together. */
export const mostValues: number = (job.fault - job.values) / 4;
