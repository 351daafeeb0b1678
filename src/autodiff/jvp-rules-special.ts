/**
 * Forward derivatives of the special functions.
 *
 * @module
 */
import {
  ops,
  special,
  type Node,
  type SpecialBinaryTable,
  type SpecialName,
  type SpecialUnaryTable,
} from '../ir/index.js';
import { derivative, plus, through, type JvpTable } from './jvp-rule.js';

const { add, sub, mul, div, neg, digamma, polygamma, gammaDensity } = ops;
const { igammaGrad, betaDensity, betaincGrad, besselIe } = special;

/** Rules of the special functions of one operand. */
export const jvpSpecialUnary: JvpTable<keyof SpecialUnaryTable> = {
  lgamma: derivative(([d], [x]) => through(d, (t) => mul(t, digamma(x!)))),
  digamma: derivative(([d], [x]) => through(d, (t) => mul(t, polygamma(1, x!)))),
  logNdtr: derivative(([d], [x]) => through(d, (t) => mul(t, ops.unary('normalHazard', x!)))),
  normalHazard: derivative(([d], [x], h) => through(d, (t) => mul(t, neg(mul(h, add(x!, h)))))),
};

/** log x − ψ(a) = ∂/∂a log of the gamma density. */
const score = (a: Node, x: Node): Node => sub(ops.log(x), digamma(a));

/** y (log x − ψ(a)), and 0 where y is, though x is 0 there. */
const timesScore = (y: Node, a: Node, x: Node): Node => sub(ops.xlogy(y, x), mul(y, digamma(a)));

/** (a−1)/x − 1 = ∂/∂x log of the gamma density. */
const slope = (a: Node, x: Node): Node => sub(div(sub(a, 1), x), 1);

/**
 * f⁻¹ ∂ⁱ∂ʲf of a density f: complete Bell polynomials in the derivatives `l(p, q)` of its logarithm. One derivative is
 * taken of f, the others are shared out between the two factors that makes.
 */
function densityRatio(i: number, j: number, l: (p: number, q: number) => Node): Node | 1 {
  if (i + j === 0) return 1;
  const [m, n] = i > 0 ? [i - 1, j] : [0, j - 1];
  let [sum, c]: [Node | 0, number] = [0, 1];
  for (let p = 0; p <= m; p++) {
    let d = c;
    for (let q = 0; q <= n; q++) {
      const slope = i > 0 ? l(p + 1, q) : l(0, q + 1);
      const term = mul(mul(slope, d), densityRatio(m - p, n - q, l));
      sum = sum === 0 ? term : add(sum, term);
      d = (d * (n - q)) / (q + 1);
    }
    c = (c * (m - p)) / (p + 1);
  }
  return sum as Node;
}

/** Derivatives of the logarithm of the gamma density in a. */
const gammaLog =
  (a: Node, x: Node) =>
  (p: number): Node =>
    p === 1 ? score(a, x) : neg(polygamma(p - 1, a));

/** Derivatives of the logarithm of the beta density in a and b. */
const betaLog =
  (a: Node, b: Node, x: Node) =>
  (p: number, q: number): Node => {
    const psi = (n: number, v: Node): Node => (n === 0 ? digamma(v) : polygamma(n, v));
    const total = psi(p + q - 1, add(a, b));
    if (p > 0 && q > 0) return total;
    const own = sub(total, psi(p + q - 1, p > 0 ? a : b));
    if (p + q > 1) return own;
    return add(p > 0 ? ops.log(x) : ops.log1p(neg(x)), own);
  };

/** 0 where both x and y are, else x/y; its derivatives in x are 1/y. */
const ratioAtZero = (x: Node, y: Node): Node => div(x, ops.select(ops.and(ops.eq(x, 0), ops.eq(y, 0)), 1, y));

