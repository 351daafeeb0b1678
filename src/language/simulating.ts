/**
 * The handler that draws: noise at a site is a function of the key, the site's path and the plate's index.
 *
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Node } from '../ir/index.js';
import { addressHash, foldInNode } from '../random/index.js';
import { flatten, nodeOf } from '../staging/index.js';
import { recordingBuilder, type Handler, type Latent } from './handler.js';

/** What a program receives for a draw; the identity unless a gradient strategy says otherwise. */
export type Receive = (site: Latent<Node>, draw: Node) => Node;

/**
 * Draws every latent site. The key of address a in a group with key k is foldIn(k, addressHash(a)), that of element i of a
 * plate foldIn(k, i): never a running counter, so sites can be reordered and plates written as loops without a change
 * of the draws.
 */
export function simulating(receive: Receive = (_, draw) => draw): Handler<Node> {
  return {
    latent: (site) => {
      const { effect, scope, address, trace, builder } = site;
      if (effect.dist.family === 'improperUniform') {
        const { family } = effect.dist;
        const expected = 'a proper distribution';
        trace.faults.push({
          code: 'improper',
          address,
          expected,
          found: family,
          subject: family,
          where: effect.where(),
        });
        return undefined;
      }
      return receive(site, effect.dist.draw(builder.lift(foldInNode(scope.state, addressHash(site.name)))));
    },
    joint: ({ joint }, scope, _trace, builder) => {
      const key = foldInNode(scope.state, addressHash(joint.addresses.join(',')));
      const { choices, logDensity } = joint.draw(builder.lift(key));
      const { leaves, paths } = flatten(choices);
      const values = joint.addresses.map((a) => leaves[paths.indexOf(a)] as tf.Tensor);
      return { choices, values, logDensity };
    },
    group: (scope, address) => foldInNode(scope.state, addressHash(address)),
    spread: () => ({}),
    element: (state, _data, index) => foldInNode(state, nodeOf(index, recordingBuilder())),
  };
}
