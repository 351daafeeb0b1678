"""Values that check the double-double oracle: python3 test/compile/math-fixtures.py > test/compile/math-fixtures.json

Each row is x, y and the value of the function at these float64 numbers as a sum of two float64. Needs mpmath.
"""

import json
import math

from mpmath import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, digamma, erf, erfc, erfinv, exp, expm1, gamma, log, log1p, loggamma, mp,
    mpf, pi, sin, sinh, sqrt, tan, tanh,
)

mp.dps = 400


def phi(x):
    return erfc(-x / sqrt(2)) / 2


inside = [-0.999, -0.6, -0.3, -1e-7, 1e-12, 0.2, 0.51, 0.99999]
middle = [-30.5, -2.3, -0.7, -1e-9, 3e-5, 0.3, 1.7, 12.25]
wide = middle + [-1e5, 1e30, 3.7e200]
positive = [1e-300, 1e-9, 0.4, 0.999999, 1.00001, 1.6, 2.5, 7.3, 40, 1e12]
signed = positive + [-0.4, -1.7, -6.2]
functions = {
    "exp": (lambda x: exp(x), middle + [-700.3, 600.1]),
    "expm1": (lambda x: expm1(x), middle),
    "log": (lambda x: log(x), positive),
    "log1p": (lambda x: log1p(x), inside + [3.5, 1e9]),
    "sin": (lambda x: sin(x), wide),
    "cos": (lambda x: cos(x), wide),
    "tan": (lambda x: tan(x), wide),
    "asin": (lambda x: asin(x), inside),
    "acos": (lambda x: acos(x), inside),
    "atan": (lambda x: atan(x), middle + [1e25]),
    "sinh": (lambda x: sinh(x), middle + [700.5]),
    "cosh": (lambda x: cosh(x), middle + [700.5]),
    "tanh": (lambda x: tanh(x), middle),
    "asinh": (lambda x: asinh(x), wide),
    "acosh": (lambda x: acosh(x), [1.0000001, 1.2, 5.5, 1e10, 1e200]),
    "atanh": (lambda x: atanh(x), inside),
    "logistic": (lambda x: 1 / (1 + exp(-x)), middle),
    "softplus": (lambda x: log1p(exp(x)), middle),
    "erf": (lambda x: erf(x), middle),
    "erfc": (lambda x: erfc(x), middle + [25.5]),
    "erfinv": (lambda x: erfinv(x), inside),
    "lgamma": (lambda x: loggamma(x) if x > 0 else log(abs(gamma(x))), signed),
    "digamma": (lambda x: digamma(x), signed),
    "logNdtr": (lambda x: log(phi(x)), middle),
    "normalHazard": (lambda x: exp(-x * x / 2) / sqrt(2 * pi) / phi(x), middle),
}
pairs = {
    "pow": (lambda x, y: x**y, [(0.3, 7.5), (1.0001, -900.7), (5e10, 12.25), (3e-5, 0.5)]),
    "atan2": (lambda y, x: atan2(y, x), [(1.5, 2.5), (2.5, -1.5), (-0.1, -3.0), (-7.0, 1e-3)]),
    "lbeta": (lambda a, b: loggamma(a) + loggamma(b) - loggamma(a + b), [(0.3, 0.7), (1.5, 7.75), (9.9, 0.35), (30.5, 1000.25)]),
    "xlogy": (lambda x, y: x * log(y), [(1.5, 2.5), (-3.0, 1e-9)]),
    "xlog1py": (lambda x, y: x * log1p(y), [(1.5, -0.75), (-3.0, 1e-9)]),
}


def row(x, y, value):
    high = float(value)
    low = float(value - mpf(high))
    assert math.isfinite(high)
    return [x, y, high, low]


table = {name: [row(x, 0, f(mpf(x))) for x in xs] for name, (f, xs) in functions.items()}
table |= {name: [row(x, y, f(mpf(x), mpf(y))) for x, y in xs] for name, (f, xs) in pairs.items()}
print("{\n" + ",\n".join(json.dumps(k) + ": [\n" + ",\n".join(json.dumps(r) for r in v) + "\n]" for k, v in table.items()) + "\n}")
