/** Timing two things against each other, on a machine that does other work as well. */

/** A result: how much better Adjoint is than a peer, or than a limit, and what is asked of it. */
export interface Row {
  readonly name: string;
  readonly peer: string;
  /** Above 1: Adjoint is better. null if the row was skipped. */
  readonly ratio: number | null;
  /** The interval of the middle 80 % of the repetitions. */
  readonly low: number | null;
  readonly high: number | null;
  /** Less than this is a regression; 0 where nothing is asked. */
  readonly floor: number;
  /** What is hoped for. */
  readonly goal: number;
  /** Why there is nothing to compare with on this machine. */
  readonly skipped?: string;
}

/** What a row is about: all but what is measured. */
export type Subject = Pick<Row, 'name' | 'peer' | 'floor' | 'goal'>;

/** Something that can be timed: seconds for one call, of `count` calls. */
export type Side = (count: number) => number | Promise<number>;

/** How two sides are timed. */
export interface Timing {
  /** Repetitions, of which the median is taken; default 11. */
  readonly rounds?: number;
  /** Calls before the clock starts; default 50. A row that makes fewer says so in its name. */
  readonly warmUp?: number;
  /** Seconds that each repetition should fill; default 0.03. 0 times single calls. */
  readonly span?: number;
  /** Parts of a repetition, of which the fastest counts: what else the machine does falls into the others. Default 5. */
  readonly parts?: number;
  /** Three repetitions after two calls: to see that everything runs, not how fast. */
  readonly quick?: boolean;
}

/** A family of rows, measured one after the other. */
export type Benchmark = (pace: Pick<Timing, 'quick'>) => AsyncGenerator<Row, void, void>;

/** Times a function of this process. */
export function local(f: () => void): Side {
  return (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) f();
    return (performance.now() - start) / 1000 / count;
  };
}

/** Times a function of this process that ends later. */
export function localAsync(f: () => Promise<unknown>): Side {
  return async (count) => {
    const start = performance.now();
    for (let i = 0; i < count; i++) await f();
    return (performance.now() - start) / 1000 / count;
  };
}

/** How often to call a side so that the clock can be trusted. */
async function countFor(side: Side, span: number): Promise<number> {
  let count = 1;
  while (span > 0 && count < 1e7) {
    const taken = (await side(count)) * count;
    if (taken > span / 2) return Math.max(1, Math.round((count * span) / taken));
    count *= 4;
  }
  return count;
}

function paced(timing: Timing): Required<Omit<Timing, 'quick'>> {
  const { quick = false, rounds = 11, warmUp = 50, span = 0.03, parts = 5 } = timing;
  if (quick) return { rounds: 3, warmUp: Math.min(2, warmUp), span: 0, parts: 1 };
  return { rounds, warmUp, span, parts };
}

/** A turn of the event loop: threads start in it, and finalizers run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Seconds of a call of each side, a list of rounds. */
export async function times(sides: readonly Side[], timing: Timing = {}): Promise<number[][]> {
  const { rounds, warmUp, span, parts } = paced(timing);
  const counts: number[] = [];
  for (const side of sides) {
    await side(warmUp);
    await turn();
    // what runs long in optimized code only after some milliseconds gets them here
    counts.push(await countFor(side, span / parts));
  }
  const found: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    await turn();
    const fastest = sides.map(() => Infinity);
    for (let part = 0; part < parts; part++) {
      for (const [i, side] of sides.entries()) fastest[i] = Math.min(fastest[i]!, await side(counts[i]!));
    }
    found.push(fastest);
  }
  return found;
}

/** The number below which a share of the sorted list lies. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.round(share * (sorted.length - 1))]!;

/** Median and the middle 80 % of some numbers. */
export function spread(values: readonly number[]): { ratio: number; low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { ratio: quantile(sorted, 0.5), low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) };
}

/**
 * time(peer) / time(own), by turns: what disturbs one run most likely disturbs its neighbour too, so ratios of
 * neighbours are steadier than ratios of averages.
 *
 * @param scale for sides that do different amounts of work: the ratio is multiplied by it.
 */
export async function against(
  subject: Subject,
  own: Side,
  peer: Side,
  timing: Timing & { readonly scale?: number } = {},
): Promise<Row> {
  const { scale = 1 } = timing;
  const found = await times([own, peer], timing);
  return { ...subject, ...spread(found.map(([mine, theirs]) => (scale * theirs!) / mine!)) };
}

/** limit / time(own), for a row that is a limit in seconds. */
export async function within(
  subject: Omit<Subject, 'floor'>,
  limit: number,
  own: Side,
  timing: Timing = {},
): Promise<Row> {
  const found = await times([own], timing);
  return { ...subject, ...spread(found.map(([mine]) => limit / mine!)), floor: 1 };
}

/** A row without its peer. */
export const skip = (subject: Subject, skipped: string): Row => ({
  ...subject,
  ratio: null,
  low: null,
  high: null,
  skipped,
});

/** The steadiness of a ratio that should be 1: min(r, 1/r), 1 at best. */
export const steadiness = (r: number): number => Math.min(r, 1 / r);
