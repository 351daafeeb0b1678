/**
 * The inner product of two vectors.
 *
 * @module
 */
import { i32, v128, type Expr, type Func, type Module } from '../assembler/index.js';
import { keepLanes, plus, storePart, sumsOf, times, zero, type Lanes } from './dot-lanes.js';
import { blockOfTerms, blocksOf, rangeParameters, type Method } from './dot-method.js';

const sumsAtOnce = 4;

/** The function (a, b) of k terms: a vector whose lane 0 is their sum. Strides in elements. */
function block(module: Module, name: string, lanes: Lanes, k: number, aStep: number, bStep: number): Func {
  const together = aStep === 1 && bStep === 1;
  // terms in one vector: strided elements come one by one
  const count = together ? lanes.count : 1;
  const load = (address: Expr<'i32'>, offset: number): Expr<'v128'> =>
    together ? v128.load(address, offset) : lanes.splat(plus(address, offset));
  return module.func(name, ['i32', 'i32'], 'v128', (f, a, b) => {
    const [pa, pb] = [f.local('i32', a), f.local('i32', b)];
    const sums = Array.from({ length: sumsAtOnce }, () => f.local('v128', zero));
    const [aBytes, bBytes] = [aStep * count * lanes.bytes, bStep * count * lanes.bytes];
    const rounds = Math.floor(k / (count * sumsAtOnce));
    if (rounds > 0) {
      const left = f.local('i32', i32.const(rounds));
      f.loop((again) => {
        sums.forEach((s, i) => f.set(s, lanes.madd(load(pa, i * aBytes), load(pb, i * bBytes), s)));
        f.set(pa, plus(pa, sumsAtOnce * aBytes));
        f.set(pb, plus(pb, sumsAtOnce * bBytes));
        f.set(left, i32.sub(left, i32.const(1)));
        f.brIf(again, left);
      });
    }
    for (let i = 0, left = k - rounds * count * sumsAtOnce; left > 0; i++, left -= count) {
      const kept = together ? Math.min(count, left) : lanes.count;
      const [x, y] = [load(pa, i * aBytes), load(pb, i * bBytes)].map((v) => keepLanes(lanes, v, kept));
      f.set(sums[i]!, lanes.madd(x!, y!, sums[i]!));
    }
    const [s, t] = [lanes.add(sums[0]!, sums[1]!), lanes.add(sums[2]!, sums[3]!)];
    const all = f.let(lanes.add(s, t));
    f.return(together ? sumsOf(f, lanes, [all]) : all);
  });
}

/** The method for m = n = 1. */
export function innerMethod(k: number, aStep: number, bStep: number, bytes: number): Method {
  const lanes = aStep === 1 && bStep === 1 ? 16 / bytes : 1;
  const { count, size } = blocksOf(k, blockOfTerms * lanes * sumsAtOnce);
  return {
    name: 'inner',
    scratch: 0,
    units: 1,
    unitElements: 1,
    chunk: 1,
    make: (module, name, instructions) => {
      const last = block(module, `${name}_last`, instructions, k - (count - 1) * size, aStep, bStep);
      const whole = count > 1 ? block(module, `${name}_whole`, instructions, size, aStep, bStep) : undefined;
      return module.func(name, rangeParameters, undefined, (f, a, b, c) => {
        const sum = f.local('v128', zero);
        if (whole !== undefined) {
          f.for(i32.const(0), i32.const((count - 1) * size), size, (at) => {
            const [x, y] = [i32.add(a, times(at, aStep * bytes)), i32.add(b, times(at, bStep * bytes))];
            f.set(sum, instructions.add(sum, whole.call(x, y)));
          });
        }
        const done = (count - 1) * size * bytes;
        const rest = last.call(plus(a, done * aStep), plus(b, done * bStep));
        storePart(f, instructions, c, instructions.add(sum, rest), 1, 0);
      });
    },
  };
}
