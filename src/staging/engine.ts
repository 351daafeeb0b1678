/**
 * Every private or undocumented thing of tfjs-core that staging rests on, in one place: `backendInstance`, the flag
 * table, `state.scopeStack`, `kernelDepth` and `gradientDepth`, `Variable.prototype.assign`, and the engine's and
 * platform's methods that tfjs looks up at each call. tfjs-core is pinned to a minor version because of this file.
 *
 * @module
 */
import * as tf from '@tensorflow/tfjs-core';

type MakeTensor = (
  values: tf.BackendValues,
  shape: number[],
  dtype: tf.DataType,
  backend?: tf.KernelBackend,
) => tf.Tensor;

/** The engine as it is, private fields included. */
interface EngineInside {
  backendName: string;
  backendInstance: tf.KernelBackend;
  readonly registry: Readonly<Record<string, tf.KernelBackend>>;
  readonly state: {
    kernelDepth: number;
    gradientDepth: number;
    numTensors: number;
    readonly scopeStack: readonly { readonly name: string }[];
    readonly tensorInfo: WeakMap<object, { readonly backend: tf.KernelBackend }>;
  };
  makeTensor: MakeTensor;
  makeVariable: (...args: never[]) => unknown;
  customGrad: (...args: never[]) => unknown;
  gradients: (...args: never[]) => unknown;
  keep: (x: tf.Tensor) => tf.Tensor;
  readSync(dataId: object): ArrayLike<number>;
  makeTensorFromTensorInfo(info: tf.TensorInfo, backend: tf.KernelBackend): tf.Tensor;
  startScope(name: string): void;
  endScope(): void;
}

const inside = (): EngineInside => tf.engine() as unknown as EngineInside;
const flags = (): Record<string, unknown> =>
  (tf.env() as unknown as { flags: Record<string, unknown> }).flags;
const platform = (): { isTypedArray(x: unknown): boolean } =>
  (tf.env() as unknown as { platform: { isTypedArray(x: unknown): boolean } }).platform;

/** What staging does at the points where tfjs would let a recorded value escape or a constant slip in. */
export interface Hooks {
  /** Before a host value becomes a tensor: may refuse, may give exact values for the rounded ones. */
  write(values: tf.BackendValues | Float64Array, target: tf.KernelBackend): tf.BackendValues | Float64Array;
  /** When tfjs asks whether a value about to be converted is a typed array. */
  ask(value: unknown): void;
  assign(variable: tf.Variable): never;
  makeVariable(): never;
  gradients(): never;
  /** Before tf.customGrad; throws unless tfjs itself called it. */
  customGrad(): void;
  keep(x: tf.Tensor): void;
}

/** A backend of the engine's registry by name, if it has been made. */
export function findBackend(name: string): tf.KernelBackend | undefined {
  return inside().registry[name];
}

/** Whether one of the given scopes is open above a depth; tfjs's functions open scopes such as `mul__op`. */
export function inScope(names: ReadonlySet<string>, from: number): boolean {
  const stack = inside().state.scopeStack;
  for (let i = from; i < stack.length; i++) if (names.has(stack[i]!.name)) return true;
  return false;
}

/** Name of the outermost tfjs function that is running above a scope depth: `mul` for `tf.mul`; '' if there is none. */
export function outermostFunction(from: number): string {
  const stack = inside().state.scopeStack;
  for (let i = from; i < stack.length; i++) {
    const name = stack[i]!.name;
    if (name.endsWith('__op')) return name.slice(0, -4);
  }
  return '';
}

/** A tensor around a data id of `backend`, tracked by the current scope. */
export function wrap(
  dataId: object,
  shape: readonly number[],
  dtype: tf.DataType,
  backend: tf.KernelBackend,
): tf.Tensor {
  return inside().makeTensorFromTensorInfo({ dataId, shape: shape as number[], dtype }, backend);
}

/** The backend that holds a data id. */
export function ownerOf(dataId: object): tf.KernelBackend | undefined {
  return inside().state.tensorInfo.get(dataId)?.backend;
}

/** The values behind a data id of any backend. */
export function readValues(dataId: object): ArrayLike<number> {
  return inside().readSync(dataId);
}

/** The name under which a backend is registered. */
export function nameOf(backend: tf.KernelBackend | undefined): string {
  const { registry } = inside();
  return Object.keys(registry).find((name) => registry[name] === backend) ?? 'unknown';
}

/**
 * Runs `f` with `backend` active, in a scope of its own, with the tape off and debug mode masked; `f` gets the depth of
 * its scope. Whatever happens in `f`, the engine is afterwards as it was.
 */
export function withBackend<T>(name: string, backend: tf.KernelBackend, f: (scopeDepth: number) => T): T {
  const engine = inside();
  const { backendName, backendInstance } = engine;
  const { kernelDepth, gradientDepth, scopeStack } = engine.state;
  const depth = scopeStack.length;
  const table = flags();
  // In debug mode tfjs reads the result of every kernel; evaluated flags are cached here, absent ones are not evaluated yet.
  const hadDebug = Object.hasOwn(table, 'DEBUG');
  const debug = table['DEBUG'];
  engine.backendName = name;
  engine.backendInstance = backend;
  engine.state.kernelDepth = kernelDepth + 1;
  table['DEBUG'] = false;
  engine.startScope('stage');
  try {
    return f(depth + 1);
  } finally {
    while (scopeStack.length > depth) engine.endScope();
    engine.state.kernelDepth = kernelDepth;
    engine.state.gradientDepth = gradientDepth;
    engine.backendName = backendName;
    engine.backendInstance = backendInstance;
    if (hadDebug) table['DEBUG'] = debug;
    else delete table['DEBUG'];
  }
}

/** Runs `f` with the hooks in place, and takes them out again. */
export function withHooks<T>(hooks: Hooks, f: () => T): T {
  const engine = inside();
  const undo: (() => void)[] = [];
  // Own properties shadow the prototype's methods; taken away in reverse order, they leave the objects' shapes as before.
  const shadow = <O extends object, K extends keyof O>(
    object: O,
    method: K,
    replacement: (original: O[K]) => O[K],
  ): void => {
    const had = Object.getOwnPropertyDescriptor(object, method);
    object[method] = replacement(object[method]);
    undo.push(() => {
      if (had === undefined) delete object[method];
      else Object.defineProperty(object, method, had);
    });
  };
  try {
    shadow(
      engine,
      'makeTensor',
      (original) =>
        function (this: EngineInside, values, shape, dtype, backend) {
          return original.call(
            this,
            hooks.write(values, backend ?? this.backendInstance) as tf.BackendValues,
            shape,
            dtype,
            backend,
          );
        },
    );
    shadow(engine, 'makeVariable', () => () => hooks.makeVariable());
    shadow(engine, 'gradients', () => () => hooks.gradients());
    shadow(
      engine,
      'customGrad',
      (original) =>
        function (this: EngineInside, ...args: never[]) {
          hooks.customGrad();
          return original.apply(this, args);
        },
    );
    shadow(
      engine,
      'keep',
      (original) =>
        function (this: EngineInside, x) {
          hooks.keep(x);
          return original.call(this, x);
        },
    );
    shadow(
      platform(),
      'isTypedArray',
      (original) =>
        function (this: unknown, x) {
          hooks.ask(x);
          return original.call(this as never, x) || x instanceof Float64Array;
        },
    );
    shadow(
      tf.Variable.prototype,
      'assign',
      () =>
        function (this: tf.Variable) {
          return hooks.assign(this);
        },
    );
    return f();
  } finally {
    while (undo.length > 0) undo.pop()!();
  }
}
