/**
 * The rooms of the repository and the arrows between them.
 *
 * A file may import its own room, the rooms listed in `rooms`, and the packages listed in `packages`; nothing else.
 * Rooms stand from bottom to top, and every arrow points downwards.
 */

/**
 * @typedef {{ readonly rooms: readonly string[], readonly packages: readonly string[] }} Arrows
 * Room names are folders below the root. A package is named as in an import; `node:*` stands for all of Node.
 */

const ir = ['src/ir'];
const staging = [...ir, 'src/staging'];
const autodiff = [...staging, 'src/autodiff'];
const numerics = [...autodiff, 'src/numerics'];
const random = [...numerics, 'src/random'];
const distributions = [...random, 'src/distributions'];
const language = [...distributions, 'src/language'];
const inference = [...language, 'src/optimize', 'src/inference'];
const objectives = [...inference, 'src/objectives'];
const train = [...random, 'src/optimize', 'src/compile', 'src/train'];
const report = [...new Set([...objectives, ...train, 'src/report'])];
const source = [...report, 'src/cli'];
const library = [...source, 'src/index.ts'];

const tensors = ['@tensorflow/tfjs-core', 'fp-ts'];

/** @type {Readonly<Record<string, Arrows>>} */
export const ROOMS = {
  'src/ir': { rooms: [], packages: [] },
  'src/staging': { rooms: ir, packages: tensors },
  'src/autodiff': { rooms: staging, packages: tensors },
  'src/compile': { rooms: staging, packages: tensors },
  'src/numerics': { rooms: autodiff, packages: tensors },
  'src/random': { rooms: [...staging, 'src/numerics'], packages: [...tensors, 'seedrandom'] },
  'src/distributions': { rooms: random, packages: tensors },
  'src/language': { rooms: distributions, packages: tensors },
  'src/optimize': { rooms: numerics, packages: tensors },
  'src/inference': { rooms: inference, packages: tensors },
  'src/objectives': { rooms: inference, packages: tensors },
  'src/train': { rooms: train, packages: [...tensors, 'node:*', 'cli-progress'] },
  'src/report': { rooms: report, packages: [...tensors, 'node:*', 'echarts'] },
  'src/cli': { rooms: source, packages: [...tensors, 'node:*'] },
  'src/index.ts': { rooms: source, packages: tensors },
  'transforms/expectation': { rooms: library, packages: tensors },
  'transforms/implicit': { rooms: library, packages: tensors },
  'transforms/bilevel': { rooms: [...library, 'transforms/implicit'], packages: tensors },
  'transforms/index.ts': {
    rooms: [...library, 'transforms/expectation', 'transforms/implicit', 'transforms/bilevel'],
    packages: [],
  },
};

/** Optional peer dependencies: a user who does not draw or print must not need them, so they are imported lazily. */
export const LAZY = ['cli-progress', 'echarts'];
