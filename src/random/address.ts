/**
 * The hash of addresses, by which the noise at a site depends on the site's name and on nothing else.
 *
 * @module
 */

function rotate(x: number, r: number): number {
  return (x << r) | (x >>> (32 - r));
}

function mix(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

/**
 * A 32-bit hash of an address: MurmurHash3 (x86, 32 bits, seed 0) of its UTF-8 bytes, as an unsigned number.
 *
 * It is part of the package's contract: noise at an address is `foldIn(key, addressHash(address))`, so another hash
 * would change every draw. Two of n addresses collide with probability n²/2³³: 10⁻⁶ for a hundred addresses.
 *
 * @example
 * addressHash('test'); // 0xba6bd213
 */
export function addressHash(address: string): number {
  const bytes = new TextEncoder().encode(address);
  const blocks = bytes.length >>> 2;
  let h = 0;
  for (let i = 0; i < blocks; i++) {
    const at = 4 * i;
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    h = (Math.imul(rotate(h ^ mix(word), 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= 4 * blocks; i--) tail = (tail << 8) | bytes[i]!;
  h ^= mix(tail);
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
