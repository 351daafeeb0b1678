/**
 * Checks of a model's site against the guide's site that drew its value.
 *
 * @module
 */
import type { Support } from '../distributions/index.js';
import type { Builder } from '../ir/index.js';
import type { Latent } from './handler.js';
import type { SiteRecord } from './record.js';

/** Whether event axes and supports agree; what does not is added to the trace. Shapes are known to be equal. */
export function checkAgainstGuide(site: Latent<unknown>, drawn: SiteRecord): boolean {
  // A joint distribution knows its addresses' supports itself.
  if (drawn.dist === undefined) return true;
  const before = site.trace.faults.length;
  checkEventAxes(site, drawn);
  checkSupport(site, drawn);
  return site.trace.faults.length === before;
}

const axes = (plates: number, event: number): string =>
  `${plates} plate ${plates === 1 ? 'axis' : 'axes'} and ${event} event ${event === 1 ? 'axis' : 'axes'}`;

/**
 * Axes of a batch in one program may be axes of an event in the other, since all of them are summed. The axis of a plate
 * may not: its elements are independent, and estimators treat them so.
 */
function checkEventAxes({ address, effect, scope, trace }: Latent<unknown>, drawn: SiteRecord): void {
  const model = { plates: scope.plates.length, event: effect.dist.eventShape.length };
  const guide = { plates: drawn.plates.length, event: drawn.dist!.eventShape.length };
  const rank = drawn.value.shape.length;
  if (model.plates <= rank - guide.event && guide.plates <= rank - model.event) return;
  const [expected, found] = [axes(model.plates, model.event), axes(guide.plates, guide.event)];
  const [where, also] = [drawn.where(), effect.where()];
  trace.faults.push({ code: 'event-axis', address, expected, found, where, also });
}

function checkSupport({ address, effect, trace, builder }: Latent<unknown>, drawn: SiteRecord): void {
  const [model, guide] = [effect.dist.support, drawn.dist!.support];
  if (covers(model, guide)) return;
  const name = nameOf(model);
  const [expected, found] = [name, `${nameOf(guide)} (${drawn.dist!.family})`];
  const subject = remedy(name, model, builder);
  trace.faults.push({
    code: 'support',
    address,
    expected,
    found,
    subject,
    where: drawn.where(),
    also: effect.where(),
  });
}

const nameOf = (s: Support): string => (s.name === 'realVector' ? 'real' : s.name);

/** Whether every value of the guide's support lies in the model's, as far as names and their bounds tell. */
export function covers(model: Support, guide: Support): boolean {
  const [m, g] = [nameOf(model), nameOf(guide)];
  if (m === g) return true;
  if (kindOf(m) === 'integerInterval' && kindOf(g) === 'integerInterval') {
    const [wide, narrow] = [numbersIn(m), numbersIn(g)];
    return wide.length < 2 || narrow.length < 2 || (wide[0]! <= narrow[0]! && narrow[1]! <= wide[1]!);
  }
  if (m === 'nonNegativeInteger' && kindOf(g) === 'integerInterval') return !g.includes('(-');
  const [wide, narrow] = [boundsOf(m), boundsOf(g)];
  // Sets whose bounds are recorded values cannot be compared before the program runs.
  if (wide === undefined || narrow === undefined) return !(isOther(m) || isOther(g)) || g === 'point';
  return wide[0] <= narrow[0] && narrow[1] <= wide[1];
}

/** Sets that are no intervals of the reals. */
const others: readonly string[] = [
  'boolean',
  'nonNegativeInteger',
  'integerInterval',
  'simplex',
  'ordered',
  'lowerCholesky',
  'correlationCholesky',
];

const isOther = (name: string): boolean => others.includes(kindOf(name));

const kindOf = (name: string): string => name.replace(/\(.*$/, '');

const numbersIn = (name: string): number[] => /\((.*)\)$/.exec(name)?.[1]!.split(',').map(Number) ?? [];

/** The bounds of a set of scalars by its name, where the name shows them. */
function boundsOf(name: string): readonly [number, number] | undefined {
  const [kind, bounds] = [kindOf(name), numbersIn(name)];
  if (kind === 'real') return [-Infinity, Infinity];
  if (kind === 'positive') return [0, Infinity];
  if (kind === 'unitInterval') return [0, 1];
  if (kind === 'interval' && bounds.length === 2) return [bounds[0]!, bounds[1]!];
  if (kind === 'greaterThan' && bounds.length === 1) return [bounds[0]!, Infinity];
  if (kind === 'lessThan' && bounds.length === 1) return [-Infinity, bounds[0]!];
  return undefined;
}

const families: Readonly<Record<string, string>> = {
  positive: 'logNormal, halfNormal or exponential',
  unitInterval: 'uniform(0, 1)',
  real: 'normal',
  boolean: 'bernoulli',
  nonNegativeInteger: 'poisson',
  simplex: 'dirichlet',
  correlationCholesky: 'lkjCholesky',
};

/** What to use instead, to follow the name of the support that is needed. */
function remedy(name: string, support: Support, b: Builder): string {
  const such = families[name];
  const bijector = support.bijector?.(b).name;
  return [
    such === undefined ? '' : `, such as ${such}`,
    bijector === undefined || bijector === 'identity'
      ? ''
      : `; the bijector onto it from the reals is ${bijector}, which meanField and fullRank use`,
  ].join('');
}
