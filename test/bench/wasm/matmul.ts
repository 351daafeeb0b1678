/** Matrix products against tfjs-wasm, jax-js, native code, and themselves in double precision and in two threads. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { agree } from '../agree.js';
import { normals, ownTensor, type Numbers } from '../data.js';
import { against, local, skip, type Benchmark, type Row, type Subject, type Timing } from '../harness.js';
import { compiled, hasRelaxedSimd, noRelaxedSimd, type OwnOptions, type Program } from '../own.js';
import { forced, jaxJs, loadJaxJs } from '../peers/jax-js.js';
import { startNative } from '../peers/native.js';
import { discarding, onTfjs, tfjsWasm, valuesOf } from '../peers/tfjs.js';

/** One product A·B of which either side may be transposed; leading axes are a batch. */
interface Product {
  readonly a: Numbers;
  readonly b: Numbers;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const square = (n: number): Product => ({ a: normals(1, [n, n]), b: normals(2, [n, n]) });

const product =
  ({ transposeA = false, transposeB = false }: Product) =>
  (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.matMul(a, b, transposeA, transposeB);

const ownProduct = (p: Product, options: OwnOptions = {}): Program =>
  compiled(product(p), [ownTensor(p.a), ownTensor(p.b)], options);

/** A product against the same one by tfjs. */
function againstTfjs(subject: Subject, p: Product, timing: Timing, options: OwnOptions = {}): Promise<Row> {
  const own = ownProduct(p, options);
  return onTfjs('wasm', async () => {
    const [a, b] = [p.a, p.b].map(({ data, shape }) => tf.tensor(data, [...shape])) as [tf.Tensor, tf.Tensor];
    const f = product(p);
    agree(subject.name, own.values(), [valuesOf(f(a, b))]);
    const row = await against(subject, own.side, local(discarding(() => f(a, b))), timing);
    tf.dispose([a, b]);
    return row;
  });
}

const sizes = [256, 512, 1024];

/** Products as tfjs makes them too. */
export const products: Benchmark = async function* (pace) {
  for (const n of sizes) {
    const name = `matmul f32 ${n}³, no fused multiply-add; Compiled`;
    const timing = n > 512 ? { ...pace, warmUp: 20, rounds: 9, span: 0, parts: 3 } : pace;
    const said = n > 512 ? `${name}; 9 repeats after 20 calls` : name;
    yield await againstTfjs({ name: said, peer: tfjsWasm, floor: 1, goal: 1.15 }, square(n), timing);
    const fused = said.replace('no fused multiply-add', 'relaxed SIMD');
    const subject = { name: fused, peer: tfjsWasm, floor: 1.1, goal: 1.3 };
    yield hasRelaxedSimd()
      ? await againstTfjs(subject, square(n), timing, { relaxedSimd: true })
      : skip(subject, noRelaxedSimd);
  }
  const small = { name: 'matmul f32 64³, dispatch included; Compiled', peer: tfjsWasm, floor: 1.2, goal: 3 };
  yield await againstTfjs(small, square(64), pace);
  const slow = { ...pace, warmUp: 10, rounds: 9, span: 0, parts: 3 };
  yield await againstTfjs(
    { name: 'A·Bᵀ f32 512³; Compiled; 9 repeats after 10 calls', peer: tfjsWasm, floor: 10, goal: 13 },
    { ...square(512), transposeB: true },
    slow,
  );
  yield await againstTfjs(
    { name: 'Aᵀ·B f32 512³; Compiled; 9 repeats after 10 calls', peer: tfjsWasm, floor: 10, goal: 35 },
    { ...square(512), transposeA: true },
    slow,
  );
  yield await againstTfjs(
    { name: '256 products f32 16³ in one call; Compiled', peer: tfjsWasm, floor: 8, goal: 14 },
    { a: normals(1, [256, 16, 16]), b: normals(2, [256, 16, 16]) },
    pace,
  );
};

/** Products against other executors of products. */
export const otherProducts: Benchmark = async function* (pace) {
  const single = ownProduct(square(256)).side;
  yield await against(
    { name: 'matmul f64 256³; Compiled', peer: 'its own float32', floor: 0.45, goal: 0.5 },
    ownProduct(square(256), { precision: 'float64' }).side,
    single,
    pace,
  );
  for (const relaxedSimd of [false, true]) {
    const how = relaxedSimd ? 'relaxed SIMD' : 'no fused multiply-add';
    const peer = 'native: gcc -O3, 128-bit vectors, 4×8 tile, one thread';
    const subject = {
      name: `matmul f32 256³, ${how}; Compiled`,
      peer,
      floor: 0.7,
      goal: relaxedSimd ? 0.92 : 0.8,
    };
    const native = startNative('matmul');
    try {
      if (native === undefined) yield skip(subject, 'no gcc on this machine');
      else if (relaxedSimd && !hasRelaxedSimd()) yield skip(subject, noRelaxedSimd);
      else {
        const own = relaxedSimd ? ownProduct(square(256), { relaxedSimd }).side : single;
        yield await against(subject, own, native.side('matmul', { n: 256 }), pace);
      }
    } finally {
      native?.close();
    }
  }
  const threaded = {
    name: 'matmul f32 512³, two threads; Compiled',
    peer: 'itself in one thread',
    floor: 1.7,
    goal: 1.9,
  };
  yield availableParallelism() < 2
    ? skip(threaded, 'this machine has one core')
    : await against(
        threaded,
        ownProduct(square(512), { threads: 2 }).side,
        ownProduct(square(512)).side,
        pace,
      );
  const jax = await loadJaxJs();
  for (const n of [256, 512]) {
    const { a, b } = square(n);
    const [x, y] = [a, b].map(({ data }) => jax.numpy.array(data, { shape: [n, n] }));
    const f = jax.jit(jax.numpy.matmul);
    const own = ownProduct(square(n));
    agree(`matmul ${n}³ of jax-js`, own.values(), [f(x!.ref, y!.ref).dataSync()]);
    yield await against(
      { name: `matmul f32 ${n}³; Compiled`, peer: jaxJs, floor: 1.5, goal: 2 },
      own.side,
      forced(jax, () => f(x!.ref, y!.ref)),
      pace,
    );
  }
};
