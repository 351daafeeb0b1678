/** Solvers on problems with derivatives written by hand, so that nothing but the solvers is judged. */
import { describe, expect, it } from 'vitest';
import { buildGraph, evaluate, hostArray, ops, shapes, type Node } from '../../src/ir/index.js';
import { inner } from '../../src/numerics/linear-nodes.js';
import { conjugateGradient } from '../../src/optimize/solvers/conjugate-gradient.js';
import { gradientDescent } from '../../src/optimize/solvers/gradient-descent.js';
import { lbfgs } from '../../src/optimize/solvers/lbfgs.js';
import { newton } from '../../src/optimize/solvers/newton.js';
import { newtonRoot } from '../../src/optimize/solvers/newton-root.js';
import type { Problem, ProblemKind } from '../../src/optimize/solvers/problem.js';
import { solve, type StopOptions } from '../../src/optimize/solvers/solve.js';
import type { Solver } from '../../src/optimize/solvers/solver.js';
import { describeStatus, statuses, statusFromCode, type Status } from '../../src/optimize/status.js';

const matrix = (rows: readonly (readonly Node[])[]): Node => shapes.stack(rows.map((r) => shapes.stack(r)));

/** (1−x)² + 100 (y−x²)², minimum 0 at (1, 1). */
const rosenbrock: Problem<'minimize'> = {
  kind: 'minimize',
  at(p) {
    const [x, y] = [shapes.index(p, 0), shapes.index(p, 1)];
    const [u, v] = [ops.sub(1, x), ops.sub(y, ops.mul(x, x))];
    const merit = ops.add(ops.mul(u, u), ops.mul(100, ops.mul(v, v)));
    const dx = ops.sub(ops.mul(-2, u), ops.mul(400, ops.mul(x, v)));
    return { x: p, merit, residual: shapes.stack([dx, ops.mul(200, v)]) };
  },
  jacobian(p) {
    const [x, y] = [shapes.index(p, 0), shapes.index(p, 1)];
    const xx = ops.add(2, ops.sub(ops.mul(1200, ops.mul(x, x)), ops.mul(400, y)));
    const xy = ops.mul(-400, x);
    return matrix([
      [xx, xy],
      [xy, ops.fill(p.builder, 200)],
    ]);
  },
};

/** Σ aᵢ xᵢ²/2 − bᵢ xᵢ. */
const quadratic = (a: readonly number[], b: readonly number[]): Problem<'minimize'> => ({
  kind: 'minimize',
  at(x) {
    const [av, bv] = [ops.constant(x.builder, a, [a.length]), ops.constant(x.builder, b, [b.length])];
    return {
      x,
      merit: ops.sub(ops.mul(0.5, inner(x, ops.mul(av, x))), inner(bv, x)),
      residual: ops.sub(ops.mul(av, x), bv),
    };
  },
  jacobian: (x) => shapes.diag(ops.constant(x.builder, a, [a.length])),
});

/** A scalar function by its value, first and second derivative. */
const scalar = (f: (x: Node) => Node, g: (x: Node) => Node, h: (x: Node) => Node): Problem<'minimize'> => ({
  kind: 'minimize',
  at: (x) => ({ x, merit: shapes.reduceSum(f(x)), residual: g(x) }),
  jacobian: (x) => shapes.reshape(h(x), [1, 1]),
});

interface Ran {
  readonly x: number[];
  readonly status: Status;
  readonly residual: number;
  readonly steps: number;
}

function run<K extends ProblemKind>(
  solver: Solver<K>,
  problem: Problem<K>,
  x0: readonly number[],
  options?: StopOptions,
): Ran {
  const graph = buildGraph([{ shape: [x0.length], dtype: 'f' }], (x) => {
    const s = solve(x!.builder, solver, problem, x!, options);
    return [s.x, s.code, s.residual, s.steps];
  });
  const [x, code, residual, steps] = evaluate(graph, [hostArray(x0, [x0.length], 'f')]);
  return {
    x: [...x!.data],
    status: statusFromCode(code!.data[0]!),
    residual: residual!.data[0]!,
    steps: steps!.data[0]!,
  };
}

