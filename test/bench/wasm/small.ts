/** Small programs: where calls and generated code are dear, not arithmetic. */
import * as tf from '@tensorflow/tfjs-core';
import { randomBits, randomNormal, tensor, type Key } from 'adjoint';
import { against, local, within, type Benchmark } from '../harness.js';
import { compiled, executor, free, staged } from '../own.js';
import { forced, jaxJs, loadJaxJs } from '../peers/jax-js.js';
import { chain } from '../compile/chain.js';
import { adamSteps, drawKey, gradient, jaxGradient, meanGradient, observed, start } from './conjugate.js';
import { handWritten, type Sums } from './hand-written.js';

/** What one program asks of generated code. */
export const smallPrograms: Benchmark = async function* (pace) {
  const jax = await loadJaxJs();
  yield await against(
    {
      name: 'ELBO gradient, 8 latents, noise included; Compiled',
      peer: jaxJs,
      floor: 200,
      goal: 800,
    },
    compiled(gradient, [drawKey(), start()]).side,
    forced(jax, jaxGradient(jax)),
    pace,
  );
  const draws = 10_000;
  const hand = await handWritten();
  const zeros = new Array<number>(8).fill(0);
  const generated = compiled(meanGradient(draws), [
    drawKey(),
    { loc: tensor(zeros), logScale: tensor(zeros) },
  ]);
  const [value, loc, logScale] = generated.values().map((v) => [...Array.from(v)]);
  judge('the generated program', { value: value![0]!, loc: loc!, logScale: logScale! }, draws);
  judge('the program by hand', hand(zeros, zeros, draws), draws);
  yield await against(
    {
      name: 'ELBO gradient, 8 latents, 10,000 draws summed in one loop, noise and its keys included; Compiled',
      peer: 'the same by hand in 128-bit wasm',
      floor: 0.5,
      goal: 0.8,
    },
    generated.side,
    local(() => hand(zeros, zeros, draws)),
    pace,
  );
  yield await within(
    { name: '10,000 Adam steps, 8 latents, in one call; Compiled', peer: 'a limit of 10 ms', goal: 5 },
    10e-3,
    compiled(adamSteps(10_000), [drawKey(), start()]).side,
    pace,
  );
};

/**
 * Whether sums over draws are those of the bound at loc = 0, logScale = 0 to six standard errors: the expected gradient in
 * loc is y, in logScale 1 − 2. A program that computes something else is not worth timing.
 */
function judge(who: string, { value, loc, logScale }: Sums, draws: number): void {
  if (!Number.isFinite(value)) throw new Error(`${who}: the bound is ${value}`);
  loc.forEach((sum, i) => check(who, sum / draws, observed[i]!, 2));
  // (y − 2ε)ε + 1 has variance y² + 8
  logScale.forEach((sum, i) => check(who, sum / draws, -1, Math.sqrt(observed[i]! ** 2 + 8)));

  function check(name: string, found: number, expected: number, deviation: number): void {
    if (Math.abs(found - expected) <= (6 * deviation) / Math.sqrt(draws)) return;
    throw new Error(`${name}: a mean gradient of ${found}, expected ${expected}`);
  }
}

/** What a call, a compilation and a draw cost. */
export const overheads: Benchmark = async function* (pace) {
  const n = 65_536;
  const bits = compiled((k: Key) => randomBits(k, [n]), [drawKey()]).side;
  yield await against(
    {
      name: 'normals f32 of 65,536, their bits included; Compiled',
      peer: 'a limit of 2.5 times its own threefry bits',
      floor: 1,
      goal: 2.5 / 1.7,
    },
    compiled((k: Key) => randomNormal(k, [n]), [drawKey()]).side,
    bits,
    { ...pace, scale: 2.5 },
  );
  // a graph is a program that no cache knows; staging them is not what is timed
  const graphs = Array.from({ length: 400 }, (_, i) => staged(chain(160, i / 1024), [tensor([0.3, 0.7])]));
  let next = 0;
  yield await within(
    { name: 'graph of 160 operations to a module that has run once', peer: 'a limit of 5 ms', goal: 5 },
    5e-3,
    local(() => {
      const { graph, inputs } = graphs[next++ % graphs.length]!;
      free(executor().compile(graph)(inputs));
    }),
    { ...pace, span: 0, parts: 3 },
  );
  const scalars = Array.from({ length: 8 }, (_, i) => tensor(i + 1));
  yield await within(
    {
      name: 'a call with 8 scalar inputs and 2 outputs, their computing included; Compiled',
      peer: 'a limit of 500 ns',
      goal: 2.5,
    },
    500e-9,
    compiled((...x: readonly tf.Tensor[]) => [tf.addN([...x]), tf.mul(x[0]!, x[7]!)], scalars).side,
    pace,
  );
};
