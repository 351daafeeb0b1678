/** Python peers: JAX, NumPyro and PyTorch on the same work, where a Python with them is present. */
import { spawnSync } from 'node:child_process';
import { benchFile } from '../folder.js';
import { startPeer, type Peer } from './child.js';

const scripts = { jax: 'jax_peer.py', numpyro: 'numpyro_peer.py', torch: 'torch_peer.py' } as const;

/** A package that a script needs. */
export type PythonPackage = keyof typeof scripts;

/** Why a row without the package is skipped. */
export const absent = (needed: PythonPackage): string =>
  `no Python with ${needed} (ADJOINT_PYTHON, then python3; test/bench/peers/requirements.txt)`;

/** Starts the script of a package with the first Python that can import it; undefined if there is none. */
export function startPython(needed: PythonPackage): Peer | undefined {
  const candidates = [process.env.ADJOINT_PYTHON, 'python3'].filter((python) => python !== undefined);
  const python = candidates.find((p) => spawnSync(p, ['-c', `import ${needed}`]).status === 0);
  // -B: nothing is written beside the scripts
  return python === undefined ? undefined : startPeer(python, ['-B', benchFile('peers', scripts[needed])]);
}
