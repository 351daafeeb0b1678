/**
 * What is known of a value before it is computed: bounds on its elements, and whether one may be NaN. Sound in float32
 * and in float64, with elementary functions within a few units in the last place, and blind to the sign of a zero.
 *
 * @module
 */
import { sizeOf, type AnyNode, type DType, type HostArray, type Node } from '../../ir/index.js';

/** Every element is NaN (only if `nan`) or lies in [low, high]. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly nan: boolean;
}

const anything: { readonly [D in DType]: Range } = {
  f: { low: -Infinity, high: Infinity, nan: true },
  i32: { low: -(2 ** 31), high: 2 ** 31 - 1, nan: false },
  u32: { low: 0, high: 2 ** 32 - 1, nan: false },
  bool: { low: 0, high: 1, nan: false },
};

/** Whether all elements are finite. */
export function isFiniteRange({ low, high, nan }: Range): boolean {
  return !nan && low > -Infinity && high < Infinity;
}

/** Definitions are followed this far: a constant bound keeps the analysis linear and its recursion shallow. */
const depthLimit = 12;

/** Constants of more elements are not looked at. */
const scanned = 256;

/** Relative room for rounding in either precision and for elementary functions. */
const room = 1e-6;
/** Bounds beyond are infinite, since float32 is; bounds nearer to 0 are 0. */
const [huge, tiny] = [3e38, 1e-37];

const exact = (x: number): boolean => Number.isInteger(x) && Math.abs(x) <= 2 ** 24;

function upper(x: number): number {
  if (Number.isNaN(x)) return Infinity;
  if (exact(x)) return x;
  if (x > huge) return Infinity;
  if (x < -huge) return -huge;
  if (Math.abs(x) < tiny) return x > 0 ? tiny : 0;
  return x + Math.abs(x) * room;
}

const lower = (x: number): number => -upper(-x);
const real = (low: number, high: number, nan: boolean): Range => ({
  low: lower(low),
  high: upper(high),
  nan,
});
const infinite = (r: Range): boolean => r.low === -Infinity || r.high === Infinity;
const hasZero = (r: Range): boolean => r.low <= 0 && r.high >= 0;
const union = (a: Range, b: Range): Range => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  nan: a.nan || b.nan,
});
const negative = (r: Range): Range => ({ low: -r.high, high: -r.low, nan: r.nan });

function ofConstant({ data, dtype }: HostArray): Range {
  if (data.length > scanned || data.length === 0) return anything[dtype];
  let [low, high, nan] = [Infinity, -Infinity, false];
  for (const v of data) {
    if (Number.isNaN(v)) nan = true;
    else [low, high] = [Math.min(low, v), Math.max(high, v)];
  }
  if (low > high) return anything[dtype];
  return dtype === 'f' ? real(low, high, nan) : { low, high, nan };
}

function sum(a: Range, b: Range): Range {
  const opposite =
    (a.high === Infinity && b.low === -Infinity) || (a.low === -Infinity && b.high === Infinity);
  return real(a.low + b.low, a.high + b.high, a.nan || b.nan || opposite);
}

function product(a: Range, b: Range): Range {
  const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);
  const ends = [times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)];
  const undefinedProduct = (hasZero(a) && infinite(b)) || (hasZero(b) && infinite(a));
  return real(Math.min(...ends), Math.max(...ends), a.nan || b.nan || undefinedProduct);
}

/** The square of a value: no 0 · ∞. */
function square(a: Range): Range {
  const most = Math.max(Math.abs(a.low), Math.abs(a.high));
  const least = hasZero(a) ? 0 : Math.min(Math.abs(a.low), Math.abs(a.high));
  return real(least * least, most * most, a.nan);
}

function quotient(a: Range, b: Range): Range {
  // a divisor that may be a zero of either sign says nothing of the sign
  if (hasZero(b)) return anything.f;
  const ends = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high];
  if (ends.some(Number.isNaN)) return { ...anything.f, nan: a.nan || b.nan || (infinite(a) && infinite(b)) };
  return real(Math.min(...ends), Math.max(...ends), a.nan || b.nan || (infinite(a) && infinite(b)));
}

/** Bounds of a sum of n terms, with room for any order of summation. */
function total(x: Range, n: number): Range {
  if (n === 0) return { low: 0, high: 0, nan: false };
  const opposite = x.low === -Infinity && x.high === Infinity;
  return {
    low: x.low < 0 ? lower(Math.min(x.low, 2 * n * x.low)) : 0,
    high: x.high > 0 ? upper(2 * n * x.high) : 0,
    nan:
      x.nan || opposite || (infinite(real(2 * n * x.low, 2 * n * x.high, false)) && x.low < 0 && x.high > 0),
  };
}

/** What of a range is finite. */
const finitePart = ({ low, high }: Range): Range => ({
  low: Math.max(low, -Number.MAX_VALUE),
  high: Math.min(high, Number.MAX_VALUE),
  nan: false,
});

function padded(r: Range, value: number, x: Node): Range {
  // other numbers are converted as they are stored
  if (sizeOf(x.shape) === 0 || (x.dtype !== 'f' && value !== 0)) return anything[x.dtype];
  return union(r, real(value, value, Number.isNaN(value)));
}

const within = (dtype: DType, r: Range): Range => {
  const all = anything[dtype];
  return r.low >= all.low && r.high <= all.high && !r.nan ? r : all;
};

