/**
 * Rewriting by local rules: one walk in execution order, in which every node is built again on operands that are
 * already in their final form. Building is hash-consed, so common sub-expressions and dead code go on the way.
 *
 * @module
 */
import {
  Builder,
  hostArray,
  interpret,
  type DType,
  type Graph,
  type HostArray,
  type Node,
  type OpName,
  type OpTable,
  type Origin,
  type Shape,
} from '../../ir/index.js';
import type { Note, Pass } from './pass.js';
import { rangeOf, type Range } from './range.js';
import { holdsGraphs, mapRunGraphs } from './run-graphs.js';

/** What a rule makes nodes with; they are rewritten by the rules as they are made. */
export interface Target {
  /** Said by a rule that applies, before work that is not the making of nodes. */
  begin(): void;
  /** The (first) result of an operation. */
  node<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): Node;
  /** All results of an operation. */
  nodes<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): readonly Node[];
  constant(value: HostArray): Node;
  /** One number in every element. */
  fill(value: number, shape: Shape, dtype: DType): Node;
  /** A graph's results for given inputs. */
  inline(graph: Graph, args: readonly Node[]): readonly Node[];
  /** Number of nodes and outputs that read a node in the graph that is rewritten: an estimate, not to rest soundness on. */
  uses(node: Node): number;
  range(node: Node): Range;
}

/** A node's results: itself if it has one. */
type Results = Node | readonly Node[];
const firstOf = (r: Results): Node => ('builder' in r ? r : r[0]!);
const allOf = (r: Results): readonly Node[] => ('builder' in r ? [r] : r);

/** The results that an operation is replaced by, or undefined if the rule does not apply. Nothing is made in that case. */
export type Rule<K extends OpName> = (node: Node<K>, to: Target) => Results | undefined;

/** Operation → named rules, tried in order. */
export type RuleTable = { readonly [K in OpName]?: Readonly<Record<string, Rule<K>>> };

type AnyRule = Rule<OpName>;
type Rules = ReadonlyMap<OpName, readonly (readonly [string, AnyRule])[]>;

/** One table of all rules of several. */
export function mergeRules(...tables: readonly RuleTable[]): RuleTable {
  const all: Partial<Record<OpName, Record<string, AnyRule>>> = {};
  for (const table of tables) {
    for (const [op, rules] of Object.entries(table)) {
      all[op as OpName] = { ...all[op as OpName], ...(rules as Record<string, AnyRule>) };
    }
  }
  return all as RuleTable;
}

/** The same rules for several operations. */
export function rulesFor<K extends OpName>(
  names: readonly K[],
  rules: (op: K) => Readonly<Record<string, Rule<K>>>,
): RuleTable {
  return Object.fromEntries(names.map((op) => [op, rules(op)])) as unknown as RuleTable;
}

/** Rules may call each other this deep; beyond, nodes stay as they are. */
const depthLimit = 60;

/** Operations whose operands may change places: given one order, equal ones are found. */
const commutative: ReadonlySet<OpName> = new Set<OpName>([
  'add',
  'mul',
  'maximum',
  'minimum',
  'and',
  'or',
  'xor',
]);

/** Numbers of distinct readers of a graph's nodes, by the nodes' ids; an output is a reader. */
function countUses(graph: Graph): number[] {
  const uses: number[] = [];
  for (const { operands } of graph.nodes) {
    for (let i = 0; i < operands.length; i++) {
      const { id } = operands[i]!;
      if (i === 0 || operands[i] !== operands[i - 1]) uses[id] = (uses[id] ?? 0) + 1;
    }
  }
  for (const { id } of graph.outputs) uses[id] = (uses[id] ?? 0) + 1;
  return uses;
}

/** Thrown by a probe when a rule would make a node. */
const wouldMake = Symbol('a rule applies');

/** Whether any rule applies to the nodes of a graph: found by a target that makes nothing. */
function applies(graph: Graph, rules: Rules, again: (graph: Graph) => Graph): boolean {
  const make = (): never => {
    throw wouldMake;
  };
  let uses: number[] | undefined;
  const ranges = new Map<Node, Range>();
  const probe: Target = {
    begin: make,
    node: make,
    nodes: make,
    constant: make,
    fill: make,
    inline: make,
    uses: (n) => (uses ??= countUses(graph))[n.id] ?? 1,
    range: (n) => rangeOf(n, ranges),
  };
  try {
    for (const node of graph.nodes) {
      if (holdsGraphs(node.op) && mapRunGraphs(node.op, node.attrs, again) !== node.attrs) return true;
      const list = rules.get(node.op);
      if (list === undefined) continue;
      for (let i = 0; i < list.length; i++) if (list[i]![1](node, probe) !== undefined) return true;
    }
  } catch (thrown) {
    if (thrown === wouldMake) return true;
    throw thrown;
  }
  return false;
}

