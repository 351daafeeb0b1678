/**
 * Reference evaluation of random bits.
 *
 * @module
 */
import { zeros, type EvaluateTable } from './evaluate-rule.js';
import { threefry2x32 } from './threefry.js';
import { sizeOf } from './types.js';

/** Rules of the random functions. */
export const evaluateRandom: Pick<EvaluateTable, 'randomBits' | 'threefry'> = {
  randomBits: ({ shape }, [keys], [result]) => {
    const out = zeros(result!);
    const n = sizeOf(shape);
    const words = new Uint32Array(2);
    for (let k = 0; 2 * k < keys!.data.length; k++) {
      for (let i = 0; i < n; i++) {
        // the counter is the 64-bit element index as (high word, low word)
        threefry2x32(keys!.data[2 * k]!, keys!.data[2 * k + 1]!, Math.floor(i / 2 ** 32), i >>> 0, words, 0);
        out[k * n + i] = words[0]! ^ words[1]!;
      }
    }
    return [out];
  },
  threefry: (_, [keys, counters]) => {
    const [k, c] = [keys!.data, counters!.data];
    const out = new Uint32Array(k.length);
    for (let i = 0; i < k.length; i += 2) threefry2x32(k[i]!, k[i + 1]!, c[i]!, c[i + 1]!, out, i);
    return [out];
  },
};
