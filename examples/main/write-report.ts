/** The page of the main job as a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MissingPeerError } from 'adjoint';
import type { MainResult } from './job.js';
import { pageOf } from './page.js';

/** What became of the page. `lost` is a failure; `undrawn`, without the optional package that draws, is none. */
export type Written =
  | { readonly kind: 'written'; readonly file: string }
  | { readonly kind: 'undrawn' | 'lost'; readonly reason: string };

/** Whether an error is that of a file or folder that cannot be written. */
const isUnwritable = (error: unknown): error is Error =>
  error instanceof Error && 'syscall' in error && 'path' in error;

/** Writes the page, into a folder that is made for it. */
export async function writeReport(result: MainResult, file: string): Promise<Written> {
  try {
    const page = await pageOf(result);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, page);
    return { kind: 'written', file };
  } catch (error) {
    if (error instanceof MissingPeerError) return { kind: 'undrawn', reason: error.message };
    if (isUnwritable(error)) return { kind: 'lost', reason: error.message };
    throw error;
  }
}
