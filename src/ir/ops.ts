/**
 * The typed node builder: element-wise operations with implicit broadcasting, as functions of nodes.
 *
 * A number operand stands for a constant of the other operand's element type. Results are made in the deepest builder
 * among the operands, so values that do not depend on an inner recording are computed outside it. Identities that
 * cost nothing to see (x+0, x·1, neg(neg x), …) are applied here, because derivative rules produce them in masses.
 *
 * @example
 * const b = new Builder();
 * const x = b.input({ shape: [3], dtype: 'f' });
 * const y = ops.add(ops.mul(x, 2), 1); // numbers and axes of size 1 are broadcast
 * const graph = b.finish([y]);
 * evaluate(graph, [{ shape: [3], dtype: 'f', data: new Float64Array([0, 1, 2]) }])[0]!.data; // [1, 3, 5]
 *
 * @module
 */
import { OperationError } from './abstract-rule.js';
import { deepest, type Builder } from './builder.js';
import type { BinaryName, Comparison, None, UnaryName } from './catalogue.js';
import { isOp, type Node } from './graph.js';
import { hostArray, sameShape, sizeOf, type DType, type HostArray, type Shape } from './types.js';

/** A node, or a number that stands for a constant. */
export type Operand = Node | number;

/** The empty attributes. */
export const none: None = Object.freeze({});

/** A constant filled with one number. */
export function fill(b: Builder, value: number, shape: Shape = [], dtype: DType = 'f'): Node {
  const scalar = b.constant(hostArray([value], [], dtype));
  return shape.length === 0 ? scalar : b.node('broadcast', { shape, axes: [] }, [scalar]);
}

/** A constant from numbers. */
export function constant(b: Builder, values: ArrayLike<number>, shape: Shape, dtype: DType = 'f'): Node {
  return b.constant(hostArray(values, shape, dtype));
}

/** Zeros of a node's shape and element type, in its builder. */
export function zerosLike(x: Node): Node {
  return fill(x.builder, 0, x.shape, x.dtype);
}

/** The number that every element of a node is known to equal, if it is a filled constant. */
export function filledWith(x: Node): number | undefined {
  let n = x;
  while (n.op === 'broadcast' || n.op === 'reshape') n = n.operands[0]!;
  if (!isOp(n, 'const') || n.attrs.value.data.length !== 1) return undefined;
  return n.attrs.value.data[0];
}

/** Shape after broadcasting two shapes, right-aligned; undefined if they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const r = Math.max(a.length, b.length);
  const out = new Array<number>(r);
  for (let i = 0; i < r; i++) {
    const x = a[a.length - r + i] ?? 1;
    const y = b[b.length - r + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** `x` repeated to `shape`, right-aligned. */
export function broadcastTo(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const offset = shape.length - x.shape.length;
  return x.builder.node('broadcast', { shape, axes: x.shape.map((_, i) => i + offset) }, [x]);
}

function both(op: string, x: Operand, y: Operand): [Node, Node, Builder] {
  if (typeof x === 'number' && typeof y === 'number')
    throw new Error(`${op}: at least one operand must be a node`);
  const b = deepest([x, y].filter((v): v is Node => typeof v !== 'number'));
  const a0 = typeof x === 'number' ? fill(b, x, [], (y as Node).dtype) : b.lift(x);
  const b0 = typeof y === 'number' ? fill(b, y, [], (x as Node).dtype) : b.lift(y);
  const shape = broadcastShapes(a0.shape, b0.shape);
  if (shape === undefined) {
    throw new OperationError(
      `${op}: shapes [${a0.shape.join(',')}] and [${b0.shape.join(',')}] do not broadcast`,
    );
  }
  return [broadcastTo(a0, shape), broadcastTo(b0, shape), b];
}

function binary(op: BinaryName, x: Operand, y: Operand): Node {
  const [a, c, b] = both(op, x, y);
  return b.node(op, none, [a, c]);
}

/** An element-wise operation of one operand. */
export function unary(op: UnaryName, x: Node): Node {
  return x.builder.node(op, none, [x]);
}

