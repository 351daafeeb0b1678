/** The assembler: modules that engines accept, and that do what was written. */
import wabtModule from 'wabt';
import { describe, expect, test } from 'vitest';
import { f32x4, f64, i32, i32x4, Module, v128 } from '../../src/compile/assembler/index.js';

interface Exports {
  readonly [name: string]: (...args: number[]) => number;
}

/** The exports of a module in a memory of its own. */
function run(m: Module, imports: WebAssembly.ModuleImports = {}): { exports: Exports; data: Float32Array } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(m.encode()), {
    env: { memory, ...imports },
  });
  return { exports: instance.exports as unknown as Exports, data: new Float32Array(memory.buffer) };
}

describe('the assembler', () => {
  test('loops, locals, conditions and calls', () => {
    const m = new Module({ minimum: 1 });
    const twice = m.func('twice', ['i32'], 'i32', (f, x) => f.return(i32.add(x, x)));
    const sum = m.func('sum', ['i32'], 'i32', (f, n) => {
      const total = f.local('i32');
      f.for(i32.const(0), n, 1, (i) => {
        f.if(
          i32.and(i, i32.const(1)),
          () => f.set(total, i32.add(total, twice.call(i))),
          () => f.set(total, i32.sub(total, i)),
        );
      });
      f.return(total);
    });
    m.export('sum', sum);
    let expected = 0;
    for (let i = 0; i < 11; i++) expected += i % 2 === 1 ? 2 * i : -i;
    expect(run(m).exports.sum!(11)).toBe(expected);
    expect(run(m).exports.sum!(0)).toBe(0);
  });

  test('a switch takes its case, and the last one outside', () => {
    const m = new Module({ minimum: 1 });
    m.export(
      'pick',
      m.func('pick', ['i32'], 'i32', (f, k) => {
        const out = f.local('i32');
        f.switch(
          k,
          [10, 20, 30].map((v) => () => f.set(out, i32.const(v))),
        );
        f.return(out);
      }),
    );
    const { pick } = run(m).exports;
    expect([0, 1, 2, 3, -1].map((k) => pick!(k))).toEqual([10, 20, 30, 30, 30]);
  });

  test('vectors, lanes, memory', () => {
    const m = new Module({ minimum: 1 });
    m.export(
      'scale',
      m.func('scale', ['i32', 'f32'], undefined, (f, p, c) => {
        f.store(p, f32x4.mul(v128.load(p), f32x4.splat(c)));
        f.storeLane(32, p, f32x4.const(7, 8, 9, 10), 2, 16);
      }),
    );
    const { exports, data } = run(m);
    data.set([1, 2, 3, 4]);
    exports.scale!(0, 3);
    expect([...data.subarray(0, 5)]).toEqual([3, 6, 9, 12, 9]);
  });

  test('functions of the host, called from functions that were made before the import', () => {
    const m = new Module({ minimum: 1 });
    const inner = m.func('inner', ['f64'], 'f64', (f, x) => f.return(f64.add(x, f64.const(0.5))));
    const host = m.importFunction('env', 'host', ['f64'], 'f64');
    m.export(
      'outer',
      m.func('outer', ['f64'], 'f64', (f, x) => f.return(f64.mul(inner.call(x), host.call(x)))),
    );
    expect(run(m, { host: (x: number) => x * 10 }).exports.outer!(2)).toBe(2.5 * 20);
  });

  test('wabt reads the module and its names', async () => {
    const m = new Module({ minimum: 1 });
    m.func('named', ['v128'], 'v128', (f, x) => f.return(i32x4.shl(x, i32.const(3))));
    const wabt = await wabtModule();
    const text = wabt.readWasm(m.encode(), { readDebugNames: true }).toText({});
    expect(text).toContain('$named');
    expect(text).toContain('i32x4.shl');
  });

  test('wrong argument types do not assemble', () => {
    const m = new Module({ minimum: 1 });
    const g = m.func('g', ['f64'], 'f64', (f, x) => f.return(x));
    expect(() => g.call(i32.const(1))).toThrow('assembler: g takes (f64), found (i32)');
  });
});
