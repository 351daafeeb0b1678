/** Before two sides are timed: whether they compute the same thing. */

/**
 * Throws unless the results of both sides agree, element by element, to a share of the largest magnitude in each result.
 * A side that computes something else is not worth timing.
 *
 * @param tolerance default 1e-3: single precision, sums in different orders, approximations of different libraries.
 */
export function agree(
  what: string,
  own: readonly ArrayLike<number>[],
  peer: readonly ArrayLike<number>[],
  tolerance = 1e-3,
): void {
  if (own.length !== peer.length) {
    throw new Error(`${what}: Adjoint has ${own.length} results, the peer ${peer.length}`);
  }
  own.forEach((mine, k) => {
    const theirs = peer[k]!;
    if (mine.length !== theirs.length) {
      throw new Error(`${what}: result ${k} has ${mine.length} elements, that of the peer ${theirs.length}`);
    }
    let [largest, distance, worst] = [0, -1, 0];
    for (let i = 0; i < mine.length; i++) {
      largest = Math.max(largest, Math.abs(theirs[i]!));
      const d = Math.abs(mine[i]! - theirs[i]!);
      // a NaN is farther than anything, also than what comes after it
      if (!Number.isNaN(distance) && !(d <= distance)) [distance, worst] = [d, i];
    }
    if (Number.isFinite(distance) && distance <= tolerance * largest) return;
    throw new Error(
      `${what}: Adjoint and the peer differ: element ${worst} of result ${k} is ${mine[worst]} and ${theirs[worst]}`,
    );
  });
}
