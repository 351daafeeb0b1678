/**
 * What the control-flow functions share: recording bodies over trees, and applying one operation to leaves.
 *
 * @module
 */
import {
  Builder,
  formatAval,
  inputAvals,
  sameShape,
  sizeOf,
  allocate,
  type Aval,
  type CaptureSource,
  type Graph,
  type Node,
} from '../ir/index.js';
import { apply, avalOf, flatten, leafFromHost, stage, type Leaf, type TreeDef } from '../staging/index.js';
import { range, rewire, union } from './rewire.js';

/** What trees of one form have in common: structure, paths of the leaves and their abstract values. */
export interface Form {
  readonly def: TreeDef;
  readonly paths: readonly string[];
  readonly avals: readonly Aval[];
}

/** A tree taken apart, with the abstract values of its leaves. */
export interface Flat extends Form {
  readonly leaves: Leaf[];
}

/** Takes a tree apart. */
export function flat(tree: unknown): Flat {
  const { leaves, def, paths } = flatten(tree);
  return { leaves, def, paths, avals: leaves.map(avalOf) };
}

/** A leaf of zeros, of the kind of `like`, to record a body with: only its abstract value matters. */
export function example(aval: Aval, like?: Leaf): Leaf {
  return leafFromHost({ ...aval, data: allocate(aval.dtype, sizeOf(aval.shape)) }, like);
}

/** A recorded body: its graph over (declared inputs ++ captures) and what the captures stand for. */
export interface Body {
  readonly graph: Graph;
  readonly captures: readonly CaptureSource[];
  /** Abstract values of the captured inputs. */
  readonly captureAvals: readonly Aval[];
}

/** Records `f` over example trees; `f` returns a flat list of leaves. */
export function record(f: (...args: unknown[]) => readonly Leaf[], args: readonly unknown[]): Body {
  const { graph, captures } = stage((...xs: unknown[]) => f(...xs), args);
  const avals = inputAvals(graph);
  return { graph, captures, captureAvals: avals.slice(avals.length - captures.length) };
}

/** Bodies brought to one list of captures, which become the leading inputs of each: sub-graphs take constants first. */
export function shareCaptures(...bodies: readonly Body[]): {
  readonly graphs: Graph[];
  readonly captures: readonly CaptureSource[];
  readonly captureAvals: readonly Aval[];
} {
  const { all, places } = union(...bodies.map((b) => b.captures));
  const captureAvals = new Array<Aval>(all.length);
  bodies.forEach((b, i) => places[i]!.forEach((p, k) => (captureAvals[p] = b.captureAvals[k]!)));
  const graphs = bodies.map((body, i) => {
    const declared = inputAvals(body.graph).slice(0, body.graph.inputs.length - body.captures.length);
    return rewire(
      body.graph,
      [...captureAvals, ...declared],
      [...range(all.length, declared.length), ...places[i]!],
    );
  });
  return { graphs, captures: all, captureAvals };
}

/** Applies `f(builder, inputs, captured)` to leaves and captures: recorded if any of them is, else run at once. */
export function applyNodes(
  leaves: readonly Leaf[],
  captures: readonly CaptureSource[],
  captureAvals: readonly Aval[],
  f: (b: Builder, inputs: Node[], captured: Node[]) => readonly Node[],
): Leaf[] {
  const builder = new Builder();
  const inputs = leaves.map((l) => builder.input(avalOf(l)));
  const captured = captureAvals.map((a) => builder.input(a));
  return apply(builder.finish(f(builder, inputs, captured)), leaves, captures);
}

/**
 * The leaves of a tree that must have the structure and abstract values of another, in the other's order (the members of
 * a record may be written in any order). Throws otherwise, naming the first leaf that differs.
 */
export function leavesLike(what: string, expected: Form, found: Flat): Leaf[] {
  const place = new Map(found.paths.map((path, i) => [path, i]));
  if (place.size !== expected.paths.length || expected.paths.some((path) => !place.has(path))) {
    throw new Error(`${what}: expected the structure ${expected.def.key}, found ${found.def.key}`);
  }
  return expected.paths.map((path, i) => {
    const k = place.get(path)!;
    const [e, f] = [expected.avals[i]!, found.avals[k]!];
    if (e.dtype !== f.dtype || !sameShape(e.shape, f.shape)) {
      throw new Error(
        `${what}${path ? ` at '${path}'` : ''}: expected ${formatAval(e)}, found ${formatAval(f)}`,
      );
    }
    return found.leaves[k]!;
  });
}
