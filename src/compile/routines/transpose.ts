/**
 * Rows and columns exchanged.
 *
 * @module
 */
import { f64, i32, i8x16, v128, type Func, type Module } from '../assembler/index.js';
import { real } from './dense.js';

/** (out, x, rows, columns): rows and columns exchanged, in tiles of four by four pairs; the buffers differ. */
export function transpose(m: Module): Func {
  return m.once('dense.transpose', () => {
    const strip = m.func(
      'dense.transpose.rows',
      ['i32', 'i32', 'i32', 'i32'],
      undefined,
      // two rows of x become two columns of out
      (f, out, x, rows, columns) => {
        const [wide, high] = [f.let(i32.shl(columns, i32.const(3))), f.let(i32.shl(rows, i32.const(3)))];
        const to = f.local('i32', out);
        const whole = f.let(i32.and(wide, i32.const(-16)));
        f.for(i32.const(0), whole, 16, (offset) => {
          const a = f.let(v128.load(i32.add(x, offset)));
          const b = f.let(v128.load(i32.add(i32.add(x, wide), offset)));
          f.store(to, i8x16.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]));
          f.set(to, i32.add(to, high));
          f.store(to, i8x16.shuffle(a, b, [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]));
          f.set(to, i32.add(to, high));
        });
        f.if(i32.and(columns, i32.const(1)), () => {
          f.store(to, f64.load(i32.add(x, whole)));
          f.store(to, f64.load(i32.add(i32.add(x, wide), whole)), 8);
        });
      },
    );
    return m.func('dense.transpose', ['i32', 'i32', 'i32', 'i32'], undefined, (f, out, x, rows, columns) => {
      const wide = f.let(i32.shl(columns, i32.const(3)));
      const high = f.let(i32.shl(rows, i32.const(3)));
      const whole = f.let(i32.and(rows, i32.const(-2)));
      f.for(i32.const(0), whole, 2, (i) => {
        f.call(strip, real(out, i), i32.add(x, i32.mul(i, wide)), rows, columns);
      });
      f.if(i32.and(rows, i32.const(1)), () => {
        const from = f.let(i32.add(x, i32.mul(whole, wide)));
        const to = f.local('i32', real(out, whole));
        f.for(i32.const(0), columns, 1, (j) => {
          f.store(to, f64.load(real(from, j)));
          f.set(to, i32.add(to, high));
        });
      });
    });
  });
}
