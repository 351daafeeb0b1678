import { describe, expect, test } from 'vitest';
import {
  buildGraph,
  evaluate,
  hostArray,
  ops,
  shapes,
  stridesOf,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { alignments } from '../../transforms/expectation/alignment.js';
import { creditOf } from '../../transforms/expectation/credit.js';
import { ancestry, dependents } from '../../transforms/expectation/dependence.js';
import { linearTerms } from '../../transforms/expectation/linear-terms.js';

describe('the linear view', () => {
  /** Terms of a cost of the choice x[3] and something else y[3], with the cost's value and the sum over its terms. */
  const view = (cost: (x: Node, y: Node) => Node) => {
    const aval = { shape: [3], dtype: 'f' as const };
    let found: ReturnType<typeof linearTerms> = [];
    const graph = buildGraph([aval, aval], (x, y) => {
      const c = cost(x!, y!);
      const nodes = ancestry(c);
      found = linearTerms(c, nodes, dependents(x!, nodes));
      const total = found.reduce<Node>(
        (s, t) => ops.add(s, shapes.reduceSum(ops.mul(t.coefficient, t.term))),
        ops.fill(c.builder, 0),
      );
      return [c, total];
    });
    const run = (x: readonly number[]): readonly number[] =>
      evaluate(graph, [hostArray(x, [3], 'f'), hostArray([0.3, -1.2, 2], [3], 'f')]).map((v) => v.data[0]!);
    return { terms: found.map((t) => t.term.op), run };
  };
  const sum = shapes.reduceSum;

  test.each<[string, (x: Node, y: Node) => Node, readonly string[]]>([
    [
      'sums, differences and signs',
      (x, y) => sum(ops.sub(ops.neg(ops.exp(x)), ops.add(y, ops.sin(x)))),
      ['exp', 'sin'],
    ],
    ['factors', (x, y) => sum(ops.mul(ops.mul(2, y), ops.exp(x))), ['exp']],
    ['divisors', (x, y) => sum(ops.div(ops.exp(x), ops.add(ops.square(y), 1))), ['exp']],
    ['means over an axis', (x, y) => ops.add(shapes.reduceMean(ops.exp(x)), shapes.reduceMean(y)), ['exp']],
    ['minibatch scale of a sum', (x, y) => ops.mul(ops.add(sum(ops.exp(x)), sum(y)), 100 / 3), ['exp']],
    ['held gradients', (x, y) => sum(ops.stopGradient(ops.add(ops.exp(x), y))), ['exp']],
    [
      'predicates',
      (x, y) => sum(ops.select(ops.gt(y, 0), ops.exp(x), ops.add(y, ops.sin(x)))),
      ['exp', 'sin'],
    ],
    ['layout', (x, y) => sum(shapes.transpose(shapes.reshape(ops.add(ops.exp(x), y), [3, 1]))), ['exp']],
    ['one value in every place', (x, y) => sum(ops.add(ops.broadcastTo(sum(ops.exp(x)), [3]), y)), ['exp']],
    ['products of two that depend', (x, y) => ops.mul(sum(ops.exp(x)), ops.add(sum(y), sum(x))), ['mul']],
    ['nonlinear functions of a sum', (x, y) => ops.square(ops.add(sum(x), sum(y))), ['mul']],
    ['surrogates, which have no value', (x, y) => ops.add(sum(ops.exp(x)), sum(ops.credit(x, y))), ['exp']],
    ['nothing that depends', (_, y) => sum(y), []],
    [
      'a term twice',
      (x, y) => ops.add(sum(ops.exp(x)), ops.sub(sum(y), sum(ops.mul(3, ops.exp(x))))),
      ['exp'],
    ],
  ])('%s', (_, cost, terms) => {
    const { terms: found, run } = view(cost);
    expect([...found].sort()).toEqual([...terms].sort());
    // Of two values of the choice, the costs differ as the terms do.
    const [a, b] = [run([0.1, 0.2, 0.3]), run([-1, 0.5, 2])];
    expect(b[0]! - a[0]!).toBeCloseTo(b[1]! - a[1]!, 10);
  });
});

test('what a selection leaves out does not count, even where it is infinite or NaN', () => {
  const graph = buildGraph([{ shape: [3], dtype: 'f' }], (x) => {
    const y = ops.constant(x!.builder, [1, 0, -1], [3]);
    const logs = ops.div(ops.mul(ops.log(ops.mul(x!, y)), ops.log(y)), y);
    const kept = ops.select(ops.gt(y, 0), ops.add(logs, x!), 0);
    const cost = shapes.reduceSum(shapes.transpose(shapes.reshape(kept, [3, 1])));
    return [creditOf(cost, x!, [3])!, creditOf(cost, x!, [])!];
  });
  const [each, all] = evaluate(graph, [hostArray([2, 3, 4], [3], 'f')]).map((v) => [...v.data]);
  expect(each).toEqual([2, 0, 0]);
  expect(all).toEqual([2]);
});

describe('alignment, judged by moving one element of the choice', () => {
  const shape = [2, 3];
  const value = (v: readonly number[]): HostArray => hostArray(v, shape, 'f');
  const base = [0.3, -0.4, 0.9, 1.4, -1.1, 0.2];

  type Claim = readonly (number | undefined)[];

  const claimOf = (f: (x: Node) => Node): Claim => {
    let claim: Claim = [];
    buildGraph([{ shape, dtype: 'f' }], (x) => {
      const y = f(x!);
      const nodes = ancestry(y);
      claim = alignments(x!, 2, nodes, dependents(x!, nodes)).get(y)!;
      return [y];
    });
    return claim;
  };

  /** Moves each element of the choice and looks whether the result moves elsewhere than claimed. */
  const holds = (f: (x: Node) => Node, claim: Claim): boolean => {
    const graph = buildGraph([{ shape, dtype: 'f' }], (x) => [f(x!)]);
    const at = (v: readonly number[]): HostArray => evaluate(graph, [value(v)])[0]!;
    const before = at(base);
    const strides = stridesOf(before.shape);
    return base.every((b, k) => {
      const index = [Math.floor(k / 3), k % 3];
      const after = at(base.map((v, i) => (i === k ? b + 0.37 : v)));
      return [...after.data].every((v, flat) => {
        if (Object.is(v, before.data[flat])) return true;
        const position = strides.map((s, i) => Math.floor(flat / s) % before.shape[i]!);
        return claim.every((p, axis) => p === undefined || position[p] === index[axis]);
      });
    });
  };

  const other = (x: Node, s: readonly number[]): Node =>
    ops.constant(
      x.builder,
      Array.from({ length: s.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
      s,
    );

  test.each<[string, (x: Node) => Node, readonly (number | undefined)[]]>([
    ['element-wise', (x) => ops.mul(ops.exp(x), ops.add(x, 1)), [0, 1]],
    ['sum over an axis', (x) => shapes.reduceSum(x, [0]), [undefined, 0]],
    ['maximum over an axis', (x) => shapes.reduceMax(x, [1]), [0, undefined]],
    ['transpose', (x) => shapes.transpose(x), [1, 0]],
    [
      'x + xᵀ of different axes',
      (x) => ops.add(shapes.reduceSum(x, [1], true), shapes.reduceSum(x, [0], true)),
      [undefined, undefined],
    ],
    ['new axes', (x) => shapes.reshape(x, [1, 2, 1, 3]), [1, 3]],
    ['flattened', (x) => shapes.reshape(x, [6]), [undefined, undefined]],
    ['repeated along a new axis', (x) => shapes.broadcast(x, [4, 2, 3], [1, 2]), [1, 2]],
    ['slice', (x) => shapes.sliceAxis(x, 1, 1, 3), [0, undefined]],
    ['padding', (x) => shapes.pad(x, [0, 1], [0, 0]), [0, undefined]],
    ['reversal', (x) => shapes.reverse(x, [0]), [undefined, 1]],
    ['running sum', (x) => shapes.cumsum(x, 0), [undefined, 1]],
    ['concatenation with a constant', (x) => shapes.concat([x, other(x, [2, 2])], 1), [0, undefined]],
    ['matrix product from the left', (x) => shapes.matmul(x, other(x, [3, 4])), [0, undefined]],
    ['matrix product from the right', (x) => shapes.matmul(other(x, [4, 2]), x), [undefined, 1]],
    [
      'batched product',
      (x) =>
        shapes.dot(x, other(x, [2, 5]), { lhsContract: [], rhsContract: [], lhsBatch: [0], rhsBatch: [0] }),
      [0, 1],
    ],
    ['product with itself', (x) => shapes.matmul(x, shapes.transpose(x)), [undefined, undefined]],
    [
      'gather from it',
      (x) => shapes.gather(x, x.builder.constant(hostArray([2, 0], [2], 'i32')), 1),
      [0, undefined],
    ],
    [
      'gather from it, later axis',
      (x) => shapes.gather(x, x.builder.constant(hostArray([1, 0, 1], [3, 1], 'i32')), 0),
      [undefined, 2],
    ],
    ['index by it', (x) => shapes.gather(other(x, [3]), ops.cast(ops.abs(x), 'i32')), [undefined, undefined]],
    ['choice by it', (x) => ops.select(ops.gt(x, 0), x, other(x, [2, 3])), [0, 1]],
    [
      'position of the maximum',
      (x) => shapes.reshape(x.builder.node('argMax', { axis: 1 }, [x]), [2]),
      [0, undefined],
    ],
  ])('%s', (_, f, expected) => {
    expect(claimOf(f)).toEqual(expected);
    expect(holds(f, expected)).toBe(true);
  });

  test('the judge refuses false claims', () => {
    expect(holds((x) => shapes.cumsum(x, 0), [0, 1])).toBe(false);
    expect(holds((x) => shapes.reshape(x, [3, 2]), [undefined, 0])).toBe(false);
    expect(holds((x) => shapes.reverse(x, [0]), [0, 1])).toBe(false);
  });
});
