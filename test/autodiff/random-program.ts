/**
 * Random smooth programs of tf functions and of the library's own, for properties of derivatives and batching.
 */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { checkpoint, customJvp, customVjp } from '../../src/autodiff/index.js';
import {
  cholesky,
  cond,
  foriLoop,
  linearSolve,
  logsumexp,
  scan,
  solveTriangular,
  switchCase,
} from '../../src/numerics/index.js';
import { tensor } from '../../src/staging/index.js';
import { stream } from './differences.js';

type T = tf.Tensor;

/** One operation: which, on which values made so far, and a small number that varies it. */
export interface Step {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly k: number;
}

/** Operations, and the seed of the point. */
export interface Program {
  readonly steps: readonly Step[];
  readonly seed: number;
}

// arguments stay where functions are smooth, and values stay small; numbers are exact in float32, as eager tfjs rounds them
const positive = (x: T): T => tf.add(tf.square(x), 0.5);
const within = (x: T): T => tf.mul(0.75, tf.sin(x));

const unary: Readonly<Record<string, (x: T) => T>> = {
  sin: tf.sin,
  cos: tf.cos,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  atan: tf.atan,
  asinh: tf.asinh,
  erf: tf.erf,
  neg: tf.neg,
  log: (x) => tf.log(positive(x)),
  sqrt: (x) => tf.sqrt(positive(x)),
  rsqrt: (x) => tf.rsqrt(positive(x)),
  reciprocal: (x) => tf.reciprocal(positive(x)),
  exp: (x) => tf.exp(tf.tanh(x)),
  expm1: (x) => tf.expm1(within(x)),
  log1p: (x) => tf.log1p(tf.square(x)),
  sinh: (x) => tf.sinh(within(x)),
  cosh: (x) => tf.cosh(within(x)),
  tan: (x) => tf.tan(within(x)),
  asin: (x) => tf.asin(within(x)),
  acos: (x) => tf.acos(within(x)),
  atanh: (x) => tf.atanh(within(x)),
  acosh: (x) => tf.acosh(tf.add(1, positive(x))),
  cube: (x) => tf.pow(within(x), tf.scalar(3)),
  checkpoint: checkpoint((x: T) => tf.sin(tf.exp(tf.sin(x)))),
  customJvp: customJvp(
    (x: T) => tf.sin(x),
    ([x], [d]) => [tf.sin(x), tf.mul(tf.cos(x), d)],
  ),
  customVjp: customVjp(
    (x: T) => tf.cos(x),
    (x) => [tf.cos(x), x],
    (x, ct) => [tf.neg(tf.mul(tf.sin(x), ct))],
  ),
};

const binary: Readonly<Record<string, (x: T, y: T) => T>> = {
  add: tf.add,
  sub: tf.sub,
  mul: (x, y) => tf.mul(tf.tanh(x), y),
  div: (x, y) => tf.div(x, positive(y)),
  pow: (x, y) => tf.pow(positive(within(x)), tf.sin(y)),
  atan2: (x, y) => tf.atan2(x, positive(y)),
  squaredDifference: (x, y) => tf.squaredDifference(tf.sin(x), tf.cos(y)),
};

/** Operations on a value with at least one axis; k chooses the axis and other variations. */
const axial: Readonly<Record<string, (x: T, k: number, axis: number) => T>> = {
  sum: (x, _, axis) => tf.sum(x, axis),
  mean: (x, _, axis) => tf.mean(x, axis, true),
  prod: (x, _, axis) => tf.prod(tf.cos(within(x)), axis),
  logsumexp: (x, _, axis) => logsumexp(x, axis),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  cumsum: (x, k, axis) => tf.cumsum(x, axis, k % 2 === 0, k % 3 === 0),
  reverse: (x, _, axis) => tf.reverse(x, axis),
  concat: (x, _, axis) =>
    tf.slice(
      tf.concat([tf.sin(x), x], axis),
      x.shape.map((_, i) => (i === axis ? 1 : 0)),
      x.shape,
    ),
  gather: (x, k, axis) => tf.gather(x, tf.tensor1d([k % x.shape[axis]!, 0], 'int32'), axis),
  transpose: (x) => tf.transpose(x),
  flatten: (x) => tf.reshape(x, [x.size]),
  pad: (x) =>
    tf.slice(
      tf.pad(
        x,
        x.shape.map((): [number, number] => [1, 0]),
      ),
      x.shape.map(() => 0),
      x.shape,
    ),
  stack: (x) => tf.sum(tf.stack([x, tf.cos(x)]), 0),
  where: (x, k) => tf.where(tf.greater(tf.reshape(tf.range(0, x.size), x.shape), k % 3), x, tf.sin(x)),
  scan: (x) => {
    const [last, all] = scan(
      (c: T, v: T) => [tf.tanh(tf.add(c, v)), tf.mul(c, v)],
      tf.zeros(x.shape.slice(1)),
      x,
    );
    return tf.add(last, all);
  },
};

/** Operations that run others. */
const control: Readonly<Record<string, (x: T, y: T, k: number) => T>> = {
  cond: (x, y, k) =>
    cond(
      k % 2 === 0,
      (v: T) => tf.sin(v),
      (v: T) => tf.mul(v, tf.cos(y)),
      x,
    ),
  switchCase: (x, y, k) =>
    switchCase(k, [(v: T) => tf.sin(v), (v: T) => tf.add(v, y), (v: T) => tf.erf(v)], x),
  foriLoop: (x, y, k) =>
    foriLoop(0, 1 + (k % 3), (i, c: T) => tf.sin(tf.add(c, tf.mul(y, tf.cast(i, 'float32')))), x),
};

