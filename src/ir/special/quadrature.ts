/**
 * Gauss and Legendre's quadrature.
 *
 * @module
 */

/** Nodes on [0, 1], increasing, and their weights, which sum to 1. */
export interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** The rule of `n` nodes, exact for polynomials of degree 2n − 1: roots of Legendre's polynomial by Newton's method. */
export function gaussLegendre(n: number): Rule {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let [p0, p1] = [1, x];
      for (let k = 2; k <= n; k++) [p0, p1] = [p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k];
      slope = (n * (x * p1 - p0)) / (x * x - 1);
      x -= p1 / slope;
    }
    nodes[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
