/**
 * What the compiler makes of a program, in words.
 *
 * @module
 */
import { sizeOf, type Graph } from '../ir/index.js';
import { stage } from '../staging/index.js';
import { countNodes, optimize } from './passes/index.js';
import { bytesOf } from './routines/routine.js';
import { Runtime } from './runtime/index.js';
import { Cluster } from './wasm/cluster.js';
import { labelOf } from './wasm/emitter.js';
import { hasRelaxedSimd, type WasmOptions } from './wasm/executor.js';
import type { Item } from './wasm/item.js';
import type { Plan } from './wasm/plan.js';
import { planProgram } from './wasm/program.js';

/** Floating-point operations and bytes of memory traffic. */
interface Work {
  flops: number;
  bytes: number;
}

const real = new Intl.NumberFormat('en');
const count = (n: number): string => real.format(n);

/** Elements that a view touches. */
const touched = (shape: readonly number[], strides: readonly number[]): number =>
  sizeOf(shape.filter((_, a) => strides[a] !== 0));

function workOfItem(item: Item): Work {
  if (!(item instanceof Cluster)) {
    const bytes = [...item.reads, ...item.writes].reduce((n, b) => n + b.size * bytesOf[b.storage], 0);
    return { flops: item.flops, bytes };
  }
  const arithmetic = item.ops.filter((op) => op.kind === 'real').length + item.reduces.length;
  let bytes = 0;
  for (const op of item.ops) {
    if (op.kind !== 'load' && op.kind !== 'gather') continue;
    bytes += touched(op.view.shape, op.view.strides) * bytesOf[op.storage];
  }
  for (const { view } of item.stores) bytes += item.size * bytesOf[view.source.storage];
  for (const { buffer } of item.reduces) bytes += buffer.size * bytesOf[buffer.storage];
  return { flops: item.size * arithmetic, bytes };
}

function describeItem(item: Item, work: Work): string {
  const tail = `${count(work.flops)} flops, ${count(work.bytes)} bytes`;
  if (!(item instanceof Cluster)) return `${item.label}: ${tail}`;
  const parts = [
    `${item.ops.filter((op) => op.kind !== 'load' && op.kind !== 'fill').length} operations`,
    `${item.ops.filter((op) => op.kind === 'load').length} operands`,
    `${item.stores.length + item.reduces.length} results`,
  ];
  return `${labelOf(item)} [${item.shape.join(',')}]: ${parts.join(', ')}; ${tail}`;
}

/** Lines for the items of a plan; the sums of their work are added to `total`. */
function describePlan(plan: Plan, indent: string, total: Work): string[] {
  return plan.items.flatMap((item, i) => {
    const work = workOfItem(item);
    total.flops += work.flops;
    total.bytes += work.bytes;
    const lines = [`${indent}${i + 1}. ${describeItem(item, work)}`];
    if (item instanceof Cluster) return lines;
    for (const { name, plan: inner } of item.inner ?? []) {
      lines.push(`${indent}   ${name}`, ...describePlan(inner, `${indent}   `, total));
    }
    return lines;
  });
}

/** What the compiler makes of a graph; see {@link explain}. */
export function explainGraph(graph: Graph, options: WasmOptions = {}): string {
  const { precision = 'float64', relaxedSimd = false, without = [], runtime = new Runtime() } = options;
  const { graph: optimized, report } = optimize(graph, { without, precision });
  const relaxed = relaxedSimd && hasRelaxedSimd();
  const planned = planProgram(optimized, runtime, {
    float: precision === 'float32' ? 'f32' : 'f64',
    relaxed,
  });
  const total: Work = { flops: 0, bytes: 0 };
  const kernels = describePlan(planned.plan, '  ', total);
  const passes = report.map(({ name, before, after, changes }) => {
    const rules = Object.entries(changes).map(([rule, n]) => `${rule} (${n})`);
    return `  ${name}: ${before} → ${after} nodes${rules.length === 0 ? '' : `; ${rules.join(', ')}`}`;
  });
  const ports = (list: readonly { readonly bytes: number }[]): string =>
    count(list.reduce((n, p) => n + p.bytes, 0));
  return [
    `${countNodes(graph)} nodes, ${precision}`,
    'passes',
    ...passes,
    'kernels',
    ...kernels,
    `work: ${count(total.flops)} floating-point operations, ${count(total.bytes)} bytes; bodies of loops counted once`,
    `memory: ${count(planned.scratch)} bytes of scratch, ${count(planned.emitter.constantBytes)} of constants, ` +
      `${ports(planned.inputs)} of arguments, ${ports(planned.outputs)} of results`,
    `module: ${count(planned.bytes.length)} bytes, ${planned.emitter.module.size} functions`,
  ].join('\n');
}

/**
 * What the compiler makes of `f` on arguments like these: what each pass did, the kernels into which operations were
 * fused, their floating-point operations and bytes, and the memory that the program needs.
 *
 * @example
 * const text = explain((x: tf.Tensor) => tf.sum(tf.exp(tf.add(tf.mul(x, 1), 2))), [tensor([1, 2, 3])]);
 * text.includes('1. kernel_add_exp_sum [3]'); // true: one loop, and nothing left of the product by 1
 */
export function explain(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as for `stage`: a function of any arguments
  f: (...args: any[]) => unknown,
  args: readonly unknown[],
  options: WasmOptions = {},
): string {
  return explainGraph(stage(f, args).graph, options);
}
