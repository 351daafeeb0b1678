/**
 * An allocator of address ranges: two-level segregated fit.
 *
 * Free blocks stand in lists by size class, eight classes to a power of two; a bitmap says which lists hold anything.
 * Finding, splitting, freeing and joining with free neighbours take constant time. All bookkeeping lies outside of the
 * memory that is handed out, so that no program can damage it. Source: Masmano, Ripoll, Crespo and Real, "TLSF: a new
 * dynamic memory allocator for real-time systems" (2004).
 *
 * @module
 */

/** Sizes are counted in units of so many bytes, and blocks begin at multiples of it. */
export const unit = 16;

/** A range of addresses; neighbours in memory are linked, and so are free blocks of one class. */
interface Block {
  readonly address: number;
  units: number;
  free: boolean;
  before: Block | undefined;
  after: Block | undefined;
  previous: Block | undefined;
  next: Block | undefined;
}

/** The class of a size: 1 … 7 are sizes themselves; then three bits behind the leading one. */
function classOf(units: number): number {
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return ((exponent - 2) << 3) + ((units >>> (exponent - 3)) & 7);
}

/** Classes of sizes below 2²⁸ units: 4 GiB. */
const classes = 8 * 26;

/**
 * Hands out ranges of an address space that begins at `start` (not 0, so that 0 is no address) and is empty at first.
 *
 * @example
 * const heap = new Heap(16, (end, bytes) => end + bytes);
 * const a = heap.allocate(100); // 16
 * heap.free(a);
 * heap.used; // 0
 */
export class Heap {
  private readonly heads: (Block | undefined)[] = new Array<Block | undefined>(classes).fill(undefined);
  private readonly occupied = new Int32Array(classes / 32 + 1);
  private readonly allocated = new Map<number, Block>();
  private readonly extend: (end: number, bytes: number) => number;
  private first: Block | undefined;
  private last: Block | undefined;
  private end: number;
  private usedUnits = 0;

  /**
   * @param extend makes at least `bytes` more bytes usable behind `end`, and gives the new end; what it throws,
   *   `allocate` throws, and the heap is as before.
   */
  constructor(start: number, extend: (end: number, bytes: number) => number) {
    this.end = start;
    this.extend = extend;
  }

  /** Bytes that are handed out, padding included. */
  get used(): number {
    return this.usedUnits * unit;
  }

  /**
   * The address of a new block of `bytes` bytes, a multiple of 16; at least 16 bytes behind it belong to the block too.
   *
   * @throws RangeError if `bytes` is no number of bytes below 2³¹.
   */
  allocate(bytes: number): number {
    if (!(bytes >= 0 && bytes < 2 ** 31)) {
      throw new RangeError(`heap: ${bytes} is not a number of bytes that can be allocated`);
    }
    const units = Math.ceil(bytes / unit) + 1;
    const block = this.find(units) ?? this.grow(units);
    this.unlink(block);
    this.split(block, units);
    block.free = false;
    this.usedUnits += units;
    this.allocated.set(block.address, block);
    return block.address;
  }

  /**
   * Gives a block back.
   *
   * @throws Error if no block that is in use begins at the address: it was freed before, or never allocated.
   */
  free(address: number): void {
    let block = this.allocated.get(address);
    if (block === undefined)
      throw new Error(`heap: no block in use begins at address ${address}; freed twice?`);
    this.allocated.delete(address);
    this.usedUnits -= block.units;
    const { before, after } = block;
    if (after?.free === true) {
      this.unlink(after);
      this.join(block, after);
    }
    if (before?.free === true) {
      this.unlink(before);
      this.join(before, block);
      block = before;
    }
    this.link(block);
  }

  /** Bytes that a block offers, padding included. */
  sizeAt(address: number): number {
    const block = this.allocated.get(address);
    if (block === undefined) throw new Error(`heap: no block in use begins at address ${address}`);
    return block.units * unit;
  }

  /** All blocks in the order of their addresses, for tests and reports. */
  *blocks(): Generator<{ readonly address: number; readonly bytes: number; readonly free: boolean }> {
    for (let b = this.first; b !== undefined; b = b.after) {
      yield { address: b.address, bytes: b.units * unit, free: b.free };
    }
  }

  private find(units: number): Block | undefined {
    const own = classOf(units);
    // mostly a block of the very size has been freed just now
    const head = this.heads[own];
    if (head !== undefined && head.units >= units) return head;
    // every block of a higher class is large enough
    let word = (own + 1) >>> 5;
    let bits = this.occupied[word]! & (-1 << ((own + 1) & 31));
    while (bits === 0 && ++word < this.occupied.length) bits = this.occupied[word]!;
    if (bits !== 0) return this.heads[(word << 5) + 31 - Math.clz32(bits & -bits)];
    // before more memory is asked for, the rest of the own class
    for (let b = head?.next; b !== undefined; b = b.next) if (b.units >= units) return b;
    return undefined;
  }

  /** A free block at the end, large enough, after the address space has grown. */
  private grow(units: number): Block {
    const tail = this.last?.free === true ? this.last : undefined;
    const from = this.end;
    this.end = this.extend(from, (units - (tail?.units ?? 0)) * unit);
    const added = Math.floor((this.end - from) / unit);
    if (tail !== undefined) {
      this.unlink(tail);
      tail.units += added;
      this.link(tail);
      return tail;
    }
    const block = this.insert(from, added, this.last);
    this.link(block);
    return block;
  }

  /** A block behind another one. */
  private insert(address: number, units: number, before: Block | undefined): Block {
    const after = before?.after;
    const block: Block = {
      address,
      units,
      free: true,
      before,
      after,
      previous: undefined,
      next: undefined,
    };
    if (before === undefined) this.first = block;
    else before.after = block;
    if (after === undefined) this.last = block;
    else after.before = block;
    return block;
  }

  /** Cuts off what a block has beyond `units`, if a block can be made of it. */
  private split(block: Block, units: number): void {
    const rest = block.units - units;
    if (rest === 0) return;
    block.units = units;
    this.link(this.insert(block.address + units * unit, rest, block));
  }

  /** Makes two neighbours one. */
  private join(block: Block, after: Block): void {
    block.units += after.units;
    block.after = after.after;
    if (after.after === undefined) this.last = block;
    else after.after.before = block;
  }

  /** Puts a block into the list of its class. */
  private link(block: Block): void {
    const c = classOf(block.units);
    const head = this.heads[c];
    block.free = true;
    block.previous = undefined;
    block.next = head;
    if (head !== undefined) head.previous = block;
    this.heads[c] = block;
    this.occupied[c >>> 5]! |= 1 << (c & 31);
  }

  private unlink(block: Block): void {
    const { previous, next } = block;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) {
      previous.next = next;
      return;
    }
    const c = classOf(block.units);
    this.heads[c] = next;
    if (next === undefined) this.occupied[c >>> 5]! &= ~(1 << (c & 31));
  }
}
