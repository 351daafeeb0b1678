/** Files of the repository, found from wherever a program is started and wherever it was compiled to. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package: the nearest one above this file that has a `package.json`. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

/** A path in `examples/data`. */
export const dataFile = (...parts: readonly string[]): string =>
  path.join(packageRoot(), 'examples', 'data', ...parts);
