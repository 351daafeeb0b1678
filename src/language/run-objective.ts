/**
 * The interpreter of objectives.
 *
 * @module
 */
import { vmapNodes } from '../autodiff/index.js';
import { shapes, type Node } from '../ir/index.js';
import { foldInNode } from '../random/index.js';
import { flatten, nodeOf, tensorOf, within } from '../staging/index.js';
import { assessOutcome } from './assess.js';
import type { Knowledge } from './assessing.js';
import { collect } from './errors.js';
import type { ModelFault } from './faults.js';
import { watch } from './forgotten.js';
import { drive, recordingBuilder } from './handler.js';
import type {
  AverageEffect,
  Cost,
  DensityEffect,
  ObjectiveEffect,
  SimulateEffect,
  Simulated,
} from './objective.js';
import { choicesOf, type SiteRecord } from './record.js';
import { outcomeOf } from './run.js';
import { simulating, type Receive } from './simulating.js';
import type { Prob } from './types.js';
import { exactLog, type Biased, type Est } from './weights.js';

/** What a gradient transform adds to the run of an objective. */
export interface Policy {
  /** What the program receives for a draw. */
  readonly receive: Receive;
  /** The scalar to differentiate, from the objective's value and the sites drawn for it. It has the value's value. */
  settle(value: Node, drawn: readonly SiteRecord[]): Node;
}

/** The policy that takes values only. */
export const valueOnly: Policy = { receive: (_, draw) => draw, settle: (value) => value };

/** What is shared by the runs of one objective. */
interface Context {
  readonly policy: Policy;
  readonly faults: ModelFault[];
  /** The site that drew each value, by the tensor that programs were given; and the records of choices made of them. */
  readonly origins: WeakMap<object, SiteRecord | 'choices'>;
}

/**
 * Runs an objective inside a recording, and settles it: a scalar node. The k-th effect of an objective has the key
 * foldIn(key, k), and run i of an average foldIn of that and i.
 *
 * @throws ModelError with the faults of all programs in it.
 */
export function runObjective(p: Prob<Cost, Est<Biased>>, key: Node, policy: Policy): Node {
  return collect((faults) => settled(p, key, { policy, faults, origins: new WeakMap() }));
}

/** Runs an objective in the innermost recording, as one of the runs of a context. */
function settled(p: Prob<Cost, Est<Biased>>, key: Node, context: Context): Node {
  const builder = recordingBuilder();
  const drawn: SiteRecord[] = [];
  let count = 0;
  const result = watch(context.faults, () =>
    drive(p, (effect) => answer((effect ?? {}) as ObjectiveEffect, foldInNode(key, count++), context, drawn)),
  );
  const estimate = (result as Partial<Est<Biased>> | undefined)?.value;
  if (estimate === undefined)
    throw new Error(
      'an objective must return an estimate, such as bound(w), or trust(x, claim) of a tensor x',
    );
  const value = nodeOf(estimate, builder);
  if (value.shape.length > 0 || value.dtype !== 'f') {
    throw new Error(`an objective must return a real scalar, found ${value.dtype}[${value.shape.join(',')}]`);
  }
  return context.policy.settle(value, drawn);
}

function answer(effect: ObjectiveEffect, key: Node, context: Context, drawn: SiteRecord[]): unknown {
  switch (effect.kind) {
    case 'simulated':
      return answerSimulated(effect, key, context, drawn);
    case 'density':
      return answerDensity(effect, context);
    case 'average':
      return answerAverage(effect, key, context);
    default:
      throw new Error(
        'an objective yielded an effect that is not its own: it may use simulated, density and average; ' +
          'sample, observe, call and plate belong to the programs that it simulates',
      );
  }
}

function answerSimulated(
  effect: SimulateEffect,
  key: Node,
  { policy, faults, origins }: Context,
  drawn: SiteRecord[],
): Simulated<unknown, unknown, 'exact'> {
  const { value, sites, logDensity } = outcomeOf(effect.program, simulating(policy.receive), key, faults);
  const choices = choicesOf(sites);
  origins.set(choices, 'choices');
  for (const site of sites) {
    origins.set(site.value, site);
    if (site.kind === 'sample') drawn.push(site);
    else if (effect.closed !== undefined) {
      const code = `${effect.closed}-observes` as const;
      const [expected, found] = ['a program without observations', 'an observation'];
      faults.push({ code, address: site.address, expected, found, where: site.where() });
    }
  }
  return { value, choices, logWeight: exactLog(logDensity) };
}

function answerDensity({ program, choices }: DensityEffect, { faults, origins }: Context): unknown {
  const { leaves, paths } = flatten(choices);
  const guide = new Map<string, SiteRecord>();
  leaves.forEach((leaf, i) => {
    const origin = typeof leaf === 'object' ? origins.get(leaf) : undefined;
    if (origin !== undefined && origin !== 'choices') guide.set(paths[i]!, origin);
  });
  const fromGuide = guide.size > 0 || origins.get(choices as object) === 'choices';
  const known: Knowledge = { concrete: new Map(), guide, fromGuide };
  return exactLog(assessOutcome(program, choices, known, faults).logDensity);
}

function answerAverage({ program, count }: AverageEffect, key: Node, context: Context): unknown {
  const builder = recordingBuilder();
  const one = (i: Node): Node[] => within(i.builder, () => [settled(program, foldInNode(key, i), context)]);
  const [values] = vmapNodes(one, [shapes.iota(builder, [count])], count, builder);
  return { value: tensorOf(shapes.reduceMean(values!)) };
}
