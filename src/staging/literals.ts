/**
 * Recovery of exact literals.
 *
 * tfjs rounds every number and array argument to float32 before a backend sees it: `tf.mul(x, 0.1)` would multiply by
 * 0.10000000149. Each conversion first asks the platform whether the original value is a typed array, so the originals
 * can be remembered, and taken instead of the rounded numbers when they round to exactly these.
 *
 * @module
 */

/** Originals that were asked about and not yet matched; older ones belong to conversions that made no tensor. */
const limit = 32;

/** Remembers the values that tfjs asked about since the last tensor was made. */
export class LiteralMemory {
  private candidates: unknown[] = [];
  /** Arrays within the candidates, which tfjs asks about while it flattens them. */
  private inner: Set<unknown> = new Set();

  /** Takes note of a value that is about to be converted. */
  remember(value: unknown): void {
    if (typeof value !== 'number' && !Array.isArray(value) && !ArrayBuffer.isView(value)) return;
    if (this.inner.has(value) || this.candidates[this.candidates.length - 1] === value) return;
    if (Array.isArray(value) && Array.isArray(value[0])) this.enter(value);
    if (this.candidates.length === limit) this.candidates.shift();
    this.candidates.push(value);
  }

  /** The float64 numbers that round to `rounded`, if the latest conversion was of such numbers. Forgets all originals. */
  recall(rounded: Float32Array): Float64Array | undefined {
    const candidates = this.candidates;
    this.forget();
    for (let i = candidates.length - 1; i >= 0; i--) {
      const found = exact(candidates[i], rounded);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Forgets all originals. */
  forget(): void {
    if (this.candidates.length > 0) this.candidates = [];
    if (this.inner.size > 0) this.inner = new Set();
  }

  private enter(nested: readonly unknown[]): void {
    for (const member of nested) {
      if (!Array.isArray(member)) continue;
      this.inner.add(member);
      if (Array.isArray(member[0])) this.enter(member);
    }
  }
}

/** Number of elements of a nested array of regular shape, read off its first members. */
function count(value: unknown): number {
  let n = 1;
  let v = value;
  while (Array.isArray(v) || ArrayBuffer.isView(v)) {
    const list = v as { readonly length: number; readonly [i: number]: unknown };
    n *= list.length;
    v = list[0];
  }
  return n;
}

function exact(original: unknown, rounded: Float32Array): Float64Array | undefined {
  if (original instanceof Float32Array || count(original) !== rounded.length) return undefined;
  const out = new Float64Array(rounded.length);
  let next = 0;
  const copy = (v: unknown): boolean => {
    if (typeof v === 'object' && v !== null) {
      const list = v as { readonly length: number; readonly [i: number]: unknown };
      for (let i = 0; i < list.length; i++) if (!copy(list[i])) return false;
      return true;
    }
    const x = Number(v);
    if (!Object.is(Math.fround(x), rounded[next])) return false;
    out[next++] = x;
    return true;
  };
  return copy(original) && next === rounded.length ? out : undefined;
}