/** x + y. */
export const add = (x: Operand, y: Operand): Node => {
  const [a, c, b] = both('add', x, y);
  if (filledWith(a) === 0) return c;
  if (filledWith(c) === 0) return a;
  return b.node('add', none, [a, c]);
};
/** x − y. */
export const sub = (x: Operand, y: Operand): Node => {
  const [a, c, b] = both('sub', x, y);
  if (filledWith(c) === 0) return a;
  if (filledWith(a) === 0) return neg(c);
  return b.node('sub', none, [a, c]);
};
/** x · y. */
export const mul = (x: Operand, y: Operand): Node => {
  const [a, c, b] = both('mul', x, y);
  if (filledWith(a) === 1) return c;
  if (filledWith(c) === 1) return a;
  if (filledWith(a) === -1) return neg(c);
  if (filledWith(c) === -1) return neg(a);
  return b.node('mul', none, [a, c]);
};
/** x / y; truncated towards zero for integers. */
export const div = (x: Operand, y: Operand): Node => {
  const [a, c, b] = both('div', x, y);
  return filledWith(c) === 1 ? a : b.node('div', none, [a, c]);
};
/** xʸ. */
export const pow = (x: Operand, y: Operand): Node => {
  const [a, c, b] = both('pow', x, y);
  const e = filledWith(c);
  if (e === 1) return a;
  if (e === 2) return b.node('mul', none, [a, a]);
  return b.node('pow', none, [a, c]);
};
/** The larger of x and y; NaN if either is. */
export const maximum = (x: Operand, y: Operand): Node => binary('maximum', x, y);
/** The smaller of x and y; NaN if either is. */
export const minimum = (x: Operand, y: Operand): Node => binary('minimum', x, y);
/** The angle of the point (y, x), in [−π, π]: `atan2(y, x)`. */
export const atan2 = (x: Operand, y: Operand): Node => binary('atan2', x, y);
/** The remainder of x / y, with the sign of y. */
export const mod = (x: Operand, y: Operand): Node => binary('mod', x, y);
/** And: logical for bool, bitwise for integers. */
export const and = (x: Operand, y: Operand): Node => binary('and', x, y);
/** Or: logical for bool, bitwise for integers. */
export const or = (x: Operand, y: Operand): Node => binary('or', x, y);
/** Exclusive or: logical for bool, bitwise for integers. */
export const xor = (x: Operand, y: Operand): Node => binary('xor', x, y);
/** The bits of x, y places to the left. */
export const shiftLeft = (x: Operand, y: Operand): Node => binary('shiftLeft', x, y);
/** The bits of x, y places to the right: arithmetic for i32, logical for u32. */
export const shiftRight = (x: Operand, y: Operand): Node => binary('shiftRight', x, y);
/** Zero in value, `signal · dl` in derivative: the surrogate of a score-function estimator, sound at l = ±∞ too. */
export const credit = (signal: Operand, l: Operand): Node => binary('credit', signal, l);
/** ψ⁽ⁿ⁾(x), the n-th derivative of digamma, n = 0, 1, …; NaN at another n. */
export const polygamma = (n: Operand, x: Operand): Node => binary('polygamma', n, x);
/** P(a, x), the lower incomplete gamma function over Γ(a). */
export const igamma = (a: Operand, x: Operand): Node => binary('igamma', a, x);
/** Q(a, x) = 1 − P(a, x), without cancellation. */
export const igammac = (a: Operand, x: Operand): Node => binary('igammac', a, x);
/** xᵃ⁻¹e⁻ˣ/Γ(a): the density of a gamma variable of shape a. */
export const gammaDensity = (a: Operand, x: Operand): Node => binary('gammaDensity', a, x);
/** dx/da of a gamma variable x of shape a at a fixed level: −∂ₐP(a, x) / ∂ₓP(a, x). */
export const randomGammaGrad = (a: Operand, x: Operand): Node => binary('randomGammaGrad', a, x);
/** log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b), without cancellation. */
export const lbeta = (a: Operand, b: Operand): Node => binary('lbeta', a, b);
/** x log y; 0 at x = 0 unless y is NaN. */
export const xlogy = (x: Operand, y: Operand): Node => binary('xlogy', x, y);
/** x log(1 + y); 0 at x = 0 unless y is NaN. */
export const xlog1py = (x: Operand, y: Operand): Node => binary('xlog1py', x, y);

