import { existsSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as adjoint from '../../src/index.js';
import * as transforms from '../../transforms/index.js';
import { root } from './collect.js';
import type { Scope } from './run.js';

type Names = Readonly<Record<string, unknown>>;

const modules: Readonly<Record<string, Names>> = {
  '@tensorflow/tfjs-core': tf as unknown as Names,
  adjoint,
  'adjoint/transforms': transforms,
};

/** What a user has: TensorFlow.js and both entry points. */
export const publicScope: Scope = { names: { ...adjoint, ...transforms, tf }, modules };

/** What an example of an internal module has besides: its own exports, its room's and the graph's. */
export async function internalScope(file: string): Promise<Scope> {
  const load = async (f: string): Promise<Names> =>
    (await import(/* @vite-ignore */ path.join(root, f))) as Names;
  const room = await load(path.join(path.dirname(file), 'index.ts')).catch((): Names => ({}));
  return { names: { ...publicScope.names, ...ir, ...room, ...(await load(file)) }, modules };
}
