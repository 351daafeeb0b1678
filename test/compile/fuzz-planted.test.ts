/** Deliberately wrong executors are found by the random samples, and shrunk to the operation that is wrong. */
import { beforeAll, describe, expect, test } from 'vitest';
import { bufferExecutor } from '../../src/compile/buffer-executor.js';
import {
  ops,
  shapes,
  sizeOf,
  type AnyNode,
  type Builder,
  type Executor,
  type Graph,
  type Node,
} from '../../src/ir/index.js';
import { register } from '../../src/staging/index.js';
import { subject, type Subject } from './executors-subject.js';
import { roundingExecutor } from './fuzz-rounding.js';
import { fuzz } from './fuzz-run.js';
import type { Family } from './fuzz-samples.js';
import { rewrite } from './fuzz-rewrite.js';

beforeAll(() => register());

type Change = (b: Builder, node: AnyNode, operands: readonly Node[]) => readonly Node[] | undefined;

/** An executor with some operations changed, everywhere. */
const changed = (executor: Executor, change: Change): Executor => ({
  name: 'wrong',
  compile: (graph) => executor.compile(rewrite(graph, change)),
});
/** An executor with whole graphs changed. */
const passed = (executor: Executor, pass: (g: Graph) => Graph): Executor => ({
  name: 'wrong',
  compile: (graph) => executor.compile(pass(graph)),
});
const in64 = (change: Change): Subject => subject('wrong', changed(bufferExecutor, change), 'float64');
const float32 = roundingExecutor({ precision: 'float32', seed: 5, ulps: 2 });
const in32 = (change: Change): Subject => subject('wrong', changed(float32, change), 'float32');

/** `wrong` where an element's row-major position fulfils a condition, else `right`. */
function where(right: Node, wrong: Node, ok: (i: number, n: number) => boolean): Node {
  const n = sizeOf(right.shape);
  const mask = ops.constant(
    right.builder,
    Array.from({ length: n }, (_, i) => (ok(i, n) ? 1 : 0)),
    right.shape,
    'bool',
  );
  return ops.select(mask, wrong, right);
}

/** A scan that assigns its carry one member after another, so that later members read what earlier ones became. */
function oneByOne(graph: Graph): Graph {
  return rewrite(graph, (b, n, operands) => {
    if (n.op !== 'scan') return undefined;
    const { body, consts, carry } = n.attrs;
    const outputs = [...body.outputs];
    for (let i = 0; i < carry; i++) {
      const from = body.inputs.indexOf(outputs[i]!) - consts;
      if (from >= 0 && from < i) outputs[i] = outputs[from]!;
    }
    const order = outputs.map((o) => body.outputs.indexOf(o));
    return b.nodes('scan', { ...n.attrs, body: rewrite(body, () => undefined, order) }, operands);
  });
}

const state = (): Executor => {
  const kept = new Map<string, ReturnType<ReturnType<Executor['compile']>>>();
  return {
    name: 'wrong',
    compile: (graph) => {
      const run = bufferExecutor.compile(graph);
      return (inputs) => {
        const made = run(inputs);
        const known = kept.get(graph.key);
        if (known === undefined) kept.set(graph.key, made);
        else known.forEach((x, i) => x.data.set(made[i]!.data.map((v, k) => (k === 5 ? v + 1 : v))));
        return known ?? made;
      };
    },
  };
};

/** An executor whose results change in the last place from run to run. */
const restless = (): Executor => {
  let runs = 0;
  return {
    name: 'wrong',
    compile: (graph) => {
      const run = bufferExecutor.compile(graph);
      return (inputs) => {
        const factor = 1 + (runs++ % 2) * 2 ** -52;
        return run(inputs).map((x) => (x.dtype === 'f' ? { ...x, data: x.data.map((v) => v * factor) } : x));
      };
    },
  };
};

const lastOfOdd = (i: number, n: number): boolean => n > 4 && n % 4 === 3 && i === n - 1;

