/**
 * The Laplace step: mode and curvature of a model's log joint density over the unconstrained space.
 *
 * @module
 */
import { gradNodes, jvpNodes, vmapNodes } from '../../autodiff/index.js';
import {
  buildGraph,
  hostArray,
  inline,
  inputAvals,
  ops,
  shapes,
  type HostArray,
  type Node,
} from '../../ir/index.js';
import { assess, type AnyProgram } from '../../language/index.js';
import type { Status } from '../../optimize/status.js';
import { executorOf, hostOf, lift, stage, tensor, type Leaf } from '../../staging/index.js';
import { choleskyOfInverse } from './dense.js';
import { constrain, nested, type LatentSite } from './latents.js';
import { findMode, type Curvature } from './mode.js';

/** The Gaussian approximation of a posterior at its mode, in the unconstrained space of n numbers. */
export interface Laplace {
  /** The mode; the starting point if none was found. */
  readonly mode: Float64Array;
  /** Lower L[n, n] with L Lᵀ = (−H)⁻¹, row-major; the identity if there is no mode. */
  readonly scaleTril: Float64Array;
  /** 1/√(−Hᵢᵢ): the scale of a coordinate with the others fixed at the mode; 1 if there is no mode. */
  readonly scale: Float64Array;
  /** `converged`, or why there is no mode; see `describeStatus`. */
  readonly status: Status;
  /** Number of evaluations of density, gradient and Hessian. */
  readonly evaluations: number;
  /** Log joint density in the unconstrained space at `mode`. */
  readonly logDensity: number;
}

/** Options of the search for the mode. */
export interface LaplaceOptions {
  /** Where the search for the mode begins in the unconstrained space; default zeros. */
  readonly start?: Float64Array;
  /** Limit of evaluations; default 200. */
  readonly maxEvaluations?: number;
}

/**
 * Density to second order of
 *
 *     h(z) = log p(forward(z), data) + log|det ∂forward/∂z|,
 *
 * as one compiled program of z.
 */
export function logJointOf(model: AnyProgram, sites: readonly LatentSite[]): (z: Float64Array) => Curvature {
  const last = sites[sites.length - 1]!;
  const n = last.offset + last.size;
  const staged = stage(
    (z: Leaf) => {
      const point = lift([z], (_b, node) => {
        const { values, logDet } = constrain(sites, node!);
        return [...values, logDet];
      });
      const choices = nested(sites, point.slice(0, -1));
      const { logDensity } = assess(model, choices as never);
      return lift([logDensity, point[point.length - 1]!], (_b, p, d) => ops.add(p!, d!))[0]!;
    },
    [tensor(new Float64Array(n))],
  );
  const graph = buildGraph(inputAvals(staged.graph), (z, ...captured) => {
    const f = (x: Node): Node => inline(x.builder, staged.graph, [x, ...captured])[0]!;
    const gradientAt = (x: Node): Node => gradNodes(f, [x]).gradient[0]!;
    const { value, gradient } = gradNodes(f, [z!]);
    const [hessian] = vmapNodes(
      (e) => jvpNodes((x) => [gradientAt(x)], [z!], [e]).tangent,
      [shapes.eye(z!.builder, n)],
    );
    return [value, gradient[0]!, hessian!];
  });
  const compiled = executorOf().compile(graph);
  const captured = staged.captures.map((source) => hostOf(source as unknown as Leaf));
  return (z) => {
    const [value, gradient, hessian] = compiled([hostArray(z, [n], 'f'), ...captured]);
    const data = (x: HostArray | undefined): Float64Array => x!.data as Float64Array;
    return { value: data(value)[0]!, gradient: data(gradient), hessian: data(hessian) };
  };
}

/**
 * Mode and curvature of a model: the maximum ẑ of h by damped Newton steps, and the Gaussian N(ẑ, (−∇²h(ẑ))⁻¹).
 *
 * It never fails for numerical reasons: where no mode is found (an improper posterior, a density without bound, a
 * start outside the domain), `status` says why, and the result is the standard normal around the start.
 */
export function laplace(
  model: AnyProgram,
  sites: readonly LatentSite[],
  options: LaplaceOptions = {},
): Laplace {
  const last = sites[sites.length - 1]!;
  const n = last.offset + last.size;
  const start = options.start ?? new Float64Array(n);
  const { maxEvaluations } = options;
  const found = findMode(
    logJointOf(model, sites),
    start,
    maxEvaluations === undefined ? {} : { maxEvaluations },
  );
  const { status, evaluations } = found;
  const scaleTril = status === 'converged' ? choleskyOfInverse(found.precision, n) : undefined;
  if (scaleTril !== undefined) {
    const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(found.precision[i * n + i]!));
    return { mode: found.point, scaleTril, scale, status, evaluations, logDensity: found.value };
  }
  const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
  const ones = new Float64Array(n).fill(1);
  return {
    mode: start,
    scaleTril: identity,
    scale: ones,
    status: status === 'converged' ? 'singular' : status,
    evaluations,
    logDensity: found.value,
  };
}
