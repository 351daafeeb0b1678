/**
 * Forward derivatives by rules that users gave.
 *
 * @module
 */
import {
  deepest,
  inputAvals,
  interpret,
  ops,
  outputAvals,
  type Builder,
  type Graph,
  type Node,
  type OpTable,
} from '../ir/index.js';
import { noForwardMode } from '../ir/evaluate-custom.js';
import type { CustomName } from './families.js';
import {
  defined,
  instantiate,
  plus,
  type Duals,
  type JvpOf,
  type JvpRule,
  type JvpTable,
  type Tangent,
} from './jvp-rule.js';
import { tie } from './self.js';
import { groupGraph, pick, place } from './subgraph.js';
import { transposeInto } from './transpose.js';

/** A graph rebuilt on nodes, each operation in the deepest builder of its operands: values stay out of the tangents' builder. */
function outward(graph: Graph, args: readonly Node[], builder: Builder): Node[] {
  return interpret<Node>(graph, args, (node, operands) => {
    const b = operands.length === 0 ? builder : deepest(operands);
    const made = b.nodes(node.op, node.attrs, operands);
    for (const n of made) n.origin ??= node.origin;
    return made;
  });
}

/**
 * (residuals, ẋ) ↦ Aᵀ ẋ for a backward rule (residuals, ȳ) ↦ A ȳ, which is what forward mode needs. A rule that is not
 * linear, such as one that clips, is taken with its derivative at ȳ = 0. Nothing if the rule cannot be transposed.
 */
function transposed(backward: Graph, residuals: number, jvp: JvpOf): Graph | undefined {
  const avals = inputAvals(backward);
  const [known, cts] = [avals.slice(0, residuals), avals.slice(residuals)];
  const args = outputAvals(backward);
  try {
    const linear = groupGraph([known, cts], (b, r, d) => {
      const still = r.map(() => undefined);
      const { tangents } = jvp(backward, [...r, ...d.map(ops.zerosLike)], [...still, ...d], b);
      return tangents.map((t, i) => instantiate(t, args[i]!, b));
    });
    return groupGraph([known, args], (b, r, v) =>
      transposeInto(linear, [...r, ...cts.map(() => undefined)], v, b)
        .slice(residuals)
        .map((t, i) => instantiate(t, cts[i]!, b)),
    );
  } catch {
    return undefined;
  }
}

/** Values and tangents by the rule of a `custom` whose arguments have the tangents `seeds`. */
function byRule(
  attrs: OpTable['custom'],
  primals: readonly Node[],
  seeds: readonly Node[],
  builder: Builder,
  jvp: JvpOf,
): Duals {
  const results = outputAvals(attrs.fun);
  const n = results.length;
  const real = results.map((a) => a.dtype === 'f');
  if (attrs.jvp !== undefined) {
    const made = outward(tie(attrs.jvp, attrs), [...primals, ...seeds], builder);
    return { out: made.slice(0, n), tangents: place(real, made.slice(n)) };
  }
  if (attrs.forward === undefined || attrs.backward === undefined) {
    throw new Error(
      'custom: a derivative rule called its function on values that do not depend on the arguments of the rule, in a batched program: ' +
        'compute these values outside the rule',
    );
  }
  const made = outward(tie(attrs.forward, attrs), primals, builder);
  const [out, residuals] = [made.slice(0, n), made.slice(n)];
  if (!real.includes(true)) return { out, tangents: out.map(() => undefined) };
  const transpose = tie(attrs.backward, attrs);
  const forward = transposed(transpose, residuals.length, jvp);
  const linear = { transpose, consts: residuals.length, ...(forward === undefined ? {} : { forward }) };
  const operands = [...residuals, ...seeds];
  return { out, tangents: place(real, deepest(operands).nodes('linearCall', linear, operands)) };
}

/** In the arguments by the rule; in captured values by differentiating the function, as the rule says nothing of them. */
const custom: JvpRule<'custom'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { fun, captures } = attrs;
  const [closed, given] = [tangents.slice(0, captures), tangents.slice(captures)];
  const besides: readonly Tangent[] = closed.some(defined)
    ? jvp(fun, primals, [...closed, ...given.map(() => undefined)], builder).tangents
    : fun.outputs.map(() => undefined);
  if (!given.some(defined)) return { out: builder.nodes('custom', attrs, primals), tangents: besides };
  const args = primals.slice(captures);
  const tb = deepest([...primals, ...tangents.filter(defined)]);
  const seeds = pick(
    given.map((t, i) => instantiate(t, args[i]!.avals[0]!, tb)),
    args.map((a) => a.dtype === 'f'),
  );
  const made = byRule(attrs, primals, seeds, builder, jvp);
  return { out: made.out, tangents: made.tangents.map((t, i) => plus(t, besides[i])) };
};

/** A(c) x: A(c) ẋ + (Ȧ) x. */
const linearCall: JvpRule<'linearCall'> = ({ attrs, primals, tangents, builder, jvp }) => {
  const { forward, consts } = attrs;
  const out = builder.nodes('linearCall', attrs, primals);
  const still = out.map((): Tangent => undefined);
  const known = primals.slice(0, consts);
  const [dc, dx] = [tangents.slice(0, consts), tangents.slice(consts)];
  let moved: readonly Tangent[] = still;
  if (dx.some(defined)) {
    const tb = deepest([...known, ...dx.filter(defined)]);
    const x = dx.map((t, i) => instantiate(t, primals[consts + i]!.avals[0]!, tb));
    moved = tb.nodes('linearCall', attrs, [...known, ...x]);
  }
  if (!dc.some(defined)) return { out, tangents: moved };
  if (forward === undefined) throw new Error(noForwardMode);
  const turned = jvp(forward, primals, [...dc, ...dx.map(() => undefined)], builder).tangents;
  return { out, tangents: moved.map((t, i) => plus(t, turned[i])) };
};

/** Rules of functions with rules of their own. */
export const jvpCustom: JvpTable<CustomName> = { custom, linearCall };
