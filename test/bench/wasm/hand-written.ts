/**
 * The value and gradient of `conjugate.ts`, derived and written by hand in WebAssembly text: a lane is a latent, and a
 * draw is one function. What generated code is held against.
 *
 * Words by threefry-2x32 with 20 rounds from a key that is folded with the number of the draw; normals by Box and
 * Muller, whose logarithm, sine and cosine are the polynomials of Cephes (float32).
 */
import wabt from 'wabt';
import { observed } from './conjugate.js';

type Op = (...operands: readonly string[]) => string;
const op =
  (name: string): Op =>
  (...operands) =>
    `(${name} ${operands.join(' ')})`;

const [add, sub, mul] = [op('f32x4.add'), op('f32x4.sub'), op('f32x4.mul')];
const [iadd, isub, shl, shr, shrSigned] = [op('i32x4.add'), op('i32x4.sub'), op('i32x4.shl'), op('i32x4.shr_u'), op('i32x4.shr_s')]; // prettier-ignore
const [and, or, xor, select] = [op('v128.and'), op('v128.or'), op('v128.xor'), op('v128.bitselect')];
const [call, splat] = [op('call'), op('i32x4.splat')];
const get = (name: string): string => `(local.get $${name})`;
const set = (name: string, value: string): string => `(local.set $${name} ${value})\n`;
const f32 = (x: number): string => `(v128.const f32x4 ${x} ${x} ${x} ${x})`;
const i32 = (...x: readonly number[]): string =>
  `(v128.const i32x4 ${(x.length === 4 ? x : [x[0], x[0], x[0], x[0]]).join(' ')})`;
const int = (n: number): string => `(i32.const ${n})`;
const load = (at: number): string => `(v128.load ${int(at)})`;
const locals = (...names: readonly string[]): string => names.map((n) => `(local $${n} v128)`).join(' ');

/** c₀ + x(c₁ + x(…)). */
const horner = (x: string, [first, ...rest]: readonly number[]): string =>
  rest.length === 0 ? f32(first!) : add(f32(first!), mul(x, horner(x, rest)));

function threefry(): string {
  const rotations = [[13, 15, 26, 6], [17, 29, 16, 24]]; // prettier-ignore
  const keys = ['k0', 'k1', 'k2'];
  const group = (g: number): string => {
    const round = (r: number): string =>
      set('x0', iadd(get('x0'), get('x1'))) +
      set('x1', xor(get('x0'), or(shl(get('x1'), int(r)), shr(get('x1'), int(32 - r)))));
    const [a, b] = [keys[(g + 1) % 3]!, keys[(g + 2) % 3]!];
    return (
      rotations[g % 2]!.map(round).join('') +
      set('x0', iadd(get('x0'), get(a))) +
      set('x1', iadd(get('x1'), iadd(get(b), i32(g + 1))))
    );
  };
  return `(func $threefry (param $k0 v128) (param $k1 v128) (param $x0 v128) (param $x1 v128) (result v128 v128)
    ${locals('k2')}
    ${set('k2', xor(xor(get('k0'), get('k1')), i32(0x1bd11bda)))}
    ${set('x0', iadd(get('x0'), get('k0')))} ${set('x1', iadd(get('x1'), get('k1')))}
    ${[0, 1, 2, 3, 4].map(group).join('')} ${get('x0')} ${get('x1')})`;
}

const logarithm = (): string => `(func $log (param $x v128) (result v128) ${locals('e', 'f', 'z')}
    ${set('e', shrSigned(isub(get('x'), i32(0x3f3504f3)), int(23)))}
    ${set('f', sub(isub(get('x'), shl(get('e'), int(23))), f32(1)))}
    ${set('e', op('f32x4.convert_i32x4_s')(get('e')))}
    ${set('z', mul(get('f'), get('f')))}
    ${add(
      mul(get('e'), f32(0.693359375)),
      add(
        get('f'),
        add(
          mul(mul(get('z'), get('f')), horner(get('f'), [
            3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
            1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
          ])), // prettier-ignore
          sub(mul(get('e'), f32(-2.1219444e-4)), mul(get('z'), f32(0.5))),
        ),
      ),
    )})`;