/** A symmetric positive definite matrix of a matrix. */
const definite = (x: T): T => tf.add(tf.matMul(tf.tanh(x), tf.tanh(x), false, true), tf.eye(x.shape[0]!));
const matrix: Readonly<Record<string, (x: T, k: number) => T>> = {
  matMul: (x) => tf.matMul(tf.sin(x), x, false, true),
  product: (x) => tf.matMul(x, tf.cos(x), true, false),
  cholesky: (x) => cholesky(definite(x)),
  solveTriangular: (x) => solveTriangular(cholesky(definite(x)), x),
  linearSolve: (x, k) => {
    const a = definite(x);
    const rhs = tf.reshape(tf.sum(x, 1), [x.shape[0]!]);
    const method = k % 2 === 0 ? 'lu' : 'cholesky';
    return linearSolve((v: T) => tf.reshape(tf.matMul(a, tf.reshape(v, [-1, 1])), [x.shape[0]!]), rhs, {
      method,
    });
  },
};

type Maker = (pool: readonly T[], step: Step) => T;

function choose(pool: readonly T[], from: number, ok: (x: T) => boolean): T {
  for (let i = 0; i < pool.length; i++) {
    const x = pool[(from + i) % pool.length]!;
    if (ok(x)) return x;
  }
  throw new Error('nothing fits');
}
const compatible = (x: T) => (y: T) => y.rank === 0 || y.shape.join() === x.shape.join();

const made = <F>(table: Readonly<Record<string, F>>, maker: (f: F) => Maker): [string, Maker][] =>
  Object.entries(table).map(([name, f]) => [name, maker(f)]);

const makers: readonly (readonly [string, Maker])[] = [
  ...made(unary, (f) => (pool, s) => f(choose(pool, s.a, () => true))),
  ...made(binary, (f) => (pool, s) => {
    const x = choose(pool, s.a, () => true);
    const y = choose(pool, s.b, compatible(x));
    return s.k % 2 === 0 ? f(x, y) : f(y, x);
  }),
  ...made(axial, (f) => (pool, s) => {
    const x = choose(pool, s.a, (v) => v.rank > 0);
    return f(x, s.k, s.b % x.rank);
  }),
  ...made(control, (f) => (pool, s) => {
    const x = choose(pool, s.a, () => true);
    return f(x, choose(pool, s.b, compatible(x)), s.k);
  }),
  ...made(
    matrix,
    (f) => (pool, s) =>
      f(
        choose(pool, s.a, (v) => v.rank === 2),
        s.k,
      ),
  ),
];

/** Names of all operations that programs are made of. */
export const operationNames: readonly string[] = makers.map(([n]) => n);

/** The names of a program's operations, for messages. */
export const describeProgram = ({ steps }: Program): string => steps.map((s) => makers[s.op]![0]).join(' ');

/** All values that a program makes of its arguments, first to last. */
export function valuesOf({ steps }: Program, args: readonly T[]): T[] {
  const pool = [...args];
  for (const step of steps) {
    const value = makers[step.op]![1](pool, step);
    if (value.size <= 12 && value.rank <= 2) pool.push(value);
  }
  return pool;
}

/** Weights that no rearrangement of elements keeps, exact in float32. */
const weights = (shape: readonly number[]): T => {
  const n = shape.reduce((m, d) => m * d, 1);
  return tensor(
    Array.from({ length: n }, (_, j) => (1 + ((5 * j + 3) % 16)) / 16),
    [...shape],
  );
};

/** The program as a scalar: every element of every value has a part in it. */
export const scalarOf =
  (program: Program) =>
  (...args: T[]): T =>
    valuesOf(program, args)
      .map((v, i) => tf.sum(tf.mul(weights(v.shape), tf.sin(tf.add(v, 0.125 * i)))))
      .reduce((a, b) => tf.add(a, b));

/** The program as a function to a list: its last three values. */
export const listOf =
  (program: Program) =>
  (...args: T[]): T[] =>
    valuesOf(program, args).slice(-3);

/** Shapes of the arguments of every program. */
export const argumentShapes: readonly (readonly number[])[] = [[3], [], [2, 3], [3, 3]];

/** The arguments of lane `lane` of a program. */
export function argumentsOf({ seed }: Program, lane = 0): T[] {
  const next = stream(seed + 7919 * lane);
  return argumentShapes.map((shape) =>
    tensor(
      Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => 1.5 * next()),
      [...shape],
    ),
  );
}

const natural = fc.nat({ max: 40 });

/** Programs of at most `size` operations. */
export const programs = (size = 30): fc.Arbitrary<Program> =>
  fc.record({
    steps: fc.array(
      fc.record({ op: fc.nat({ max: makers.length - 1 }), a: natural, b: natural, k: natural }),
      { minLength: 1, maxLength: size, size: 'max' },
    ),
    seed: fc.nat({ max: 1_000_000 }),
  });

/** The draws that are judged. */
export const seed = 20261124;
/** Number of draws that are judged. */
export const runs = 60;
