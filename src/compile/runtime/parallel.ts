/**
 * Loops that several threads share: the part that is WebAssembly.
 *
 * @module
 */
import { i32, type Func, type Global, type Module } from '../assembler/index.js';
import { job, mostValues } from './job.js';

/** A job is cut into about so many ranges, or into single units. */
const rangesLog2 = 5;

interface Kernel {
  readonly share: Func;
  readonly globals: readonly Global<'i32'>[];
}

/** What a module with parallel kernels exports. */
export interface ParallelExports {
  /** Connects the instance: address of the block of jobs, number of the program, number of the thread. */
  readonly 'parallel.attach': (control: number, program: number, thread: number) => void;
  /**
   * Takes part in jobs until none was open for `spins` looks. Returns 0 if it did nothing, −1 if it took part in a job of
   * this program, otherwise the number of the other program whose job is open.
   */
  readonly 'parallel.work': (spins: number) => number;
}

/**
 * The parallel kernels of a module that imports shared memory.
 *
 * A kernel is a function of a range of units, `from` to `to`, which must give the same results however the units are
 * grouped and in whatever order; units are the same for every number of threads, and so are results. While no threads are
 * attached (`Pool.attach`), kernels are simply called.
 *
 * ```ts no-run it needs the assembler, and a kernel
 * const parallel = new Parallel(module);
 * const scale = module.func('scale', ['i32', 'i32'], undefined, (f, from, to) => …);
 * const all = parallel.kernel(scale, [base]);
 * module.export('main', module.func('main', [], undefined, (f) => f.call(all, i32.const(1000))));
 * parallel.finish();
 * ```
 */
export class Parallel {
  /** Number of the thread that runs the code, the main one being 0: for scratch memory of a thread's own. */
  readonly thread: Global<'i32'>;
  private readonly module: Module;
  private readonly control: Global<'i32'>;
  private readonly program: Global<'i32'>;
  private readonly kernels: Kernel[] = [];
  private readonly slots = new Map<Global<'i32'>, number>();

  constructor(module: Module) {
    this.module = module;
    this.control = module.global();
    this.program = module.global();
    this.thread = module.global();
  }

  /**
   * The function (units: i32) that runs `func` (from: i32, to: i32) on all units.
   *
   * @param globals the variables of the module that `func` and what it calls read; they are handed to the other threads.
   *   Kernels call no functions of the host: other threads do not have these.
   * @throws Error if kernels use more than 941 variables.
   */
  kernel(func: Func, globals: readonly Global<'i32'>[]): Func {
    const { module, control } = this;
    const number = this.kernels.length;
    const { thread } = this;
    const handed = globals.filter((g) => g !== thread);
    for (const g of handed) if (!this.slots.has(g)) this.slots.set(g, this.slots.size);
    if (this.slots.size > mostValues)
      throw new Error(`parallel kernels use more than ${mostValues} variables`);
    const share = module.func(`${func.name}.share`, ['i32', 'i32'], undefined, (f, units, batch) => {
      const from = f.local('i32');
      f.loop((again) => {
        f.set(from, i32.atomicAdd(control, batch, job.next));
        f.if(i32.lt(from, units), () => {
          const end = f.let(i32.add(from, batch));
          f.call(func, from, i32.select(i32.lt(end, units), end, units));
          f.br(again);
        });
      });
    });
    this.kernels.push({ share, globals: handed });
    return module.func(`${func.name}.all`, ['i32'], undefined, (f, units) => {
      // alone, in a job already, or nothing to share
      const alone = i32.or(i32.eqz(control), i32.lt(units, i32.const(2)));
      f.if(alone, () => {
        f.call(func, i32.const(0), units);
        f.return();
      });
      f.if(i32.or(thread, i32.load(control, job.busy)), () => {
        f.call(func, i32.const(0), units);
        f.return();
      });
      const some = f.let(i32.shrU(units, i32.const(rangesLog2)));
      const batch = f.let(i32.select(some, some, i32.const(1)));
      f.store(control, i32.const(1), job.busy);
      f.store(control, i32.const(number), job.kernel);
      f.store(control, units, job.units);
      f.store(control, batch, job.batch);
      f.store(control, i32.const(0), job.faultLength);
      for (const g of handed) f.store(control, g, this.place(g));
      f.atomicStore(control, i32.const(0), job.next);
      f.atomicStore(control, this.program, job.open);
      f.atomicStore(control, i32.add(i32.atomicLoad(control, job.generation), i32.const(1)), job.generation);
      f.if(i32.atomicLoad(control, job.sleeping), () => {
        f.local('i32', i32.atomicNotify(control, i32.const(-1), job.generation));
      });
      f.call(share, units, batch);
      f.atomicStore(control, i32.const(0), job.open);
      f.while(
        () => i32.atomicLoad(control, job.active),
        () => undefined,
      );
      f.store(control, i32.const(0), job.busy);
      f.if(i32.atomicLoad(control, job.faultLength), () => f.unreachable());
    });
  }

  /** Exports what threads call; after the last kernel. */
  finish(): void {
    const { module, control, program, thread, kernels } = this;
    module.export(
      'parallel.attach',
      module.func('parallel.attach', ['i32', 'i32', 'i32'], undefined, (f, address, number, index) => {
        f.set(control, address);
        f.set(program, number);
        f.set(thread, index);
      }),
    );
    module.export(
      'parallel.work',
      module.func('parallel.work', ['i32'], 'i32', (f, spins) => {
        const idle = f.local('i32');
        const worked = f.local('i32');
        const ignored = f.local('i32');
        const seen = f.local('i32', i32.add(control, i32.shl(thread, i32.const(2))));
        const leave = (): void => f.set(ignored, i32.atomicAdd(control, i32.const(-1), job.active));
        f.loop((again) => {
          const generation = f.local('i32', i32.atomicLoad(control, job.generation));
          f.if(i32.ne(generation, i32.load(seen, job.seen)), () => {
            f.set(ignored, i32.atomicAdd(control, i32.const(1), job.active));
            const open = f.local('i32', i32.atomicLoad(control, job.open));
            f.if(
              i32.eq(open, program),
              () => {
                f.store(seen, generation, job.seen);
                f.set(worked, i32.const(-1));
                f.switch(
                  i32.load(control, job.kernel),
                  kernels.map(({ share, globals }) => () => {
                    for (const g of globals) f.set(g, i32.load(control, this.place(g)));
                    f.call(share, i32.load(control, job.units), i32.load(control, job.batch));
                  }),
                );
                leave();
              },
              () => {
                leave();
                f.if(open, () => f.return(open));
                f.store(seen, generation, job.seen);
              },
            );
            f.set(idle, i32.const(0));
            f.br(again);
          });
          f.set(idle, i32.add(idle, i32.const(1)));
          f.brIf(again, i32.lt(idle, spins));
        });
        f.return(worked);
      }),
    );
  }

  /** Where a variable's value lies in the block of jobs. */
  private place(g: Global<'i32'>): number {
    return job.values + 4 * this.slots.get(g)!;
  }
}
