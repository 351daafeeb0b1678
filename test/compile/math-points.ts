/** Where the operations are judged, and in what units. */
import type { RealName } from '../../src/compile/math/index.js';
import { dice } from '../ir/dice.js';
import { floats, type Floats } from './math-runner.js';

type Float = 'f32' | 'f64';

/** The size of the last place of x, as of a normal number at least. */
export function unitOf(x: number, float: Float): number {
  const [bits, least] = float === 'f32' ? [23, -126] : [52, -1022];
  return 2 ** (Math.max(exponentOf(x), least) - bits);
}
const view = new DataView(new ArrayBuffer(8));
function exponentOf(x: number): number {
  if (x === 0) return -5000;
  view.setFloat64(0, x);
  return ((view.getUint32(0) >> 20) & 0x7ff) - 1023;
}

/** Where a function is finite and its arguments are worth judging: an interval, and points to crowd around. */
interface Domain {
  readonly low: number;
  readonly high: number;
  /** Uniform points are drawn from here. */
  readonly centre?: readonly [number, number];
  readonly around?: readonly number[];
  /** Least exponent. */
  readonly least?: number;
  /** Errors are measured in units of no less than this value's. */
  readonly floor?: number;
  /** Largest error that is allowed, if not 4. */
  readonly limit?: number;
  /** For the second operand. */
  readonly second?: readonly [number, number];
}

const everywhere = { low: -Infinity, high: Infinity };
export const domains: { readonly [K in RealName]?: Domain } = {
  exp: { low: -760, high: 709.78, around: [88.72, -87.3, -103.9, 709.7, -708.3, -745] },
  expm1: { low: -760, high: 709.78, around: [0.3466, -0.3466, 88.7, 709.7] },
  log: { low: 0, high: Infinity, around: [1, 2, 0.5, Math.SQRT1_2, Math.SQRT2] },
  log1p: { low: -1, high: Infinity, around: [-1, -0.2929, 0.4142] },
  sin: {
    ...everywhere,
    centre: [-100, 100],
    around: [Math.PI, Math.PI / 2, 355, 51819 * Math.PI, 12000, 8e5],
  },
  cos: { ...everywhere, centre: [-100, 100], around: [Math.PI / 2, 1.5 * Math.PI, 355 / 2, 12000, 8e5] },
  tan: { ...everywhere, centre: [-100, 100], around: [Math.PI, Math.PI / 2, Math.PI / 4, 12000, 8e5] },
  asin: { low: -1, high: 1, around: [0.5, -0.5, 1, -1] },
  acos: { low: -1, high: 1, around: [0.5, -0.5, 1, -1] },
  atan: { ...everywhere, around: [0.41421356, 2.4142135, 1] },
  sinh: { low: -710.47, high: 710.47, around: [0.3466, 88.7, 89.4, 709.7, 710.4] },
  cosh: { low: -710.47, high: 710.47, around: [0.3466, 88.7, 89.4, 709.7, 710.4] },
  tanh: { ...everywhere, around: [0.1733, 9, 19] },
  asinh: { ...everywhere, around: [8192, 2 ** 28] },
  acosh: { low: 1, high: Infinity, centre: [1, 4], around: [1, 8192, 2 ** 28] },
  atanh: { low: -1, high: 1, around: [1, -1] },
  logistic: { ...everywhere, centre: [-30, 30], around: [87, -87, -103, 708, -708, -745] },
  softplus: { ...everywhere, centre: [-30, 30], around: [-87, -103, -708, -745] },
  erf: { ...everywhere, centre: [-4, 4], around: [1, -1, 4, 6] },
  erfc: { low: -Infinity, high: 27.5, centre: [-5, 27], around: [0.5, 1, 9.19, 10.05, 26.5] },
  erfinv: { low: -1, high: 1, centre: [-1, 1], around: [1, -1, 0.85, -0.85] },
  lgamma: { low: 0, high: 1e300, centre: [0, 12], around: [0.5, 1, 2, 8] },
  digamma: { low: 1e-300, high: 1e300, centre: [0, 12], around: [1, 2, 8] },
  logNdtr: { low: -1e150, high: 37.5, centre: [-12, 12], around: [0, 13] },
  normalHazard: { low: -Infinity, high: 37.6, centre: [-12, 12], around: [0, 13] },
  pow: { low: 0, high: Infinity, centre: [0.5, 2], around: [1], second: [-30, 30] },
  atan2: { least: -900, low: -1e290, high: 1e290, second: [-10, 10] },
  lbeta: { low: 0, high: 1e12, centre: [0, 20], around: [1, 3, 6], floor: 1, limit: 6, second: [0, 30] },
  xlogy: { low: -1e290, high: 1e290, second: [0, 10] },
  xlog1py: { low: -1e290, high: 1e290, second: [-1, 10] },
};

/** Arguments: spaced by powers of two with both signs, uniform, and close around chosen points on both sides. */
export function pointsOf(name: RealName, float: Float, count: number): readonly Floats[] {
  const domain = domains[name]!;
  const d = dice(2025);
  const uniform = (): number => (d.below(2 ** 30) + d.below(2 ** 20) / 2 ** 20) / 2 ** 30;
  const Type = float === 'f32' ? Float32Array : Float64Array;
  const [lowest, most] = float === 'f32' ? [-149, 128] : [-1074, 1024];
  const least = Math.max(lowest, domain.least ?? lowest);
  const logarithmic = (low: number, high: number): number =>
    (d.below(2) === 0 ? -1 : 1) * 2 ** (low + (high - low) * uniform());
  const [a, b] = domain.centre ?? [Math.max(domain.low, -10), Math.min(domain.high, 10)];
  const around = domain.around ?? [];
  const inside = (x: number): boolean => x > domain.low && x < domain.high && Number.isFinite(Type.of(x)[0]!);
  const draw = (i: number): number => {
    for (;;) {
      const kind = i % 8;
      let x: number;
      if (kind < 2) x = logarithmic(least, most);
      else if (kind < 4) x = logarithmic(-12, 7);
      else if (kind < 7 || around.length === 0) x = a + (b - a) * uniform();
      else x = around[d.below(around.length)]! * (1 + logarithmic(float === 'f32' ? -22 : -40, -3));
      x = Type.of(x)[0]!;
      if (inside(x)) return x;
      if (inside(-x)) return -x;
      i = 8 * d.below(1000) + (kind < 2 ? 2 : 4);
    }
  };
  const each = Array.from({ length: count }, (_, i) => i);
  const xs = floats(float, each.map(draw));
  if (domain.second === undefined) return [xs];
  const [low, high] = domain.second;
  const second = (i: number): number =>
    low + (high - low) * (i % 3 === 0 ? 2 ** -(uniform() * 10) : uniform());
  return [xs, floats(float, each.map(second))];
}
