/**
 * What a staged function may not do, and the errors for it.
 *
 * @module
 */
import type { AdjointBackend, Recording } from './backend.js';
import { Recorded } from './data-id.js';
import { inScope, outermostFunction, type Hooks } from './engine.js';
import { stagingError } from './messages.js';
import { currentLine } from './origin.js';

/** tfjs functions that draw numbers on the host. */
const randomFunctions: ReadonlySet<string> = new Set(
  [
    'rand',
    'randomGamma',
    'randomNormal',
    'randomStandardNormal',
    'randomUniform',
    'randomUniformInt',
    'truncatedNormal',
    'dropout',
    'multinomial',
  ].map((name) => `${name}__op`),
);

function refuseRandom({ scopeDepth }: Recording): void {
  if (!inScope(randomFunctions, scopeDepth)) return;
  throw stagingError('random', outermostFunction(scopeDepth), currentLine());
}

/** The hooks of a backend, for the time that anything is being recorded. */
export function hooksOf(backend: AdjointBackend): Hooks {
  const top = (): Recording => backend.recording!;
  return {
    write(values, target) {
      refuseRandom(top());
      if (target !== backend || !(values instanceof Float32Array)) {
        backend.literals.forget();
        return values;
      }
      return backend.literals.recall(values) ?? values;
    },
    ask(value) {
      backend.literals.remember(value);
    },
    assign(variable) {
      throw stagingError('assign', variable.name);
    },
    makeVariable() {
      throw stagingError('variable');
    },
    gradients() {
      throw stagingError('grad');
    },
    customGrad() {
      // tfjs uses it within some of its functions, whose forward pass is differentiated as it is recorded
      if (outermostFunction(top().scopeDepth) === '') throw stagingError('customGrad');
    },
    keep(x) {
      const id: object = x.dataId;
      if (!(id instanceof Recorded)) return;
      (backend.stack.find((r) => r.builder === id.node.builder) ?? top()).kept.push(x);
    },
  };
}
