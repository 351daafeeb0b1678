/**
 * What emitters of vector code know about where they emit.
 *
 * @module
 */
import type { Func, Module } from '../assembler/index.js';

/** Where vector code of real numbers is emitted. */
export interface MathContext {
  /** The module: shared functions are made once in it (`module.once`). */
  readonly module: Module;
  /** Element type of the lanes: four float32 or two float64. */
  readonly float: 'f32' | 'f64';
  /** Whether relaxed-SIMD multiply-add may be used. */
  readonly relaxed: boolean;
  /** Whether bodies are to be written out in place (long loops) or called as functions of the module (short ones). */
  readonly inline: boolean;
  /** Whether only lane 0 matters. */
  readonly scalar: boolean;
  /**
   * A function of the host on float64, as an import of the module: the last resort for what has no vector code. `name` is
   * unique for the function, attributes included.
   */
  readonly host: (name: string, arity: number, f: (...args: number[]) => number) => Func;
}
