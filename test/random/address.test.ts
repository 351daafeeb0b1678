import { describe, expect, it } from 'vitest';
import { addressHash } from '../../src/random/address.js';

describe('addressHash', () => {
  it('is MurmurHash3 (x86, 32 bits, seed 0) of the UTF-8 bytes', () => {
    // Values of mmh3 5, a Python binding of the reference implementation.
    const published: [string, number][] = [
      ['', 0x0],
      ['a', 0x3c2569b2],
      ['ab', 0x9bbfd75f],
      ['test', 0xba6bd213],
      ['eta', 0x2cb3586b],
      ['school.theta', 0x4e2c3819],
      ['θ.ε[3]', 0x1f3d47f6],
      ['Hello, world!', 0xc0363e43],
      ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
    ];
    for (const [text, hash] of published) expect(addressHash(text)).toBe(hash);
  });

  it('does not collide on ten thousand addresses', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) seen.add(addressHash(`group${i}.x${j}`));
    expect(seen.size).toBe(10_000);
  });
});
