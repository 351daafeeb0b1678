/** Native code as a peer: C kernels of our own, compiled by gcc where it is present. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { benchFile } from '../folder.js';
import { startPeer, type Peer } from './child.js';

/** Compiles `peers/<name>.c` and starts it; undefined without gcc. */
export function startNative(name: string): Peer | undefined {
  if (spawnSync('gcc', ['--version']).status !== 0) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'adjoint-bench-'));
  const program = path.join(folder, name);
  const words = ['-O3', '-march=native', '-o', program, benchFile('peers', `${name}.c`)];
  const { status } = spawnSync('gcc', words, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`gcc could not compile peers/${name}.c`);
  const peer = startPeer(program, []);
  return {
    side: peer.side,
    close: () => {
      peer.close();
      rmSync(folder, { recursive: true });
    },
  };
}
