/**
 * The module in the making: base addresses, constants, functions of the host, and the functions that run items.
 *
 * @module
 */
import type { HostArray, Node } from '../../ir/index.js';
import {
  type Func,
  i32,
  Module,
  type Expr,
  type FunctionBuilder,
  type Global,
  type MemoryType,
} from '../assembler/index.js';
import { bytesOf, type Storage } from '../routines/routine.js';
import { Cluster } from './cluster.js';
import { Parallel } from '../runtime/index.js';
import { emitNest, emitShared } from './kernel-functions.js';
import type { Item } from './item.js';
import type { Plan } from './plan.js';
import { paddedBytes, type Address, type Buffer } from './value.js';

/** A constant array and where it lies behind the base of constants. */
export interface Constant {
  readonly value: HostArray;
  readonly storage: Storage;
  readonly offset: number;
}

/** Vector instructions of all turns above which a kernel is a function of its own, which engines optimize by itself. */
const longWork = 2000;
/** Vector instructions of all turns above which threads share a kernel. */
const sharedWork = 50_000;
/** Vector instructions that are put into one function without loops. */
const longCode = 3000;

export class Emitter {
  readonly module: Module;
  /** Whether relaxed-SIMD multiply-add may be used. */
  readonly relaxed: boolean;
  /** Kernels that several threads share, where there are several. */
  readonly parallel: Parallel | undefined;
  /** Number of threads. */
  readonly threads: number;
  readonly scratch: Global<'i32'>;
  readonly constants: Global<'i32'>;
  readonly constantArrays: Constant[] = [];
  constantBytes = 0;
  /** Functions of the host by name. */
  readonly imports: Record<string, (...args: number[]) => number> = {};
  /** The nodes behind functions, by the functions' names. */
  readonly nodes: Map<string, Node> = new Map();
  private readonly hosts = new Map<string, Func>();
  private readonly known = new Map<object, Map<Storage, Buffer>>();
  private count = 0;
  /** Number of times that code was written which calls the host. */
  hostCalls = 0;

  constructor(memory: MemoryType, relaxed: boolean, threads: number) {
    this.threads = threads;
    this.module = new Module(memory);
    this.relaxed = relaxed;
    this.parallel = threads > 1 ? new Parallel(this.module) : undefined;
    this.scratch = this.module.global();
    this.constants = this.module.global();
  }

  /** A function of the host on float64. */
  readonly host = (name: string, arity: number, run: (...args: number[]) => number): Func => {
    this.hostCalls++;
    let func = this.hosts.get(name);
    if (func === undefined) {
      func = this.module.importFunction('env', name, new Array<'f64'>(arity).fill('f64'), 'f64');
      this.hosts.set(name, func);
      this.imports[name] = run;
    }
    return func;
  };

  /** A name that no other function has. */
  unique(label: string): string {
    return `${label}_${this.count++}`;
  }

  /** A constant array in memory. */
  constant(value: HostArray, storage: Storage): Buffer {
    let byStorage = this.known.get(value.data);
    if (byStorage === undefined) this.known.set(value.data, (byStorage = new Map()));
    let buffer = byStorage.get(storage);
    if (buffer === undefined) {
      const offset = this.constantBytes;
      this.constantArrays.push({ value, storage, offset });
      buffer = {
        kind: 'buffer',
        storage,
        size: value.data.length,
        owner: this,
        ready: -1,
        place: { base: this.constants, offset },
        padded: false,
        node: undefined,
      };
      this.constantBytes += paddedBytes(buffer);
      byStorage.set(storage, buffer);
    }
    return buffer;
  }

  /** The address behind a base, without its constant offset. */
  base(address: Address): Expr<'i32'> {
    return address.dynamic.reduce<Expr<'i32'>>(
      (at, d) => i32.add(at, i32.mul(d.counter, i32.const(d.stride))),
      address.base,
    );
  }

  /** The address of an element. */
  at(address: Address, element: number, storage: Storage): Expr<'i32'> {
    return i32.add(this.base(address), i32.const(address.offset + element * bytesOf[storage]));
  }

  /** A function that runs some statements, made with a name that tells its node. */
  statements(label: string, node: Node | undefined, build: (f: FunctionBuilder) => void): Func {
    const name = this.unique(label);
    if (node !== undefined) this.nodes.set(name, node);
    return this.module.func(name, [], undefined, build);
  }

  /** Writes what a plan does. */
  plan(f: FunctionBuilder, plan: Plan): void {
    let group: Cluster[] = [];
    let weight = 0;
    const groups: (readonly Item[])[] = [];
    const close = (): void => {
      if (group.length > 0) groups.push(group);
      group = [];
      weight = 0;
    };
    for (const item of plan.items) {
      if (!(item instanceof Cluster) || workOf(item) > longWork) {
        close();
        groups.push([item]);
        continue;
      }
      if (weight + item.weight > longCode) close();
      group.push(item);
      weight += item.weight;
    }
    close();
    for (const items of groups) {
      const [first] = items;
      if (!(first instanceof Cluster)) first!.emit(this, f);
      else if (items.length === 1 && workOf(first) > longWork) this.kernel(f, first);
      else if (groups.length === 1) for (const c of items) emitNest(this, f, c as Cluster);
      else {
        f.call(
          this.statements('part', first.node, (g) => {
            for (const c of items) emitNest(this, g, c as Cluster);
          }),
        );
      }
    }
  }

  /** Calls the function that runs a long cluster. */
  private kernel(f: FunctionBuilder, c: Cluster): void {
    const node = c.nodes.at(-1) ?? c.node;
    if (this.parallel !== undefined && workOf(c) > sharedWork) {
      const name = this.unique(labelOf(c));
      const hosts = this.hostCalls;
      const shared = emitShared(this, name, c);
      if (shared !== undefined) {
        if (node !== undefined) this.nodes.set(name, node);
        const { func, units, globals } = shared;
        // other threads do not have the functions of the host
        if (this.hostCalls > hosts) f.call(func, i32.const(0), i32.const(units));
        else f.call(this.parallel.kernel(func, globals), i32.const(units));
        return;
      }
    }
    f.call(this.statements(labelOf(c), node, (g) => emitNest(this, g, c)));
  }
}

/** Vector instructions of all turns of a cluster. */
export function workOf(c: Cluster): number {
  return (c.size * c.weight) / (c.float === 'f64' ? 2 : 4);
}

/** The names of a cluster's operations. */
export function labelOf(c: Cluster): string {
  const names = c.nodes.map((n) => n.op);
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3}more`] : names;
  const what = [...shown, ...c.reduces.map((r) => r.combine)];
  return `kernel_${what.length === 0 ? 'copy' : what.join('_')}`;
}
