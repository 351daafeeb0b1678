import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as fpFunction from 'fp-ts/lib/function.js';
import * as adjoint from '../../src/index.js';
import * as transforms from '../../transforms/index.js';
import { root } from './collect.js';
import type { Scope } from './run.js';

type Names = Readonly<Record<string, unknown>>;

const modules: Readonly<Record<string, Names>> = {
  '@tensorflow/tfjs-core': tf as unknown as Names,
  adjoint,
  'adjoint/transforms': transforms,
  'fp-ts/lib/function.js': fpFunction,
};

/** What a user has: TensorFlow.js and both entry points. */
export const publicScope: Scope = { names: { ...adjoint, ...transforms, tf }, modules };

/** The modules whose names an example of an internal module has besides: itself, its room's index and the graph's. */
export const around = (file: string): readonly string[] =>
  [file, path.join(path.dirname(file), 'index.ts'), 'src/ir/index.ts'].filter((f) =>
    existsSync(path.join(root, f)),
  );

export async function internalScope(file: string): Promise<Scope> {
  const load = async (f: string): Promise<Names> =>
    (await import(/* @vite-ignore */ path.join(root, f))) as Names;
  const inside = await Promise.all(around(file).map(load));
  return { names: Object.assign({ ...publicScope.names }, ...inside.reverse()) as Names, modules };
}
