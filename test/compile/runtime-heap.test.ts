/** The allocator against a model of what an allocator is, and wrong allocators that the model refuses. */
import { describe, expect, test } from 'vitest';
import { Heap } from '../../src/compile/runtime/heap.js';

type Allocator = Pick<Heap, 'allocate' | 'free' | 'used' | 'blocks'>;

/** A reproducible stream of integers below a bound. */
function stream(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Address space that grows by what is asked for, rounded up to 4 KiB, up to a limit. */
const space =
  (limit = 2 ** 30) =>
  (end: number, bytes: number): number => {
    const grown = Math.ceil((end + bytes) / 4096) * 4096;
    if (grown > limit) throw new Error('full');
    return grown;
  };

/** What is wrong with an allocator after a random course of requests, or undefined. */
function fault(heap: Allocator, steps: number, seed: number): string | undefined {
  const next = stream(seed);
  const live: { readonly address: number; readonly bytes: number }[] = [];
  for (let k = 0; k < steps; k++) {
    if (live.length > 0 && (next(2) === 0 || live.length > 200)) {
      const at = next(live.length);
      heap.free(live[at]!.address);
      live[at] = live[live.length - 1]!;
      live.pop();
    } else {
      const bytes = next(2 ** (1 + next(14)));
      const address = heap.allocate(bytes);
      if (address === 0 || address % 16 !== 0) return `address ${address}`;
      live.push({ address, bytes });
    }
    if (k % 50 > 0) continue;
    const sorted = [...live].sort((a, b) => a.address - b.address);
    for (let i = 1; i < sorted.length; i++) {
      const { address, bytes } = sorted[i - 1]!;
      if (address + bytes + 16 > sorted[i]!.address) return `a block overlaps the next`;
    }
    let [end, before, used] = [-1, false, 0];
    for (const b of heap.blocks()) {
      if (end >= 0 && b.address !== end) return 'a gap between blocks';
      if (b.free && before) return 'free neighbours are not joined';
      [end, before] = [b.address + b.bytes, b.free];
      if (!b.free) used += b.bytes;
    }
    if (used !== heap.used) return 'bytes in use are wrong';
    const asked = live.reduce((sum, b) => sum + b.bytes, 0);
    if (used < asked + 16 * live.length || used > asked + 48 * live.length)
      return 'too much or too little is used';
  }
  for (const { address } of live) heap.free(address);
  return heap.used === 0 && [...heap.blocks()].length === 1 ? undefined : 'something was not given back';
}

describe('the allocator', () => {
  test('blocks are aligned, apart, padded, joined when free, and all given back', () => {
    for (let seed = 1; seed <= 20; seed++) expect(fault(new Heap(64, space()), 2000, seed)).toBeUndefined();
  });

  test('the same judge refuses wrong allocators', () => {
    class Unpadded extends Heap {
      override allocate(bytes: number): number {
        return super.allocate(Math.max(0, bytes - 16));
      }
    }
    class Leaking extends Heap {
      private count = 0;
      override free(address: number): void {
        if (this.count++ % 100 !== 99) super.free(address);
      }
    }
    class Shifted extends Heap {
      override allocate(bytes: number): number {
        return super.allocate(bytes) + 8;
      }
      override free(address: number): void {
        super.free(address - 8);
      }
    }
    expect(fault(new Unpadded(64, space()), 2000, 1)).toMatch(/overlaps|too little/);
    expect(fault(new Leaking(64, space()), 2000, 1)).toMatch(/too much|not given back/);
    expect(fault(new Shifted(64, space()), 2000, 1)).toMatch(/^address/);
    expect(fault(new Heap(0, space()), 2000, 1)).toBe('address 0');
  });

  test('a million cycles of mixed sizes stay within the space of the first thousand', () => {
    let end = 0;
    const heap = new Heap(64, (from, bytes) => (end = space()(from, bytes)));
    const next = stream(7);
    const ring = new Array<number>(64).fill(0);
    let reached = 0;
    for (let k = 0; k < 1_000_000; k++) {
      const at = k & 63;
      if (ring[at] !== 0) heap.free(ring[at]!);
      ring[at] = heap.allocate(16 << next(12));
      if (k === 1000) reached = end;
    }
    for (const address of ring) heap.free(address);
    expect(heap.used).toBe(0);
    expect([...heap.blocks()]).toHaveLength(1);
    // 64 blocks of at most 32 KiB take at most 2 MiB; what fragments is bounded by as much again
    expect(end).toBeLessThanOrEqual(Math.max(2 * reached, 4 * 2 ** 20));
  });

  test('a block that was freed is used again', () => {
    const heap = new Heap(64, space());
    const [a, b, c] = [heap.allocate(1000), heap.allocate(5000), heap.allocate(1000)];
    heap.free(b!);
    expect(heap.allocate(5000)).toBe(b);
    heap.free(a!);
    heap.free(b!);
    // the two together, and their padding
    expect(heap.allocate(6016)).toBe(a);
    heap.free(c!);
  });

  test('freeing twice, or what was never allocated, is an error, and harms nothing', () => {
    const heap = new Heap(64, space());
    const a = heap.allocate(10);
    heap.free(a);
    expect(() => heap.free(a)).toThrow(`no block in use begins at address ${a}`);
    expect(() => heap.free(a + 16)).toThrow('no block in use');
    expect(heap.used).toBe(0);
    for (const bad of [-1, NaN, 2 ** 31]) expect(() => heap.allocate(bad)).toThrow('not a number of bytes');
    expect(heap.allocate(0)).toBe(a);
  });

  test('when the space does not grow, the heap is as before', () => {
    const heap = new Heap(64, space(65536));
    const a = heap.allocate(30000);
    expect(() => heap.allocate(60000)).toThrow('full');
    const before = [...heap.blocks()];
    expect(() => heap.allocate(60000)).toThrow('full');
    expect([...heap.blocks()]).toEqual(before);
    heap.free(heap.allocate(30000));
    heap.free(a);
    expect(heap.used).toBe(0);
  });

  test('addresses up to 2 GiB', () => {
    const heap = new Heap(64, (end, bytes) => end + bytes);
    const large = 2 ** 30;
    const [a, b] = [heap.allocate(large), heap.allocate(large - 4096)];
    expect(b).toBe(a! + large + 16);
    heap.free(a!);
    heap.free(b!);
    expect([...heap.blocks()]).toHaveLength(1);
  });
});
