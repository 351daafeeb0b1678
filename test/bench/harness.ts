/** Timing two things against each other, on a machine that does other work as well. */

/** A result: how much better Adjoint is than a peer, and what is asked of it. */
export interface Row {
  readonly name: string;
  readonly peer: string;
  /** Above 1: Adjoint is better. */
  readonly ratio: number;
  /** The interval of the middle 80 % of the repetitions. */
  readonly low: number;
  readonly high: number;
  /** Less than this is a regression. */
  readonly floor: number;
  /** What is hoped for. */
  readonly goal: number;
}

/** Seconds for one call, of as many calls as fill about `span` seconds. */
function seconds(f: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) f();
  return (performance.now() - start) / 1000 / count;
}

/** How often to call a function so that the clock can be trusted. */
function countFor(f: () => void, span: number): number {
  let count = 1;
  while (count < 1e7) {
    const taken = seconds(f, count) * count;
    if (taken > span / 2) return Math.max(1, Math.round((count * span) / taken));
    count *= 4;
  }
  return count;
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
 */
export function timeRatios(own: () => void, peer: () => void, { rounds = 15, span = 0.05 } = {}): number[] {
  const counts = [countFor(own, span), countFor(peer, span)] as const;
  return Array.from({ length: rounds }, () => {
    const mine = seconds(own, counts[0]);
    return seconds(peer, counts[1]) / mine;
  });
}

/** The steadiness of a ratio that should be 1: min(r, 1/r), 1 at best. */
export const steadiness = (r: number): number => Math.min(r, 1 / r);
