/**
 * All lowerings by kernel name.
 *
 * @module
 */
import type { AnyKernel } from './kernels.js';
import { binaryKernels, choiceKernels } from './kernels-binary.js';
import { convolutionKernels } from './kernels-convolution.js';
import { creationKernels } from './kernels-creation.js';
import { attributedKernels, elementwiseKernels } from './kernels-elementwise.js';
import { imageKernels } from './kernels-image.js';
import { indexKernels } from './kernels-index.js';
import { linearAlgebraKernels } from './kernels-linalg.js';
import { poolKernels } from './kernels-pool.js';
import { reduceKernels } from './kernels-reduce.js';
import { shapeKernels } from './kernels-shape.js';

/** Lowering of each supported kernel. */
export const kernelTable: Readonly<Record<string, AnyKernel>> = {
  ...elementwiseKernels,
  ...attributedKernels,
  ...binaryKernels,
  ...choiceKernels,
  ...convolutionKernels,
  ...creationKernels,
  ...imageKernels,
  ...indexKernels,
  ...linearAlgebraKernels,
  ...poolKernels,
  ...reduceKernels,
  ...shapeKernels,
};
