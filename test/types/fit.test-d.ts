// What the compiler asks of the arguments of `fit`.
import type * as tf from '@tensorflow/tfjs-core';
import { sgd } from '../../src/optimize/index.js';
import { key } from '../../src/random/index.js';
import { tensor } from '../../src/staging/index.js';
import { fit, type Estimator } from '../../src/train/index.js';

declare const alone: Estimator<tf.Tensor, undefined, []>;
declare const any: Estimator<tf.Tensor>;
declare const given: Estimator<tf.Tensor, undefined, [y: tf.Tensor, n: number]>;
const options = { params: tensor(1), optimizer: sgd(0.1), steps: 3, key: key(1) };

fit(alone, options);
fit(any, options);
fit(given, { ...options, data: [tensor(1), 2] });

// @ts-expect-error the estimator has two arguments of data
fit(given, options);
// @ts-expect-error and both are needed
fit(given, { ...options, data: [tensor(1)] });
// @ts-expect-error of their types
fit(given, { ...options, data: [tensor(1), 'two'] });
// @ts-expect-error parameters have the estimator's structure
fit(alone, { ...options, params: { loc: tensor(1) } });
