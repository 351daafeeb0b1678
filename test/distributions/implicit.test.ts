import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { jvpNodes } from '../../src/autodiff/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { buildGraph, hostArray, ops, shapes, type Node } from '../../src/ir/index.js';
import { splitBatchNode } from '../../src/random/index.js';
import { register, tensorOf } from '../../src/staging/index.js';
import { nodesOf } from '../../src/distributions/params.js';
import {
  beta,
  dirichlet,
  gamma,
  inverseGamma,
  laplace,
  lkjCholesky,
  poisson,
  studentT,
  type Dist,
  type Num,
} from '../../src/distributions/index.js';

register();

const n = 20_000;

/** Derivatives of f(x(θ)) at one scalar parameter, one for each of n keys. */
function slopes(make: (theta: Num) => Dist, theta: number, f: (x: Node) => Node): Float64Array {
  const inputs = [hostArray([0, 11], [2], 'u32'), hostArray([theta], [], 'f')];
  const graph = buildGraph(inputs, (k, t) => {
    const value = (v: Node): Node[] => [f(make(tensorOf(v)).draw(splitBatchNode(k, n)))];
    return jvpNodes(value, [t], [ops.fill(t.builder, 1)]).tangent;
  });
  return bufferExecutor.compile(graph)(inputs)[0]!.data as Float64Array;
}

/** How many standard errors the mean is off, and the sample's variance. */
function judge(g: Float64Array, exact: number): { readonly z: number; readonly variance: number } {
  const mean = g.reduce((s, v) => s + v / n, 0);
  const variance = g.reduce((s, v) => s + (v - mean) ** 2 / (n - 1), 0);
  return { z: Math.abs(mean - exact) / Math.sqrt(variance / n), variance };
}

const first = (x: Node): Node => shapes.index(x, 0, x.shape.length - 1);

interface Oracle {
  readonly name: string;
  readonly make: (theta: Num) => Dist;
  readonly theta: number;
  readonly f: (x: Node) => Node;
  readonly exact: number;
  readonly variance?: number;
}

/** Derivatives of expectations in closed form, and variances of the implicit estimator where they are known. */
const oracles: readonly Oracle[] = [
  // E x² = a(a + 1)
  {
    name: 'Gamma(1.7, 1), x²',
    make: (a) => gamma(a, 1),
    theta: 1.7,
    f: ops.square,
    exact: 4.4,
    variance: 25.2,
  },
  { name: 'Gamma(0.4, 1), x²', make: (a) => gamma(a, 1), theta: 0.4, f: ops.square, exact: 1.8 },
  {
    name: 'Gamma(1.7, r), x² by the rate',
    make: (r) => gamma(1.7, r),
    theta: 2,
    f: ops.square,
    exact: (-2 * 1.7 * 2.7) / 8,
  },
  {
    name: 'Beta(2, 3), z² by a',
    make: (a) => beta(a, 3),
    theta: 2,
    f: ops.square,
    exact: 0.28 / 3,
    variance: 0.0021,
  },
  // E z² = a(a + 1)/((a + b)(a + b + 1))
  { name: 'Beta(2, 3), z² by b', make: (b) => beta(2, b), theta: 3, f: ops.square, exact: (-6 * 11) / 900 },
  // E x² = ν/(ν − 2)
  { name: 'StudentT(6), x²', make: (v) => studentT(v), theta: 6, f: ops.square, exact: -0.125 },
  { name: 'InverseGamma(6, 3), x', make: (a) => inverseGamma(a, 3), theta: 6, f: (x) => x, exact: -3 / 25 },
  {
    name: 'Dirichlet(2c, c, 3c), x₀² by c',
    make: (c) => dirichlet(tf.mul(c, tf.tensor1d([2, 1, 3]))),
    theta: 0.7,
    f: (x) => ops.square(first(x)),
    // E x₀² = 2c(2c + 1)/(6c(6c + 1)) = (2c + 1)/(3(6c + 1))
    exact: -4 / (3 * (6 * 0.7 + 1) ** 2),
  },
  {
    name: 'LKJ of order 2, L₁₀²',
    make: (eta) => lkjCholesky(2, eta),
    theta: 1.3,
    f: (x) => ops.square(first(shapes.index(x, 1, x.shape.length - 2))),
    // E r² = 1/(2η + 1)
    exact: -2 / 3.6 ** 2,
  },
];

describe('implicit reparameterization', () => {
  it.each(oracles)('$name', ({ make, theta, f, exact, variance }) => {
    const found = judge(slopes(make, theta, f), exact);
    expect(found.z).toBeLessThan(4);
    if (variance !== undefined) expect(found.variance / variance).toBeCloseTo(1, 1);
  });

  it('catches the derivative of the proposal in place of that of the law', () => {
    // x/α is what a scale would give; it ignores how the shape of the law changes
    const naive = (a: Num): Dist => {
      const d = gamma(1.7, 1);
      return {
        ...d,
        draw: (k) => {
          const x = d.draw(k);
          const alpha = ops.add(nodesOf([a], [x])[0]!, ops.zerosLike(x));
          return ops.add(x, ops.credit(ops.div(x, alpha), alpha));
        },
      };
    };
    expect(judge(slopes(naive, 1.7, ops.square), 4.4).z).toBeGreaterThan(4);
  });

  it('is declared where a draw has it', () => {
    for (const d of [gamma(1, 1), inverseGamma(1, 1), beta(1, 1), studentT(3), lkjCholesky(2, 1)])
      expect([d.reparameterization, d.reparameterizable, d.strategy]).toEqual([
        'implicit',
        true,
        { kind: 'reparam' },
      ]);
    expect(laplace(0, 1).reparameterization).toBe('explicit');
    expect(poisson(1).reparameterization).toBeUndefined();
  });
});
