/**
 * Values that derivatives do not see through.
 *
 * @module
 */
import { ops } from '../ir/index.js';
import { avalOf, lift, mapTree } from '../staging/index.js';

/**
 * The identity in value, a constant to derivatives of any order and mode.
 *
 * @param x - A tensor or tree; leaves that are not real are returned as they are.
 * @example
 * grad((x: tf.Tensor) => tf.mul(stopGradient(x), x))(tensor(3)); // 3
 */
export function stopGradient<T>(x: T): T {
  return mapTree(x, (leaf) =>
    avalOf(leaf).dtype === 'f' ? lift([leaf], (_, n) => ops.stopGradient(n))[0]! : leaf,
  );
}
