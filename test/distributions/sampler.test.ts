import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  evaluate,
  hostArray,
  ops,
  shapes,
  type HostArray,
  type Node,
} from '../../src/ir/index.js';
import { bufferExecutor } from '../../src/compile/index.js';
import { jvpNodes, vmapNodes } from '../../src/autodiff/index.js';
import { tensorOf, register } from '../../src/staging/index.js';
import { flip, bernoulliLogits, multivariateNormal, type Dist } from '../../src/distributions/index.js';
import { splitBatchNode } from '../../src/random/index.js';
import { tensor } from '../../src/staging/index.js';
import { cases, kolmogorov, kolmogorovLimit, momentScores, normalCdf, type Case } from './reference.js';

register();

const n = 20_000;
/** One in a million per test; the first term of the series is conservative. */
const ksLimit = kolmogorovLimit(1e-6);
/** |z| > 5: six in ten million. */
const zLimit = 5;

const seed = (s: number): HostArray => hostArray([0, s], [2], 'u32');

/** n independent draws: one for each key of a batch. */
function draws(d: Dist<any, any>, s: number, count = n): HostArray {
  const g = buildGraph([{ shape: [2], dtype: 'u32' }], (k) => [
    ops.cast(d.draw(splitBatchNode(k, count)), 'f'),
  ]);
  return bufferExecutor.compile(g)([seed(s)])[0]!;
}

/** What a sampler's draws say against a law. */
function verdict(d: Dist, family: Case, s: number): string[] {
  const x = draws(d, s).data;
  const faults: string[] = [];
  if (kolmogorov(x, (v) => family.cdf(v, ...family.params)) > ksLimit) faults.push('distribution');
  if (family.moments !== undefined) {
    const [mean, variance] = momentScores(x, family.moments);
    if (Math.abs(mean) > zLimit) faults.push('mean');
    if (Math.abs(variance) > zLimit) faults.push('variance');
  }
  return faults;
}

