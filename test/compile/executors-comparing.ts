/**
 * Executors whose every run is compared with the reference.
 */
import {
  formatAval,
  print,
  referenceExecutor,
  sameShape,
  type Executor,
  type HostArray,
} from '../../src/ir/index.js';
import type { Subject } from './executors-subject.js';

/**
 * max |found − expected| / max |expected| of one result; NaN and infinities must stand where they are expected, and
 * integers and bools must be equal, else it is ∞.
 */
export function errorOf(expected: HostArray, found: HostArray): number {
  if (expected.dtype !== found.dtype || !sameShape(expected.shape, found.shape)) return Infinity;
  let [difference, scale] = [0, 0];
  for (let k = 0; k < expected.data.length; k++) {
    const [e, f] = [expected.data[k]!, found.data[k]!];
    if (Number.isFinite(e)) scale = Math.max(scale, Math.abs(e));
    if (e === f || (e !== e && f !== f)) continue;
    const d = Math.abs(e - f);
    difference = expected.dtype === 'f' && Number.isFinite(d) ? Math.max(difference, d) : Infinity;
  }
  return difference === 0 ? 0 : difference / scale;
}

/**
 * Compiles and runs a graph on the subject, throws if a result's error is above `bound`, and gives the reference's
 * results: what is asked of these by a test is asked of both.
 *
 * @param seen called with every error, for measurements.
 */
export function comparing(
  { executor, name }: Pick<Subject, 'executor' | 'name'>,
  bound: number,
  seen: (error: number) => void = () => undefined,
): Executor {
  return {
    name: `${name} compared with the reference`,
    compile: (graph) => {
      const run = executor.compile(graph);
      const reference = referenceExecutor.compile(graph);
      return (inputs) => {
        const expected = reference(inputs);
        const found = run(inputs);
        if (found.length !== expected.length)
          throw new Error(`${name}: ${expected.length} results expected, ${found.length} found`);
        expected.forEach((e, i) => {
          const error = errorOf(e, found[i]!);
          seen(error);
          if (error <= bound) return;
          throw new Error(
            `${name}: result ${i} of ${formatAval(e)} is wrong by ${error}, more than ${bound}: ` +
              `expected [${e.data.slice(0, 9).join(', ')}], found [${found[i]!.data.slice(0, 9).join(', ')}]\n${print(graph)}`,
          );
        });
        return expected;
      };
    },
  };
}
