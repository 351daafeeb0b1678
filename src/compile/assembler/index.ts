/**
 * A small typed assembler for WebAssembly.
 *
 * @module
 */
export { Expr, Global, Local, type ValueType } from './expr.js';
export { FunctionBuilder } from './function.js';
export { Func, Module, type MemoryType } from './module.js';
export { f32, f64, i32, i64 } from './scalar-ops.js';
export { f32x4, f64x2, type VectorFloat } from './vector-floats.js';
export { i16x8, i32x4, i64x2, i8x16, v128 } from './vector-ops.js';