/** The fault, the wrong executor, what the report must name, and where to look for it. */
const faults: readonly (readonly [string, Subject, RegExp, Family, number])[] = [
  [
    'maximum that drops NaN',
    in64((_, n, [x, y]) =>
      n.op === 'maximum' && n.dtype === 'f' ? [ops.select(ops.gt(x!, y!), x!, y!)] : undefined,
    ),
    /maximum/,
    'graphs',
    230,
  ],
  [
    'reduceMax that drops NaN',
    in64((_, n, [x]) =>
      n.op === 'reduceMax' && n.dtype === 'f'
        ? [shapes.reduceMax(ops.select(ops.isNaN(x!), -Infinity, x!), n.attrs.axes)]
        : undefined,
    ),
    /reduceMax/,
    'graphs',
    40,
  ],
  [
    'tanh with an error of 1e-4, in float32',
    in32((_, n, [x]) => (n.op === 'tanh' ? [ops.mul(ops.unary('tanh', x!), 1.0001)] : undefined)),
    /tanh/,
    'graphs',
    0,
  ],
  [
    'tanh with an error of 1e-10, in float64',
    in64((_, n, [x]) => (n.op === 'tanh' ? [ops.mul(ops.unary('tanh', x!), 1 + 1e-10)] : undefined)),
    /tanh/,
    'gradients',
    0,
  ],
  [
    'a product in float32 in a float64 program',
    in64((b, n, xs) => (n.op === 'dot' ? [ops.mul(b.node('dot', n.attrs, xs), 1 + 2 ** -24)] : undefined)),
    /dot/,
    'programs',
    0,
  ],
  [
    'the last element of vectors of 4 k + 3 elements',
    in64((b, n, xs) =>
      n.op === 'mul' && n.dtype === 'f' ? [where(b.node('mul', {}, xs), xs[0]!, lastOfOdd)] : undefined,
    ),
    /mul/,
    'graphs',
    100,
  ],
  [
    'a scan that assigns its carry one by one',
    subject('wrong', passed(bufferExecutor, oneByOne), 'float64'),
    /scan/,
    'graphs',
    90,
  ],
  [
    'a gather that wraps where it should clamp',
    in64((b, n, [x, i]) =>
      n.op === 'gather'
        ? [b.node('gather', n.attrs, [x!, ops.mod(i!, Math.max(1, x!.shape[n.attrs.axis]!))])]
        : undefined,
    ),
    /gather/,
    'graphs',
    0,
  ],
  [
    'a product with zero that is simplified to zero',
    in64((b, n, [x, y]) =>
      n.op === 'mul' && n.dtype === 'f'
        ? [ops.select(ops.eq(y!, 0), 0, b.node('mul', {}, [x!, y!]))]
        : undefined,
    ),
    /mul/,
    'graphs',
    120,
  ],
  [
    'a sort that is not stable',
    in64((b, n, [x]) => {
      if (n.op !== 'sort') return undefined;
      const { axis } = n.attrs;
      const [values, at] = b.nodes('sort', { axis }, [shapes.reverse(x!, [axis])]);
      return [values!, ops.sub(x!.shape[axis]! - 1, at!)];
    }),
    /sort/,
    'graphs',
    20,
  ],
  [
    'a reduction over a middle axis that takes the first',
    in64((b, n, [x]) =>
      n.op === 'reduceSum' &&
      x!.shape.length === 3 &&
      n.attrs.axes.join() === '1' &&
      x!.shape[0] === x!.shape[1]
        ? [b.node('reduceSum', { axes: [0] }, [x!])]
        : undefined,
    ),
    /reduceSum/,
    'batches',
    210,
  ],
  [
    'results that depend on what was there before',
    subject('wrong', restless(), 'float64'),
    /a second run is another/,
    'graphs',
    0,
  ],
  [
    'results that are written again',
    subject('wrong', state(), 'float64'),
    /written by a later run/,
    'graphs',
    0,
  ],
];

describe('a wrong executor is caught and the fault is shrunk', () => {
  test.each(faults)('%s', async (_, wrong, named, family, from) => {
    const [tally] = (await fuzz(family, [wrong], from, 1500)).values();
    expect(tally!.failures.length).toBe(1);
    const [text] = tally!.failures;
    expect(text).toMatch(named);
    // what is left is an operation or two
    expect(text!.match(/^ +%\d+ = (?!const|broadcast)/gm)?.length ?? 0).toBeLessThanOrEqual(3);
  });
});

describe('a correct executor is not', () => {
  test.each([1, 2])('in float32 and float64, with errors %i', async (seed) => {
    const right = (['float32', 'float64'] as const).map((precision) =>
      subject(precision, roundingExecutor({ precision, seed: 1000 + seed, ulps: 3 }), precision),
    );
    for (const tally of (await fuzz('graphs', right, 5000, 60)).values()) expect(tally.failures).toEqual([]);
    for (const tally of (await fuzz('programs', right, 5000, 20)).values())
      expect(tally.failures).toEqual([]);
  });
});
