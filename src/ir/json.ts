/**
 * Graphs as JSON: a round trip that keeps every bit of every number, validated on the way in.
 *
 * A graph is `{ format, version, inputs, nodes, outputs }`. Values are numbered: inputs first, then nodes in execution
 * order; operands and outputs name those numbers. Attributes are written by the codecs of `json-attributes.ts`;
 * numbers that JSON lacks are the strings "NaN", "Infinity", "-Infinity" and "-0".
 *
 * @module
 */
import { Builder } from './builder.js';
import type { OpName, OpTable } from './catalogue.js';
import type { AnyNode, Graph, Node } from './graph.js';
import { avalCodec, fail, integerIn, listOf, objectAt, type Json } from './json-codec.js';
import { attributeCodecs, operandCounts, type AttributeCodecs } from './json-attributes.js';

const format = 'adjoint-graph';
const version = 1;

const codecs: AttributeCodecs = attributeCodecs({ encode: encodeGraph, decode: decodeGraph });

type AnyCodec = { encode(value: unknown): Json; decode(json: unknown, path: string): unknown };

function codecsOf(op: OpName): [name: string, codec: AnyCodec][] {
  return Object.entries(codecs[op] as Readonly<Record<string, AnyCodec>>);
}

/** Names of an operation's attributes, in the order of the catalogue. */
export function attributeNames(op: OpName): string[] {
  return codecsOf(op).map(([name]) => name);
}

function encodeGraph(graph: Graph): Json {
  const numbers = new Map<Node, number>();
  for (const n of [...graph.inputs, ...graph.nodes]) if (!numbers.has(n)) numbers.set(n, numbers.size);
  const nodes = (graph.nodes as readonly AnyNode[])
    .filter((n) => n.op !== 'input')
    .map((n) => {
      const attrs: Record<string, Json> = {};
      for (const [name, codec] of codecsOf(n.op)) {
        attrs[name] = codec.encode((n.attrs as Readonly<Record<string, unknown>>)[name]);
      }
      return { op: n.op, operands: n.operands.map((o) => numbers.get(o)!), attrs };
    });
  return {
    inputs: graph.inputs.map((n) => avalCodec.encode(n.avals[0]!)),
    nodes,
    outputs: graph.outputs.map((n) => numbers.get(n)!),
  };
}

function decodeGraph(json: unknown, path: string): Graph {
  const { inputs, nodes, outputs } = objectAt(json, path);
  const builder = new Builder();
  const values: Node[] = listOf(avalCodec)
    .decode(inputs, `${path}.inputs`)
    .map((a) => builder.input(a));
  const value = {
    encode: () => null,
    decode: (j: unknown, p: string): Node => values[integerIn(j, p, 0, values.length - 1)]!,
  };
  listOf({ encode: () => null, decode: objectAt })
    .decode(nodes, `${path}.nodes`)
    .forEach((node, i) => {
      const at = `${path}.nodes[${i}]`;
      const op = node['op'];
      if (typeof op !== 'string' || !Object.hasOwn(codecs, op) || op === 'input') {
        fail(`${at}.op`, 'the name of an operation', op);
      }
      const operands = listOf(value).decode(node['operands'], `${at}.operands`);
      const [least, most] = operandCounts[op as OpName];
      if (operands.length < least || operands.length > most) {
        const count = most === least ? String(least) : `at least ${least}`;
        fail(
          `${at}.operands`,
          `${count} operand${least === 1 ? '' : 's'} of ${op as string}`,
          operands.length,
        );
      }
      const given = objectAt(node['attrs'], `${at}.attrs`);
      const attrs: Record<string, unknown> = {};
      for (const [name, codec] of codecsOf(op as OpName)) {
        const decoded = codec.decode(given[name], `${at}.attrs.${name}`);
        if (decoded !== undefined) attrs[name] = decoded;
      }
      values.push(build(builder, op as OpName, attrs, operands, at));
    });
  return builder.finish(listOf(value).decode(outputs, `${path}.outputs`));
}

/** Makes a node; abstract evaluation judges whether attributes and operands fit, and the error says where. */
function build(builder: Builder, op: OpName, attrs: object, operands: readonly Node[], at: string): Node {
  try {
    return builder.node(op, attrs as OpTable[OpName], operands);
  } catch (error) {
    throw new Error(`fromJSON: ${at}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * A graph as a JSON value, to be written with `JSON.stringify`.
 *
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.exp(x), [tf.scalar(0)]);
 * const text = JSON.stringify(toJSON(graph));
 * fromJSON(JSON.parse(text)).key === graph.key; // true
 */
export function toJSON(graph: Graph): Json {
  return { format, version, ...(encodeGraph(graph) as Readonly<Record<string, Json>>) };
}

/**
 * The graph that `toJSON` wrote: of equal key and equal results.
 *
 * @throws Error naming the place in the value, what was expected there and what was found.
 * @example
 * const { graph } = stage((x: tf.Tensor) => tf.mul(x, x), [tf.scalar(0)]);
 * const again = fromJSON(toJSON(graph));
 * evaluate(again, [{ shape: [], dtype: 'f', data: new Float64Array([3]) }])[0]!.data; // [9]
 */
export function fromJSON(json: unknown): Graph {
  const top = objectAt(json, 'graph');
  if (top['format'] !== format) fail('graph.format', JSON.stringify(format), top['format']);
  if (top['version'] !== version) fail('graph.version', String(version), top['version']);
  return decodeGraph(json, 'graph');
}
