/**
 * The meaning of gradient strategies.
 *
 * @module
 */
import { ops, shapes, type Node } from '../../src/ir/index.js';
import type { Dist } from '../../src/distributions/index.js';
import { isRecorded } from '../../src/staging/index.js';

/** A site that was drawn, as a strategy sees it when the cost is known. */
export interface Drawn {
  /** The whole cost, a scalar. */
  readonly cost: Node;
  /** The value as the program was given it. */
  readonly value: Node;
  /** Its log density, one for each element of plates and batch; differentiable in the distribution's parameters. */
  readonly logProb: Node;
  /** The part of the cost that depends on the value, see `creditOf`; undefined if none does. */
  credit(): Node | undefined;
}

/** What a strategy does at a site, for sites with one run of what follows. */
export interface StrategyRule {
  /** Why the strategy does not fit a distribution, a clause for the message; undefined if it fits. */
  refusal(dist: Dist<unknown, unknown>): string | undefined;
  /** What the program receives for a draw. */
  receive(draw: Node): Node;
  /** A scalar to add to the cost, of value zero, whose gradient completes that of the cost; undefined for none. */
  surrogate(drawn: Drawn): Node | undefined;
}

/**
 * Pathwise: ∇ E f(x(ε; θ)) = E ∇ f(x(ε; θ)). The draw stays differentiable, and nothing is to be added.
 *
 * @example
 * reparamRule.refusal(flip(0.5)); // 'a draw of bernoulli is not a differentiable function of its parameters'
 */
export const reparamRule: StrategyRule = {
  refusal: (dist) =>
    dist.reparameterizable
      ? undefined
      : `a draw of ${dist.family} is not a differentiable function of its parameters`,
  receive: (draw) => draw,
  surrogate: () => undefined,
};

/** Families whose support moves with their parameters, which log p does not tell. */
const scoreless: Readonly<Record<string, string>> = {
  uniform:
    'the support of uniform moves with its parameters, and the score function does not see the boundary',
  delta: 'the only value of delta is its parameter, and the score function does not see it move',
};

/** Bounds that a program computes may come from parameters; numbers and plain tensors cannot. */
function movingBounds({ family, params }: Dist<unknown, unknown>): string | undefined {
  if (family !== 'truncatedNormal' || ![params['low'], params['high']].some(isRecorded)) return undefined;
  return (
    'the bounds of truncatedNormal are computed in the program, and the score function would not see them move; ' +
    'give them as numbers or plain tensors'
  );
}

/**
 * Score function: ∇ E f(x) = E [f(x) ∇ log p(x; θ)] + E ∂f. The draw is held, and the surrogate Σ signal · ∇ log p is
 * added as the operation `credit`, which is zero in value. The signal contains the site's own −log p where the cost does.
 * The support must not move with the parameters: families where it always does, and truncated normals whose bounds are
 * computed in the program, are refused.
 *
 * @example
 * reinforceRule.refusal(flip(0.5)); // undefined
 */
export const reinforceRule: StrategyRule = {
  refusal: (dist) => scoreless[dist.family] ?? movingBounds(dist),
  // Integers and booleans have no derivative to hold, but a name of their own keeps this site's data flow apart.
  receive: (draw) => ops.stopGradient(draw),
  surrogate: ({ logProb, credit }) => {
    const signal = credit();
    return signal === undefined ? undefined : shapes.reduceSum(ops.credit(ops.stopGradient(signal), logProb));
  },
};

/**
 * The strategies that this transform knows, by kind.
 *
 * @example
 * Object.keys(knownStrategies); // ['reparam', 'reinforce']
 */
export const knownStrategies: Readonly<Record<string, StrategyRule>> = {
  reparam: reparamRule,
  reinforce: reinforceRule,
};
