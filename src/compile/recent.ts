/**
 * A bounded memory of what was made last.
 *
 * @module
 */

/** Values by key; beyond `limit` the one that was not asked for longest is forgotten. */
export class Recent<V> {
  private readonly values = new Map<string, V>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The value of a key, if it is still known. */
  get(key: string): V | undefined {
    const value = this.values.get(key);
    if (value !== undefined) {
      // a map iterates in the order of insertion: this key becomes the youngest
      this.values.delete(key);
      this.values.set(key, value);
    }
    return value;
  }

  /** Remembers a value. */
  set(key: string, value: V): void {
    this.values.set(key, value);
    if (this.values.size > this.limit) this.values.delete(this.values.keys().next().value!);
  }
}
