/**
 * The training loop.
 *
 * @module
 */
import type { Executor, HostArray } from '../ir/index.js';
import type { Optimizer } from '../optimize/optimizer.js';
import { requireKey } from '../random/index.js';
import { executorOf, hostOf, leafFromHost, unflatten, type Key } from '../staging/index.js';
import type { Estimator } from './estimator.js';
import { explainFault, firstFault } from './faults.js';
import { fitProgram, type Values } from './program.js';
import { progressOf, type ProgressOption } from './progress.js';
import { fitState, loadState, type FitState, type SavedFit } from './state.js';

/** Options of {@link fit}. */
export interface FitOptions<P, D extends readonly unknown[] = readonly unknown[]> {
  /** The parameters to start from: a tree of real tensors. They are read once and stay the caller's. */
  readonly params: P;
  readonly optimizer: Optimizer;
  /** Number of steps in all, those of a resumed fit included. */
  readonly steps: number;
  /** Step t uses the key `foldIn(key, t)`. */
  readonly key: Key;
  /** Further arguments of the estimator: tensors, numbers and trees of them, constant over the fit. Default none. */
  readonly data?: Readonly<D>;
  /** Steps between reports, made in one call of the compiled program; default 1 % of the steps, at most 100. */
  readonly every?: number;
  /** Ends the fit after the report at hand; what has been reached is returned. */
  readonly signal?: AbortSignal;
  /** `false` for no bar; a function to be called after every report; default a bar on a terminal outside CI. */
  readonly progress?: ProgressOption;
  /** What runs the program; default the one that the package runs all programs on. */
  readonly executor?: Executor;
  /** A state to go on from: `fit.state`, or the parsed JSON of it. */
  readonly resume?: FitState | SavedFit;
}

/** The data of {@link FitOptions}, required where the estimator has further arguments. */
export type DataNeeded<D extends readonly unknown[]> = [] extends D
  ? unknown
  : { readonly data: Readonly<D> };

/** A report: where a fit is after `step` steps. */
export interface FitStep<P> {
  /** Steps made. */
  readonly step: number;
  /** The objective's last estimate, at the parameters before the last step; NaN if no step was made. */
  readonly value: number;
  /** The estimates since the last report, one a step. */
  readonly values: Float64Array;
  /** The iterate. Tensors are made when this is first read, and are the reader's to dispose. */
  readonly params: P;
  /** The averaged iterate where the optimizer keeps one (`averaged`), else the iterate. Made and owned like `params`. */
  readonly average: P;
  /** All that is needed to go on. */
  readonly state: FitState;
}

/** The last report of a fit, with the whole course of the objective. */
export interface FitResult<P> extends FitStep<P> {
  /** All estimates of the objective that were made by this fit, one a step. */
  readonly trace: Float64Array;
  /** Whether the signal ended the fit before its last step. */
  readonly aborted: boolean;
}

/** A fit: a sequence of reports, and the ways to run it. */
export interface Fit<P> extends AsyncIterable<FitStep<P>> {
  /** The last state reached by any way of running; the start at first. */
  readonly state: FitState;
  /** The state before the first step, or the resumed one. */
  init(): FitState;
  /** The report after the next `count` steps from a state (default `every`, and never past `steps`). A pure function but for `fit.state`. */
  step(state: FitState, count?: number): FitStep<P>;
  /** Runs to the end, and lets other work of the program go on in between. */
  run(): Promise<FitResult<P>>;
  /** Runs to the end without a pause; the bar is not shown. */
  runSync(): FitResult<P>;
}

/** Milliseconds of work after which asynchronous running lets the event loop turn. */
const slice = 20;

/**
 * Fits parameters to an objective: with (f, g) the estimate at θ_t under the key foldIn(key, t),
 *
 *     (θ_{t+1}, state_{t+1}) = optimizer.update(±g, state_t, θ_t),      t = 0, …, steps − 1,
 *
 * uphill if the estimator maximizes. One step is staged and compiled once, and runs without tensors: live memory does
 * not grow. The result depends on the arguments alone, not on `every`, on the way of running, or on interruptions.
 *
 * @throws Error if a step changes shapes, if a resumed state does not fit, or if called in a recording; while running,
 *   `NonFiniteError` at the first step whose objective or gradient is not finite. `fit.state` is then the state before it.
 * @example
 * const model = gen(function* (throws: tf.Tensor) {
 *   const p = yield* sample('p', uniform(0, 1));
 *   yield* observe('throws', bernoulli(p), throws);
 * });
 * const coin = model(tensor([true, true, false, true]));
 * const guide = meanField(coin);
 * const estimator = gradientEstimator((q: typeof guide.params) => elbo(coin, guide(q)));
 * const training = fit(estimator, { params: guide.params, optimizer: adam(0.01), steps: 200, key: key('demo') });
 * for await (const { step, value } of training) console.log(step, value);
 * const { params, trace } = await training.run(); // the same again, to the bit
 * trace.length; // 200
 * guide.moments(params, { key: key(0) }).p!.mean; // ≈ [0.65]; exactly 2/3
 */
