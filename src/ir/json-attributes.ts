/**
 * The codec of every attribute of every operation.
 *
 * @module
 */
import {
  binaryNames,
  unaryNames,
  type BinaryName,
  type OpName,
  type OpTable,
  type UnaryName,
} from './catalogue.js';
import type { LinearMethod } from './catalogue-control.js';
import type { Graph } from './graph.js';
import {
  arrayCodec,
  avalCodec,
  booleanCodec,
  countCodec,
  dtypeCodec,
  integersCodec,
  listOf,
  numberCodec,
  oneOf,
  optional,
  recordOf,
  shapeCodec,
  type Codec,
} from './json-codec.js';

/** One codec an attribute; a missing one does not compile. */
export type AttributeCodecs = {
  readonly [K in OpName]: { readonly [A in keyof OpTable[K]]-?: Codec<OpTable[K][A]> };
};

const none = {};
const steps = {
  strides: shapeCodec,
  low: integersCodec,
  high: integersCodec,
  baseDilation: shapeCodec,
  windowDilation: shapeCodec,
};
const axes = { axes: shapeCodec };
const axis = { axis: countCodec };

const linearMethod = recordOf<LinearMethod>({
  kind: oneOf('cholesky', 'lu', 'cg', 'normalCg'),
  // an absent member decodes to nothing and is left out
  tol: optional(numberCodec) as Codec<number>,
  maxSteps: optional(countCodec) as Codec<number>,
  damping: optional(numberCodec) as Codec<number>,
  lanes: optional(countCodec) as Codec<number>,
});

const elementwise = Object.fromEntries([...unaryNames, ...binaryNames].map((n) => [n, none])) as {
  readonly [K in UnaryName | BinaryName]: Readonly<Record<never, never>>;
};

/** The codecs, given that of graphs. */
export function attributeCodecs(graph: Codec<Graph>): AttributeCodecs {
  return {
    ...elementwise,
    input: { index: countCodec, aval: avalCodec },
    const: { value: arrayCodec },
    iota: { shape: shapeCodec, axis: countCodec, dtype: dtypeCodec },
    proj: { index: countCodec },
    isNaN: none,
    isFinite: none,
    compare: { direction: oneOf('eq', 'ne', 'lt', 'le', 'gt', 'ge') },
    select: none,
    cast: { dtype: dtypeCodec },
    broadcast: { shape: shapeCodec, axes: shapeCodec },
    reshape: { shape: shapeCodec },
    transpose: { perm: shapeCodec },
    slice: { start: shapeCodec, limit: shapeCodec, stride: shapeCodec },
    pad: { low: shapeCodec, high: shapeCodec, interior: shapeCodec, value: numberCodec },
    concat: axis,
    reverse: axes,
    gather: { axis: countCodec, batchDims: countCodec },
    scatterAdd: { axis: countCodec, batchDims: countCodec, size: countCodec },
    reduceSum: axes,
    reduceProd: axes,
    reduceMax: axes,
    reduceMin: axes,
    argMax: axis,
    argMin: axis,
    cumsum: { axis: countCodec, reverse: booleanCodec },
    igammaGrad: { order: countCodec },
    betainc: none,
    betaDensity: none,
    betaincGrad: { a: countCodec, b: countCodec },
    besselIe: { order: countCodec },
    sort: axis,
    dynamicSlice: { size: shapeCodec },
    dynamicUpdate: none,
    conv: steps,
    poolSum: { window: shapeCodec, ...steps },
    poolMax: { window: shapeCodec, ...steps },
    dot: { lhsContract: shapeCodec, rhsContract: shapeCodec, lhsBatch: shapeCodec, rhsBatch: shapeCodec },
    cholesky: none,
    triangularSolve: { lower: booleanCodec, transposeA: booleanCodec, unitDiagonal: booleanCodec },
    lu: none,
    qr: none,
    eigh: none,
    svd: none,
    randomBits: { shape: shapeCodec },
    threefry: none,
    cond: { branches: listOf(graph), precision: optional(oneOf('float32', 'float64')) },
    while: { cond: graph, body: graph, condConsts: countCodec, bodyConsts: countCodec },
    scan: { body: graph, length: countCodec, consts: countCodec, carry: countCodec, reverse: booleanCodec },
    linearSolve: { matvec: graph, solve: graph, transposeSolve: graph, consts: countCodec },
    root: {
      solve: graph,
      optimality: graph,
      inits: countCodec,
      solutions: countCodec,
      linear: linearMethod,
    },
    custom: {
      fun: graph,
      captures: countCodec,
      jvp: optional(graph),
      forward: optional(graph),
      backward: optional(graph),
    },
    linearCall: { forward: optional(graph), transpose: graph, consts: countCodec },
  };
}

/** Least and greatest number of operands of every operation. */
export const operandCounts: { readonly [K in OpName]: readonly [least: number, most: number] } = {
  ...(Object.fromEntries([
    ...unaryNames.map((n) => [n, [1, 1]]),
    ...binaryNames.map((n) => [n, [2, 2]]),
  ]) as unknown as { readonly [K in UnaryName | BinaryName]: readonly [number, number] }),
  input: [0, 0],
  const: [0, 0],
  iota: [0, 0],
  proj: [1, 1],
  isNaN: [1, 1],
  isFinite: [1, 1],
  compare: [2, 2],
  select: [3, 3],
  cast: [1, 1],
  broadcast: [1, 1],
  reshape: [1, 1],
  transpose: [1, 1],
  slice: [1, 1],
  pad: [1, 1],
  concat: [1, Infinity],
  reverse: [1, 1],
  gather: [2, 2],
  scatterAdd: [2, 2],
  reduceSum: [1, 1],
  reduceProd: [1, 1],
  reduceMax: [1, 1],
  reduceMin: [1, 1],
  argMax: [1, 1],
  argMin: [1, 1],
  cumsum: [1, 1],
  igammaGrad: [2, 2],
  betainc: [3, 3],
  betaDensity: [3, 3],
  betaincGrad: [3, 3],
  besselIe: [1, 1],
  sort: [1, 1],
  dynamicSlice: [2, 2],
  dynamicUpdate: [3, 3],
  conv: [2, 2],
  poolSum: [1, 1],
  poolMax: [1, 1],
  dot: [2, 2],
  cholesky: [1, 1],
  triangularSolve: [2, 2],
  lu: [1, 1],
  qr: [1, 1],
  eigh: [1, 1],
  svd: [1, 1],
  randomBits: [1, 1],
  threefry: [2, 2],
  cond: [1, Infinity],
  while: [0, Infinity],
  scan: [0, Infinity],
  linearSolve: [0, Infinity],
  root: [0, Infinity],
  custom: [0, Infinity],
  linearCall: [0, Infinity],
};
