/**
 * Families of random samples.
 */
import fc from 'fast-check';
import { batchGraph, jvpGraph, vjpGraph } from '../../src/autodiff/index.js';
import { inputAvals, sizeOf, type Aval, type Graph, type HostArray } from '../../src/ir/index.js';
import { hostOf, stage } from '../../src/staging/index.js';
import { stream } from '../autodiff/differences.js';
import { argumentsOf, programs, scalarOf } from '../autodiff/random-program.js';
import { randomGraph } from '../ir/random-graph.js';
import type { Sample } from './fuzz-judge.js';
import { fuzzShapes } from './fuzz-shapes.js';

/** Reals in (−1, 1). */
function reals({ shape }: Aval, next: () => number): HostArray {
  return { shape, dtype: 'f', data: Float64Array.from({ length: sizeOf(shape) }, next) };
}

/** The sample's derivative: by reverse mode, or by forward mode where something has no transpose. */
function derivative({ graph, inputs }: Sample, seed: number): Sample | undefined {
  const active = graph.inputs.map((n) => n.dtype === 'f');
  const made = [vjpGraph, jvpGraph].map((derive): Graph | undefined => {
    try {
      return derive(graph, active);
    } catch {
      // `while` has no transpose, `linearCall` without a forward graph no tangent
      return undefined;
    }
  });
  const found = made[0] ?? made[1];
  if (found === undefined) return undefined;
  const next = stream(seed);
  const extra = inputAvals(found)
    .slice(inputs.length)
    .map((a) => reals(a, next));
  return { graph: found, inputs: [...inputs, ...extra] };
}

/** The sample over three lanes: its inputs, or every second one, with a leading axis. */
function batched({ graph, inputs }: Sample, seed: number): Sample {
  const lanes = 3;
  const choice = inputs.map((_, i) => seed % 2 === 0 || (i + (seed >> 1)) % 2 === 0);
  const made = batchGraph(graph, choice, lanes);
  const stacked = inputs.map((x, i): HostArray => {
    if (!choice[i]) return x;
    const data = x.data.slice(0, 0) as typeof x.data;
    const out = new (data.constructor as new (n: number) => typeof x.data)(x.data.length * lanes);
    for (let k = 0; k < lanes; k++)
      out.set(x.dtype === 'f' ? x.data.map((v) => v * (1 - 0.125 * k)) : x.data, k * x.data.length);
    return { data: out, shape: [lanes, ...x.shape], dtype: x.dtype };
  });
  return { graph: made.graph, inputs: stacked };
}

/** The gradient, or the Hessian times a vector, of a smooth program of the library's functions. */
function program(seed: number): Sample {
  const [drawn] = fc.sample(programs(20), { seed, numRuns: 1 });
  const args = argumentsOf(drawn!);
  const { graph } = stage(scalarOf(drawn!), args);
  const sample = derivative({ graph, inputs: args.map((x) => hostOf(x)) }, seed)!;
  return seed % 2 === 0 ? sample : derivative(sample, seed + 1)!;
}

/** Every operation by turns, and sizes and forms that lean on a compiler. */
const plain = (seed: number, size: number): Sample =>
  seed % 4 === 0 ? randomGraph(seed, 2 * size) : fuzzShapes(seed, size);

const families = {
  /** Values. */
  graphs: (seed: number) => plain(seed, 1 + (seed % 12)),
  /** Derivatives of first order. */
  gradients: (seed: number) => derivative(plain(seed, 1 + (seed % 6)), seed),
  /** Values and derivatives over lanes. */
  batches: (seed: number) => {
    const sample = plain(seed, 1 + (seed % 6));
    const made = seed % 3 === 0 ? derivative(sample, seed) : sample;
    return made === undefined ? undefined : batched(made, seed);
  },
  /** Derivatives of first and second order of whole programs. */
  programs: program,
} as const;

/** Name of a family. */
export type Family = keyof typeof families;

/** All families. */
export const familyNames = Object.keys(families) as readonly Family[];

/** The sample of a family for a seed; nothing if there is no derivative. */
export function sampleOf(family: Family, seed: number): Sample | undefined {
  return families[family](seed);
}
