/** Element-wise functions, reductions and movement of a million numbers. */
import * as tf from '@tensorflow/tfjs-core';
import wabt from 'wabt';
import { logsumexp } from 'adjoint';
import { agree } from '../agree.js';
import { normals, ownTensor, uniforms, type Numbers } from '../data.js';
import { against, local, type Benchmark, type Side } from '../harness.js';
import { compiled, type Program } from '../own.js';
import { discarding, onTfjs, tfjsWasm, valuesOf } from '../peers/tfjs.js';

type Unary = (x: tf.Tensor) => tf.Tensor;

const million = [1000, 1000];

/** Functions of one matrix against the same by tfjs: name, function, domain, floor, goal. */
const unary: readonly (readonly [name: string, f: Unary, x: () => Numbers, floor: number, goal: number])[] = [
  ['exp', (x) => tf.exp(x), () => normals(1, million), 3, 7],
  ['log', (x) => tf.log(x), () => uniforms(1, million, 0.01, 10), 2, 3.3],
  ['sin', (x) => tf.sin(x), () => normals(1, million, 3), 3, 25],
  ['tanh', (x) => tf.tanh(x), () => normals(1, million), 3, 12],
  ['sigmoid', (x) => tf.sigmoid(x), () => normals(1, million), 0.7, 1],
  ['sum', (x) => tf.sum(x), () => normals(1, million), 5, 10],
  ['softmax of rows', (x) => tf.softmax(x, 1), () => normals(1, million), 0.75, 1],
  ['transpose', (x) => tf.transpose(x), () => normals(1, million), 0.5, 1],
];

/** Rows against tfjs. */
export const matrixFunctions: Benchmark = async function* (pace) {
  for (const [what, f, numbers, floor, goal] of unary) {
    const x = numbers();
    const subject = { name: `${what} f32 1000×1000; Compiled`, peer: tfjsWasm, floor, goal };
    yield await againstTfjs(subject, compiled(f, [ownTensor(x)]), f, x, pace);
  }
  const x = normals(1, million);
  const subject = { name: 'logsumexp of rows f32 1000×1000; Compiled', peer: tfjsWasm, floor: 3, goal: 6 };
  const own = compiled((v: tf.Tensor) => logsumexp(v, 1), [ownTensor(x)]);
  yield await againstTfjs(subject, own, (v) => tf.tidy(() => tf.logSumExp(v, 1)), x, pace);
};

function againstTfjs(
  subject: Parameters<typeof against>[0],
  own: Program,
  f: Unary,
  { data, shape }: Numbers,
  pace: Parameters<Benchmark>[0],
) {
  return onTfjs('wasm', async () => {
    const x = tf.tensor(data, [...shape]);
    agree(subject.name, own.values(), [valuesOf(f(x))]);
    const row = await against(subject, own.side, local(discarding(() => f(x))), pace);
    x.dispose();
    return row;
  });
}

type Loop = (x: Float64Array, y: Float64Array) => void;

/** Loops over an array that is there already: one each, since a loop shared by four functions would call them indirectly. */
const loops = {
  exp: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.exp(x[i]!);
  },
  log: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.log(x[i]!);
  },
  sin: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.sin(x[i]!);
  },
  tanh: (x, y) => {
    for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i]!);
  },
} satisfies Record<string, Loop>;

function byMath(loop: Loop, { data }: Numbers): Side {
  const [x, y] = [Float64Array.from(data), new Float64Array(data.length)];
  return local(() => loop(x, y));
}

/** Rows in double precision, which tfjs has not. */
export const doubleFunctions: Benchmark = async function* (pace) {
  const many = [100_000];
  const functions: readonly (readonly [name: keyof typeof loops, f: Unary, x: Numbers])[] = [
    ['exp', (x) => tf.exp(x), normals(1, many)],
    ['log', (x) => tf.log(x), uniforms(1, many, 0.01, 10)],
    ['sin', (x) => tf.sin(x), normals(1, many, 3)],
    ['tanh', (x) => tf.tanh(x), normals(1, many)],
  ];
  for (const [what, f, x] of functions) {
    yield await against(
      { name: `${what} f64 of 100,000; Compiled`, peer: `Math.${what} in a loop`, floor: 2, goal: 3 },
      compiled(f, [ownTensor(x)], { precision: 'float64' }).side,
      byMath(loops[what], x),
      pace,
    );
  }
};

/** A module that copies `n` bytes by `memory.copy` between two places of its memory. */
async function memoryCopy(bytes: number): Promise<() => void> {
  const pages = Math.ceil((2 * bytes) / 65_536);
  const text = `(module (memory ${pages}) (func (export "copy")
    (memory.copy (i32.const ${bytes}) (i32.const 0) (i32.const ${bytes}))))`;
  const { buffer } = (await wabt()).parseWat('copy.wat', text, { bulk_memory: true }).toBinary({});
  const { instance } = await WebAssembly.instantiate(buffer as BufferSource);
  return instance.exports.copy as () => void;
}

/** Addition out of cache, by the bytes that it reads and writes in a second. */
export const bandwidth: Benchmark = async function* (pace) {
  const n = 6_000_000;
  const [x, y] = [uniforms(1, [n]), uniforms(2, [n])];
  yield await against(
    {
      name: 'x + y f32 of 6,000,000, bytes read and written in a second; Compiled',
      peer: 'memory.copy of 24 MB in wasm',
      floor: 0.6,
      goal: 0.7,
    },
    compiled((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b), [ownTensor(x), ownTensor(y)]).side,
    local(await memoryCopy(4 * n)),
    // an element is two reads and a write, and in the copy a read and a write
    { ...pace, scale: 3 / 2 },
  );
};
