/** Programs of any length. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * A scalar function of `operations` different operations: a chain of sine, product and sum, and a sum at its end.
 * Chains of different `salt` are different programs, which no cache knows.
 */
export const chain =
  (operations: number, salt = 0) =>
  (x: tf.Tensor): tf.Tensor => {
    let y = x;
    for (let i = 0; i < Math.floor((operations - 1) / 3); i++) {
      y = tf.add(tf.mul(tf.sin(y), x), 1 / (i + 1 + salt));
    }
    return tf.sum(y);
  };