/** Two words to two normals: a radius from one, an angle in turns from the other. */
const boxMuller = (): string => `(func $normals (param $w0 v128) (param $w1 v128) (result v128 v128)
    ${locals('r', 't', 'q', 'z', 's', 'c', 'swap')}
    ${set('r', mul(add(op('f32x4.convert_i32x4_u')(shr(get('w0'), int(9))), f32(0.5)), f32(2 ** -23)))}
    ${set('r', op('f32x4.sqrt')(mul(f32(-2), call('$log', get('r')))))}
    ${set('t', mul(op('f32x4.convert_i32x4_s')(get('w1')), f32(2 ** -30)))}
    ${set('q', op('f32x4.nearest')(get('t')))}
    ${set('t', mul(sub(get('t'), get('q')), f32(Math.PI / 2)))}
    ${set('q', op('i32x4.trunc_sat_f32x4_s')(get('q')))}
    ${set('z', mul(get('t'), get('t')))}
    ${set('s', mul(get('t'), horner(get('z'), [1, -1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4])))}
    ${set('c', horner(get('z'), [1, -0.5, 4.166664568e-2, -1.388731625e-3, 2.443315712e-5]))}
    ${set('swap', op('i32x4.neg')(and(get('q'), i32(1))))}
    ${mul(get('r'), xor(select(get('s'), get('c'), get('swap')), shl(and(iadd(get('q'), i32(1)), i32(2)), int(30))))}
    ${mul(get('r'), xor(select(get('c'), get('s'), get('swap')), shl(and(get('q'), i32(2)), int(30))))})`;

/** Places in the memory, in bytes: parameters and observations, then the sums. */
const at = { loc: 0, scale: 32, y: 64, value: 96, slopeLoc: 128, slopeScale: 160 } as const;

const draw = (): string => {
  const half = (h: number): string => {
    const accumulate = (place: number, x: string): string =>
      `(v128.store ${int(place)} ${add(load(place), x)})\n`;
    return (
      set('p', mul(load(at.scale + h), get(h === 0 ? 'n0' : 'n1'))) +
      set('z', add(load(at.loc + h), get('p'))) +
      set('d', sub(load(at.y + h), get('z'))) +
      set('g', sub(get('d'), get('z'))) +
      accumulate(at.value, add(mul(get('z'), get('z')), mul(get('d'), get('d')))) +
      accumulate(at.slopeLoc + h, get('g')) +
      accumulate(at.slopeScale + h, add(mul(get('g'), get('p')), f32(1)))
    );
  };
  return `(func $draw (param $k0 v128) (param $k1 v128) (param $i i32) ${locals('n0', 'n1', 'p', 'z', 'd', 'g')}
    ${call('$threefry', get('k0'), get('k1'), i32(0), splat(get('i')))} (local.set $k1) (local.set $k0)
    ${call('$normals', call('$threefry', get('k0'), get('k1'), i32(0, 1, 2, 3), i32(4, 5, 6, 7)))}
    (local.set $n1) (local.set $n0) ${half(0)} ${half(16)})`;
};

const text =
  (): string => `(module (memory (export "memory") 1) ${threefry()} ${logarithm()} ${boxMuller()} ${draw()}
  (func (export "draws") (param $k0 i32) (param $k1 i32) (param $count i32) (local $i i32)
    (loop $next
      ${call('$draw', splat(get('k0')), splat(get('k1')), get('i'))}
      (local.set $i (i32.add ${get('i')} ${int(1)}))
      (br_if $next (i32.lt_u ${get('i')} ${get('count')})))))`;

/** Sums over draws. */
export interface Sums {
  readonly value: number;
  readonly loc: readonly number[];
  readonly logScale: readonly number[];
}

/** The module: (parameters) ↦ sums of value and gradient over `draws` draws. */
export async function handWritten(): Promise<
  (loc: readonly number[], logScale: readonly number[], draws: number) => Sums
> {
  const { buffer } = (await wabt())
    .parseWat('elbo.wat', text(), { simd: true, multi_value: true })
    .toBinary({});
  const { instance } = await WebAssembly.instantiate(buffer as BufferSource);
  const { memory, draws } = instance.exports as {
    memory: WebAssembly.Memory;
    draws: (a: number, b: number, n: number) => void;
  };
  const view = (place: number, n = 8): Float32Array => new Float32Array(memory.buffer, place, n);
  const [loc, scale, sums] = [view(at.loc), view(at.scale), view(at.value, 24)];
  view(at.y).set(observed);
  return (m, s, count) => {
    loc.set(m);
    for (let i = 0; i < 8; i++) scale[i] = Math.exp(s[i]!);
    sums.fill(0);
    draws(0, 7, count);
    // the terms that do not depend on the draw: normalizers and entropy
    const constant = 8 * (0.5 - 0.5 * Math.log(2 * Math.PI)) + s.reduce((a, b) => a + b, 0);
    const squares = sums[0]! + sums[1]! + sums[2]! + sums[3]!;
    return {
      value: count * constant - squares / 2,
      loc: [...sums.subarray(8, 16)],
      logScale: [...sums.subarray(16, 24)],
    };
  };
}
