import { describe, expect, it } from 'vitest';
import { gradNodes, vmapNodes } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { buildGraph, hostArray, ops, shapes, type HostArray, type Node } from '../../src/ir/index.js';
import { splitBatchNode } from '../../src/random/index.js';
import { register, tensor, tensorOf } from '../../src/staging/index.js';
import {
  binomial,
  categorical,
  dirichlet,
  geometric,
  poisson,
  reparam,
  type Dist,
  type Num,
} from '../../src/distributions/index.js';

register();

const n = 40_000;

interface Oracle {
  readonly name: string;
  readonly make: (theta: Num) => Dist<any, any>;
  readonly theta: readonly number[];
  readonly f: (x: Node) => Node;
  /** Derivative of E f in the first parameter. */
  readonly exact: number;
  readonly variance: number;
}

const oracles: readonly Oracle[] = [
  { name: 'Poisson(2.5), x²', make: poisson, theta: [2.5], f: ops.square, exact: 6, variance: 301 },
  {
    name: 'Geometric(0.4), x²',
    make: geometric,
    theta: [0.4],
    f: ops.square,
    exact: -43.75,
    variance: 66473,
  },
  {
    name: 'Binomial(7, 0.35), x³',
    make: (p) => binomial(7, p),
    theta: [0.35],
    f: (x) => ops.mul(x, ops.square(x)),
    exact: 172.375,
    variance: NaN,
  },
  {
    name: 'Categorical by logits, (1, 4, −2)',
    make: (logits) => categorical({ logits }),
    theta: [0.2, -0.5, 1],
    f: (x) => shapes.gather(ops.constant(x.builder, [1, 4, -2], [3]), ops.cast(x, 'i32')),
    exact: 0.37439,
    variance: 0.33,
  },
];

/** f(x)·∂ log p(x)/∂θ₀ for n draws x: the score-function estimator, without a transform. */
function estimates({ make, theta, f }: Oracle): Float64Array {
  const shape = theta.length === 1 ? [] : [theta.length];
  const inputs: HostArray[] = [hostArray([0, 21], [2], 'u32'), hostArray(theta, shape, 'f')];
  const graph = buildGraph(inputs, (key, t) => {
    const x = make(tensorOf(t)).draw(splitBatchNode(key, n));
    return vmapNodes(
      (v) => {
        const { gradient } = gradNodes((p) => make(tensorOf(p)).score(v), [v.builder.lift(t)]);
        const slope = shape.length === 0 ? gradient[0]! : shapes.index(gradient[0]!, 0);
        return [ops.mul(f(ops.cast(v, 'f')), slope)];
      },
      [x],
    );
  });
  return bufferExecutor.compile(graph)(inputs)[0]!.data as Float64Array;
}

/** How many standard errors the mean is off, and the sample's variance. */
function judge(g: Float64Array, exact: number): { readonly z: number; readonly variance: number } {
  const mean = g.reduce((s, v) => s + v / n, 0);
  const variance = g.reduce((s, v) => s + (v - mean) ** 2 / (n - 1), 0);
  return { z: Math.abs(mean - exact) / Math.sqrt(variance / n), variance };
}

describe('draws and scores of discrete laws make unbiased score-function estimates', () => {
  it.each(oracles)('$name', (oracle) => {
    const found = judge(estimates(oracle), oracle.exact);
    expect(found.z).toBeLessThan(4);
    // heavy tails: the variance is known to a tenth at best
    if (!Number.isNaN(oracle.variance))
      expect(Math.abs(found.variance / oracle.variance - 1)).toBeLessThan(0.15);
  });

  it('a score with the sign of a logarithm wrong does not', () => {
    const wrong: Oracle = {
      ...oracles[0]!,
      make: (r) => ({ ...poisson(r), score: (x: Node) => ops.neg(poisson(r).score(x)) }),
    };
    expect(judge(estimates(wrong), 6).z).toBeGreaterThan(4);
  });
});

describe('discrete families', () => {
  it('draw integers, have no pathwise strategy, and say so', () => {
    for (const d of [poisson(2), binomial(5, 0.3), geometric(0.5), categorical(tensor([0.5, 0.5]))]) {
      expect([d.dtype, d.reparameterizable, d.strategy]).toEqual(['i32', false, undefined]);
      expect(() => reparam(d)).toThrow(`use reinforce(${d.family}(...))`);
    }
  });

  it('score in the batch of value and parameters', () => {
    const probs = tensor([0.2, 0.8, 0.6, 0.4], [2, 2]);
    const graph = buildGraph([hostArray([0, 1, 1, 0, 1, 0], [3, 2], 'i32')], (x) => [
      categorical(probs).score(x),
      poisson(tensor([1, 2])).score(x),
    ]);
    const [c, p] = bufferExecutor.compile(graph)([hostArray([0, 1, 1, 0, 1, 0], [3, 2], 'i32')]);
    expect([c!.shape, p!.shape]).toEqual([
      [3, 2],
      [3, 2],
    ]);
    const expected = [0.2, 0.4, 0.8, 0.6, 0.8, 0.6];
    c!.data.forEach((v, i) => expect(Math.exp(v)).toBeCloseTo(expected[i]!, 6));
    expect(dirichlet(tensor([1, 2, 3, 4], [2, 2])).batchShape).toEqual([2]);
  });
});