describe.each(cases)('$name', (family) => {
  const d = family.make(...family.params);

  it('draws from its distribution', () => {
    for (const s of [1, 2, 3]) expect(verdict(d, family, s)).toEqual([]);
  });

  it('draws in its support, in its shape', () => {
    const x = draws(d, 4, 500);
    expect(x.shape).toEqual([500]);
    const [inside] = evaluate(
      buildGraph([x], (v) => [d.support.contains(v)]),
      [x],
    );
    expect(inside!.data.every((b) => b === 1)).toBe(true);
  });

  if (family.quantile ?? true)
    it('has pathwise derivatives that are those of the quantile function at a fixed level', () => {
      // x = F⁻¹(u; θ) for a fixed u: dx/dθ = −∂F/∂θ / p(x), whatever the sampler, up to a reflection of u.
      const inputs = family.params.map((v) => hostArray([v], [], 'f'));
      family.params.forEach((theta, i) => {
        const g = buildGraph([seed(5), ...inputs], (k, ...p) => {
          const sampled = (...q: Node[]): Node[] => [
            family.make(...q.map((v) => tensorOf(v))).draw(splitBatchNode(k, 50)),
          ];
          const unit = p.map((v, j) => ops.fill(v.builder, j === i ? 1 : 0));
          const { out, tangent } = jvpNodes(sampled, p, unit);
          return [...out, ...tangent];
        });
        const [x, dx] = evaluate(g, [seed(5), ...inputs]);
        const h = 1e-5 * Math.max(1, Math.abs(theta));
        x!.data.forEach((v, j) => {
          const at = (t: number): number => family.cdf(v, ...family.params.map((q, k) => (k === i ? t : q)));
          const expected = -(at(theta + h) - at(theta - h)) / (2 * h) / family.density(v, ...family.params);
          expect(Math.abs(dx!.data[j]! - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
        });
      });
    });
});

describe('the checks catch wrong samplers', () => {
  const find = (name: string): Case => cases.find((c) => c.name === name)!;

  it('a scale that is 5 % off', () => {
    const normal = find('normal');
    expect(verdict(normal.make(0.7, 1.3 * 1.05), normal, 1)).toContain('variance');
  });

  it('a location off by a twentieth of the scale', () => {
    const normal = find('normal');
    expect(verdict(normal.make(0.7 + 0.065, 1.3), normal, 1)).toEqual(
      expect.arrayContaining(['distribution', 'mean']),
    );
  });

  it('an absolute value that is missing', () => {
    const half = find('halfNormal');
    const signed = find('normal').make(0, 2.5);
    expect(verdict(signed, half, 1)).toContain('distribution');
  });

  it('a tangent of the wrong angle', () => {
    const cauchy = find('halfCauchy');
    const d = cauchy.make(5);
    const wrong: Dist = { ...d, draw: (k) => ops.mul(d.draw(k), 1.1) };
    expect(verdict(wrong, cauchy, 1)).toContain('distribution');
  });
});

describe('bernoulli', () => {
  it('draws true with its probability, by probs and by logits', () => {
    for (const p of [0.02, 0.3, 0.5, 0.99]) {
      for (const d of [flip(p), bernoulliLogits(Math.log(p / (1 - p)))]) {
        const x = Float64Array.from(draws(d, 7).data);
        const mean = x.reduce((s, v) => s + v, 0) / n;
        expect(Math.abs(mean - p) / Math.sqrt((p * (1 - p)) / n)).toBeLessThan(zLimit);
      }
    }
    expect(draws(flip(0), 1, 500).data.every((v) => v === 0)).toBe(true);
    expect(draws(flip(1), 1, 500).data.every((v) => v === 1)).toBe(true);
  });
});

describe('multivariate normal', () => {
  const loc = [1, -2, 0.5];
  const l = [2, 0, 0, 1, 0.5, 0, -1, 0.3, 1.5];
  const covariance = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => [0, 1, 2].reduce((s, k) => s + l[3 * i + k]! * l[3 * j + k]!, 0)),
  );
  const byFactor = multivariateNormal(tensor(loc), { scaleTril: tensor(l, [3, 3]) });
  const byCovariance = multivariateNormal(tensor(loc), { covariance: tensor(covariance, [3, 3]) });

  it('draws vectors with its mean and covariance', () => {
    for (const d of [byFactor, byCovariance]) {
      const x = draws(d, 3);
      expect(x.shape).toEqual([n, 3]);
      const column = (i: number): Float64Array =>
        Float64Array.from({ length: n }, (_, r) => x.data[3 * r + i]!);
      for (const [i, m] of loc.entries()) {
        const s = Math.sqrt(covariance[4 * i]!);
        expect(kolmogorov(column(i), (v) => normalCdf((v - m) / s))).toBeLessThan(ksLimit);
        for (const j of [0, 1, 2].filter((k) => k < i)) {
          const [a, b, c] = [covariance[4 * i]!, covariance[4 * j]!, covariance[3 * i + j]!];
          const [u, v] = [column(i), column(j)];
          const cross = u.reduce((t, w, r) => t + ((w - m) * (v[r]! - loc[j]!)) / n, 0);
          // Var of the product of two jointly normal variables: σᵢᵢσⱼⱼ + σᵢⱼ².
          expect(Math.abs(cross - c) / Math.sqrt((a * b + c * c) / n)).toBeLessThan(zLimit);
        }
      }
    }
  });

  it('draws the same by factor and by covariance, up to rounding', () => {
    const [a, b] = [draws(byFactor, 11, 100).data, draws(byCovariance, 11, 100).data];
    a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThan(1e-12));
  });

  it('catches a factor used the wrong way round', () => {
    const wrong = multivariateNormal(tensor(loc), {
      scaleTril: tensor([2, 0, 0, 0, 0.5, 0, 0, 0, 1.5], [3, 3]),
    });
    const x = draws(wrong, 3);
    const third = Float64Array.from({ length: n }, (_, r) => x.data[3 * r + 2]!);
    const s = Math.sqrt(covariance[8]!);
    expect(kolmogorov(third, (v) => normalCdf((v - 0.5) / s))).toBeGreaterThan(ksLimit);
  });
});

describe('keys of draws', () => {
  it('a batch of keys draws what a loop over the keys draws', () => {
    const d = cases[0]!.make(tensor([0, 10, 20]), 0.5);
    const whole = draws(d, 6, 4);
    expect(whole.shape).toEqual([4, 3]);
    const rows = evaluate(
      buildGraph([{ shape: [2], dtype: 'u32' }], (k) => {
        const batch = splitBatchNode(k, 4);
        return [0, 1, 2, 3].map((i) => d.draw(shapes.index(batch, i)));
      }),
      [seed(6)],
    );
    expect(rows.flatMap((r) => Array.from(r.data))).toEqual(Array.from(whole.data));
  });

  it('and so does vmap over the keys', () => {
    for (const { make, params } of cases) {
      const d = make(...params);
      const [whole, lanes] = evaluate(
        buildGraph([{ shape: [2], dtype: 'u32' }], (k) => {
          const batch = splitBatchNode(k, 6);
          return [d.draw(batch), ...vmapNodes((lane) => [d.draw(lane)], [batch])];
        }),
        [seed(8)],
      );
      expect(lanes).toEqual(whole);
    }
  });
});
