/**
 * log B(a, b), with a ≤ b.
 *
 * With S(x) = log Γ(x) − (x−½) log x + x − ½ log 2π, which is small from 6 on, the leading terms of the three log Γ are
 * cancelled on paper (A. R. DiDonato and A. H. Morris, *Algorithm 708*, ACM Trans. Math. Softw. 18, 1992); what is
 * from 3 to 6 is moved up by 3, B(a, b) = B(a, b+3) Π (a+b+i)/(b+i) over i < 3.
 *
 * @module
 */
import { stirling } from './coefficients.js';
import { lgamma } from './gamma.js';
import { Kernel } from './kernel.js';
import { log, log1p } from './logarithm.js';
import type { RealRules, Vector } from './rule.js';

/** S(x) for x ≥ 6. */
function stirlingRest(k: Kernel, x: Vector): Vector {
  const { v } = k;
  const r = k.let(v.div(k.c(1), x));
  return v.mul(r, k.polynomial(k.let(v.mul(r, r)), stirling));
}

const logOf = (k: Kernel, x: Vector): Vector => k.let(k.shared('log', [x], (b, y) => log(b, y!)));
const log1pOf = (k: Kernel, x: Vector): Vector => k.let(k.shared('log1p', [x], (b, y) => log1p(b, y!)));
const lgammaOf = (k: Kernel, x: Vector): Vector => k.let(k.shared('lgamma', [x], (b, y) => lgamma(b, y!)));

/** b, or b + 3 if it is below 6, with the ratio by which B(a, b) is larger. */
function moved(k: Kernel, a: Vector, b: Vector): readonly [b: Vector, ratio: Vector] {
  const { v } = k;
  const low = k.let(v.lt(b, k.c(6)));
  const product = (x: Vector): Vector => v.mul(v.mul(x, v.add(x, k.c(1))), v.add(x, k.c(2)));
  const ratio = v.div(product(k.let(v.add(a, b))), product(b));
  return [k.let(v.add(b, k.and(low, k.c(3)))), k.let(k.select(low, ratio, k.c(1)))];
}

/** Both at least 3. */
function bothLarge(k: Kernel, smaller: Vector, larger: Vector): Vector {
  const { v } = k;
  const [b, first] = moved(k, smaller, larger);
  const [a, second] = moved(k, b, smaller);
  const h = k.let(v.div(a, b));
  const rest = v.sub(v.add(stirlingRest(k, a), stirlingRest(k, b)), stirlingRest(k, k.let(v.add(a, b))));
  const half = v.sub(v.add(k.c(0.9189385332046728), rest), v.mul(k.c(0.5), logOf(k, b)));
  const share = logOf(k, k.let(v.div(h, v.add(h, k.c(1)))));
  const main = v.sub(v.mul(v.sub(a, k.c(0.5)), share), v.mul(b, log1pOf(k, h)));
  return v.add(main, v.add(half, logOf(k, k.let(v.mul(first, second)))));
}

/** a below 3, b at least 3. */
function oneLarge(k: Kernel, a: Vector, given: Vector): Vector {
  const { v } = k;
  const [b, ratio] = moved(k, a, given);
  const sum = k.let(v.add(a, b));
  const bent = v.mul(v.sub(sum, k.c(0.5)), log1pOf(k, k.let(v.div(a, b))));
  const rest = v.add(v.sub(stirlingRest(k, b), stirlingRest(k, sum)), v.sub(a, bent));
  const logs = v.sub(logOf(k, ratio), v.mul(a, logOf(k, b)));
  return v.add(v.add(lgammaOf(k, a), logs), rest);
}

/** Both below 3. */
function bothSmall(k: Kernel, a: Vector, b: Vector): Vector {
  const { v } = k;
  const [la, lb] = [lgammaOf(k, a), lgammaOf(k, b)];
  return v.sub(v.add(la, lb), lgammaOf(k, k.let(v.add(a, b))));
}

function lbeta(k: Kernel, x: Vector, y: Vector): Vector {
  const { v, f } = k;
  const infinity = k.c(Infinity);
  const a = k.let(v.min(x, y));
  const b = k.let(v.max(x, y));
  const large = k.let(v.ge(a, k.c(3)));
  const small = k.let(v.lt(b, k.c(3)));
  const out = k.local(k.c(0));
  f.if(k.any(large), () => f.set(out, bothLarge(k, a, b)));
  f.if(k.any(small), () => f.set(out, k.select(small, bothSmall(k, a, b), out)));
  f.if(k.notAll(k.let(k.or(large, small))), () => {
    const value = k.let(oneLarge(k, a, b));
    f.set(out, k.select(k.let(k.or(large, small)), out, value));
  });
  const bounded = k.let(k.select(v.eq(b, infinity), v.neg(infinity), out));
  const end = k.let(k.select(v.eq(b, infinity), k.c(NaN), infinity));
  const inside = k.let(k.select(v.eq(a, k.c(0)), end, bounded));
  return k.select(v.ge(a, k.c(0)), inside, k.c(NaN));
}

/** The rule of lbeta: a function of the module wherever it is used, as it is long. */
export const betaRules: RealRules<'lbeta'> = {
  lbeta: {
    weight: { f32: 1640, f64: 1160 },
    emit: (cx, f, _, args) =>
      new Kernel(cx, f).precisely(args, (w, a, b) =>
        w.shared('lbeta', [a!, b!], (k, x, y) => lbeta(k, x!, y!)),
      ),
  },
};
