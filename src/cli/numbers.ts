/**
 * Numbers as people read them.
 *
 * @module
 */

/**
 * A number with so many significant digits: plain where its size allows, with an exponent elsewhere.
 *
 * @param digits default 4.
 * @example
 * significant(0.0062298, 3); // '0.00623'
 * significant(18.2758, 4); // '18.28'
 * significant(1.2e-9, 2); // '1.2e-9'
 */
export function significant(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return String(x);
  if (x === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(x)));
  if (magnitude < -4 || magnitude > 6) return x.toExponential(digits - 1);
  const text = x.toPrecision(digits);
  // toPrecision turns to exponents early (18276 at 4 digits is 1.828e+4)
  return text.includes('e') ? String(Math.round(x)) : text;
}

/**
 * A signed number with so many decimals: an error.
 *
 * @param decimals default 2.
 * @example
 * signed(0.0213); // '+0.02'
 * signed(-3.14159, 3); // '-3.142'
 * signed(-0.001); // '0.00'
 */
export function signed(x: number, decimals = 2): string {
  if (!Number.isFinite(x)) return String(x);
  const text = x.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : x > 0 ? `+${text}` : text;
}

/**
 * A duration, with two decimals below ten seconds and one above.
 *
 * @example
 * duration(0.4213); // '0.42 s'
 * duration(12.34); // '12.3 s'
 */
export function duration(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
}
