/**
 * Convolutions without holes: what a convolution over a spread operand comes to.
 *
 * @module
 */
import type { Shape, WindowSteps } from '../../ir/index.js';

/**
 * One axis of a part of a convolution: at place q, element j of the window lies on position origin + q·stride + j·dilation
 * of the operand, whose elements are `spread` apart; beyond them, and between them, lie zeros.
 */
export interface PartAxis {
  readonly size: number;
  readonly spread: number;
  readonly origin: number;
  readonly stride: number;
  readonly dilation: number;
  readonly window: number;
  readonly places: number;
  /** Places and window elements of the whole: firstPlace + q·placeStep, firstElement + j·elementStep. */
  readonly firstPlace: number;
  readonly placeStep: number;
  readonly firstElement: number;
  readonly elementStep: number;
}

/** Axes of space, outermost first. */
export type Part = readonly PartAxis[];

/** More parts than this cost more in code than the zeros between spread elements cost in time. */
const mostParts = 16;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * The parts of one axis. Places that are apart by a multiple of baseDilation / gcd(stride, baseDilation) see the same
 * elements of the window on elements of the operand, and the other elements between them: each class of places is a
 * convolution without holes, with a part of the window.
 */
function axisParts(steps: WindowSteps, a: number, size: number, window: number, places: number): PartAxis[] {
  const [s, b, d, low] = [steps.strides[a]!, steps.baseDilation[a]!, steps.windowDilation[a]!, steps.low[a]!];
  const placeStep = b / gcd(s, b);
  const elementStep = b / gcd(d, b);
  const parts: PartAxis[] = [];
  for (let first = 0; first < Math.min(placeStep, places); first++) {
    let k = 0;
    while (k < elementStep && (first * s + k * d - low) % b !== 0) k++;
    const found = k < elementStep && k < window;
    parts.push({
      size,
      spread: 1,
      origin: found ? (first * s + k * d - low) / b : 0,
      stride: s / gcd(s, b),
      dilation: d / gcd(d, b),
      window: found ? Math.floor((window - 1 - k) / elementStep) + 1 : 0,
      places: Math.floor((places - 1 - first) / placeStep) + 1,
      firstPlace: first,
      placeStep,
      firstElement: k,
      elementStep,
    });
  }
  return parts;
}

/** One axis as it is, holes included. */
function wholeAxis(steps: WindowSteps, a: number, size: number, window: number, places: number): PartAxis {
  return {
    size,
    spread: steps.baseDilation[a]!,
    origin: -steps.low[a]!,
    stride: steps.strides[a]!,
    dilation: steps.windowDilation[a]!,
    window,
    places,
    firstPlace: 0,
    placeStep: 1,
    firstElement: 0,
    elementStep: 1,
  };
}

/** The parts of a convolution: together they have all places, each once. A part may have no window elements: zeros. */
export function partsOf(steps: WindowSteps, space: Shape, window: Shape, places: Shape): Part[] {
  const axes = space.map((n, a) => axisParts(steps, a, n, window[a]!, places[a]!));
  if (axes.reduce((s, p) => s * p.length, 1) > mostParts) {
    return [space.map((n, a) => wholeAxis(steps, a, n, window[a]!, places[a]!))];
  }
  return axes.reduce<Part[]>((all, parts) => all.flatMap((p) => parts.map((axis) => [...p, axis])), [[]]);
}

/** Positions that windows reach along an axis: from the first to the last. */
export function reach(axis: PartAxis): { readonly from: number; readonly to: number } {
  const { origin, stride, dilation, window, places } = axis;
  return { from: origin, to: origin + (places - 1) * stride + (window - 1) * dilation };
}

/** Whether windows lie on elements of the operand only. */
export function inside(part: Part): boolean {
  return part.every((axis) => {
    const { from, to } = reach(axis);
    return axis.spread === 1 && from >= 0 && to < axis.size;
  });
}

/** Elements of the operand's axis within reach: indices [from, to), of which `from` lies `at` positions after the first. */
export function held(axis: PartAxis): { readonly from: number; readonly to: number; readonly at: number } {
  const { from, to } = reach(axis);
  const first = Math.max(0, Math.ceil(from / axis.spread));
  const end = Math.min(axis.size, Math.floor(to / axis.spread) + 1);
  return { from: first, to: Math.max(first, end), at: first * axis.spread - from };
}

/** Positions along an axis of a copy that has all positions within reach. */
export const extentOf = (axis: PartAxis): number => {
  const { from, to } = reach(axis);
  return to - from + 1;
};

/** Whether a part is all of a convolution, so that its results lie one after the other. */
export function isWhole(part: Part): boolean {
  return part.every((axis) => axis.placeStep === 1 && axis.elementStep === 1);
}
