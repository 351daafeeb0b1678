import { assess, tensor } from 'adjoint';
import { describe, expect, it } from 'vitest';
import { posteriors, type Posterior } from '../../examples/posteriors/index.js';
import { densities, points, type Point } from './densities.js';

/** log p(parameters, data) of a posterior's program. */
const logJoint = (posterior: Posterior, point: Point): number => {
  const choices = Object.fromEntries(
    Object.entries(point).map(([name, value]) => [name, typeof value === 'number' ? value : tensor(value)]),
  );
  return posterior.use((program) => assess(program as any, choices as any).logDensity.dataSync()[0]!);
};

const relative = (found: number, right: number): number => Math.abs(found - right) / Math.abs(right);

describe('the log joint density of', () => {
  it('six posteriors', () => {
    expect(posteriors.map((p) => p.name).sort()).toEqual(Object.keys(densities).sort());
  });

  it.each(posteriors)('$name is that of its file', (posterior) => {
    for (const point of points[posterior.name]!) {
      expect(relative(logJoint(posterior, point), densities[posterior.name]!(point))).toBeLessThan(1e-12);
    }
  });

  it('a model with a wrong prior is told apart', () => {
    const [point] = points['arK']!;
    const found = logJoint(
      posteriors.find((p) => p.name === 'arK')!,
      point!,
    );
    // HalfCauchy(2.6) for HalfCauchy(2.5)
    const cauchy = (s: number): number => -Math.log(s) - Math.log1p((0.15 / s) ** 2);
    expect(relative(found, densities['arK']!(point!) + cauchy(2.6) - cauchy(2.5))).toBeGreaterThan(1e-6);
  });
});

describe('a posterior', () => {
  it.each(posteriors)('$name has a reference for each element of its parameters', ({ reference }) => {
    expect(new Set(reference.map((r) => r.name)).size).toBe(reference.length);
    for (const { mean, sd } of reference) {
      expect(Number.isFinite(mean)).toBe(true);
      expect(sd).toBeGreaterThan(0);
    }
  });
});
