/** What the tests of engine rules share: the state of tfjs before and after, error codes, values. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { evaluate, hostArray } from '../../src/ir/index.js';
import type { HostArray } from '../../src/ir/index.js';
import { register, stage, StagingError, type StagingCode } from '../../src/staging/index.js';

export const scalar = (v: number): HostArray => hostArray([v], [], 'f');
export const value = (f: (...xs: any[]) => unknown, ...xs: number[]): number => {
  const { graph } = stage(f, xs);
  return evaluate(graph, xs.map(scalar))[0]!.data[0]!;
};

const names = new Map<unknown, string>();
/** A name for an object, the same each time, so that states compare by identity. */
const identity = (x: object | null | undefined): string => {
  if (x == null) return 'none';
  if (!names.has(x)) names.set(x, `object ${names.size}`);
  return names.get(x)!;
};

/** Everything of tfjs that staging touches. */
function engineState(): unknown {
  const engine = tf.engine() as any;
  return {
    backendName: engine.backendName,
    backendInstance: identity(engine.backendInstance),
    kernelDepth: engine.state.kernelDepth,
    gradientDepth: engine.state.gradientDepth,
    scopes: engine.state.scopeStack.length,
    activeScope: identity(engine.state.activeScope),
    memory: tf.memory(),
    variables: Object.keys(engine.state.registeredVariables),
    ownMethods: Object.keys(engine).filter((k) => typeof engine[k] === 'function'),
    platform: Object.keys((tf.env() as any).platform),
    assign: identity(tf.Variable.prototype.assign),
    debug: (tf.env() as any).flags.DEBUG,
  };
}

export function variable(values: number | number[], name?: string): tf.Variable {
  const initial = tf.tensor(values as number[]);
  const v = tf.variable(initial, true, name);
  initial.dispose();
  return v;
}

export function codeOf(f: () => unknown): StagingCode | undefined {
  try {
    f();
    return undefined;
  } catch (error) {
    if (!(error instanceof StagingError)) throw error;
    return error.code;
  }
}

/** Every test of the file leaves the engine as it was. */
export function guardEngine(): void {
  beforeAll(async () => {
    register();
    await tf.setBackend('cpu');
    tf.scalar(1).dispose();
  });

  let before: unknown;
  beforeEach(() => {
    before = engineState();
  });
  afterEach(() => {
    expect(engineState()).toEqual(before);
  });
}
