/**
 * Static memory: offsets for the buffers of a plan, each place used again once its last reader has run.
 *
 * @module
 */
import { Cluster } from './cluster.js';
import type { Item } from './item.js';
import type { Plan } from './plan.js';
import { bytesOf } from '../routines/routine.js';
import { isAll, paddedBytes, type Buffer, type Place } from './value.js';

/** The buffer that a buffer lies in, at the end of all aliases. */
export function rootOf(buffer: Buffer): Buffer {
  let b = buffer;
  while (b.place !== undefined && 'buffer' in b.place) b = b.place.buffer;
  return b;
}

/** Buffers that an item reads and writes. */
export function touched(item: Item): { readonly reads: Buffer[]; readonly writes: Buffer[] } {
  if (!(item instanceof Cluster)) return { reads: [...item.reads], writes: [...item.writes] };
  const reads = item.ops.flatMap((op) =>
    (op.kind === 'load' || op.kind === 'gather') && op.view.source.kind === 'buffer' ? [op.view.source] : [],
  );
  return { reads, writes: [...item.stores.map((s) => s.view.source), ...item.reduces.map((r) => r.buffer)] };
}

/**
 * The buffer, among those that an item is the last to read, over which it may write `to`: each element is read where it
 * is replaced, and nowhere else.
 */
function replaced(
  item: Item,
  to: Buffer,
  dying: readonly Buffer[],
  roots: ReadonlyMap<Buffer, Buffer>,
): Buffer | undefined {
  if (!(item instanceof Cluster)) return undefined;
  const stores = item.stores.filter((s) => roots.get(s.view.source) === to);
  if (stores.length !== 1 || !isAll(stores[0]!.view, item.size)) return undefined;
  return dying.find((from) => {
    if (paddedBytes(from) !== paddedBytes(to) || bytesOf[from.storage] !== bytesOf[to.storage]) return false;
    return item.ops.every((op) => {
      if (op.kind !== 'load' && op.kind !== 'gather') return true;
      const { source } = op.view;
      if (source.kind !== 'buffer' || roots.get(source) !== from) return true;
      return op.kind === 'load' && source === from && isAll(op.view, item.size);
    });
  });
}

/** A free stretch. */
interface Gap {
  offset: number;
  bytes: number;
}

/**
 * Gives places to the buffers of a plan that have none, first-fit by the order in which items run. Returns the bytes
 * needed; `place` makes a place of an offset.
 */
export function assignPlaces(plan: Plan, place: (offset: number) => Place): number {
  const last = new Map<Buffer, number>();
  // as they are before places are given, which lie in the buffer of the plan around
  const roots = new Map<Buffer, Buffer>();
  const root = (b: Buffer): Buffer => {
    const r = rootOf(b);
    roots.set(b, r);
    return r;
  };
  const items = plan.items.map((item, i) => {
    const { reads, writes } = touched(item);
    const both = { reads: reads.map(root), writes: writes.map(root) };
    for (const b of [...both.reads, ...both.writes]) last.set(b, i);
    return both;
  });
  const own = new Set(plan.buffers.filter((b) => b.place === undefined));
  const gaps: Gap[] = [];
  let end = 0;

  const take = (bytes: number): number => {
    let best: Gap | undefined;
    for (const g of gaps) if (g.bytes >= bytes && (best === undefined || g.bytes < best.bytes)) best = g;
    if (best !== undefined) {
      const { offset } = best;
      best.offset += bytes;
      best.bytes -= bytes;
      if (best.bytes === 0) gaps.splice(gaps.indexOf(best), 1);
      return offset;
    }
    // the stretch before the end, if free, is grown
    const tail = gaps.find((g) => g.offset + g.bytes === end);
    if (tail !== undefined) {
      gaps.splice(gaps.indexOf(tail), 1);
      end = tail.offset + bytes;
      return tail.offset;
    }
    end += bytes;
    return end - bytes;
  };
  const give = (offset: number, bytes: number): void => {
    const before = gaps.find((g) => g.offset + g.bytes === offset);
    const after = gaps.find((g) => g.offset === offset + bytes);
    if (before !== undefined) {
      before.bytes += bytes;
      if (after === undefined) return;
      before.bytes += after.bytes;
      gaps.splice(gaps.indexOf(after), 1);
    } else if (after !== undefined) {
      after.offset = offset;
      after.bytes += bytes;
    } else gaps.push({ offset, bytes });
  };

  const offsets = new Map<Buffer, number>();
  items.forEach(({ reads, writes }, i) => {
    const dying = [...new Set(reads)].filter(
      (b) => offsets.has(b) && last.get(b) === i && !writes.includes(b),
    );
    for (const b of writes) {
      if (!own.has(b) || offsets.has(b)) continue;
      const from = replaced(plan.items[i]!, b, dying, roots);
      const offset = from === undefined ? take(paddedBytes(b)) : offsets.get(from)!;
      if (from !== undefined) {
        // its place has a new owner
        dying.splice(dying.indexOf(from), 1);
        offsets.delete(from);
      }
      offsets.set(b, offset);
      b.place = place(offset);
    }
    for (const b of new Set([...reads, ...writes])) {
      const offset = offsets.get(b);
      if (offset !== undefined && last.get(b) === i) give(offset, paddedBytes(b));
    }
  });
  // buffers that nothing writes are empty, or are read as they come
  for (const b of own) b.place ??= place(take(paddedBytes(b)));
  return end;
}
