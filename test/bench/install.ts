/** Installing the peers, once: users of Adjoint never pay for them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { benchFile } from './folder.js';

/** The lock file that was last installed from, by its hash. */
const stamp = (): string => benchFile('node_modules', '.installed');

/**
 * Installs the packages of `test/bench/package.json` unless they are there, with npm's log on the error stream. Peer
 * dependencies are left out (`.npmrc`): the peers find tfjs-core in the folder above, so there is one tfjs engine.
 */
export function installPeers(): void {
  const lock = createHash('sha256')
    .update(readFileSync(benchFile('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp()) && readFileSync(stamp(), 'utf8') === lock) return;
  console.error('installing the peers of the benchmarks, once, into test/bench/node_modules');
  const folder = benchFile();
  const words = ['ci', '--prefix', folder, '--no-audit', '--no-fund'];
  // npm hands its own settings down to scripts; they are about the folder above
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(local_prefix|prefix|global)/i.test(name)),
  );
  const options = { cwd: folder, env: environment, stdio: ['ignore', 2, 2] as ('ignore' | number)[] };
  // on Windows npm is a script of the shell
  const { status, error } = spawnSync('npm', words, { ...options, shell: process.platform === 'win32' });
  if (status !== 0) {
    throw new Error(`npm ci in ${folder} failed${error === undefined ? '' : `: ${error.message}`}`);
  }
  writeFileSync(stamp(), lock);
}

/** Loads a package of `test/bench/package.json`: compiled benchmarks stand in another folder than their packages. */
export const loadPeer = (name: string): unknown => createRequire(benchFile('package.json'))(name);
