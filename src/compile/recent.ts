/**
 * A bounded memory of what was made last.
 *
 * @module
 */

/** Values by key; beyond `limit` values, or `budget` of their weights, those that were not asked for longest are forgotten. */
export class Recent<V> {
  private readonly values = new Map<string, { readonly value: V; readonly weight: number }>();
  private readonly limit: number;
  private readonly budget: number;
  private total = 0;

  constructor(limit: number, budget: number = Infinity) {
    this.limit = limit;
    this.budget = budget;
  }

  /** The value of a key, if it is still known. */
  get(key: string): V | undefined {
    const entry = this.values.get(key);
    if (entry === undefined) return undefined;
    // a map iterates in the order of insertion: this key becomes the youngest
    this.values.delete(key);
    this.values.set(key, entry);
    return entry.value;
  }

  /** Remembers a value; the youngest is kept whatever its weight. */
  set(key: string, value: V, weight = 0): void {
    this.forget(key);
    this.values.set(key, { value, weight });
    this.total += weight;
    while (this.values.size > 1 && (this.values.size > this.limit || this.total > this.budget)) {
      this.forget(this.values.keys().next().value!);
    }
  }

  private forget(key: string): void {
    this.total -= this.values.get(key)?.weight ?? 0;
    this.values.delete(key);
  }
}
