/**
 * Parts of a cluster: units of its outermost loop, which threads share, and ranges of its elements.
 *
 * @module
 */
import { i32, type Expr } from '../assembler/index.js';
import { KernelWriter } from './kernel.js';
import type { Pointers } from './kernel-values.js';

/** Elements of a unit of work that threads share. */
const unitElements = 4096;

/** Writes a part of a cluster into a function. */
export class RangeWriter extends KernelWriter {
  /** Pointers at unit `from` of the outermost loop, `chunk` turns a unit, and what moves them on by some units. */
  private from(
    pointers: Pointers,
    from: Expr<'i32'>,
    chunk: number,
  ): { readonly moved: Pointers; readonly advance: (units: number) => void } {
    const { f } = this;
    const moved = new Map(pointers);
    const moving = this.moving(0, pointers);
    for (const [group, { local, step }] of moving) {
      f.set(local, i32.add(local, i32.mul(from, i32.const(step * chunk))));
      moved.set(group, local);
    }
    const advance = (units: number): void => {
      for (const { local, step } of moving.values()) {
        f.set(local, i32.add(local, i32.const(step * chunk * units)));
      }
    };
    return { moved, advance };
  }

  /** Writes the part of the outermost loop that consists of the units [from, to), `chunk` turns each. */
  writeRange(chunk: number, from: Expr<'i32'>, to: Expr<'i32'>): void {
    const { f } = this;
    const pointers = this.start();
    this.values.compute(0, this.body, pointers);
    const { size } = this.nest.loops[0]!;
    const units = Math.ceil(size / chunk);
    const last = size - (units - 1) * chunk;
    const { moved, advance } = this.from(pointers, from, chunk);
    f.for(from, to, 1, (u) => {
      if (last === chunk) this.loop(0, moved, chunk);
      else {
        f.if(
          i32.eq(u, i32.const(units - 1)),
          () => this.loop(0, moved, last),
          () => this.loop(0, moved, chunk),
        );
      }
      advance(1);
    });
  }

  /**
   * Writes the elements [from, to) of a cluster in row-major order. Ranges begin at multiples of a vector and of a row, and
   * end there or with the last element.
   */
  writeElements(from: Expr<'i32'>, to: Expr<'i32'>): void {
    const { f } = this;
    const { loops, vector } = this.nest;
    if (vector !== 0 || loops.length !== 1) {
      // whole rows
      const row = i32.const(this.c.size / loops[0]!.size);
      this.writeRange(1, i32.divU(from, row), i32.divU(to, row));
      return;
    }
    const pointers = this.start();
    this.values.compute(0, this.body, pointers);
    const { moved, advance } = this.from(pointers, from, 1);
    const { width } = this;
    const last = i32.sub(to, i32.const(width - 1));
    f.for(from, f.let(last), width, () => {
      this.body = { valid: width, copies: 1 };
      this.enter(1, moved);
      advance(width);
    });
    const part = this.c.size % width;
    if (part === 0) return;
    f.if(i32.eq(to, i32.const(this.c.size)), () => {
      this.body = { valid: part, copies: 1 };
      this.enter(1, moved);
    });
  }

  /** Turns of the outermost loop in a unit of work, if it can be shared: it must not run over a reduced axis. */
  get chunk(): number | undefined {
    const { loops, vector, firstReduced } = this.nest;
    if (firstReduced === 0 || loops.length === 0) return undefined;
    const turns = unitElements / (this.c.size / loops[0]!.size);
    return vector === 0 ? Math.max(1, Math.ceil(turns / 16)) * 16 : Math.max(1, Math.floor(turns));
  }
}
