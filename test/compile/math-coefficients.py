"""Coefficients of src/compile/math/coefficients.ts: python3 test/compile/math-coefficients.py > src/compile/math/coefficients.ts

Each polynomial is the best approximation in the weighted maximum norm (Remez's exchange), of the lowest degree whose error is
below 2^-26 (float32) or 2^-55.5 (float64); each rational function is the interpolant at Chebyshev nodes of the lowest degree
that is as good. Needs mpmath.
"""

import sys

from mpmath import (
    asin, atan, atanh, cos, digamma, erf, erfc, erfinv, exp, expm1, findroot, inf, log, loggamma, lu_solve, matrix, mp, mpf, pi,
    sin, sqrt,
)

mp.dps = 60
TARGET = {"f32": mpf(2) ** -26, "f64": mpf(2) ** mpf("-55.5")}


def nodes(a, b, n):
    """Chebyshev's extrema on [a, b]."""
    return [(a + b) / 2 - (b - a) / 2 * cos(pi * k / (n - 1)) for k in range(n)]


class Table:
    """A function on a fixed grid, computed once."""

    def __init__(self, f, weight, a, b, count=700):
        a, b = mpf(a), mpf(b)
        self.a, self.b = a, b
        grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]
        # the variable runs over [-1, 1] while fitting
        self.t = [(2 * x - a - b) / (b - a) for x in grid]
        self.f = [f(x) for x in grid]
        self.w = [weight(x) for x in grid]
        self.function, self.weight = f, weight

    def powers(self, c):
        """Coefficients in powers of x from those in Chebyshev polynomials of t."""
        a, b = self.a, self.b
        t = [-(a + b) / (b - a), 2 / (b - a)]
        total = [mpf(0)] * len(c)
        older, old = [mpf(1)], t
        for k, v in enumerate(c):
            p = older if k == 0 else old
            if k > 1:
                p = [mpf(0)] * (k + 1)
                for i, q in enumerate(old):
                    p[i] += 2 * t[0] * q
                    p[i + 1] += 2 * t[1] * q
                for i, q in enumerate(older):
                    p[i] -= q
                older, old = old, p
            for i, q in enumerate(p):
                total[i] += v * q
        return total


def cheb(t, n):
    out = [mpf(1), t]
    while len(out) < n:
        out.append(2 * t * out[-1] - out[-2])
    return out[:n]


def remez(table, degree):
    """(coefficients in powers of x, weighted error)."""
    n = degree + 1
    count = len(table.t)
    basis = [cheb(t, n) for t in table.t]
    reference = [round((count - 1) * k / n) for k in range(n + 1)]
    c = None
    for _ in range(12):
        rows = matrix(n + 1, n + 1)
        right = matrix(n + 1, 1)
        for i, g in enumerate(reference):
            for j in range(n):
                rows[i, j] = basis[g][j]
            rows[i, n] = (-1) ** i / table.w[g]
            right[i] = table.f[g]
        solution = lu_solve(rows, right)
        c = [solution[j] for j in range(n)]
        level = abs(solution[n])
        error = [table.w[g] * (sum(p * q for p, q in zip(c, basis[g])) - table.f[g]) for g in range(count)]
        # the extremum of each run of one sign
        runs = []
        for g, e in enumerate(error):
            if runs and (error[runs[-1]] > 0) == (e > 0):
                if abs(e) > abs(error[runs[-1]]):
                    runs[-1] = g
            else:
                runs.append(g)
        worst = max(abs(e) for e in error)
        if worst < level * mpf("1.01") or len(runs) < n + 1:
            break
        while len(runs) > n + 1:
            runs.pop(0 if abs(error[runs[0]]) < abs(error[runs[-1]]) else -1)
        reference = runs
    return table.powers(c), worst


def polynomial(f, weight, a, b, first=1):
    table = Table(f, weight, a, b)
    out = {}
    degree = first
    for float_, target in TARGET.items():
        while True:
            c, error = remez(table, degree)
            if error < target:
                break
            degree += 1
        out[float_] = (c, error)
    return out


