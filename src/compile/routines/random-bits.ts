/**
 * Routines of random bits.
 *
 * @module
 */
import {
  i32,
  i32x4,
  i8x16,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { sizeOf } from '../../ir/index.js';
import type { RoutineRule } from './routine.js';
import { bitsOfKey, threefryLanes, threefryScalar } from './threefry.js';

type Pair = [Expr<'v128'>, Expr<'v128'>];

const even = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const odd = even.map((b) => b + 4);
const lowHalf = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const highHalf = lowHalf.map((b) => b + 8);

/** The first and the second words of four pairs in memory. */
function loadPairs(f: FunctionBuilder, address: Expr<'i32'>): Pair {
  const [a, b] = [f.let(v128.load(address)), f.let(v128.load(address, 16))];
  return [f.let(i8x16.shuffle(a, b, even)), f.let(i8x16.shuffle(a, b, odd))];
}

const pairAt = (address: Expr<'i32'>): [Expr<'i32'>, Expr<'i32'>] => [
  i32.load(address),
  i32.load(address, 4),
];

/** (out, keys, counters, count): one block each. */
function blocks(m: Module): Func {
  return m.once('threefry.blocks', () =>
    m.func('threefry.blocks', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, keys, counters, count) => {
      const whole = f.let(i32.and(count, i32.const(-4)));
      f.for(i32.const(0), whole, 4, (i) => {
        const at = f.let(i32.shl(i, i32.const(3)));
        const key = loadPairs(f, i32.add(keys, at));
        const [x0, x1] = threefryLanes(f, key, [loadPairs(f, i32.add(counters, at))])[0]!;
        const to = f.let(i32.add(out, at));
        f.store(to, i8x16.shuffle(x0, x1, lowHalf));
        f.store(to, i8x16.shuffle(x0, x1, highHalf), 16);
      });
      f.for(whole, count, 1, (i) => {
        const at = f.let(i32.shl(i, i32.const(3)));
        const [x0, x1] = threefryScalar(f, pairAt(i32.add(keys, at)), pairAt(i32.add(counters, at)));
        f.store(i32.add(out, at), x0);
        f.store(i32.add(out, at), x1, 4);
      });
    }),
  );
}

/** (out, keys, count, n): few words of each of many keys, of which four lie in the lanes of a vector. */
function fewWords(m: Module): Func {
  return m.once('threefry.few', () => {
    const ofKey = bitsOfKey(m);
    return m.func('threefry.few', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, keys, count, n) => {
      const zero = i32x4.const(0);
      const step = f.let(i32.shl(n, i32.const(2)));
      const whole = f.let(i32.and(count, i32.const(-4)));
      const start = f.local('i32', out);
      const pairs = f.let(i32.and(n, i32.const(-2)));
      f.for(i32.const(0), whole, 4, (k) => {
        const key = loadPairs(f, i32.add(keys, i32.shl(k, i32.const(3))));
        const write = (first: Expr<'i32'>, words: number): void => {
          const counters = Array.from({ length: words }, (_, j) => {
            return [zero, i32x4.splat(i32.add(first, i32.const(j)))] as const;
          });
          const to = f.local('i32', i32.add(start, i32.shl(first, i32.const(2))));
          const found = threefryLanes(f, key, counters).map(([x0, x1]) => f.let(v128.xor(x0, x1)));
          for (let lane = 0; lane < 4; lane++) {
            found.forEach((v, j) => f.storeLane(32, to, v, lane, 4 * j));
            if (lane < 3) f.set(to, i32.add(to, step));
          }
        };
        f.for(i32.const(0), pairs, 2, (i) => write(i, 2));
        f.if(i32.ne(pairs, n), () => write(pairs, 1));
        f.set(start, i32.add(start, i32.shl(step, i32.const(2))));
      });
      f.for(whole, count, 1, (k) => {
        f.call(ofKey, start, n, ...pairAt(i32.add(keys, i32.shl(k, i32.const(3)))));
        f.set(start, i32.add(start, step));
      });
    });
  });
}

/** (out, keys, count, n): n words of each key. */
function wordsOfKeys(m: Module): Func {
  return m.once('threefry.keys', () => {
    const ofKey = bitsOfKey(m);
    return m.func('threefry.keys', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, keys, count, n) => {
      const to = f.local('i32', out);
      const bytes = f.let(i32.shl(n, i32.const(2)));
      f.for(i32.const(0), count, 1, (k) => {
        f.call(ofKey, to, n, ...pairAt(i32.add(keys, i32.shl(k, i32.const(3)))));
        f.set(to, i32.add(to, bytes));
      });
    });
  });
}

/** From this many words of a key on, they lie side by side in the lanes. */
const manyWords = 8;
/** Operations of one block: four additions and two words' mixing a round. */
const perBlock = 130;

/** u32 of key.shape[0..-1) ++ shape: words of each key. */
export const randomBits: RoutineRule<'randomBits'> = ({ shape }, [keys]) => {
  const count = sizeOf(keys!.shape) / 2;
  const n = sizeOf(shape);
  return {
    scratch: 0,
    flops: perBlock * count * n,
    emit: ({ module: m }, f, [key], [out]) => {
      if (count * n === 0) return;
      if (count === 1) f.call(bitsOfKey(m), out!, i32.const(n), ...pairAt(key!));
      else f.call((n < manyWords ? fewWords : wordsOfKeys)(m), out!, key!, i32.const(count), i32.const(n));
    },
  };
};

/** One block of each key and counter. */
export const threefry: RoutineRule<'threefry'> = (_, [keys]) => {
  const count = sizeOf(keys!.shape) / 2;
  return {
    scratch: 0,
    flops: perBlock * count,
    emit: ({ module: m }, f, [key, counter], [out]) => {
      if (count > 0) f.call(blocks(m), out!, key!, counter!, i32.const(count));
    },
  };
};
