/**
 * Loops over the places of a window and over what it covers there.
 *
 * @module
 */
import { i32, type Expr, type FunctionBuilder, type Local } from '../assembler/index.js';
import { sizeOf, stridesOf, type Shape, type WindowSteps } from '../../ir/index.js';
import { spreadExtent, windowPlaces } from '../../ir/windows.js';

type I = Expr<'i32'>;

/** One axis of the operand, or several neighbours along which nothing moves. */
export interface Axis {
  /** Extent of the operand, of its elements spread by the base dilation, and number of places. */
  readonly n: number;
  readonly extent: number;
  readonly places: number;
  readonly window: number;
  readonly stride: number;
  readonly low: number;
  readonly base: number;
  readonly dilation: number;
  /** Elements from one position to the next. */
  readonly step: number;
}

/** Whether each place covers the element of its own. */
export const isPlain = (a: Axis): boolean =>
  a.window === 1 && a.stride === 1 && a.low === 0 && a.base === 1 && a.places === a.n;

/** Whether every element of the window lies on one of the operand at every place. */
const isInside = (a: Axis): boolean =>
  a.base === 1 && a.low <= 0 && (a.places - 1) * a.stride - a.low + (a.window - 1) * a.dilation < a.n;

/** The axes of an operand; plain neighbours are joined. */
export function axesOf(shape: Shape, attrs: WindowSteps & { readonly window: Shape }): Axis[] {
  const places = windowPlaces(shape, attrs.window, attrs);
  const strides = stridesOf(shape);
  const axes: Axis[] = [];
  shape.forEach((n, a) => {
    const base = attrs.baseDilation[a]!;
    const axis: Axis = {
      n,
      extent: spreadExtent(n, base),
      places: places[a]!,
      window: attrs.window[a]!,
      stride: attrs.strides[a]!,
      low: attrs.low[a]!,
      base: n === 1 ? 1 : base,
      dilation: attrs.windowDilation[a]!,
      step: strides[a]!,
    };
    const last = axes[axes.length - 1];
    if (last === undefined || !isPlain(last) || !isPlain(axis)) axes.push(axis);
    else axes[axes.length - 1] = { ...axis, n: last.n * n, extent: last.n * n, places: last.places * n };
  });
  return axes;
}

/** Where the window is along one axis: the position of its first element, and which of its elements may lie on something. */
interface Standing {
  readonly axis: Axis;
  readonly position: I;
  readonly from: I;
  readonly to: I;
}

const most = (f: FunctionBuilder, a: I, b: I): I => {
  const [x, y] = [f.let(a), f.let(b)];
  return i32.select(i32.gt(x, y), x, y);
};

function stand(f: FunctionBuilder, axis: Axis, place: I): Standing {
  const position = f.let(i32.sub(i32.mul(place, i32.const(axis.stride)), i32.const(axis.low)));
  const window = i32.const(axis.window);
  if (isInside(axis)) return { axis, position, from: i32.const(0), to: window };
  const { extent, dilation } = axis;
  const zero = i32.const(0);
  const rounded = (v: I): I => (dilation === 1 ? v : i32.div(v, i32.const(dilation)));
  // k·dilation ≥ −position, and k·dilation < extent − position
  const from = f.let(rounded(most(f, zero, i32.sub(i32.const(dilation - 1), position))));
  const room = most(f, zero, i32.sub(i32.const(extent + dilation - 1), position));
  const end = f.let(rounded(room));
  return { axis, position, from, to: f.let(i32.select(i32.lt(end, window), end, window)) };
}

/** The largest window that is written out element by element. */
const straight = 16;

/** Whether a place has all of its window on elements: a constant where that is known, otherwise computed. */
function isFull(standings: readonly Standing[]): boolean | I {
  let all: I | undefined;
  for (const { axis, from, to } of standings) {
    if (axis.base !== 1) return false;
    if (isInside(axis)) continue;
    const full = i32.and(i32.eqz(from), i32.eq(to, i32.const(axis.window)));
    all = all === undefined ? full : i32.and(all, full);
  }
  return all ?? true;
}

type Take = (address: I, offset: number) => void;

/** A whole window, element by element. */
function coverStraight(
  f: FunctionBuilder,
  standings: readonly Standing[],
  base: I,
  bytes: number,
  take: Take,
): void {
  let address = base;
  for (const { axis, position } of standings) {
    address = i32.add(address, i32.mul(position, i32.const(axis.step * bytes)));
  }
  const first = f.let(address);
  const visit = (depth: number, offset: number): void => {
    const s = standings[depth];
    if (s === undefined) return take(first, offset);
    const step = s.axis.dilation * s.axis.step * bytes;
    for (let k = 0; k < s.axis.window; k++) visit(depth + 1, offset + k * step);
  };
  visit(0, 0);
}

