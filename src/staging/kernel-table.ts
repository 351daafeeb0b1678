/**
 * All lowerings by kernel name.
 *
 * @module
 */
import type { AnyKernel } from './kernels.js';
import { binaryKernels, choiceKernels } from './kernels-binary.js';
import { creationKernels } from './kernels-creation.js';
import { attributedKernels, elementwiseKernels } from './kernels-elementwise.js';
import { indexKernels } from './kernels-index.js';
import { linearAlgebraKernels } from './kernels-linalg.js';
import { reduceKernels } from './kernels-reduce.js';
import { shapeKernels } from './kernels-shape.js';

/** Lowering of each supported kernel. */
export const kernelTable: Readonly<Record<string, AnyKernel>> = {
  ...elementwiseKernels,
  ...attributedKernels,
  ...binaryKernels,
  ...choiceKernels,
  ...creationKernels,
  ...indexKernels,
  ...linearAlgebraKernels,
  ...reduceKernels,
  ...shapeKernels,
};
