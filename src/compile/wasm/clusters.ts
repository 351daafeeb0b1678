/**
 * The clusters of a plan by their number of elements.
 *
 * @module
 */
import type { Cluster } from './cluster.js';

/** How many clusters of a size are tried, from the earliest possible one. */
const tries = 8;

/** Clusters in the order of their making, found by size. */
export class Clusters {
  private readonly bySize = new Map<number, Cluster[]>();

  add(c: Cluster): void {
    const list = this.bySize.get(c.size);
    if (list === undefined) this.bySize.set(c.size, [c]);
    else list.push(c);
  }

  /** The first cluster of a size, numbered `least` or later, that fits; of many, some of the first and the last are tried. */
  find(size: number, least: number, fits: (c: Cluster) => boolean): Cluster | undefined {
    const list = this.bySize.get(size) ?? [];
    let low = 0;
    for (let high = list.length; low < high;) {
      const middle = (low + high) >> 1;
      if (list[middle]!.index < least) low = middle + 1;
      else high = middle;
    }
    const first = list.slice(low, low + tries).find(fits);
    if (first !== undefined || list.length <= low + tries) return first;
    const last = list[list.length - 1]!;
    return fits(last) ? last : undefined;
  }
}
