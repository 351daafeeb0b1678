/**
 * The counter-based random function threefry2x32 of J. K. Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*
 * (SC'11), with 20 rounds: the same bits as JAX.
 *
 * @module
 */

const rotations = Uint8Array.of(13, 15, 26, 6, 17, 29, 16, 24);

/**
 * (x₀, x₁) = threefry2x32((k₀, k₁), (c₀, c₁)), written to `out[at]` and `out[at + 1]`.
 *
 * @example
 * const out = new Uint32Array(2);
 * threefry2x32(0, 0, 0, 0, out, 0);
 * out; // [0x6b200159, 0x99ba4efe]
 */
export function threefry2x32(
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  out: Uint32Array,
  at: number,
): void {
  // the three key words take turns; a block of four rounds ends with the addition of the next two
  let a = k1 | 0;
  let b = (k0 ^ k1 ^ 0x1bd11bda) | 0;
  let c = k0 | 0;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let block = 1; block <= 5; block++) {
    const first = ((block + 1) & 1) << 2;
    for (let i = first; i < first + 4; i++) {
      const r = rotations[i]!;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    x0 = (x0 + a) | 0;
    x1 = (x1 + b + block) | 0;
    const next = a;
    a = b;
    b = c;
    c = next;
  }
  out[at] = x0;
  out[at + 1] = x1;
}
