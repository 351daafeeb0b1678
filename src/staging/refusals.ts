/**
 * The kernels that no lowering exists for, and why.
 *
 * @module
 */
import { stagingError } from './messages.js';
import { currentCall, currentLine } from './origin.js';

/** Their shapes depend on data. */
const dataShaped = [
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'Unique',
];
const complex = ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'];
const text = ['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'];
/** It draws on the host, from a seed that tfjs takes from Math.random. */
const random = ['Multinomial'];
/** They read or write a canvas, a video or an image of the browser. */
const browser = ['Draw', 'FromPixels'];
/** No function of tfjs calls it. */
const unused = ['Pool'];
/** Only tfjs's own gradients call them. */
const gradients = [
  'AvgPool3DGrad',
  'AvgPoolGrad',
  'Conv2DBackpropFilter',
  'Conv3DBackpropFilterV2',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'EluGrad',
  'LRNGrad',
  'MaxPool3DGrad',
  'MaxPoolGrad',
  'ResizeBilinearGrad',
  'ResizeNearestNeighborGrad',
];

/** Every kernel of tfjs without a lowering. */
export const refusedKernels: readonly string[] = [
  ...dataShaped,
  ...complex,
  ...text,
  ...random,
  ...browser,
  ...unused,
  ...gradients,
];

/** Throws the error for a kernel that is not supported. */
export function refuse(kernel: string, scopeDepth: number): never {
  const where = currentCall(scopeDepth, kernel);
  if (random.includes(kernel)) throw stagingError('random', 'multinomial', currentLine());
  if (complex.includes(kernel)) throw stagingError('dtype', 'complex64', where);
  if (text.includes(kernel)) throw stagingError('dtype', 'string', where);
  if (gradients.includes(kernel)) throw stagingError('gradientKernel', kernel, where);
  throw stagingError(dataShaped.includes(kernel) ? 'dataShape' : 'kernel', kernel, where);
}