/** Rules of the special functions of two operands. */
export const jvpSpecialBinary: JvpTable<keyof SpecialBinaryTable> = {
  polygamma: derivative(([, d], [n, x]) => through(d, (t) => mul(t, polygamma(add(n!, 1), x!)))),
  igamma: derivative(([da, dx], [a, x]) =>
    plus(
      through(da, (t) => mul(t, igammaGrad(1, a!, x!))),
      through(dx, (t) => mul(t, gammaDensity(a!, x!))),
    ),
  ),
  igammac: derivative(([da, dx], [a, x]) =>
    plus(
      through(da, (t) => mul(t, neg(igammaGrad(1, a!, x!)))),
      through(dx, (t) => mul(t, neg(gammaDensity(a!, x!)))),
    ),
  ),
  gammaDensity: derivative(([da, dx], [a, x], y) =>
    plus(
      through(da, (t) => mul(t, timesScore(y, a!, x!))),
      through(dx, (t) => mul(t, mul(y, slope(a!, x!)))),
    ),
  ),
  // r = −P_a/f
  randomGammaGrad: derivative(([da, dx], [a, x], r) => {
    const second = (): Node => div(igammaGrad(2, a!, x!), gammaDensity(a!, x!));
    return plus(
      through(da, (t) => mul(t, neg(add(second(), timesScore(r, a!, x!))))),
      through(dx, (t) => mul(t, neg(add(score(a!, x!), mul(r, slope(a!, x!)))))),
    );
  }),
  lbeta: derivative(([da, db], [a, b]) => {
    const both = digamma(add(a!, b!));
    return plus(
      through(da, (t) => mul(t, sub(digamma(a!), both))),
      through(db, (t) => mul(t, sub(digamma(b!), both))),
    );
  }),
  xlogy: derivative(([dx, dy], [x, y]) =>
    plus(
      through(dx, (t) => mul(t, ops.log(y!))),
      through(dy, (t) => mul(t, ratioAtZero(x!, y!))),
    ),
  ),
  xlog1py: derivative(([dx, dy], [x, y]) =>
    plus(
      through(dx, (t) => mul(t, ops.log1p(y!))),
      through(dy, (t) => mul(t, ratioAtZero(x!, add(y!, 1)))),
    ),
  ),
};

/** Rules of the other special functions. */
export const jvpSpecial: JvpTable<SpecialName> = {
  igammaGrad: derivative(([da, dx], [a, x], _, { order }) =>
    plus(
      through(da, (t) => mul(t, igammaGrad(order + 1, a!, x!))),
      through(dx, (t) => mul(t, mul(gammaDensity(a!, x!), densityRatio(order, 0, gammaLog(a!, x!))))),
    ),
  ),
  betainc: derivative(([da, db, dx], [a, b, x]) =>
    plus(
      plus(
        through(da, (t) => mul(t, betaincGrad(1, 0, a!, b!, x!))),
        through(db, (t) => mul(t, betaincGrad(0, 1, a!, b!, x!))),
      ),
      through(dx, (t) => mul(t, betaDensity(a!, b!, x!))),
    ),
  ),
  betaDensity: derivative(([da, db, dx], [a, b, x], f) => {
    const l = betaLog(a!, b!, x!);
    const slope = (): Node => sub(div(sub(a!, 1), x!), div(sub(b!, 1), sub(1, x!)));
    return plus(
      plus(
        through(da, (t) => mul(t, mul(f, l(1, 0)))),
        through(db, (t) => mul(t, mul(f, l(0, 1)))),
      ),
      through(dx, (t) => mul(t, mul(f, slope()))),
    );
  }),
  betaincGrad: derivative(([da, db, dx], [a, b, x], _, { a: i, b: j }) =>
    plus(
      plus(
        through(da, (t) => mul(t, betaincGrad(i + 1, j, a!, b!, x!))),
        through(db, (t) => mul(t, betaincGrad(i, j + 1, a!, b!, x!))),
      ),
      through(dx, (t) => mul(t, mul(betaDensity(a!, b!, x!), densityRatio(i, j, betaLog(a!, b!, x!))))),
    ),
  ),
  // 2 I_n′ = I_{n−1} + I_{n+1}, I_{−1} = I₁
  besselIe: derivative(([d], [x], y, { order }) =>
    through(d, (t) => {
      const neighbours = add(besselIe(Math.abs(order - 1), x!), besselIe(order + 1, x!));
      return mul(t, sub(mul(neighbours, 0.5), mul(ops.sign(x!), y)));
    }),
  ),
};
