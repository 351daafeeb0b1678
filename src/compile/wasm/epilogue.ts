/**
 * Element-wise work on the result of a product, done block by block while the elements are near.
 *
 * @module
 */
import { isContiguous } from '../view.js';
import { Cluster } from './cluster.js';
import { rootOf, touched } from './memory-plan.js';
import type { Item, Opaque } from './item.js';
import type { Plan } from './plan.js';
import type { Product } from './product.js';
import { type Buffer, type Value } from './value.js';

/** Elements of a result that stays near anyway. */
const near = 2 ** 13;

/** Elements of the innermost axis along which every view of a cluster is either contiguous or repeats. */
function rowOf(c: Cluster): number | undefined {
  const views = [
    ...c.ops.flatMap((op) => (op.kind === 'load' ? [op.view] : [])),
    ...c.stores.map((s): Value => s.view),
  ];
  const flat = (v: Value): boolean =>
    isContiguous(v) || v.strides.every((s, a) => s === 0 || v.shape[a] === 1);
  return views.every(flat) ? 1 : c.shape.at(-1);
}

/** Whether a cluster may run on blocks of a product as soon as these are finished. */
function follows(plan: Plan, dot: Opaque, product: Product, c: Cluster): boolean {
  const { out, made } = product;
  if (c.size !== out.size || c.size < near || c.reduces.length > 0) return false;
  const row = rowOf(c);
  if (row === undefined || made.unitElements % row !== 0) return false;
  let used = false;
  for (const op of c.ops) {
    if (op.kind === 'gather') return false;
    if (op.kind !== 'load') continue;
    const { source } = op.view;
    if (source.kind !== 'buffer') return false;
    if (rootOf(source) === rootOf(out)) {
      if (source !== out || op.view.offset !== 0 || !isContiguous(op.view)) return false;
      used = true;
    } else if (source.owner === plan && source.ready >= dot.index) return false;
  }
  if (!used) return false;
  // nothing that the cluster writes may be touched between the product and its old place, or be an operand of the product
  const written = new Set(c.stores.map((s) => rootOf(s.view.source)));
  const free = (b: Buffer): boolean => !written.has(rootOf(b));
  const between = (item: Item): boolean => item.index > dot.index && item.index < c.index;
  if (![...dot.reads, ...dot.writes].every(free)) return false;
  return plan.items.filter(between).every((item) => {
    const { reads, writes } = touched(item);
    return [...reads, ...writes].every(free);
  });
}

/** Lets clusters run on the blocks of products that they follow. */
export function foldEpilogues(plan: Plan): void {
  const taken = new Set<Item>();
  const items = plan.items.map((item): Item => {
    if (item instanceof Cluster || item.product === undefined) return item;
    const { product } = item;
    const readsIt = (other: Item): boolean =>
      other.index > item.index && touched(other).reads.some((b) => rootOf(b) === rootOf(product.out));
    const next = plan.items.find(readsIt);
    if (!(next instanceof Cluster) || taken.has(next) || !follows(plan, item, product, next)) return item;
    taken.add(next);
    product.epilogue = next;
    const { reads, writes } = touched(next);
    return {
      ...item,
      reads: [...item.reads, ...reads],
      writes: [...item.writes, ...writes],
      inner: item.inner ?? [],
    };
  });
  plan.items.splice(0, plan.items.length, ...items.filter((item) => !taken.has(item)));
}
