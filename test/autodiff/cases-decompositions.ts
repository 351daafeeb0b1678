/** Cases of qr, eigh and svd, away from coinciding values. */
import { ops, shapes, type Node } from '../../src/ir/index.js';
import type { DecompositionName } from '../../src/autodiff/families.js';
import { real, spread } from './arrays.js';
import type { Case } from './judge.js';

const decompose =
  (op: DecompositionName) =>
  (a: Node | undefined): Node[] =>
    a!.builder.nodes(op, ops.none, [a!]);

/** Entries of order one with singular values (and those of the symmetric part) well apart. */
const tall = real([3, 0.4, -0.2, 0.5, -2, 0.3, 0.6, -0.1, 1, 0.2, 0.7, 0.3], [4, 3]);
const square = real([3, 0.4, -0.2, 0.5, -2, 0.3, 0.6, -0.1, 1], [3, 3]);
const wide = real([3, 0.4, -0.2, 0.5, 0.6, -2, 0.3, 0.8], [2, 4]);
const stack = real([3, 0.4, 0.5, 1, 0.2, -0.7, 1, 0.3, 0.4, 4, -0.5, 0.2], [2, 3, 2]);
const squares = real([3, 0.4, 0.5, 1, 1, 0.3, 0.4, 4], [2, 2, 2]);

const step = 0.02;
const of = (op: DecompositionName, name: string, a: Case['args'][number]): Case => ({
  name: `${op} of ${name}`,
  args: [a],
  f: decompose(op),
  step,
});

export const decompositionCases: { readonly [K in DecompositionName]: readonly Case[] } = {
  qr: [
    of('qr', 'a tall matrix', tall),
    of('qr', 'a square matrix', square),
    of('qr', 'a wide matrix', wide),
    of('qr', 'a stack', stack),
    of('qr', 'one element', real([-2], [1, 1])),
    of('qr', 'one row', real([-2, 1, 0.5], [1, 3])),
  ],
  eigh: [
    of('eigh', 'a matrix', square),
    of(
      'eigh',
      'a larger matrix',
      real(
        [...spread([4, 4], 51).data].map((v, i) => v + (i % 5 ? 0 : i)),
        [4, 4],
      ),
    ),
    of('eigh', 'a stack', squares),
    of('eigh', 'one element', real([-2], [1, 1])),
    {
      name: 'eigh of a function, vectors and values mixed',
      args: [square],
      f: (x) => {
        const a = shapes.matmul(x!, shapes.matrixTranspose(x!));
        const [w, v] = decompose('eigh')(a) as [Node, Node];
        return [shapes.matmul(ops.mul(v, ops.log(w)), shapes.matrixTranspose(v))];
      },
      step,
    },
  ],
  svd: [
    of('svd', 'a tall matrix', tall),
    of('svd', 'a square matrix', square),
    of('svd', 'a wide matrix', wide),
    of('svd', 'a stack', stack),
    of('svd', 'one element', real([-2], [1, 1])),
    of('svd', 'one column', real([-2, 1, 0.5], [3, 1])),
  ],
};
