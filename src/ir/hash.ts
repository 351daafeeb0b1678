/**
 * Structural keys of attributes, constants and graphs, for hash-consing and compile caches.
 *
 * @module
 */
import type { OpName, OpTable } from './catalogue.js';
import type { Graph } from './graph.js';
import type { HostArray } from './types.js';

/** Constants of at most this many elements are keyed by their values in full, larger ones by a 64-bit content hash. */
const inlineSize = 16;

function numberKey(v: number): string {
  return Object.is(v, -0) ? '-0' : String(v);
}

/** Two independent 32-bit multiplicative hashes over the 32-bit words of a buffer. */
function contentHash(words: Uint32Array): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < words.length; i++) {
    const w = words[i]!;
    a = Math.imul(a ^ w, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b + w, 0xcc9e2d51);
    b = (b << 13) | (b >>> 19);
  }
  return `${(a >>> 0).toString(16)}.${(b >>> 0).toString(16)}`;
}

/** Key of a concrete value: element type, shape and content. */
export function constantKey(value: HostArray): string {
  const { data, shape, dtype } = value;
  const head = `${dtype}[${shape.join(',')}]`;
  if (data.length <= inlineSize) return head + Array.from(data, numberKey).join(',');
  const bytes = data.BYTES_PER_ELEMENT;
  const words =
    bytes >= 4
      ? new Uint32Array(data.buffer, data.byteOffset, (data.length * bytes) / 4)
      : Uint32Array.from(data);
  return `${head}#${contentHash(words)}`;
}

function valueKey(v: unknown): string {
  if (typeof v === 'number') return numberKey(v);
  if (Array.isArray(v)) return `(${v.map(valueKey).join(',')})`;
  if (typeof v === 'object' && v !== null) {
    if ('outputs' in v) return (v as Graph).key;
    if ('data' in v) return constantKey(v as HostArray);
    const entries = Object.keys(v).sort();
    return `{${entries.map((k) => `${k}:${valueKey((v as Record<string, unknown>)[k])}`).join(';')}}`;
  }
  return String(v);
}

/** Key of an operation's attributes; empty for operations without. */
export function attrsKey<K extends OpName>(op: K, attrs: OpTable[K]): string {
  if (op === 'input') return String((attrs as OpTable['input']).index);
  for (const _ in attrs) return valueKey(attrs);
  return '';
}

/** Structural key of a graph: equal up to the numbering of nodes and of captured inputs. */
export function graphKey(graph: Graph): string {
  const name = new Map<unknown, number>();
  graph.inputs.forEach((n, i) => name.set(n, i));
  let next = graph.inputs.length;
  let text = `<${graph.inputs.map((n) => `${n.dtype}[${n.shape.join(',')}]`).join(' ')}>`;
  for (const n of graph.nodes) {
    if (n.op === 'input') continue;
    name.set(n, next++);
    text += `;${n.op}|${attrsKey(n.op, n.attrs)}|${n.operands.map((o) => name.get(o)).join(',')}`;
  }
  return `${text}=>${graph.outputs.map((o) => name.get(o)).join(',')}`;
}
