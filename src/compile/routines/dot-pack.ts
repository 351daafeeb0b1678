/**
 * Copies of parts of operands in the order in which the micro-kernel reads them.
 *
 * @module
 */
import {
  i32,
  i64,
  v128,
  type Expr,
  type Func,
  type FunctionBuilder,
  type Module,
} from '../assembler/index.js';
import { plus, transposed, type Lanes } from './dot-lanes.js';

/** A strip: `lines` neighbouring rows (of a) or columns (of b), to be read side by side. */
export interface Strip {
  /** Lines that are there, and lines that there is room for; what is beyond is left as it falls. */
  readonly lines: number;
  readonly width: number;
  /** Elements from a line to the next, and from one k to the next. */
  readonly lineStride: number;
  readonly step: number;
}

/** Copies one element, to an offset that is not negative. */
export function copyElement(
  f: FunctionBuilder,
  lanes: Lanes,
  to: Expr<'i32'>,
  from: Expr<'i32'>,
  offset: number,
): void {
  if (lanes.bytes === 8) f.store(to, i64.load(from), offset);
  else f.store(to, i32.load(from), offset);
}

/** Lines that are neighbours: whole vectors. */
function packNeighbours(
  f: FunctionBuilder,
  lanes: Lanes,
  s: Strip,
  from: Expr<'i32'>,
  to: Expr<'i32'>,
  k: Expr<'i32'>,
): void {
  const [source, target] = [f.local('i32', from), f.local('i32', to)];
  f.for(i32.const(0), k, 1, () => {
    for (let v = 0; v < Math.ceil(s.lines / lanes.count); v++) {
      f.store(target, v128.load(source, 16 * v), 16 * v);
    }
    f.set(source, plus(source, s.step * lanes.bytes));
    f.set(target, plus(target, s.width * lanes.bytes));
  });
}

/** Lines that run through k: squares, turned in registers. Writes up to the next multiple of the square's side. */
function packAlong(
  f: FunctionBuilder,
  lanes: Lanes,
  s: Strip,
  from: Expr<'i32'>,
  to: Expr<'i32'>,
  k: Expr<'i32'>,
): void {
  for (let v = 0; v < Math.ceil(s.lines / lanes.count); v++) {
    const sources = Array.from({ length: lanes.count }, (_, i) => {
      const line = Math.min(s.lines - 1, v * lanes.count + i);
      return f.local('i32', plus(from, line * s.lineStride * lanes.bytes));
    });
    const target = f.local('i32', plus(to, 16 * v));
    f.for(i32.const(0), k, lanes.count, () => {
      const square = sources.map((p) => f.let(v128.load(p)));
      transposed(f, lanes, square).forEach((row, i) => f.store(target, row, i * s.width * lanes.bytes));
      for (const p of sources) f.set(p, plus(p, 16));
      f.set(target, plus(target, lanes.count * s.width * lanes.bytes));
    });
  }
}

/** Any strides, element by element. */
function packElements(
  f: FunctionBuilder,
  lanes: Lanes,
  s: Strip,
  from: Expr<'i32'>,
  to: Expr<'i32'>,
  k: Expr<'i32'>,
): void {
  const [source, target] = [f.local('i32', from), f.local('i32', to)];
  f.for(i32.const(0), k, 1, () => {
    for (let i = 0; i < s.lines; i++) {
      copyElement(f, lanes, target, plus(source, i * s.lineStride * lanes.bytes), i * lanes.bytes);
    }
    f.set(source, plus(source, s.step * lanes.bytes));
    f.set(target, plus(target, s.width * lanes.bytes));
  });
}

/** The function (from, to, k) that copies k elements of each line of a strip to [k][width]. */
export function packStrip(module: Module, lanes: Lanes, s: Strip): Func {
  const name = `dot_pack_${lanes.bytes}_${s.lines}_${s.width}_${s.lineStride}_${s.step}`;
  return module.once(name, () =>
    module.func(name, ['i32', 'i32', 'i32'], undefined, (f, from, to, k) => {
      const write = s.lineStride === 1 ? packNeighbours : s.step === 1 ? packAlong : packElements;
      write(f, lanes, s, from, to, k);
    }),
  );
}

/** The function (from, to, k) that makes elements neighbours. */
export function packLine(module: Module, lanes: Lanes, stride: number): Func {
  return packStrip(module, lanes, { lines: 1, width: 1, lineStride: 0, step: stride });
}
