/**
 * The name that was probably meant.
 *
 * @module
 */

/** Levenshtein distance: the least number of insertions, deletions and substitutions that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * The name of a list nearest to a mistyped one, if it is near at all: at most a third of its letters differ (two for
 * short names), or it begins with what was typed.
 *
 * @example
 * nearest('postriors', ['posteriors', 'layers']); // 'posteriors'
 * nearest('zebra', ['posteriors', 'layers']); // undefined
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const typed = name.toLowerCase();
  const begins = names.find((n) => typed.length > 1 && n.toLowerCase().startsWith(typed));
  if (begins !== undefined) return begins;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const n of names) {
    const d = distance(typed, n.toLowerCase());
    if (d < least && d < Math.max(n.length, name.length)) [best, least] = [n, d];
  }
  return best;
}
