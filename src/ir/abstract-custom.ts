/**
 * Abstract evaluation of functions with derivative rules of their own.
 *
 * @module
 */
import { match } from './abstract-control.js';
import { OperationError } from './abstract-rule.js';
import type { AbstractTable } from './abstract.js';
import { inputAvals, outputAvals } from './graph.js';
import type { Aval } from './types.js';

const real = (avals: readonly Aval[]): Aval[] => avals.filter((a) => a.dtype === 'f');

/** Rules of `custom` and `linearCall`. */
export const abstractCustom: Pick<AbstractTable, 'custom' | 'linearCall'> = {
  custom: ({ fun, captures, jvp, forward, backward }, operands) => {
    const given = operands.map((o) => o.avals[0]!);
    match('custom: operands', inputAvals(fun), given);
    const out = outputAvals(fun);
    const args = real(given.slice(captures));
    if (jvp !== undefined) {
      match('custom: inputs of the rule', [...given, ...args], inputAvals(jvp));
      match('custom: results of the rule', [...out, ...real(out)], outputAvals(jvp));
    }
    if ((forward === undefined) !== (backward === undefined)) {
      throw new OperationError('custom: a forward rule needs a backward rule, and the other way round');
    }
    if (forward !== undefined && backward !== undefined) {
      match('custom: inputs of the forward rule', given, inputAvals(forward));
      const made = outputAvals(forward);
      match('custom: values of the forward rule', out, made.slice(0, out.length));
      const residuals = made.slice(out.length);
      match('custom: inputs of the backward rule', [...residuals, ...real(out)], inputAvals(backward));
      match('custom: results of the backward rule', args, outputAvals(backward));
    }
    return out;
  },
  linearCall: ({ forward, transpose, consts }, operands) => {
    const given = operands.map((o) => o.avals[0]!);
    const known = given.slice(0, consts);
    const results = inputAvals(transpose).slice(consts);
    match('linearCall: constants of the transpose', inputAvals(transpose).slice(0, consts), known);
    match('linearCall: results of the transpose', given.slice(consts), outputAvals(transpose));
    if (forward !== undefined) {
      match('linearCall: operands', inputAvals(forward), given);
      match('linearCall: results', results, outputAvals(forward));
    }
    return results;
  },
};
