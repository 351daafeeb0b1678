/**
 * The readable text form of a graph: stable, one line a node, sub-graphs indented.
 *
 * ```text
 * (%0: f[3], %1: f[]) {
 *   %2 = broadcast(%1) {shape: [3], axes: []} : f[3]
 *   %3 = mul(%0, %2) : f[3]
 *   return %3
 * }
 * ```
 *
 * Nodes are numbered in execution order, inputs first; `%4.1` is the second result of `%4`. Constants of more than six
 * elements are abbreviated.
 *
 * @module
 */
import type { AnyNode, Graph, Node } from './graph.js';
import { attributeNames } from './json.js';
import { formatAval, type HostArray } from './types.js';

const shownElements = 6;

function number(v: number): string {
  return Object.is(v, -0) ? '-0' : String(v);
}

function constant(value: HostArray): string {
  const { data, shape } = value;
  const shown = Array.from(data.subarray(0, shownElements), number);
  if (shape.length === 0) return shown[0]!;
  return `[${shown.join(', ')}${data.length > shownElements ? `, … ${data.length} elements` : ''}]`;
}

function attribute(value: unknown, indent: string): string {
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return `[${value.map((v) => attribute(v, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('outputs' in value) return printGraph(value as Graph, indent);
  const entries = Object.entries(value).map(([name, v]) => `${name}: ${attribute(v, indent)}`);
  return `{${entries.join(', ')}}`;
}

function printNode(node: AnyNode, operands: readonly string[], indent: string): string {
  const type = node.avals.map(formatAval).join(', ');
  if (node.op === 'const') return `const ${constant(node.attrs.value)} : ${type}`;
  // in the catalogue's order: rules that make a node may give its attributes in any
  const given = node.attrs as Readonly<Record<string, unknown>>;
  const names = attributeNames(node.op).filter((name) => given[name] !== undefined);
  const ordered = Object.fromEntries(names.map((name) => [name, given[name]]));
  const attrs = names.length === 0 ? '' : ` ${attribute(ordered, indent)}`;
  return `${node.op}(${operands.join(', ')})${attrs} : ${type}`;
}

function printGraph(graph: Graph, indent: string): string {
  const names = new Map<Node, string>();
  const inner = `${indent}  `;
  let count = 0;
  const inputs = graph.inputs.map((node) => {
    names.set(node, `%${count++}`);
    return `${names.get(node)}: ${formatAval(node.avals[0]!)}`;
  });
  const nameOf = (node: Node): string => names.get(node)!;
  let text = `(${inputs.join(', ')}) {\n`;
  for (const node of graph.nodes as readonly AnyNode[]) {
    if (node.op === 'input') continue;
    if (node.op === 'proj') {
      names.set(node, `${nameOf(node.operands[0]!)}.${node.attrs.index}`);
      continue;
    }
    names.set(node, `%${count++}`);
    text += `${inner}${nameOf(node)} = ${printNode(node, node.operands.map(nameOf), inner)}\n`;
  }
  return `${text}${inner}return ${graph.outputs.map(nameOf).join(', ')}\n${indent}}`;
}

/**
 * The text form of a graph. Equal for graphs that are equal up to the numbering of nodes, except that constants are
 * abbreviated.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.exp(tf.neg(x)), [tensor([1, 2, 3])]);
 * print(graph);
 * // (%0: f[3]) {
 * //   %1 = neg(%0) : f[3]
 * //   %2 = exp(%1) : f[3]
 * //   return %2
 * // }
 */
export function print(graph: Graph): string {
  return printGraph(graph, '');
}