export function fit<P, S, D extends readonly unknown[] = readonly unknown[]>(
  estimator: Estimator<P, S, D>,
  options: FitOptions<NoInfer<P>, NoInfer<D>> & DataNeeded<NoInfer<D>>,
): Fit<P> {
  const { params, optimizer, steps, key, signal, resume, executor = executorOf() } = options;
  requireKey('fit', key);
  const every = options.every ?? Math.min(100, Math.max(1, Math.ceil(steps / 100)));
  if (!Number.isInteger(steps) || steps < 0)
    throw new Error(`fit: steps is a number of steps, found ${steps}`);
  if (!Number.isInteger(every) || every < 1)
    throw new Error(`fit: every is a positive number of steps, found ${every}`);
  const data = (options.data ?? []) as D;
  const program = fitProgram(estimator, optimizer, params, key, data, executor);
  const words = hostOf(key);
  const at = (t: number, values: Values): FitState => fitState(program.layout, t, words, values);
  const start = resume === undefined ? at(0, program.initial) : loadState(resume, program.layout, words);
  const tree = (leaves: readonly HostArray[]): P =>
    unflatten(
      program.paramsDef,
      leaves.map((v) => leafFromHost(v)),
    ) as P;
  let state = start;

  function report(after: FitState, values: Float64Array): FitStep<P> {
    let made: P | undefined;
    let mean: P | undefined;
    return {
      step: after.step,
      value: values.length === 0 ? NaN : values[values.length - 1]!,
      values,
      state: after,
      get params() {
        return (made ??= tree(after.params));
      },
      get average() {
        const leaves = program.average(after);
        return leaves === undefined ? this.params : (mean ??= tree(leaves));
      },
    };
  }

  function step(from: FitState, count: number = every): FitStep<P> {
    if (!Number.isInteger(count) || count < 0)
      throw new Error(`fit: step makes a number of steps, found ${count}`);
    const n = Math.max(0, Math.min(count, steps - from.step));
    if (n === 0) return report(from, new Float64Array(0));
    const run = program.advance(from.step, from, n);
    const bad = firstFault(run);
    if (bad !== undefined) {
      const before = bad === 0 ? from : at(from.step + bad, program.advance(from.step, from, bad).values);
      state = before;
      throw explainFault(program, before.step, before);
    }
    state = at(from.step + n, run.values);
    return report(state, run.objective);
  }

  /** Reports until the end or the signal. */
  function* reports(): Generator<FitStep<P>, void, undefined> {
    for (let now = start; now.step < steps && signal?.aborted !== true;) {
      const next = step(now);
      now = next.state;
      yield next;
    }
  }

  async function* paced(): AsyncGenerator<FitStep<P>, void, undefined> {
    const progress = progressOf(options.progress, steps);
    let since = performance.now();
    try {
      for (const next of reports()) {
        progress.update(next.step, next.value);
        yield next;
        if (performance.now() - since > slice) {
          await turn();
          since = performance.now();
        }
      }
    } finally {
      progress.stop();
    }
  }

  /** The last report with the values of all. Only these are kept from earlier ones. */
  function result(
    last: FitStep<P> = report(start, new Float64Array(0)),
    seen: readonly Float64Array[] = [],
  ): FitResult<P> {
    const trace = Float64Array.from(seen.flatMap((values) => Array.from(values)));
    const summary = { trace, aborted: last.step < steps };
    // getters stay getters: no tensor is made unless it is read
    return Object.defineProperties(summary, Object.getOwnPropertyDescriptors(last)) as FitResult<P>;
  }

  return {
    get state() {
      return state;
    },
    init: () => start,
    step,
    [Symbol.asyncIterator]: paced,
    async run() {
      const seen: Float64Array[] = [];
      let last: FitStep<P> | undefined;
      for await (last of paced()) seen.push(last.values);
      return result(last, seen);
    },
    runSync() {
      const seen: Float64Array[] = [];
      let last: FitStep<P> | undefined;
      for (last of reports()) {
        seen.push(last.values);
        if (typeof options.progress === 'function')
          options.progress({ step: last.step, steps, value: last.value });
      }
      return result(last, seen);
    },
  };
}

/** Lets timers, input and signals in before going on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