/** −x. */
export const neg = (x: Node): Node => (x.op === 'neg' ? x.operands[0]! : unary('neg', x));
/** |x|. */
export const abs = (x: Node): Node => unary('abs', x);
/** −1, 0 or 1; NaN stays NaN. */
export const sign = (x: Node): Node => unary('sign', x);
/** eˣ. */
export const exp = (x: Node): Node => unary('exp', x);
/** eˣ − 1, exact near 0. */
export const expm1 = (x: Node): Node => unary('expm1', x);
/** Natural logarithm; −∞ at 0, NaN below. */
export const log = (x: Node): Node => unary('log', x);
/** log(1 + x), exact near 0. */
export const log1p = (x: Node): Node => unary('log1p', x);
/** √x; NaN below 0. */
export const sqrt = (x: Node): Node => unary('sqrt', x);
/** Sine of x radians. */
export const sin = (x: Node): Node => unary('sin', x);
/** Cosine of x radians. */
export const cos = (x: Node): Node => unary('cos', x);
/** Tangent of x radians. */
export const tan = (x: Node): Node => unary('tan', x);
/** Inverse tangent, in (−π/2, π/2). */
export const atan = (x: Node): Node => unary('atan', x);
/** (eˣ − e⁻ˣ)/2. */
export const sinh = (x: Node): Node => unary('sinh', x);
/** (eˣ + e⁻ˣ)/2. */
export const cosh = (x: Node): Node => unary('cosh', x);
/** sinh x / cosh x. */
export const tanh = (x: Node): Node => unary('tanh', x);
/** σ(x) = 1/(1 + e⁻ˣ). */
export const logistic = (x: Node): Node => unary('logistic', x);
/** log(1 + eˣ), without overflow. */
export const softplus = (x: Node): Node => unary('softplus', x);
/** erf(x) = 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = (x: Node): Node => unary('erf', x);
/** The inverse of erf on (−1, 1); ±∞ at ±1. */
export const erfinv = (x: Node): Node => unary('erfinv', x);
/** The largest whole number not above x. */
export const floor = (x: Node): Node => unary('floor', x);
/** log |Γ(x)|. */
export const lgamma = (x: Node): Node => unary('lgamma', x);
/** ψ(x), the derivative of lgamma. */
export const digamma = (x: Node): Node => unary('digamma', x);
/** log Φ(x), the normal distribution function. */
export const logNdtr = (x: Node): Node => unary('logNdtr', x);
/** Not: logical for bool, bitwise for integers. */
export const not = (x: Node): Node => (x.op === 'not' ? x.operands[0]! : unary('not', x));
/** x². */
export const square = (x: Node): Node => mul(x, x);
/** x in value, a constant in derivative. */
export const stopGradient = (x: Node): Node =>
  x.op === 'stopGradient' || x.op === 'const' || x.dtype !== 'f' ? x : unary('stopGradient', x);

/** Whether each element is NaN → bool. */
export const isNaN = (x: Node): Node => x.builder.node('isNaN', none, [x]);
/** Whether each element is neither NaN nor infinite → bool. */
export const isFinite = (x: Node): Node => x.builder.node('isFinite', none, [x]);

/** Element-wise comparison → bool. */
export function compare(direction: Comparison, x: Operand, y: Operand): Node {
  const [a, c, b] = both('compare', x, y);
  return b.node('compare', { direction }, [a, c]);
}
/** x = y → bool. */
export const eq = (x: Operand, y: Operand): Node => compare('eq', x, y);
/** x ≠ y → bool; true where either is NaN. */
export const ne = (x: Operand, y: Operand): Node => compare('ne', x, y);
/** x < y → bool. */
export const lt = (x: Operand, y: Operand): Node => compare('lt', x, y);
/** x ≤ y → bool. */
export const le = (x: Operand, y: Operand): Node => compare('le', x, y);
/** x > y → bool. */
export const gt = (x: Operand, y: Operand): Node => compare('gt', x, y);
/** x ≥ y → bool. */
export const ge = (x: Operand, y: Operand): Node => compare('ge', x, y);

/** select(c, x, y), all three broadcast. A value not selected contributes no derivative, NaN or not. */
export function select(c: Node, x: Operand, y: Operand): Node {
  const dtype = typeof x !== 'number' ? x.dtype : typeof y !== 'number' ? y.dtype : 'f';
  const b = deepest([c, x, y].filter((v): v is Node => typeof v !== 'number'));
  const toNode = (v: Operand): Node => (typeof v === 'number' ? fill(b, v, [], dtype) : b.lift(v));
  const [c0, x0, y0] = [b.lift(c), toNode(x), toNode(y)];
  const first = broadcastShapes(c0.shape, x0.shape);
  const shape = first && broadcastShapes(first, y0.shape);
  if (shape === undefined) {
    throw new OperationError(
      `select: shapes [${c0.shape.join(',')}], [${x0.shape.join(',')}], [${y0.shape.join(',')}] do not broadcast`,
    );
  }
  if (x0 === y0) return broadcastTo(x0, shape);
  return b.node('select', none, [broadcastTo(c0, shape), broadcastTo(x0, shape), broadcastTo(y0, shape)]);
}

/** Conversion of element type; the identity if it is already that. */
export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : x.builder.node('cast', { dtype }, [x]);
}

/** A constant node for a host array. */
export function literal(b: Builder, value: HostArray): Node {
  return b.constant(value);
}

/** Number of elements of a node. */
export function sizeOfNode(x: Node): number {
  return sizeOf(x.shape);
}
