/**
 * Recursion of derivative rules.
 *
 * A rule may call the function that it belongs to (`y = f(x)` in the rule of f), and the derivative of that call is
 * again by the rule. Attributes are plain data, so the call is a `custom` node without rules; whoever takes the rule out
 * of its node to use it puts the whole node in the call's place.
 *
 * @module
 */
import {
  Builder,
  inputAvals,
  interpret,
  isOp,
  subGraphs,
  type Graph,
  type Node,
  type OpTable,
} from '../ir/index.js';

type Custom = OpTable['custom'];

const isGraph = (v: unknown): v is Graph => typeof v === 'object' && v !== null && 'outputs' in v;

function mapGraphs<T extends object>(attrs: T, f: (g: Graph) => Graph): T {
  const map = (v: unknown): unknown => (isGraph(v) ? f(v) : Array.isArray(v) ? v.map(map) : v);
  return Object.fromEntries(Object.entries(attrs).map(([name, v]) => [name, map(v)])) as T;
}

/** A node is a call of the function of `key` within its own rule, belongs to another rule of that function, or neither. */
function roleOf(node: Node, key: string): 'call' | 'other' | undefined {
  if (!isOp(node, 'custom') || node.attrs.fun.key !== key) return undefined;
  return node.attrs.jvp === undefined && node.attrs.backward === undefined ? 'call' : 'other';
}

function calls(graph: Graph, key: string): boolean {
  return graph.nodes.some((n) => {
    const role = roleOf(n, key);
    return role === 'call' || (role === undefined && subGraphs(n.attrs).some((g) => calls(g, key)));
  });
}

/** A rule of `whole` with the whole in the place of calls of it, in sub-graphs too. */
export function tie(rule: Graph, whole: Custom): Graph {
  const key = whole.fun.key;
  if (!calls(rule, key)) return rule;
  const builder = new Builder();
  const inputs = inputAvals(rule).map((a) => builder.input(a));
  const outputs = interpret<Node>(rule, inputs, (node, operands) => {
    const role = roleOf(node, key);
    if (role === 'call') return builder.nodes('custom', whole, operands);
    const attrs = role === 'other' ? node.attrs : mapGraphs(node.attrs, (g) => tie(g, whole));
    return builder.nodes(node.op, attrs, operands);
  });
  return builder.finish(outputs);
}
