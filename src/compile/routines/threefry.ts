/**
 * The counter-based random function threefry2x32 of J. K. Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*
 * (SC'11), with 20 rounds: four blocks at a time in vectors, or one in scalars.
 *
 * @module
 */
import {
  i32,
  i32x4,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
  type ValueType,
} from '../assembler/index.js';

/** Arithmetic modulo 2³² on one word or on four. */
interface Words<T extends ValueType> {
  readonly type: T;
  readonly const: (value: number) => Expr<T>;
  readonly add: (a: Expr<T>, b: Expr<T>) => Expr<T>;
  readonly xor: (a: Expr<T>, b: Expr<T>) => Expr<T>;
  /** `x` rotated to the left; `x` is written more than once. */
  readonly rotl: (x: Expr<T>, bits: number) => Expr<T>;
}

const one: Words<'i32'> = {
  type: 'i32',
  const: i32.const,
  add: i32.add,
  xor: i32.xor,
  rotl: (x, bits) => i32.rotl(x, i32.const(bits)),
};

const four: Words<'v128'> = {
  type: 'v128',
  const: (value) => i32x4.const(value),
  add: i32x4.add,
  xor: v128.xor,
  rotl: (x, bits) => v128.or(i32x4.shl(x, i32.const(bits)), i32x4.shrU(x, i32.const(32 - bits))),
};

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** The third word of the key schedule. */
const parity = 0x1bd11bda;

/** What is added to the two words at the beginning, and after each block of four rounds. */
type Schedule<T extends ValueType> = readonly (readonly [Expr<T>, Expr<T>])[];

function schedule<T extends ValueType>(
  f: FunctionBuilder,
  w: Words<T>,
  k0: Expr<T>,
  k1: Expr<T>,
): Schedule<T> {
  const [a, b] = [f.let(k0), f.let(k1)];
  const words = [a, b, f.let(w.xor(w.xor(a, b), w.const(parity)))];
  return Array.from({ length: 6 }, (_, block) => {
    const second = words[(block + 1) % 3]!;
    return [words[block % 3]!, block === 0 ? second : f.let(w.add(second, w.const(block)))];
  });
}

/** The output words of several blocks of one key, computed side by side so that they hide each other's latency. */
function mix<T extends ValueType>(
  f: FunctionBuilder,
  w: Words<T>,
  keys: Schedule<T>,
  counters: readonly (readonly [Expr<T>, Expr<T>])[],
): [Expr<T>, Expr<T>][] {
  const streams = counters.map(([c0, c1]) => ({
    x0: f.local(w.type, w.add(c0, keys[0]![0])),
    x1: f.local(w.type, w.add(c1, keys[0]![1])),
  }));
  for (let block = 0; block < 5; block++) {
    for (const bits of rotations[block % 2]!) {
      for (const { x0, x1 } of streams) {
        f.set(x0, w.add(x0, x1));
        f.set(x1, w.xor(w.rotl(x1, bits), x0));
      }
    }
    for (const { x0, x1 } of streams) {
      f.set(x0, w.add(x0, keys[block + 1]![0]));
      f.set(x1, w.add(x1, keys[block + 1]![1]));
    }
  }
  return streams.map(({ x0, x1 }) => [x0, x1]);
}

/** threefry2x32 of four keys, each with several counters: the two output words of each, in vectors. */
export function threefryLanes(
  f: FunctionBuilder,
  key: readonly [Expr<'v128'>, Expr<'v128'>],
  counters: readonly (readonly [Expr<'v128'>, Expr<'v128'>])[],
): [Expr<'v128'>, Expr<'v128'>][] {
  return mix(f, four, schedule(f, four, ...key), counters);
}

/** threefry2x32 of one key and counter. */
export function threefryScalar(
  f: FunctionBuilder,
  key: readonly [Expr<'i32'>, Expr<'i32'>],
  counter: readonly [Expr<'i32'>, Expr<'i32'>],
): [Expr<'i32'>, Expr<'i32'>] {
  return mix(f, one, schedule(f, one, ...key), [counter])[0]!;
}

/**
 * The function (out, n, k0, k1) that writes n random words of one key: word i is x₀ ⊕ x₁ of the counter (0, i). A buffer
 * has fewer than 2³² words, so the high word of a counter is always zero.
 */
export function bitsOfKey(m: Module): Func {
  return m.once('threefry.bits', () =>
    m.func('threefry.bits', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, n, k0, k1) => {
      const zero = i32x4.const(0);
      const at = f.local('i32', out);
      const i = f.local('i32');
      const left = f.local('i32', n);
      f.if(i32.ne(n, i32.const(1)), () => {
        const keys = schedule(f, four, i32x4.splat(k0), i32x4.splat(k1));
        const counter = f.local('v128', i32x4.const(0, 1, 2, 3));
        f.while(
          () => i32.ge(left, i32.const(8)),
          () => {
            const both = mix(f, four, keys, [
              [zero, counter],
              [zero, i32x4.add(counter, i32x4.const(4))],
            ]);
            both.forEach(([x0, x1], j) => f.store(at, v128.xor(x0, x1), 16 * j));
            f.set(counter, i32x4.add(counter, i32x4.const(8)));
            f.set(at, i32.add(at, i32.const(32)));
            f.set(left, i32.sub(left, i32.const(8)));
          },
        );
        f.while(
          () => i32.gt(left, i32.const(1)),
          () => {
            const [x0, x1] = mix(f, four, keys, [[zero, counter]])[0]!;
            const words = f.let(v128.xor(x0, x1));
            f.if(
              i32.ge(left, i32.const(4)),
              () => f.store(at, words),
              () => {
                f.storeLane(64, at, words, 0);
                f.if(i32.eq(left, i32.const(3)), () => f.storeLane(32, at, words, 2, 8));
                f.return();
              },
            );
            f.set(counter, i32x4.add(counter, i32x4.const(4)));
            f.set(at, i32.add(at, i32.const(16)));
            f.set(left, i32.sub(left, i32.const(4)));
          },
        );
        f.set(i, i32x4.extract(counter, 0));
      });
      f.if(left, () => {
        const [x0, x1] = threefryScalar(f, [k0, k1], [i32.const(0), i]);
        f.store(at, i32.xor(x0, x1));
      });
    }),
  );
}