describe('solvers', () => {
  it('newton finds the minimum of the Rosenbrock function to rounding', () => {
    const r = run(newton(), rosenbrock, [-1.2, 1], { tol: 1e-12 });
    expect(r.status).toBe('converged');
    expect(r.steps).toBeLessThan(30);
    expect(Math.hypot(r.x[0]! - 1, r.x[1]! - 1)).toBeLessThan(1e-10);
  });

  it('lbfgs finds it too, to a tolerance far below the square root of the rounding of f', () => {
    const r = run(lbfgs(), rosenbrock, [-1.2, 1], { tol: { absolute: 1e-11, relative: 0 } });
    expect(r.status).toBe('converged');
    expect(r.steps).toBeLessThan(60);
    expect(Math.hypot(r.x[0]! - 1, r.x[1]! - 1)).toBeLessThan(1e-10);
  });

  it('gradient descent needs hundreds of steps where Newton needs a dozen', () => {
    const r = run(gradientDescent(), rosenbrock, [-1.2, 1], {
      tol: { absolute: 0.05, relative: 0 },
      maxSteps: 4000,
    });
    expect(r.status).toBe('converged');
    expect(r.steps).toBeGreaterThan(300);
  });

  it('newton solves a quadratic in one step, lbfgs in about as many as there are eigenvalues', () => {
    const p = quadratic([1, 10, 100], [1, 2, 3]);
    expect(run(newton(), p, [5, -5, 7])).toMatchObject({ status: 'converged', steps: 1 });
    const r = run(lbfgs(), p, [5, -5, 7]);
    expect(r.status).toBe('converged');
    r.x.forEach((x, i) => expect(x).toBeCloseTo([1, 0.2, 0.03][i]!, 9));
  });

  it('a fixed step converges below 2/L and runs away above', () => {
    const p = quadratic([1, 10], [1, 1]);
    expect(run(gradientDescent({ step: 0.19 }), p, [1, 1], { maxSteps: 500 }).status).toBe('converged');
    expect(run(gradientDescent({ step: 0.21 }), p, [1, 1], { maxSteps: 2000 }).status).toBe('diverged');
  });

  it('newtonRoot solves a system', () => {
    // x² + y² = 4, x y = 1
    const circle: Problem<'root'> = {
      kind: 'root',
      at(p) {
        const [x, y] = [shapes.index(p, 0), shapes.index(p, 1)];
        const r = shapes.stack([ops.sub(inner(p, p), 4), ops.sub(ops.mul(x, y), 1)]);
        return { x: p, merit: ops.mul(0.5, inner(r, r)), residual: r };
      },
      jacobian(p) {
        const [x, y] = [shapes.index(p, 0), shapes.index(p, 1)];
        return matrix([
          [ops.mul(2, x), ops.mul(2, y)],
          [y, x],
        ]);
      },
    };
    const r = run(newtonRoot(), circle, [2, 0.1], { tol: 1e-13 });
    expect(r.status).toBe('converged');
    expect(r.x[0]! * r.x[1]!).toBeCloseTo(1, 12);
    expect(r.x[0]! ** 2 + r.x[1]! ** 2).toBeCloseTo(4, 12);
  });
});