function compute(node: AnyNode, of: (x: Node) => Range): Range {
  const [x, y, z] = node.operands as readonly [Node, Node, Node];
  const { dtype } = node;
  const unknown = anything[dtype];
  switch (node.op) {
    case 'const':
      return ofConstant(node.attrs.value);
    case 'iota':
      return { low: 0, high: Math.max(0, node.attrs.shape[node.attrs.axis]! - 1), nan: false };
    case 'broadcast':
    case 'reshape':
    case 'transpose':
    case 'slice':
    case 'reverse':
    case 'gather':
    case 'dynamicSlice':
    case 'sort':
    case 'stopGradient':
      return of(x);
    case 'pad':
      return padded(of(x), node.attrs.value, x);
    case 'concat':
      return node.operands.map(of).reduce(union);
    case 'dynamicUpdate':
      return union(of(x), of(y));
    case 'select':
      return union(x.op === 'isFinite' && x.operands[0] === y ? finitePart(of(y)) : of(y), of(z));
    case 'cast': {
      if (dtype === 'bool' || x.dtype === 'f') return dtype === 'f' ? of(x) : unknown;
      const r = of(x);
      return dtype === 'f' ? real(r.low, r.high, false) : within(dtype, r);
    }
    case 'randomBits':
    case 'threefry':
      return unknown;
    case 'shiftRight': {
      const [a, b] = [of(x), of(y)];
      if (a.low < 0 || b.low !== b.high || b.low < 0 || b.low > 31) return unknown;
      return { low: Math.floor(a.low / 2 ** b.low), high: Math.floor(a.high / 2 ** b.low), nan: false };
    }
    case 'argMax':
    case 'argMin':
      return { low: 0, high: Math.max(0, x.shape[node.attrs.axis]! - 1), nan: false };
    case 'neg':
      return dtype === 'u32' ? unknown : within(dtype, negative(of(x)));
    case 'abs': {
      const r = of(x);
      const most = Math.max(Math.abs(r.low), Math.abs(r.high));
      const least = hasZero(r) ? 0 : Math.min(Math.abs(r.low), Math.abs(r.high));
      return dtype === 'f'
        ? { low: least, high: most, nan: r.nan }
        : within(dtype, { low: least, high: most, nan: false });
    }
    case 'sign': {
      const r = of(x);
      return {
        low: Math.max(-1, Math.min(1, Math.floor(r.low))),
        high: Math.max(-1, Math.min(1, Math.ceil(r.high))),
        nan: r.nan,
      };
    }
    case 'maximum': {
      const [a, b] = [of(x), of(y)];
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high), nan: a.nan || b.nan };
    }
    case 'minimum': {
      const [a, b] = [of(x), of(y)];
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high), nan: a.nan || b.nan };
    }
    case 'reduceMax':
    case 'reduceMin':
      return sizeOf(x.shape) === 0 ? unknown : of(x);
    case 'reduceSum': {
      if (dtype !== 'f') return unknown;
      const n = node.attrs.axes.reduce((m, a) => m * x.shape[a]!, 1);
      return total(of(x), n);
    }
    case 'cumsum':
      return dtype === 'f' ? total(of(x), x.shape[node.attrs.axis]!) : unknown;
    case 'add':
      return dtype === 'f'
        ? sum(of(x), of(y))
        : within(dtype, { low: of(x).low + of(y).low, high: of(x).high + of(y).high, nan: false });
    case 'sub':
      return dtype === 'f' ? sum(of(x), negative(of(y))) : unknown;
    case 'mul':
      if (dtype !== 'f') return unknown;
      return x === y ? square(of(x)) : product(of(x), of(y));
    case 'div':
      return dtype === 'f' ? quotient(of(x), of(y)) : unknown;
    case 'exp': {
      const r = of(x);
      return real(0, r.high < 80 ? Math.exp(r.high) * (1 + room) : Infinity, r.nan);
    }
    case 'sqrt': {
      const r = of(x);
      return r.low < 0 ? unknown : real(0, Math.sqrt(r.high), r.nan);
    }
    case 'logistic':
      return { low: 0, high: 1 + room, nan: of(x).nan };
    case 'softplus':
      return { low: 0, high: Infinity, nan: of(x).nan };
    case 'erfc':
      return { low: 0, high: 2 + room, nan: of(x).nan };
    case 'tanh':
    case 'erf':
      return { low: -1 - room, high: 1 + room, nan: of(x).nan };
    case 'sin':
    case 'cos':
      return { low: -1 - room, high: 1 + room, nan: of(x).nan || infinite(of(x)) };
    case 'log1p': {
      const r = of(x);
      return r.low < 0 ? unknown : { low: 0, high: Infinity, nan: r.nan };
    }
    case 'floor':
    case 'ceil':
    case 'round': {
      const r = of(x);
      return { low: Math.floor(r.low), high: Math.ceil(r.high), nan: r.nan };
    }
    default:
      return unknown;
  }
}

/** The range of a node's (first) result; `known` remembers the ranges found on the way. */
export function rangeOf(node: Node, known: Map<Node, Range>, depth = 0): Range {
  const found = known.get(node);
  if (found !== undefined) return found;
  if (depth > depthLimit) return anything[node.dtype];
  const range = compute(node as AnyNode, (x) => rangeOf(x, known, depth + 1));
  known.set(node, range);
  return range;
}
