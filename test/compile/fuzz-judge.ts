/**
 * The rule by which results of an executor are compared with the reference.
 *
 * An element agrees if it equals the reference's within the executor's relative tolerance (integers, bools, NaN and
 * infinities exactly). Where it does not, the graph is run in a model of rounded arithmetic, to nearest and then with
 * random errors. If all runs give the same kind of value (the same integer, NaN, an infinity of one sign, something
 * finite), the element must be that, and a finite one must lie within
 *   rtol · |nearest| + 8 · (the farthest run or reference from nearest)
 * of the model's run that rounds to nearest. If the runs disagree in kind, or if that bound says next to nothing
 * (above 1 % of the value in float32, 10⁻⁶ in float64) and the element is not 1000 times further away, it is counted as
 * not judged.
 */
import { evaluate, formatAval, sameShape, type Graph, type HostArray } from '../../src/ir/index.js';
import type { Precision } from './fuzz-floats.js';
import { evaluateRounded } from './fuzz-rounding.js';

/** A graph and values of its inputs. */
export interface Sample {
  readonly graph: Graph;
  readonly inputs: readonly HostArray[];
}

/** What is asked of an executor. */
export interface Demand {
  readonly precision: Precision;
  /** Relative tolerance of well-conditioned results. */
  readonly rtol: number;
  /** Runs of the model after which a result is called wrong; default 33. */
  readonly runs?: number;
}

/** What is known of a sample's results; runs of the rounding model are made when they are first needed. */
export interface Oracle extends Sample {
  readonly reference: readonly HostArray[];
  /** Results of the model: the first rounds to nearest, the others err at random. */
  runs(precision: Precision, count: number): readonly (readonly HostArray[])[];
}

/** Reference results of a sample. */
export function oracleOf({ graph, inputs }: Sample): Oracle {
  const reference = evaluate(graph, inputs);
  // the reference itself rounds to nearest in float64
  const made: Record<Precision, (readonly HostArray[])[]> = { float32: [], float64: [reference] };
  return {
    graph,
    inputs,
    reference,
    runs(precision, count) {
      const list = made[precision];
      for (let seed = list.length; seed < count; seed++) {
        // every third run errs more
        const ulps = seed === 0 ? 0 : seed % 3 === 0 ? 8 : 4;
        list.push(evaluateRounded(graph, inputs, { precision, seed, ulps }));
      }
      return list.slice(0, count);
    },
  };
}

/** The outcome of a comparison. */
export interface Verdict {
  /** The first place that is wrong, as a sentence. */
  readonly difference?: string;
  /** Index of the wrong result. */
  readonly result?: number;
  readonly elements: number;
  /** Elements that were judged by the spread of the model. */
  readonly conditioned: number;
  /** Elements that could not be judged. */
  readonly unjudged: number;
}

const kindOf = (x: number): string => (Number.isFinite(x) ? 'finite' : String(x));

/** Bound on the tolerance, relative to the value, above which it is no judgement. */
const blurred: Record<Precision, number> = { float32: 1e-2, float64: 1e-6 };

/** One element against the runs of the model: whether it agrees, or undefined if that cannot be said. */
function within(
  found: number,
  reference: number,
  runs: readonly number[],
  real: boolean,
  ask: Demand,
): boolean | undefined {
  const nearest = runs[0]!;
  if (!real) return runs.every((r) => r === nearest) ? found === nearest : undefined;
  const kind = kindOf(nearest);
  if (runs.some((r) => kindOf(r) !== kind)) return undefined;
  if (kind !== 'finite') return Object.is(found, nearest);
  const distances = [...runs, ...(Number.isFinite(reference) ? [reference] : [])].map((r) =>
    Math.abs(r - nearest),
  );
  const tolerance = ask.rtol * Math.abs(nearest) + 8 * Math.max(...distances);
  const away = Math.abs(found - nearest);
  // where runs are far apart, a few of them say little about how far others may be
  if (tolerance > blurred[ask.precision] * Math.abs(nearest))
    return away <= 1000 * tolerance ? undefined : false;
  return away <= tolerance;
}

const close = (a: number, b: number, rtol: number): boolean =>
  a === b || (a !== a && b !== b) || (Math.abs(a - b) <= rtol * Math.abs(b) && Number.isFinite(b));

/** Compares what an executor found with what is known. */
export function judge(oracle: Oracle, found: readonly HostArray[], ask: Demand): Verdict {
  const { reference } = oracle;
  let [elements, conditioned, unjudged] = [0, 0, 0];
  const wrong = (difference: string, result: number): Verdict => ({
    difference,
    result,
    elements,
    conditioned,
    unjudged,
  });
  if (found.length !== reference.length)
    return wrong(`${reference.length} results expected, ${found.length} found`, 0);
  for (const [i, e] of reference.entries()) {
    const f = found[i]!;
    if (e.dtype !== f.dtype || !sameShape(e.shape, f.shape) || e.data.length !== f.data.length)
      return wrong(`result ${i}: expected ${formatAval(e)}, found ${formatAval(f)} (${f.data.length})`, i);
    const real = e.dtype === 'f';
    for (let k = 0; k < e.data.length; k++) {
      elements++;
      const [x, r] = [f.data[k]!, e.data[k]!];
      if (close(x, r, real ? ask.rtol : 0)) continue;
      const at = (count: number): boolean | undefined =>
        within(
          x,
          r,
          oracle.runs(ask.precision, count).map((run) => run[i]!.data[k]!),
          real,
          ask,
        );
      // more runs before anything is called wrong: they may find the disagreement that a few did not
      const agrees = at(5) === true || at(ask.runs ?? 33);
      if (agrees === undefined) unjudged++;
      else if (agrees) conditioned++;
      else {
        const nearest = oracle.runs(ask.precision, 1)[0]![i]!.data[k]!;
        const also =
          ask.precision === 'float32' ? ` (${nearest} if each operation is rounded to float32)` : '';
        return wrong(`result ${i}, element ${k} of ${formatAval(e)}: expected ${r}${also}, found ${x}`, i);
      }
    }
  }
  return { elements, conditioned, unjudged };
}
