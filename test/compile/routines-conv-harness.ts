/** Convolutions in a module of their own, and the loops that judge them. */
import { expect } from 'vitest';
import { sizeOf, type Shape, type WindowSteps } from '../../src/ir/index.js';
import { underWindow, windowPlaces } from '../../src/ir/windows.js';
import { i32, Module } from '../../src/compile/assembler/index.js';
import { convRoutine } from '../../src/compile/routines/conv.js';
import { indices } from './routines-dot-harness.js';

/** Sizes and steps of a convolution. */
export interface Conv {
  readonly x: Shape;
  readonly w: Shape;
  readonly steps: WindowSteps;
}

const guard = 64;
const memory = new WebAssembly.Memory({ initial: 512 });
const bytes = new Uint8Array(memory.buffer);

export const shapeOf = ({ x, w, steps }: Conv): number[] => [
  ...[x[0]!, x[1]!, w[1]!],
  ...windowPlaces(x.slice(3), w.slice(3), steps),
];

/** Steps with one value for every axis. */
export function steps(rank: number, all: { [K in keyof WindowSteps]?: number } = {}): WindowSteps {
  const fill = (v: number): number[] => new Array<number>(rank).fill(v);
  const { strides = 1, low = 0, high = 0, baseDilation = 1, windowDilation = 1 } = all;
  return {
    strides: fill(strides),
    low: fill(low),
    high: fill(high),
    baseDilation: fill(baseDilation),
    windowDilation: fill(windowDilation),
  };
}

/** The result and Σ |w·x| by loops over the window of every place. */
export function expected(
  { x, w, steps: s }: Conv,
  xs: Float64Array,
  ws: Float64Array,
): { value: Float64Array; scale: Float64Array } {
  const [groups, images, channels, ...space] = x as [number, number, number, ...number[]];
  const [, outputs, , ...window] = w as [number, number, number, ...number[]];
  const places = windowPlaces(space, window, s);
  const [area, size] = [sizeOf(space), sizeOf(window)];
  // positions under the window at each place, once for all
  const under = indices(places).map((p) =>
    indices(window).map((k) => {
      let at = 0;
      for (let a = 0; a < space.length; a++) {
        const i = underWindow(s, a, p[a]!, k[a]!, space[a]!);
        if (i === undefined) return -1;
        at = at * space[a]! + i;
      }
      return at;
    }),
  );
  const value: number[] = [];
  const scale: number[] = [];
  for (const [g, n, o] of indices([groups, images, outputs]) as [number, number, number][]) {
    for (const positions of under) {
      let [sum, total] = [0, 0];
      for (let c = 0; c < channels; c++) {
        const from = ((g * images + n) * channels + c) * area;
        const weights = ((g * outputs + o) * channels + c) * size;
        for (let k = 0; k < size; k++) {
          if (positions[k]! < 0) continue;
          const t = ws[weights + k]! * xs[from + positions[k]!]!;
          sum += t;
          total += Math.abs(t);
        }
      }
      value.push(sum);
      scale.push(total);
    }
  }
  return { value: Float64Array.from(value), scale: Float64Array.from(scale) };
}

/**
 * Runs the routine in a module of its own: x at the beginning of memory, w at its end or the other way round, NaN
 * everywhere else, so that reading outside traps or shows.
 */
export function run(
  c: Conv,
  xs: Float64Array,
  ws: Float64Array,
  storage: 'f32' | 'f64',
  turned = false,
): { result: Float64Array; harmed: number } {
  const Data = storage === 'f32' ? Float32Array : Float64Array;
  const size = Data.BYTES_PER_ELEMENT;
  const shape = shapeOf(c);
  const operand = (s: Shape): { shape: Shape; storage: 'f32' | 'f64' } => ({ shape: s, storage });
  const routine = convRoutine(c.steps, operand(c.x), operand(c.w), operand(shape));
  const [first, second] = turned ? [ws, xs] : [xs, ws];
  const end = bytes.length - 16 - second.length * size;
  const at = 16 * Math.ceil((first.length * size + 64 + guard) / 16);
  const scratch = 16 * Math.ceil((at + sizeOf(shape) * size + guard) / 16);
  const after = scratch + routine.scratch;
  if (after + guard > end) throw new Error('the test memory is too small');
  const m = new Module({ minimum: 1 });
  const [px, pw] = turned ? [end, 0] : [0, end];
  const body = m.func('run', [], undefined, (f) => {
    routine.emit(
      { module: m, relaxed: false },
      f,
      [i32.const(px), i32.const(pw)],
      [i32.const(at)],
      i32.const(scratch),
    );
  });
  m.export('run', body);
  const module = m.encode();
  expect(WebAssembly.validate(module)).toBe(true);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory } });
  bytes.fill(255, 0, after + guard);
  bytes.fill(255, Math.floor((end - 64) / 8) * 8);
  new Data(memory.buffer, px, xs.length).set(xs);
  new Data(memory.buffer, pw, ws.length).set(ws);
  bytes.fill(0xa5, at - guard, at + sizeOf(shape) * size + guard);
  (instance.exports as { run: () => void }).run();
  let harmed = 0;
  for (let i = 1; i <= guard; i++) {
    if (bytes[at - i] !== 0xa5) harmed++;
    if (bytes[at + sizeOf(shape) * size + i - 1] !== 0xa5) harmed++;
    if (bytes[after + i - 1] !== 255) harmed++;
  }
  return { result: Float64Array.from(new Data(memory.buffer, at, sizeOf(shape))), harmed };
}