describe('every status is reached by the problem that its sentence names', () => {
  const line = scalar(
    (x) => x,
    (x) => ops.add(ops.mul(0, x), 1),
    (x) => ops.mul(0, x),
  );
  const logarithm = scalar(
    ops.log,
    (x) => ops.div(1, x),
    (x) => ops.neg(ops.div(1, ops.mul(x, x))),
  );
  const wrong = scalar(
    ops.square,
    (x) => ops.mul(-2, x),
    (x) => ops.add(ops.mul(0, x), 2),
  );

  it('singular: a straight line has no curvature', () => {
    expect(run(newton(), line, [0.5])).toMatchObject({ status: 'singular', x: [0.5] });
  });
  it('damping makes the step possible again', () => {
    expect(run(newton({ damping: 1 }), line, [0.5], { maxSteps: 7 })).toMatchObject({
      status: 'maxSteps',
      steps: 7,
      x: [-6.5],
    });
  });
  it('nonfinite: outside the domain, and the last finite point is kept', () => {
    expect(run(newton(), logarithm, [-1])).toMatchObject({ status: 'nonfinite', steps: 0 });
    expect(run(gradientDescent({ step: 3 }), logarithm, [1])).toMatchObject({
      status: 'nonfinite',
      x: [1],
      steps: 1,
    });
  });
  it('diverged: lbfgs follows a line down without end', () => {
    expect(run(lbfgs(), line, [0.5], { maxSteps: 1000 }).status).toBe('diverged');
  });
  it('stagnated: with a derivative of the wrong sign no step improves', () => {
    for (const solver of [gradientDescent(), lbfgs(), newton()]) {
      expect(run(solver, wrong, [0.3])).toMatchObject({ status: 'stagnated', x: [0.3], steps: 1 });
    }
  });
  it('gradient descent does not overshoot for ever where twice the best step still decreases', () => {
    const sine = scalar(ops.sin, ops.cos, (x) => ops.neg(ops.sin(x)));
    for (const start of [1.5, 1, 0.2]) {
      const r = run(gradientDescent(), sine, [start]);
      expect(r.status).toBe('converged');
      expect(r.steps).toBeLessThan(60);
    }
  });
  it('converged at the start takes no step', () => {
    expect(run(newton(), quadratic([1], [0]), [0])).toMatchObject({ status: 'converged', steps: 0 });
  });
  it('sentences name a remedy', () => {
    for (const s of Object.keys(statuses) as Status[]) expect(describeStatus(s)).toMatch(/\.$/);
    expect(() => statusFromCode(17)).toThrow('17 is no status code');
  });
});

describe('conjugateGradient', () => {
  const a = [4, 1, 0, 1, 3, 1, 0, 1, 2];
  const cg = (
    m: readonly number[],
    b: readonly number[],
    options?: { maxSteps?: number; tol?: number },
    start: readonly number[] = b.map(() => 0),
  ): number[][] => {
    const n = b.length;
    const g = buildGraph(
      [
        { shape: [n, n], dtype: 'f' },
        { shape: [n], dtype: 'f' },
      ],
      (A, v) => {
        const r = conjugateGradient(
          v!.builder,
          (p) => shapes.matmul(A!, p),
          v!,
          ops.constant(v!.builder, start, [n]),
          options,
        );
        return [r.v, r.residual, r.steps, r.curvature];
      },
    );
    return evaluate(g, [hostArray(m, [n, n], 'f'), hostArray(b, [n], 'f')]).map((h) => [...h.data]);
  };

  it('solves an n×n system in n steps', () => {
    const [v, residual, steps, curvature] = cg(a, [1, 2, 3]);
    const back = [0, 1, 2].map((i) => a[3 * i]! * v![0]! + a[3 * i + 1]! * v![1]! + a[3 * i + 2]! * v![2]!);
    back.forEach((x, i) => expect(x).toBeCloseTo(i + 1, 12));
    expect(residual![0]).toBeLessThan(1e-14);
    expect(steps).toEqual([3]);
    expect(curvature).toEqual([1]);
  });
  it('stops at negative curvature with what it had', () => {
    const [v, , steps, curvature] = cg([1, 0, 0, -2], [0, 1]);
    expect(v).toEqual([0, 0]);
    expect(steps).toEqual([0]);
    expect(curvature).toEqual([-1]);
  });
  it('does nothing for b = 0, wherever it starts', () => {
    expect(cg(a, [0, 0, 0])).toEqual([[0, 0, 0], [0], [0], [1]]);
    expect(cg(a, [0, 0, 0], {}, [1, 2, 3])).toEqual([[0, 0, 0], [0], [0], [1]]);
  });
  it('a direction without curvature, to rounding, is no positive one', () => {
    // rank one, with b outside its range
    const f = [0.3, 0.7, 0.11];
    const [v, residual, , curvature] = cg(
      f.flatMap((p) => f.map((q) => 2 * p * q)),
      [1, 2, 5],
    );
    expect(Math.max(...v!.map(Math.abs))).toBeLessThan(1e2);
    expect(residual![0]).toBeGreaterThan(0.1);
    expect(curvature).toEqual([-1]);
  });
  it('NaN where b is not finite', () => {
    for (const bad of [NaN, Infinity]) {
      const [v, residual] = cg(a, [bad, 1, 1]);
      expect(v).toEqual([NaN, NaN, NaN]);
      expect(residual).toEqual([NaN]);
    }
  });
});
