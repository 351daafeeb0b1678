/**
 * The error function, its complement and its inverse in float64.
 *
 * erf and erfc are the minimax rational functions of W. J. Cody, *Rational Chebyshev approximations for the error
 * function*, Math. Comp. 23 (1969), with his device for e^{−x²}: x is split so that the square of its leading part
 * is exact. erfinv starts from M. J. Wichura's normal quantile, *Algorithm AS 241*, Appl. Statist. 37 (1988).
 * erf and erfc are within 5 units in the last place, erfinv within 6.
 *
 * @module
 */

const inverseSqrtPi = 0.5641895835477563;

/** erf(x) = x·P(x²)/Q(x²) for |x| ≤ 0.46875. */
function erfCentre(x: number): number {
  const z = x * x;
  const p =
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694;
  const q =
    (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
  return (x * p) / q;
}

/** e^{−y²}, with y = h + r where h has few bits: h² is exact and y² − h² = r·(y + h). */
function expMinusSquare(y: number): number {
  const h = Math.trunc(y * 16) / 16;
  return Math.exp(-h * h) * Math.exp(-(y - h) * (y + h));
}

/** c e^{y²} erfc(y) for y > 0.46875. */
function scaledTail(y: number, c: number): number {
  if (y <= 4) {
    let p = 2.1531153547440383e-8 * y + 0.5641884969886701;
    p = p * y + 8.883149794388377;
    p = p * y + 66.11919063714163;
    p = p * y + 298.6351381974001;
    p = p * y + 881.952221241769;
    p = p * y + 1712.0476126340707;
    p = p * y + 2051.0783778260716;
    p = p * y + 1230.3393547979972;
    let q = y + 15.744926110709835;
    q = q * y + 117.6939508913125;
    q = q * y + 537.1811018620099;
    q = q * y + 1621.3895745666903;
    q = q * y + 3290.7992357334597;
    q = q * y + 4362.619090143247;
    q = q * y + 3439.3676741437216;
    q = q * y + 1230.3393548037495;
    return (c * p) / q;
  }
  const z = 1 / (y * y);
  let p = 0.016315387137302097 * z + 0.30532663496123236;
  p = p * z + 0.36034489994980445;
  p = p * z + 0.12578172611122926;
  p = p * z + 0.016083785148742275;
  p = p * z + 6.587491615298378e-4;
  let q = z + 2.568520192289822;
  q = q * z + 1.8729528499234604;
  q = q * z + 0.5279051029514285;
  q = q * z + 0.06051834131244132;
  q = q * z + 0.0023352049762686918;
  return (c * (inverseSqrtPi - (z * p) / q)) / y;
}

/** erfc(y) for y > 0.46875. */
function erfcTail(y: number): number {
  return y > 27.3 ? 0 : scaledTail(y, expMinusSquare(y));
}

/** erfcx(x) = e^{x²} erfc(x), without underflow for large x; overflows below −26. Relative error below 2e-15. */
export function erfcx(x: number): number {
  if (x > 0.46875) return scaledTail(x, 1);
  return Math.exp(x * x) * erfc(x);
}

/** erf(x) = 2/√π ∫₀ˣ e^{−t²} dt. */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return erfCentre(x);
  if (x !== x) return NaN;
  // erfc as 0.5 + (0.5 − erfc) keeps the last bit where erfc is near 0.5
  const r = 0.5 - erfcTail(y) + 0.5;
  return x < 0 ? -r : r;
}

/** erfc(x) = 1 − erf(x), without cancellation for large x. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - erfCentre(x);
  if (x !== x) return NaN;
  return x < 0 ? 2 - erfcTail(y) : erfcTail(y);
}

/** Normal quantile of 0.5 + q for |q| ≤ 0.425, divided by q. */
function quantileCentre(r: number): number {
  let p = 2509.0809287301227 * r + 33430.57558358813;
  p = p * r + 67265.7709270087;
  p = p * r + 45921.95393154987;
  p = p * r + 13731.69376550946;
  p = p * r + 1971.5909503065513;
  p = p * r + 133.14166789178438;
  p = p * r + 3.3871328727963665;
  let d = 5226.495278852854 * r + 28729.085735721943;
  d = d * r + 39307.89580009271;
  d = d * r + 21213.794301586597;
  d = d * r + 5394.196021424751;
  d = d * r + 687.1870074920579;
  d = d * r + 42.31333070160091;
  d = d * r + 1;
  return p / d;
}

/** Normal quantile of 1 − p, given r = √(−log p) ≤ 5. */
function quantileTail(r: number): number {
  let p = 7.745450142783414e-4 * r + 0.022723844989269184;
  p = p * r + 0.2417807251774506;
  p = p * r + 1.2704582524523684;
  p = p * r + 3.6478483247632045;
  p = p * r + 5.769497221460691;
  p = p * r + 4.630337846156546;
  p = p * r + 1.4234371107496835;
  let d = 1.0507500716444169e-9 * r + 5.475938084995345e-4;
  d = d * r + 0.015198666563616457;
  d = d * r + 0.14810397642748008;
  d = d * r + 0.6897673349851;
  d = d * r + 1.6763848301838038;
  d = d * r + 2.053191626637759;
  d = d * r + 1;
  return p / d;
}

/** Normal quantile of 1 − p, given r = √(−log p) > 5, shifted by 5. */
function quantileFarTail(r: number): number {
  let p = 2.0103343992922881e-7 * r + 2.7115555687434876e-5;
  p = p * r + 0.0012426609473880784;
  p = p * r + 0.026532189526576124;
  p = p * r + 0.29656057182850487;
  p = p * r + 1.7848265399172913;
  p = p * r + 5.463784911164114;
  p = p * r + 6.657904643501103;
  let d = 2.0442631033899397e-15 * r + 1.421511758316446e-7;
  d = d * r + 1.8463183175100548e-5;
  d = d * r + 7.868691311456133e-4;
  d = d * r + 0.014875361290850615;
  d = d * r + 0.1369298809227358;
  d = d * r + 0.599832206555888;
  d = d * r + 1;
  return p / d;
}

/** The y with erf(y) = x for −1 ≤ x ≤ 1 (±∞ at ±1); NaN outside. */
export function erfinv(x: number): number {
  const a = Math.abs(x);
  if (a <= 0.85) {
    const q = 0.5 * x;
    return q * quantileCentre(0.180625 - q * q) * Math.SQRT1_2;
  }
  if (!(a <= 1)) return NaN;
  if (a === 1) return x * Infinity;
  // 1 − a is exact, so the tail probability keeps its full precision
  const r = Math.sqrt(-Math.log(0.5 * (1 - a)));
  const y = (r <= 5 ? quantileTail(r - 1.6) : quantileFarTail(r - 5)) * Math.SQRT1_2;
  return x < 0 ? -y : y;
}
