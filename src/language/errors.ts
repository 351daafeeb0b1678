/**
 * The sentences of modelling faults, all of them, and the error that carries them.
 *
 * They are a part of the product: `docs/errors.md` shows each with a wrong program, and tests compare it word by word.
 *
 * @module
 */
import type { FaultCode, ModelFault } from './faults.js';

type Sentence = (f: ModelFault) => string;

const at = (where: string | undefined): string => (where === undefined ? '' : ` (at ${where})`);

const place = (where: string | undefined): string => `at ${where ?? 'an unknown place'}`;

const nearest = ({ nearest: names = [] }: ModelFault): string =>
  names.length === 0 ? '' : ` Did you mean ${names.map((n) => `'${n}'`).join(' or ')}?`;

const sentences: { readonly [C in FaultCode]: Sentence } = {
  'duplicate-address': (f) =>
    `address '${f.address}' is used by two sites, first ${place(f.also)} and again ${place(f.where)}. ` +
    "Give each site an address of its own, or nest one program under a name: call('name', program).",
  'sampled-and-observed': (f) =>
    `address '${f.address}' is both sampled and observed: ${f.expected} ${place(f.also)}, ${f.found} ${place(f.where)}. ` +
    'Give the two sites different addresses.',
  'missing-in-guide': (f) =>
    `guide never samples '${f.address}', which the model has as ${f.expected}${at(f.where)}. ` +
    `Sample '${f.address}' in the guide, or give the model its value with observe or condition.`,
  'missing-value': (f) =>
    `no value was given for '${f.address}', which the program has as ${f.expected}${at(f.where)}. ` +
    `Add '${f.address}' to the choices.`,
  'extra-in-guide': (f) =>
    `guide samples '${f.address}', which the model does not have (observed, misspelt, or an auxiliary: use marginal)` +
    `${at(f.where)}.${nearest(f)}`,
  'unused-value': (f) =>
    (f.found === 'an observation'
      ? `a value was given for '${f.address}', which the program observes already${at(f.where)}. `
      : `a value was given for '${f.address}', but the program never visits that address${at(f.where)}.${nearest(f)} `) +
    'Correct the address, or leave the value out.',
  kind: (f) =>
    `at '${f.address}': model needs a ${f.expected}${at(f.also)}, ${f.subject ?? 'guide'} gives a ${f.found}${at(f.where)}. ` +
    'Give the value that the model needs.',
  shape: (f) =>
    `at '${f.address}': the shape is ${f.expected} in the model${at(f.also)} and ${f.found} in the ${f.subject ?? 'guide'}${at(f.where)}. ` +
    'Give both the same batch, plate and event axes.',
  'event-axis': (f) =>
    `at '${f.address}': the model has ${f.expected}${at(f.also)}, in the guide there are ${f.found}${at(f.where)}. ` +
    'A plate axis holds independent elements and cannot be an axis of one event: use a plate in both, or in neither.',
  support: (f) =>
    `at '${f.address}': the support is ${f.expected} in the model${at(f.also)} and ${f.found} in the guide${at(f.where)}. ` +
    `Sample it in the guide from a distribution whose support is ${f.expected}${f.subject ?? ''}.`,
  parameter: (f) =>
    `at '${f.address}': ${f.subject} must be ${f.expected}, found ${f.found}${at(f.where)}. ` +
    'Keep it there by a change of variables, such as exp or softplus for positive parameters.',
  value: (f) =>
    `at '${f.address}': the value ${f.found} lies outside the support ${f.expected} of ${f.subject}${at(f.where)}, ` +
    'where the log density is -Infinity. Correct the data, or choose a distribution whose support holds them.',
  'log-prob-shape': (f) =>
    `at '${f.address}': a value of shape ${f.found} under ${f.subject} of batch shape ${f.expected} gives every combination of ` +
    `the two a log probability of its own${at(f.where)}. Reshape the value to the batch shape, reshape the parameters, or ` +
    'make the axes one event with multivariateNormal.',
  'no-strategy': (f) =>
    `at '${f.address}': a draw of ${f.subject} has no gradient, and no strategy was chosen${at(f.where)}. ` +
    `Strategies that fit: ${f.expected}.`,
  'unfit-strategy': (f) =>
    `at '${f.address}': the strategy ${f.found} does not fit: ${f.subject}${at(f.where)}. Strategies that fit: ${f.expected}.`,
  'unknown-strategy': (f) =>
    `at '${f.address}': no meaning is known for the strategy '${f.found}'${at(f.where)}. Strategies that fit: ${f.expected}.`,
  'forgotten-star': (f) => `${f.found} was created but never run: write yield* before it${at(f.where)}.`,
  'starless-yield': (f) =>
    `write yield* program, not yield program: ${f.found} was yielded without the star${at(f.where)}.`,
  improper: (f) =>
    `at '${f.address}': ${f.subject} cannot be sampled, since its density does not integrate to one${at(f.where)}. ` +
    'Observe the site, condition the program on it, or give it a proper prior (uniform, normal, halfNormal, …).',
  'expectation-observes': (f) =>
    `address '${f.address}' is observed in a program whose expectation is taken${at(f.where)}: the expectation is over what ` +
    'the program samples, and an observation would be ignored. Take the observation out, or use an objective such as elbo.',
  'guide-observes': (f) =>
    `address '${f.address}' is observed in the guide${at(f.where)}: the bound subtracts the density of what the guide samples, ` +
    'and an observation would be subtracted too. Observe it in the model.',
};

/**
 * The sentence of a fault.
 *
 * @example
 * const model = gen(function* () {
 *   observe('y', normal(0, 1), 0.5);
 * });
 * try {
 *   simulate(model(), key(1));
 * } catch (error) {
 *   if (error instanceof ModelError) error.faults.map(render); // [`observe('y') was created but never run: …`]
 * }
 */
export function render(fault: ModelFault): string {
  return sentences[fault.code](fault);
}

/**
 * Raised for the faults of a run, all at once: `faults` are the records, the message their sentences.
 *
 * @example
 * const model = gen(function* () {
 *   yield* sample('x', normal(0, -1));
 * });
 * let codes: readonly string[] = [];
 * try {
 *   simulate(model(), key(1));
 * } catch (error) {
 *   if (error instanceof ModelError) codes = error.faults.map((fault) => fault.code);
 * }
 * codes; // ['parameter']
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly faults: readonly ModelFault[];

  constructor(faults: readonly ModelFault[], cause?: unknown) {
    const lines = faults.map(render);
    const text =
      lines.length === 1 ? lines[0]! : `${lines.length} faults:\n${lines.map((l) => `- ${l}`).join('\n')}`;
    super(text, cause === undefined ? undefined : { cause });
    this.faults = faults;
  }
}

/**
 * Runs `f` with an empty list of faults, and throws what it has found, all at once. An exception on the way is then the
 * error's cause: with faults on the list it is most likely a consequence.
 */
export function collect<T>(f: (faults: ModelFault[]) => T): T {
  const faults: ModelFault[] = [];
  let result: T;
  try {
    result = f(faults);
  } catch (error) {
    throw faults.length === 0 ? error : new ModelError(faults, error);
  }
  if (faults.length > 0) throw new ModelError(faults);
  return result;
}
