/**
 * Routines of blocks at computed positions.
 *
 * @module
 */
import { i32, type Expr, type FunctionBuilder, type Module } from '../assembler/index.js';
import { sizeOf, stridesOf, type Shape } from '../../ir/index.js';
import { copyRun } from './copy.js';
import { clamped } from './elements.js';
import { bytesOf, type RoutineRule } from './routine.js';

/** Bytes from the first element of x to that of the block at `start`, which is moved inside. */
function offsetOf(
  f: FunctionBuilder,
  start: Expr<'i32'>,
  shape: Shape,
  size: Shape,
  bytes: number,
): Expr<'i32'> {
  const strides = stridesOf(shape);
  const offset = f.local('i32', i32.const(0));
  shape.forEach((n, a) => {
    // a block as large as x can only begin at zero
    if (n === size[a]!) return;
    const first = clamped(f, i32.load(start, 4 * a), i32.const(n - size[a]!));
    f.set(offset, i32.add(offset, i32.mul(first, i32.const(strides[a]! * bytes))));
  });
  return offset;
}

/** One axis of the block's runs: how often, and how far apart in x and in the block. */
interface Step {
  readonly n: number;
  readonly whole: number;
  readonly block: number;
}

/** The block as runs of `run` bytes that are contiguous in x and in the block. */
function runsOf(
  shape: Shape,
  size: Shape,
  bytes: number,
): { readonly steps: readonly Step[]; readonly run: number } {
  let inner = shape.length;
  // axes that the block takes whole belong to one run, and so does the one before them
  while (inner > 0 && shape[inner - 1] === size[inner - 1]) inner--;
  inner = Math.max(0, inner - 1);
  const [whole, block] = [stridesOf(shape), stridesOf(size)];
  const steps = size
    .slice(0, inner)
    .map((n, a) => ({ n, whole: whole[a]! * bytes, block: block[a]! * bytes }))
    .filter(({ n }) => n > 1);
  return { steps, run: sizeOf(size.slice(inner)) * bytes };
}

/** Copies between the block inside x, from `inside` on, and the block by itself. */
function copyBlock(
  m: Module,
  f: FunctionBuilder,
  shape: Shape,
  size: Shape,
  bytes: number,
  inside: Expr<'i32'>,
  block: Expr<'i32'>,
  into: boolean,
): void {
  const { steps, run } = runsOf(shape, size, bytes);
  const nest = (depth: number, p: Expr<'i32'>, q: Expr<'i32'>): void => {
    const step = steps[depth];
    if (step === undefined) {
      copyRun(m, f, into ? p : q, into ? q : p, run);
      return;
    }
    const [x, b] = [f.local('i32', p), f.local('i32', q)];
    f.for(i32.const(0), i32.const(step.n), 1, () => {
      nest(depth + 1, x, b);
      f.set(x, i32.add(x, i32.const(step.whole)));
      f.set(b, i32.add(b, i32.const(step.block)));
    });
  };
  nest(0, inside, block);
}

/** out = the block of x at start. */
export const dynamicSlice: RoutineRule<'dynamicSlice'> = ({ size }, [x]) => {
  const { shape, storage } = x!;
  const bytes = bytesOf[storage];
  return {
    scratch: 0,
    flops: 0,
    emit: ({ module: m }, f, [source, start], [out]) => {
      if (sizeOf(size) === 0) return;
      const name = `dynamicSlice.${bytes}.${shape.join('x')}.${size.join('x')}`;
      const func = m.once(name, () =>
        m.func(name, ['i32', 'i32', 'i32'], undefined, (g, to, from, first) => {
          const inside = g.let(i32.add(from, offsetOf(g, first, shape, size, bytes)));
          copyBlock(m, g, shape, size, bytes, inside, to, false);
        }),
      );
      f.call(func, out!, source!, start!);
    },
  };
};

/** out = x with the block u at start; `out` may be `x`, which is then updated in place. */
export const dynamicUpdate: RoutineRule<'dynamicUpdate'> = (_, [x, u]) => {
  const { shape, storage } = x!;
  const size = u!.shape;
  const bytes = bytesOf[storage];
  const all = sizeOf(shape) * bytes;
  return {
    scratch: 0,
    flops: 0,
    emit: ({ module: m }, f, [whole, block, start], [out]) => {
      if (all === 0) return;
      const name = `dynamicUpdate.${bytes}.${shape.join('x')}.${size.join('x')}`;
      const func = m.once(name, () =>
        m.func(name, ['i32', 'i32', 'i32', 'i32'], undefined, (g, to, from, own, first) => {
          g.if(i32.ne(to, from), () => g.copy(to, from, i32.const(all)));
          if (sizeOf(size) === 0) return;
          const inside = g.let(i32.add(to, offsetOf(g, first, shape, size, bytes)));
          copyBlock(m, g, shape, size, bytes, inside, own, true);
        }),
      );
      f.call(func, out!, whole!, block!, start!);
    },
  };
};
