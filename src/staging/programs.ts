/**
 * Compiled programs by key, as many as fit a budget of memory.
 *
 * @module
 */
import { sizeOf, subGraphs, type Graph } from '../ir/index.js';

/** Elements of all values of a graph, sub-graphs included: a bound of what its program holds, constants among it. */
export function weightOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => {
    const own = node.avals.reduce((n, a) => n + sizeOf(a.shape), 0);
    return subGraphs(node.attrs).reduce((n, g) => n + weightOf(g), sum + own);
  }, 0);
}

/**
 * Values by key with weights. Beyond `limit` values, or beyond a total weight of `budget`, those that were not asked for
 * longest are forgotten; never the last one, whatever it weighs.
 */
export class Programs<V> {
  private readonly entries = new Map<string, { readonly value: V; readonly weight: number }>();
  private total = 0;
  private readonly limit: number;
  private readonly budget: number;

  constructor(limit: number, budget: number) {
    this.limit = limit;
    this.budget = budget;
  }

  /** Number of values that are remembered. */
  get size(): number {
    return this.entries.size;
  }

  /** The value of a key, if it is still known. */
  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    // a map iterates in the order of insertion: this key becomes the youngest
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Remembers a value under a key that is not known. */
  set(key: string, value: V, weight: number): void {
    this.entries.set(key, { value, weight });
    this.total += weight;
    for (const [oldest, entry] of this.entries) {
      const fits = this.entries.size <= this.limit && this.total <= this.budget;
      if (fits || this.entries.size === 1) return;
      this.entries.delete(oldest);
      this.total -= entry.weight;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.entries.clear();
    this.total = 0;
  }
}
