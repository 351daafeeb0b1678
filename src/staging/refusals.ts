/**
 * The kernels that no lowering exists for, and why.
 *
 * @module
 */
import { stagingError } from './messages.js';
import { currentCall, currentLine } from './origin.js';

/** Their shapes depend on data. */
const dataShaped = [
  'BroadcastArgs',
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
/** Operations that the graph does not have yet, and kernels that only tfjs's own gradients call. */
const missing = [
  'AvgPool',
  'AvgPool3D',
  'AvgPool3DGrad',
  'AvgPoolGrad',
  'Conv2D',
  'Conv2DBackpropFilter',
  'Conv2DBackpropInput',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'CropAndResize',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Dilation2D',
  'Dilation2DBackpropFilter',
  'Dilation2DBackpropInput',
  'Draw',
  'EluGrad',
  'FromPixels',
  'FusedConv2D',
  'FusedDepthwiseConv2D',
  'LRNGrad',
  'MatrixBandPart',
  'MaxPool',
  'MaxPool3D',
  'MaxPool3DGrad',
  'MaxPoolGrad',
  'MaxPoolWithArgmax',
  'Pool',
  'ResizeBilinear',
  'ResizeBilinearGrad',
  'ResizeNearestNeighbor',
  'ResizeNearestNeighborGrad',
  'RotateWithOffset',
  'TensorScatterUpdate',
  'Transform',
];

/** Every kernel of tfjs without a lowering. */
export const refusedKernels: readonly string[] = [...dataShaped, ...complex, ...text, ...random, ...missing];

/** Throws the error for a kernel that is not supported. */
export function refuse(kernel: string, scopeDepth: number): never {
  const where = currentCall(scopeDepth, kernel);
  if (random.includes(kernel)) throw stagingError('random', 'multinomial', currentLine());
  if (complex.includes(kernel)) throw stagingError('dtype', 'complex64', where);
  if (text.includes(kernel)) throw stagingError('dtype', 'string', where);
  throw stagingError(dataShaped.includes(kernel) ? 'dataShape' : 'kernel', kernel, where);
}
