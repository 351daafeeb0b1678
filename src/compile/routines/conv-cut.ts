/**
 * How a convolution is cut into blocks: sizes, and the layout of scratch memory.
 *
 * @module
 */
import { stridesOf } from '../../ir/index.js';
import { extentOf, inside, isWhole, type Part } from './conv-geometry.js';
import { stripColumns } from './dot-blocked.js';
import { blocksOf } from './dot-method.js';

/** Sizes of x[g, n, c, …space], w[g, o, c, …window] and y[g, n, o, …places]. */
export interface ConvSizes {
  readonly groups: number;
  readonly images: number;
  readonly channels: number;
  readonly outputs: number;
  readonly space: readonly number[];
  readonly window: readonly number[];
  readonly places: readonly number[];
}

/** Bytes of copies of planes, and of results that wait to be put in place. */
const planeBytes = 524288;
const waitingBytes = 524288;
/** Bytes of a row of a block of patches. */
const rowBytes = 1024;
/** Rows of patches whose offsets are kept. */
const tableRows = 16384;
/** Columns that a block should have at least, when images share it. */
const fullBlock = 512;

/** Product of sizes. */
export const product = (sizes: readonly number[]): number => sizes.reduce((s, d) => s * d, 1);
const clamp = (x: number, least: number, most: number): number => Math.max(least, Math.min(most, x));

/** How a part is cut. Addresses of the scratch memory are relative; strides are in bytes. */
export interface Cut {
  readonly padded: boolean;
  readonly direct: boolean;
  readonly elements: number;
  readonly places: number;
  readonly images: number;
  readonly channels: number;
  /** Terms in a block, columns in a block. */
  readonly terms: number;
  readonly columns: number;
  /** From an image or channel to the next where patches are read. */
  readonly imageStride: number;
  readonly channelStride: number;
  readonly pitches: readonly number[];
  readonly waitingPitch: number;
  readonly at: { readonly [K in 'columns' | 'rows' | 'packed' | 'waiting' | 'planes' | 'windows']: number };
  readonly planesSize: number;
  readonly scratch: number;
}

/**
 * Cuts a part: results go straight to where they belong if images have whole strips of places, or many places; else as
 * many images as make a full block share it, and their results wait in scratch memory.
 */
export function cutOf(s: ConvSizes, part: Part, bytes: number): Cut {
  const width = stripColumns({ bytes });
  const padded = !inside(part);
  const elements = product(part.map((axis) => axis.window));
  const places = product(part.map((axis) => axis.places));
  const whole = isWhole(part);
  const direct = whole && (places % width === 0 || places >= 4 * width);
  const plane = (padded ? product(part.map(extentOf)) : product(s.space)) * bytes;
  const planes = padded ? Math.max(1, Math.floor(planeBytes / plane)) : Infinity;
  const most = clamp(Math.floor(tableRows / elements), 1, s.channels);
  const waiting = Math.max(1, Math.floor(waitingBytes / (s.outputs * places * bytes)));
  // whole sums first if results can wait where they belong, else as many images as make a full block
  const wanted = Math.min(Math.ceil(fullBlock / places), planes, waiting);
  const images = clamp(direct ? Math.floor(planes / clamp(planes, 1, most)) : wanted, 1, s.images);
  const channels = clamp(direct ? planes : Math.floor(planes / images), 1, most);
  const columnsAll = width * Math.ceil((direct ? places : images * places) / width);
  const columns = Math.min(columnsAll, rowBytes / bytes);
  const { size: terms } = blocksOf(channels * elements);
  const waitingPitch = columnsAll * bytes;
  let scratch = 0;
  const reserve = (size: number): number => {
    const at = scratch;
    scratch += 16 * Math.ceil(size / 16);
    return at;
  };
  const planesSize = padded ? images * channels * plane : 0;
  const at = {
    columns: reserve(4 * columnsAll),
    rows: reserve(4 * channels * elements),
    packed: reserve(terms * columns * bytes),
    waiting: reserve(direct ? 0 : s.outputs * waitingPitch),
    // the last line of the last plane is read up to the end of a vector
    planes: reserve(planesSize + 16),
    windows: reserve(whole ? 0 : s.outputs * s.channels * elements * bytes),
  };
  return {
    padded,
    direct,
    elements,
    places,
    images,
    channels,
    terms,
    columns,
    imageStride: (padded ? channels : s.channels) * plane,
    channelStride: plane,
    pitches: stridesOf(padded ? part.map(extentOf) : s.space).map((p) => p * bytes),
    waitingPitch,
    at,
    planesSize,
    scratch,
  };
}