/** Builds a graph again by rules. What is known of nodes is listed by their ids, which are unique in a builder. */
class Rewriter implements Target {
  readonly builder: Builder = new Builder();
  private readonly rules: Rules;
  private readonly note: Note | undefined;
  /** What a new node has become. */
  private readonly forms: Results[] = [];
  /** Number of readers of a new node's originals. */
  private readonly read: number[] = [];
  private readonly ranges = new Map<Node, Range>();
  private origin: Origin | undefined;
  private depth = 0;

  constructor(rules: Rules, note: Note | undefined) {
    this.rules = rules;
    this.note = note;
  }

  run(graph: Graph, again: (graph: Graph) => Graph): Graph {
    const uses = countUses(graph);
    // by the ids of old nodes
    const values: Results[] = [];
    for (const node of graph.inputs) {
      const input = this.builder.input(node.avals[0]!);
      input.origin = node.origin;
      values[node.id] = input;
      this.read[input.id] = uses[node.id] ?? 0;
    }
    const valueOf = (o: Node): Node => firstOf(values[o.id]!);
    for (const node of graph.nodes) {
      if (node.op === 'input') continue;
      let made: Results;
      if (node.op === 'proj') {
        made = allOf(values[node.operands[0]!.id]!)[(node as Node<'proj'>).attrs.index]!;
      } else {
        this.from(node.origin);
        const attrs = holdsGraphs(node.op) ? mapRunGraphs(node.op, node.attrs, again) : node.attrs;
        made = this.make(node.op, attrs, node.operands.map(valueOf));
      }
      values[node.id] = made;
      const { id } = firstOf(made);
      this.read[id] = (this.read[id] ?? 0) + (uses[node.id] ?? 0);
    }
    return this.builder.finish(graph.outputs.map(valueOf));
  }

  /** Nodes made from now on stem from this place of the user's program. */
  private from(origin: Origin | undefined): void {
    if (origin === this.origin) return;
    this.origin = origin;
    this.builder.originOf = origin === undefined ? undefined : () => origin;
  }

  node<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): Node {
    return firstOf(this.make(op, attrs, operands));
  }

  nodes<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): readonly Node[] {
    return allOf(this.make(op, attrs, operands));
  }

  private make<K extends OpName>(op: K, attrs: OpTable[K], operands: readonly Node[]): Results {
    const turn = commutative.has(op) && operands[0]!.id > operands[1]!.id;
    const made = this.builder.node(op, attrs, turn ? [operands[1]!, operands[0]!] : operands);
    return (this.forms[made.id] ??= this.rewritten(made) ?? this.results(made));
  }

  private rewritten(made: Node): Results | undefined {
    const list = this.rules.get(made.op);
    if (list === undefined || this.depth >= depthLimit) return undefined;
    this.depth++;
    try {
      for (let i = 0; i < list.length; i++) {
        const found = list[i]![1](made, this);
        if (found === undefined) continue;
        this.note?.(list[i]![0]);
        return found;
      }
    } finally {
      this.depth--;
    }
    return undefined;
  }

  private results(made: Node): Results {
    if (made.avals.length === 1) return made;
    return made.avals.map((_, index) => this.builder.node('proj', { index }, [made]));
  }

  begin(): void {
    // the walk that builds goes on
  }

  constant(value: HostArray): Node {
    return this.node('const', { value }, []);
  }

  fill(value: number, shape: Shape, dtype: DType): Node {
    const scalar = this.builder.constant(hostArray([value], [], dtype));
    return shape.length === 0 ? scalar : this.builder.node('broadcast', { shape, axes: [] }, [scalar]);
  }

  inline(graph: Graph, args: readonly Node[]): readonly Node[] {
    const { origin } = this;
    const out = interpret<Node>(graph, args, (node, operands) => {
      this.from(node.origin);
      return this.nodes(node.op, node.attrs, operands);
    });
    this.from(origin);
    return out;
  }

  uses(node: Node): number {
    return this.read[node.id] ?? 1;
  }

  range(node: Node): Range {
    return rangeOf(node, this.ranges);
  }
}

/**
 * The pass that applies rules everywhere, in sub-graphs too. Linear in the size of the graph, whose nodes are not even
 * copied if no rule applies.
 */
export function rewriting(name: string, table: RuleTable): Pass {
  const rules: Rules = new Map(
    Object.entries(table).map(([op, list]) => [
      op as OpName,
      Object.entries(list as Record<string, AnyRule>),
    ]),
  );
  return {
    name,
    run: (graph, note) => {
      const done = new Map<Graph, Graph>();
      const run = (g: Graph): Graph => {
        const known = done.get(g);
        if (known !== undefined) return known;
        const made = applies(g, rules, run) ? new Rewriter(rules, note).run(g, run) : g;
        done.set(g, made);
        return made;
      };
      return run(graph);
    },
  };
}
