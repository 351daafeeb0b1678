/**
 * Automatic guides.
 *
 * @module
 */
export { fullRank } from './full-rank.js';
export type { FullRankParams, MeanFieldParams } from './gaussian.js';
export type { Guide, GuideOptions, Moments, MomentsOptions } from './guide.js';
export type { Laplace, LaplaceOptions } from './laplace.js';
export type { LatentSite } from './latents.js';
export { meanField } from './mean-field.js';
