/**
 * A block of a convolution: some terms of the sums of some places.
 *
 * @module
 */
import { i32, type Expr, type Func, type Module } from '../assembler/index.js';
import type { ConvSizes, Cut } from './conv-cut.js';
import { packPatches } from './conv-gather.js';
import type { Part } from './conv-geometry.js';
import { stripColumns, stripProduct } from './dot-blocked.js';
import { plus, times, type Lanes } from './dot-lanes.js';
import { least, repeat } from './dot-method.js';
import { emitTile, widths } from './dot-tile.js';

type Address = Expr<'i32'>;

/** Outputs in a block. */
const blockOutputs = 96;
/** Outputs that do not pay for a copy of their patches. */
const fewOutputs = 8;

/** Patches copied into strips. */
function blockFunction(module: Module, name: string, lanes: Lanes, s: ConvSizes, cut: Cut): Func {
  const { bytes } = lanes;
  const width = stripColumns(lanes);
  const last = cut.direct ? cut.places % width : 0;
  const shape = {
    lastRows: s.outputs % 4,
    aRow: s.channels * cut.elements * bytes,
    aStep: bytes,
    aTile: 4 * s.channels * cut.elements * bytes,
    bStep: 32,
    cRow: cut.direct ? cut.places * bytes : cut.waitingPitch,
    adds: s.channels * cut.elements > cut.terms,
  };
  const full = stripProduct(module, lanes, `${name}_strip`, { ...shape, columns: width });
  const rest =
    last === 0 ? undefined : stripProduct(module, lanes, `${name}_strip_last`, { ...shape, columns: last });
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.func(name, parameters, undefined, (f, x, w, y, rows, offsets, packed, k, add, columns) => {
    f.for(i32.const(0), columns, cut.columns, (first) => {
      const end = f.let(least(plus(first, cut.columns), columns));
      const size = f.let(times(k, 32));
      const strips = (body: (column: Address, strip: Address) => void): void => {
        const strip = f.local('i32', packed);
        f.for(first, end, width, (j) => {
          body(j, strip);
          f.set(strip, i32.add(strip, size));
        });
      };
      strips((j, strip) =>
        f.call(packPatches(module, lanes), x, i32.add(offsets, times(j, 4)), rows, k, strip),
      );
      f.for(i32.const(0), i32.const(s.outputs), blockOutputs, (output) => {
        const outputs = f.let(least(i32.sub(i32.const(s.outputs), output), i32.const(blockOutputs)));
        const pw = f.let(i32.add(w, times(output, shape.aRow)));
        const py = f.let(i32.add(y, times(output, shape.cRow)));
        strips((j, strip) => {
          const to = i32.add(py, times(j, bytes));
          if (rest === undefined) {
            f.call(full, pw, strip, to, outputs, k, add);
            return;
          }
          f.if(
            i32.le(plus(j, width), columns),
            () => f.call(full, pw, strip, to, outputs, k, add),
            () => f.call(rest, pw, strip, to, outputs, k, add),
          );
        });
      });
    });
  });
}

/** Lines of places read where they lie: few outputs do not pay for a copy of their patches. The last axis has stride 1. */
function lineFunction(module: Module, name: string, lanes: Lanes, s: ConvSizes, part: Part, cut: Cut): Func {
  const { bytes } = lanes;
  const line = part[part.length - 1]!.places;
  const aRow = s.channels * cut.elements * bytes;
  const cRow = cut.direct ? cut.places * bytes : cut.waitingPitch;
  const adds = s.channels * cut.elements > cut.terms;
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.func(name, parameters, undefined, (f, x, w, y, rows, offsets, _, k, add, columns) => {
    f.for(i32.const(0), columns, line, (column) => {
      const px = f.let(i32.add(x, i32.load(i32.add(offsets, times(column, 4)))));
      const [pw, py] = [f.local('i32', w), f.local('i32', i32.add(y, times(column, bytes)))];
      const tiles = (count: number): void => {
        const width = widths[count - 1]! * lanes.count;
        const tile = (columns: number, from: Address, to: Address): void => {
          const sizes = { rows: count, columns, aRow, aStep: bytes, bStep: 0, cRow };
          emitTile(f, lanes, sizes, pw, from, to, k, adds ? add : undefined, rows);
        };
        const full = Math.floor(line / width);
        const at = f.local('i32', i32.const(0));
        repeat(f, full, () => {
          tile(width, i32.add(px, at), i32.add(py, at));
          f.set(at, plus(at, width * bytes));
        });
        if (line % width > 0)
          tile(line % width, plus(px, full * width * bytes), plus(py, full * width * bytes));
        f.set(pw, plus(pw, count * aRow));
        f.set(py, plus(py, count * cRow));
      };
      repeat(f, s.outputs >> 2, () => tiles(4));
      if (s.outputs % 4 > 0) tiles(s.outputs % 4);
    });
  });
}

/**
 * The function of one block of terms: (patches of x, w, y, rows' offsets, columns' offsets, packed, k, add, columns). With
 * add = 0 it stores sums, else it adds them to y.
 */
export function blockOfPart(
  module: Module,
  name: string,
  lanes: Lanes,
  s: ConvSizes,
  part: Part,
  cut: Cut,
): Func {
  const { stride, places } = part[part.length - 1]!;
  const width = stripColumns(lanes);
  const long = places >= width || s.images * cut.places <= 2 * width;
  return s.outputs <= fewOutputs && stride === 1 && long
    ? lineFunction(module, name, lanes, s, part, cut)
    : blockFunction(module, name, lanes, s, cut);
}