/** What there is of a window, by loops. */
function coverLoops(
  f: FunctionBuilder,
  standings: readonly Standing[],
  base: I,
  bytes: number,
  take: Take,
): void {
  const visit = (depth: number, address: I): void => {
    const s = standings[depth];
    if (s === undefined) return take(address, 0);
    const { axis, position, from, to } = s;
    const step = i32.const(axis.step * bytes);
    const spread = i32.const(axis.base);
    const place = (k: I): I => i32.add(position, i32.mul(k, i32.const(axis.dilation)));
    const go = (p: I): void => visit(depth + 1, f.let(i32.add(address, i32.mul(p, step))));
    if (axis.base === 1) f.for(from, to, 1, (k) => go(place(k)));
    else if (axis.dilation === 1) {
      // every base-th element lies on one of the operand, one after the other
      const first = f.let(i32.div(i32.add(place(from), i32.const(axis.base - 1)), spread));
      const own = f.local('i32', i32.add(address, i32.mul(first, step)));
      f.for(i32.sub(i32.mul(first, spread), position), to, axis.base, () => {
        visit(depth + 1, own);
        f.set(own, i32.add(own, step));
      });
    } else {
      f.for(from, to, 1, (k) => {
        const p = f.let(place(k));
        f.if(i32.eqz(i32.rem(p, spread)), () => go(i32.div(p, spread)));
      });
    }
  };
  visit(0, base);
}

/**
 * `take` for everything that a window covers, in row-major order: the address of a run of the operand and a constant
 * offset.
 */
function cover(f: FunctionBuilder, standings: readonly Standing[], base: I, bytes: number, take: Take): void {
  const full = sizeOf(standings.map(({ axis }) => axis.window)) <= straight && isFull(standings);
  if (full === true) coverStraight(f, standings, base, bytes, take);
  else if (full === false) coverLoops(f, standings, base, bytes, take);
  else {
    f.if(
      full,
      () => coverStraight(f, standings, base, bytes, take),
      () => coverLoops(f, standings, base, bytes, take),
    );
  }
}

/** What is written for one place: how it begins, what each covered element does, and how it ends. */
export interface Visitor {
  readonly start: () => void;
  readonly take: (address: I, offset: number) => void;
  /** `place` counts the places of the result. */
  readonly finish: (place: I) => void;
}

/**
 * Statements over all places with index `first` along the first axis. A last plain axis is walked by `wide`, as many
 * elements at once as `lanes`, and by `narrow` for what is left.
 */
export function forPlaces(
  f: FunctionBuilder,
  axes: readonly Axis[],
  first: I,
  x: I,
  bytes: number,
  narrow: Visitor,
  wide: { readonly lanes: number; readonly visitor: Visitor } | undefined,
): void {
  const last = axes[axes.length - 1];
  const trail = axes.length > 1 && last !== undefined && isPlain(last) ? last : undefined;
  const outer = trail === undefined ? axes : axes.slice(0, -1);
  const counts = outer.map(({ places }) => places);
  const place = f.local(
    'i32',
    i32.mul(first, i32.const(sizeOf(counts.slice(1)) * (trail?.places ?? 1))),
  ) as Local<'i32'>;
  const one = (v: Visitor, standings: readonly Standing[], base: I, lanes: number): void => {
    v.start();
    cover(f, standings, base, bytes, v.take);
    v.finish(place);
    f.set(place, i32.add(place, i32.const(lanes)));
  };
  const visit = (depth: number, base: I, standings: readonly Standing[]): void => {
    const axis = outer[depth];
    if (axis === undefined) {
      if (trail === undefined) return one(narrow, standings, base, 1);
      const lanes = wide?.lanes ?? 1;
      const whole = wide === undefined ? 0 : trail.places & -lanes;
      const at = (t: I): I => f.let(i32.add(base, i32.mul(t, i32.const(bytes))));
      if (wide !== undefined)
        f.for(i32.const(0), i32.const(whole), lanes, (t) => one(wide.visitor, standings, at(t), lanes));
      f.for(i32.const(whole), i32.const(trail.places), 1, (t) => one(narrow, standings, at(t), 1));
      return;
    }
    const body = (p: I): void => {
      if (isPlain(axis))
        visit(depth + 1, f.let(i32.add(base, i32.mul(p, i32.const(axis.step * bytes)))), standings);
      else visit(depth + 1, base, [...standings, stand(f, axis, p)]);
    };
    if (depth === 0) body(first);
    else f.for(i32.const(0), i32.const(axis.places), 1, body);
  };
  visit(0, x, []);
}
