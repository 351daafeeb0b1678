/**
 * Abstract evaluation of operations that carry sub-graphs.
 *
 * @module
 */
import { OperationError } from './abstract-rule.js';
import type { AbstractTable } from './abstract.js';
import { inputAvals, outputAvals, type Node } from './graph.js';
import { formatAval, sameShape, type Aval } from './types.js';

const text = (avals: readonly Aval[]): string => `(${avals.map(formatAval).join(', ')})`;

/** Throws unless abstract values are the expected ones; `what` begins the error. */
export function match(what: string, expected: readonly Aval[], found: readonly Aval[]): void {
  const ok =
    expected.length === found.length &&
    expected.every((e, i) => e.dtype === found[i]!.dtype && sameShape(e.shape, found[i]!.shape));
  if (!ok) throw new OperationError(`${what}: expected ${text(expected)}, found ${text(found)}`);
}

const avalsOf = (nodes: readonly Node[]): Aval[] => nodes.map((n) => n.avals[0]!);

/** Rules of the operations with sub-graphs. */
export const abstractControl: Pick<AbstractTable, 'cond' | 'while' | 'scan' | 'linearSolve' | 'root'> = {
  cond: ({ branches }, [index, ...args]) => {
    if (branches.length === 0) throw new OperationError('cond: expected at least one branch');
    match('cond: index', [{ shape: [], dtype: 'i32' }], avalsOf([index!]));
    const out = outputAvals(branches[0]!);
    branches.forEach((b, i) => {
      match(`cond: operands of branch ${i}`, inputAvals(b), avalsOf(args));
      match(`cond: results of branch ${i}`, out, outputAvals(b));
    });
    return out;
  },
  while: ({ cond, body, condConsts, bodyConsts }, operands) => {
    const cc = operands.slice(0, condConsts);
    const bc = operands.slice(condConsts, condConsts + bodyConsts);
    const carry = avalsOf(operands.slice(condConsts + bodyConsts));
    match('while: inputs of cond', [...avalsOf(cc), ...carry], inputAvals(cond));
    match('while: result of cond', [{ shape: [], dtype: 'bool' }], outputAvals(cond));
    match('while: inputs of body', [...avalsOf(bc), ...carry], inputAvals(body));
    match('while: results of body (the next carry)', carry, outputAvals(body));
    return carry;
  },
  scan: ({ body, length, consts, carry }, operands) => {
    const xs = avalsOf(operands.slice(consts + carry));
    const carryAvals = avalsOf(operands.slice(consts, consts + carry));
    for (const x of xs) {
      if (x.shape[0] !== length)
        throw new OperationError(`scan: expected a leading axis of ${length}, found ${formatAval(x)}`);
    }
    const elements = xs.map((x) => ({ shape: x.shape.slice(1), dtype: x.dtype }));
    match(
      'scan: inputs of body',
      [...avalsOf(operands.slice(0, consts)), ...carryAvals, ...elements],
      inputAvals(body),
    );
    const out = outputAvals(body);
    match('scan: next carry', carryAvals, out.slice(0, carry));
    return [...carryAvals, ...out.slice(carry).map((y) => ({ shape: [length, ...y.shape], dtype: y.dtype }))];
  },
  linearSolve: ({ matvec, solve, transposeSolve, consts }, operands) => {
    const b = avalsOf(operands.slice(consts));
    const all = avalsOf(operands);
    for (const [name, g] of [
      ['matvec', matvec],
      ['solve', solve],
      ['transposeSolve', transposeSolve],
    ] as const) {
      match(`linearSolve: inputs of ${name}`, all, inputAvals(g));
      match(`linearSolve: results of ${name}`, b, outputAvals(g));
    }
    return b;
  },
  root: ({ solve, optimality, inits, solutions }, operands) => {
    const theta = avalsOf(operands.slice(0, operands.length - inits));
    match('root: inputs of solve', avalsOf(operands), inputAvals(solve));
    const out = outputAvals(solve);
    const x = out.slice(0, solutions);
    match('root: inputs of optimality', [...x, ...theta], inputAvals(optimality));
    match('root: results of optimality', x, outputAvals(optimality));
    return out;
  },
};