def rational_of(table, m, n, warp):
    """P/Q of degrees m and n, Q monic, through Chebyshev's points moved towards an end by a Möbius map."""
    count = m + n + 1
    a, b = table.a, table.b
    points = [cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    points = [(t + warp) / (1 + warp * t) for t in points]
    xs = [(a + b) / 2 + (b - a) / 2 * t for t in points]
    rows = matrix(count, count)
    right = matrix(count, 1)
    for i, (t, x) in enumerate(zip(points, xs)):
        value = table.function(x)
        basis = cheb(t, max(m, n) + 1)
        for j in range(m + 1):
            rows[i, j] = basis[j]
        for j in range(1, n + 1):
            rows[i, m + j] = -value * basis[j]
        right[i] = value
    solution = lu_solve(rows, right)
    p = table.powers([solution[j] for j in range(m + 1)])
    q = table.powers([mpf(1)] + [solution[m + j] for j in range(1, n + 1)])
    return [v / q[-1] for v in p], [v / q[-1] for v in q]


def horner(c, x):
    s = mpf(0)
    for v in reversed(c):
        s = s * x + v
    return s


def rational(f, weight, a, b, first=1, widths=("f32", "f64")):
    table = Table(f, weight, a, b, 300)
    out = {}
    n = first
    for float_ in widths:
        target = TARGET[float_]
        while True:
            grid = [((table.a + table.b) + (table.b - table.a) * t) / 2 for t in table.t]
            error = inf
            for warp in (mpf(k) / 20 for k in range(-19, 20)):
                above, below = rational_of(table, n, n, warp)
                e = max(w * abs(horner(above, x) / horner(below, x) - y) for x, y, w in zip(grid, table.f, table.w))
                if e < error:
                    error, p, q = e, above, below
            if error < target:
                break
            n += 1
        out[float_] = (p, q, error)
    return out


def digits(value, float_):
    return mp.nstr(value, 9) if float_ == "f32" else repr(float(value))


def show(fit, float_):
    lists = ["[" + ", ".join(digits(v, float_) for v in c) + "]" for c in fit[:-1]]
    return lists[0] if len(lists) == 1 else f"{{ above: {lists[0]}, below: {lists[1]} }}"


def write(name, comment, fit):
    """One constant: of both widths, or of one."""
    error = ", ".join(f"{mp.nstr(v[-1], 2)} in float{p[1:]}" for p, v in fit.items())
    kind = "Polynomial" if all(len(v) == 2 for v in fit.values()) else "Quotient"
    print(f"\n/** {comment} Error {error}. */")
    if len(fit) == 1:
        ((p, v),) = fit.items()
        print(f"export const {name}: Fraction = {show(v, p)};")
    else:
        print(f"export const {name}: {kind} = {{ f32: {show(fit['f32'], 'f32')}, f64: {show(fit['f64'], 'f64')} }};")
    print(name, [len(v[0]) - 1 for v in fit.values()], error, file=sys.stderr, flush=True)


def even(f):
    """A function of x as one of z = x²."""
    return lambda z: f(sqrt(z))


print('''/**
 * Coefficients of best approximations, lowest power first.
 *
 * Written by test/compile/math-coefficients.py.
 *
 * @module
 */

/** Coefficients in powers of the variable, lowest first, for each width. */
export interface Polynomial {
  readonly f32: readonly number[];
  readonly f64: readonly number[];
}

/** The coefficients of a quotient of two polynomials. */
export interface Fraction {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** A quotient of two polynomials, for each width. */
export interface Quotient {
  readonly f32: Fraction;
  readonly f64: Fraction;
}''')

half = mpf(1) / 2
r = log(2) / 2 * mpf("1.001")
write("exponential", "(eʳ − 1 − r)/r² for |r| ≤ ½ log 2.",
      polynomial(lambda x: (expm1(x) - x) / x**2, lambda x: abs(x**2 / expm1(x)), -r, r))

s2 = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.001")
two_artanh = even(lambda s: 2 * (atanh(s) - s) / s**3)
write("logarithm", "(2 artanh s − 2s)/s³ in z = s², s² ≤ ((√2−1)/(√2+1))².",
      polynomial(two_artanh, even(lambda s: s**3 / (2 * atanh(s))), mpf(10) ** -30, s2))
write("logarithmOfSum", "(2 artanh s − 2s)/s³ in z = s², s² ≤ 1/9: log(1+e) for −½ ≤ e ≤ 1, s = e/(2+e).",
      polynomial(two_artanh, even(lambda s: s**3 / (2 * atanh(s))), mpf(10) ** -30, mpf(1) / 9))

quarter = (pi / 4) ** 2 * mpf("1.001")
write("logarithmPower", "(3 artanh(s)/s − 3 − s²)/s⁴ in z = s², s² ≤ ((√2−1)/(√2+1))², for an error relative to log.",
      polynomial(even(lambda s: (3 * atanh(s) / s - 3 - s**2) / s**4),
                                                   even(lambda s: 500 * s**4 / 3), mpf(10) ** -16, s2))
write("sineHalf", "(sin r − r)/r³ in z = r², |r| ≤ π/2.",
      polynomial(even(lambda x: (sin(x) - x) / x**3), even(lambda x: x**3 / sin(x)), mpf(10) ** -30, 4 * quarter))
write("sine", "(sin r − r)/r³ in z = r², |r| ≤ π/4.",
      polynomial(even(lambda x: (sin(x) - x) / x**3), even(lambda x: x**3 / sin(x)), mpf(10) ** -30, quarter))
write("cosine", "(cos r − 1 + r²/2)/r⁴ in z = r², |r| ≤ π/4.",
      polynomial(even(lambda x: (cos(x) - 1 + x**2 / 2) / x**4), even(lambda x: x**4 / cos(x)), mpf(10) ** -20, quarter))
write("arctangent", "(arctan x − x)/x³ in z = x², |x| ≤ tan π/8.",
      polynomial(even(lambda x: (atan(x) - x) / x**3), even(lambda x: x**3 / atan(x)), mpf(10) ** -30, (sqrt(2) - 1) ** 2 * mpf("1.001")))
write("arcsine", "(arcsin x − x)/x³ in z = x², |x| ≤ ½.",
      polynomial(even(lambda x: (asin(x) - x) / x**3), even(lambda x: x**3 / asin(x)), mpf(10) ** -30, mpf(1) / 4))

write("errorCentre", "erf(x)/x − 1 in z = x², |x| ≤ 1.",
      polynomial(even(lambda x: erf(x) / x - 1), even(lambda x: x / erf(x)), mpf(10) ** -30, 1))


def scaled(k, c):
    """e^{y²} erfc(y) (1+cy) as a function of t = (y−k)/(y+k)."""

    def f(t):
        if t >= 1:
            return c / sqrt(pi)
        y = k * (1 + t) / (1 - t)
        if y > 1000:
            z = 1 / (2 * y * y)
            return (1 + c * y) / (y * sqrt(pi)) * (1 - z + 3 * z**2 - 15 * z**3 + 105 * z**4 - 945 * z**5 + 10395 * z**6)
        with mp.extraprec(int(3 * y * y) + 60 if y < 40 else 0):
            if y < 26:
                return +(exp(y * y) * erfc(y) * (1 + c * y))
        # Laplace's continued fraction
        s = mpf(0)
        for n in range(200, 0, -1):
            s = mpf(n) / 2 / (y + s)
        return (1 + c * y) / sqrt(pi) / (y + s)

    return f


tail = scaled(mpf(2), mpf(0))
write("errorTail", "e^{y²} erfc(y) in t = (y−2)/(y+2), 1 ≤ y ≤ 6, for an error relative to erf.",
      polynomial(tail, lambda t: exp(-(2 * (1 + t) / (1 - t)) ** 2) / mpf("0.84"),
                 mpf(-1) / 3, half))
# a factor 1 + cy takes most of the slope at zero away; a straight line through both ends leaves little, whose roundings do
# not count
for name, comment, k, c in (
    ("scaledComplement", "e^{y²} erfc(y) (1+y) in t = (y−3.75)/(y+3.75), y ≥ 0", mpf("3.75"), mpf(1)),
    ("millsRatio", "e^{x²/2} erfc(x/√2) (1 + 51x/64) in t = (x−5.3125)/(x+5.3125), x ≥ 0", mpf("5.3125") / sqrt(2), sqrt(2) * 51 / 64),
):
    whole = scaled(k, c)
    end = c / sqrt(pi)
    write(name, f"S of {comment}, as (1+E)/2 − t (1−E)/2 + (1−t²) S(t) with its end E = {mp.nstr(end, 20)}.",
          polynomial(lambda t: (whole(t) - (1 + end) / 2 + t * (1 - end) / 2) / (1 - t * t), lambda t: (1 - t * t) / whole(t),
                     -1 + mpf(10) ** -12, 1 - mpf(10) ** -12, 6))


def inverse_error(w):
    x = sqrt(-expm1(-w))
    return erfinv(x) / x


write("inverseError", "(erfinv(x)/x − ½√π)/w in w = −log(1−x²), w ≤ 16.",
      rational(lambda w: (inverse_error(w) - sqrt(pi) / 2) / w, lambda w: w / inverse_error(w), mpf(10) ** -20, 16, 4, ["f32"]))
def of_rest(s):
    """As a function of s = 0.7225 − x², which keeps the coefficients of one sign."""
    z = mpf("0.7225") - s
    return (erfinv(sqrt(z)) / sqrt(z) - sqrt(pi) / 2) / z


write("inverseErrorCentre", "(erfinv(x)/x − ½√π)/x² in s = 0.7225 − x², |x| ≤ 0.85.",
      rational(of_rest, lambda s: (mpf("0.7225") - s) / inverse_error(-log(mpf("0.2775") + s)), 0, mpf("0.7225") - mpf(10) ** -18, 6, ["f64"]))


def inverse_tail(u):
    return erfinv(1 - exp(-u * u))


write("inverseErrorTail", "u − erfinv(1 − e^{−u²}) in u, 1.37 ≤ u ≤ 6.1, for an error relative to erfinv.",
      rational(lambda u: u - inverse_tail(u), lambda u: 1 / inverse_tail(u), mpf("1.37"), mpf("6.1"), 6, ["f64"]))


def near_two(x):
    return (x - 1) * (x - 2) / loggamma(x)


# nearly linear functions: the roundings of what is left count little
write("logGamma", "(x−1)(x−2)/log Γ(x) − 1 − x/2 for ½ ≤ x ≤ 8.",
      rational(lambda x: near_two(x) - 1 - x / 2, lambda x: 1 / near_two(x), half, 8, 3))
root = findroot(digamma, mpf("1.4616321449683623"))
print("root", mp.nstr(root, 40), float(root), mp.nstr(root - mpf(float(root)), 20), file=sys.stderr)


def near_root(x):
    return (x - root) / digamma(x)


write("digammaCentre", "(x − root)/ψ(x) − 7/16 − 3x/8 for 1 ≤ x ≤ 8.",
      rational(lambda x: near_root(x) - mpf(7) / 16 - 3 * x / 8, lambda x: 1 / near_root(x), 1, 8, 2))
write("stirling", "(log Γ(x) − (x−½) log x + x − ½ log 2π) x in z = x⁻², x ≥ 6, for an error relative to log Γ.",
      polynomial(even(lambda r: (loggamma(1 / r) - (1 / r - half) * log(1 / r) + 1 / r - log(2 * pi) / 2) / r),
                 even(lambda r: r / loggamma(1 / r)), mpf(10) ** -8, mpf(1) / 36))
write("stirlingSlope", "(log x − ψ(x) − 1/(2x)) x² in z = x⁻², x ≥ 8, for an error relative to ψ.",
      polynomial(even(lambda r: (log(1 / r) - digamma(1 / r) - r / 2) / r**2),
                 even(lambda r: r**2 / digamma(1 / r)), mpf(10) ** -8, mpf(1) / 64))
