/**
 * The smallest sample that still fails: by cutting graphs at values that become inputs, by leaving out operations,
 * also inside loops, and by plainer inputs.
 */
import { makeGraph, ops, type AnyNode, type Node } from '../../src/ir/index.js';
import type { Failure } from './fuzz-check.js';
import type { Sample } from './fuzz-judge.js';
import { allNodes, cut, pruned, rewrite, valuesOf, weight } from './fuzz-rewrite.js';

/** How a sample fails, if it does; what it throws counts as no. */
export type Fails = (sample: Sample) => Failure | undefined;

/** Samples that are smaller by one step, the smallest first. */
function* smaller(sample: Sample): Generator<() => Sample> {
  const { graph, inputs } = sample;
  const values = valuesOf(sample);
  const all = [...graph.outputs.keys()];
  if (all.length > 1)
    for (const keep of [...all.map((i) => [i]), ...all.map((i) => all.filter((k) => k !== i))])
      yield () =>
        pruned({
          graph: makeGraph(
            graph.inputs,
            keep.map((i) => graph.outputs[i]!),
          ),
          inputs,
        });
  // ends earlier
  for (const node of graph.nodes) {
    if (node.op === 'input' || node.op === 'const' || graph.outputs.includes(node) || node.avals.length > 1)
      continue;
    yield () => pruned({ graph: makeGraph(graph.inputs, [node]), inputs });
  }
  // begins later
  for (const node of [...graph.nodes].reverse())
    if (node.op !== 'input' && node.op !== 'proj' && !graph.outputs.includes(node))
      yield () => cut(sample, new Set([node]), values);
  // leaves an operation out
  for (const node of allNodes(graph)) {
    if (['input', 'proj', 'const', 'broadcast'].includes(node.op)) continue;
    const same = node.operands.filter((o) => o.dtype === node.dtype && o.shape.join() === node.shape.join());
    for (const k of [...same.map((o) => node.operands.indexOf(o)), -1]) {
      yield () => ({
        graph: rewrite(graph, (b, n, operands) =>
          n !== node
            ? undefined
            : n.avals.map((a, i) => (i === 0 && k >= 0 ? operands[k]! : ops.fill(b, 0, a.shape, a.dtype))),
        ),
        inputs,
      });
    }
  }
  // fewer stacked results and steps of loops at the end
  for (const node of graph.nodes as readonly AnyNode[]) {
    if (node.op !== 'scan') continue;
    const { body, carry, consts, length } = node.attrs;
    for (let y = carry; y < body.outputs.length; y++) {
      const keep = [...body.outputs.keys()].filter((i) => i !== y);
      yield () => ({
        graph: rewrite(graph, (b, n, operands) => {
          if (n !== node || keep.length === 0) return undefined;
          const made = b.nodes(
            'scan',
            { ...node.attrs, body: rewrite(body, () => undefined, keep) },
            operands,
          );
          return n.avals.map((a, i) => (i === y ? ops.fill(b, 0, a.shape, a.dtype) : made[keep.indexOf(i)]!));
        }),
        inputs,
      });
    }
    if (length > 1)
      yield () => ({
        graph: rewrite(graph, (b, n, operands) => {
          if (n !== node) return undefined;
          const first = (x: Node): Node => {
            const zero = x.shape.map(() => 0);
            const one = x.shape.map(() => 1);
            return b.node('slice', { start: zero, limit: [1, ...x.shape.slice(1)], stride: one }, [x]);
          };
          const xs = operands.map((o, i) => (i < consts + carry ? o : first(o)));
          return b.nodes('scan', { ...node.attrs, length: 1 }, xs);
        }),
        inputs,
      });
  }
}

/** The sample with plainer values of one input. */
function* plainer({ graph, inputs }: Sample): Generator<() => Sample> {
  const plain: readonly ((i: number) => number)[] = [() => 0, () => 1, (i) => i + 1];
  for (const [k, x] of inputs.entries()) {
    for (const f of plain) {
      const data = x.data.map((_, i) => (x.dtype === 'bool' ? Math.min(f(i), 1) : f(i)));
      // a plain input is left alone
      if (plain.some((g) => x.data.every((v, i) => Object.is(v, g(i))))) break;
      yield () => ({ graph, inputs: inputs.map((y, i) => (i === k ? { ...x, data } : y)) });
    }
  }
}

/** Largest number of samples that are tried. */
const attempts = 1500;

/** Results that depend on nothing but values that are this many operations away become the whole sample. */
function near(sample: Sample, distance: number): Sample {
  let [inside, edge] = [new Set<Node>(), new Set(sample.graph.outputs)];
  for (let k = 0; k < distance; k++) {
    inside = new Set([...inside, ...edge]);
    // a projection is no step of its own
    const operands = [...edge]
      .flatMap((n) => n.operands)
      .flatMap((n) => (n.op === 'proj' ? [n, ...n.operands] : [n]));
    for (const n of operands) if (n.op === 'proj') inside.add(n);
    edge = new Set(operands.filter((n) => n.op !== 'proj' && !inside.has(n)));
  }
  const at = new Set([...edge].filter((n) => n.op !== 'input' && n.op !== 'const'));
  return cut(sample, at, valuesOf(sample));
}

/** Samples that are much smaller: the first operation that is wrong by itself, and what is near the result. */
function* leaps(sample: Sample, fails: Fails): Generator<() => Sample> {
  const { graph, inputs } = sample;
  const nodes = graph.nodes.filter((n) => n.op !== 'input' && n.op !== 'const' && n.avals.length === 1);
  const first = fails({ graph: makeGraph(graph.inputs, nodes), inputs })?.result;
  if (first !== undefined) yield () => pruned({ graph: makeGraph(graph.inputs, [nodes[first]!]), inputs });
  if (graph.outputs.length === 1) for (const distance of [1, 2, 3, 5, 8]) yield () => near(sample, distance);
}

/** Makes a failing sample smaller as long as it fails. */
export function shrink(sample: Sample, fails: Fails): Sample {
  const cost = ({ graph, inputs }: Sample): number =>
    weight(graph) * 1000 + graph.outputs.length * 100 + graph.nodes.length - 1e-3 / (1 + inputs.length);
  let tried = 0;
  /** The first of some candidates that is better and still fails. */
  const first = (candidates: Iterable<() => Sample>, better: (s: Sample) => boolean): Sample | undefined => {
    for (const candidate of candidates) {
      if (tried++ > attempts) return undefined;
      try {
        const s = candidate();
        if (better(s) && fails(s) !== undefined) return s;
      } catch {
        // the operations do not fit each other any more
      }
    }
    return undefined;
  };
  let best = sample;
  for (;;) {
    const cheaper = (s: Sample): boolean => cost(s) < cost(best);
    const found = first(leaps(best, fails), cheaper) ?? first(smaller(best), cheaper);
    if (found === undefined) break;
    best = found;
  }
  for (;;) {
    const found = first(plainer(best), () => true);
    if (found === undefined) return best;
    best = found;
  }
}
