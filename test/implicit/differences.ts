/** Derivatives by central differences in float64, extrapolated: the judge of every rule in this folder. */

/**
 * Derivative of a vector function of one number: central differences with steps h, h/2, h/4, h/8, extrapolated
 * (Richardson), error O(h⁸).
 */
export function derivative(f: (t: number) => readonly number[], t: number, h = 0.1): number[] {
  const row = (step: number): number[] => {
    const [up, down] = [f(t + step), f(t - step)];
    return up.map((u, i) => (u - down[i]!) / (2 * step));
  };
  let table = [0, 1, 2, 3].map((k) => row(h / 2 ** k));
  for (let order = 4; table.length > 1; order *= 4) {
    table = table.slice(1).map((fine, k) => fine.map((v, i) => (order * v - table[k]![i]!) / (order - 1)));
  }
  return table[0]!;
}

/** Derivative of f along a direction at a point. */
export function directional(
  f: (x: readonly number[]) => readonly number[],
  x: readonly number[],
  direction: readonly number[],
  h = 0.1,
): number[] {
  return derivative((t) => f(x.map((v, i) => v + t * direction[i]!)), 0, h);
}

/** ‖found − expected‖ / ‖expected‖ in the Euclidean norm. */
export function relativeError(found: readonly number[], expected: readonly number[]): number {
  return Math.hypot(...found.map((v, i) => v - expected[i]!)) / Math.hypot(...expected);
}
