"""Special functions whose sums have no fixed length, on arrays of one shape, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.types import TensorType
from flambeau.engine.graph.routines.table import Routine

__all__ = ["POLYNOMIALS", "SPECIAL"]

Array = np.ndarray[Any, Any]
EPSILON = 2.0**-53
MAX_TERMS = 20_000
lgamma = np.vectorize(math.lgamma, otypes=[np.float64])


def _first(options: tuple, x: TensorType, *others: TensorType) -> tuple[TensorType, ...]:
    return (x,)


def _wide(function: Callable[..., Array]) -> Callable[..., tuple[Array, ...]]:
    """The function on float64 arrays, without NumPy's warnings."""

    def compute(options: tuple, *arrays: Any) -> tuple[Array, ...]:
        with np.errstate(all="ignore"):
            return (function(*options, *[np.asarray(a, np.float64) for a in arrays]),)

    return compute


# -- Hurwitz' zeta function -----------------------------------------------------------------------
# B(2j) / (2j)! of the Euler-Maclaurin formula
_BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000,
    1 / 74724249600, -3617 / 10670622842880000,
)  # fmt: skip
_FROM = 10


def zeta(s: Array, q: Array) -> Array:
    """The sum of (q + k)**-s over k = 0, 1, ...: the first terms, then the formula of Euler and
    Maclaurin (DLMF 25.11.5 and 2.10.1), from q + k = 10 + s on, where its terms fall fast; or
    nothing more where the terms have become too small to count. Below q = 0 only whole s have a
    sum."""
    s, q = np.broadcast_arrays(s, q)
    total = np.zeros(s.shape)
    at = np.where(np.isfinite(q) & (q >= -MAX_TERMS), q, np.nan)
    low = at < _FROM + np.abs(s)
    done = np.zeros(s.shape, np.bool_)
    while low.any():
        term = at[low] ** -s[low]
        total[low] += term
        done[low] = (np.abs(term) < EPSILON * np.abs(total[low])) | np.isinf(total[low])
        at[low] += 1
        low = (at < _FROM + np.abs(s)) & ~done
    tail = at ** (1 - s) / (s - 1) + 0.5 * at**-s
    factor = s * at ** (-s - 1)
    for j, b in enumerate(_BERNOULLI):
        tail = tail + b * factor
        factor = factor * (s + 2 * j + 1) * (s + 2 * j + 2) / at**2
    total = np.where(done, total, total + tail)
    result = np.where(np.isinf(q) & (q > 0), 0.0, total)
    whole = q == np.floor(q)
    result = np.where((q <= 0) & whole, np.inf, result)
    result = np.where((q <= 0) & ~whole & (s != np.floor(s)), np.nan, result)
    return np.where(s == 1, np.inf, np.where(s < 1, np.nan, result))


# -- incomplete gamma functions -------------------------------------------------------------------
def _front(a: Array, x: Array) -> Array:
    """x**a exp(-x) / gamma(a)."""
    return np.exp(a * np.log(x) - x - lgamma(a))


def _lower_series(a: Array, x: Array) -> Array:
    """P(a, x) for x below a + 1: DLMF 8.7.1."""
    term = 1 / a
    total = term.copy()
    n = a.copy()
    for _ in range(MAX_TERMS):
        n += 1
        term = term * x / n
        total += term
        if not (np.abs(term) > EPSILON * np.abs(total)).any():
            break
    return total * _front(a, x)


def _upper_fraction(a: Array, x: Array) -> Array:
    """Q(a, x) for x from a + 1 on: DLMF 8.9.2 by Lentz' method as Thompson and Barnett (1986)
    changed it."""
    tiny = 1e-300
    b = x + 1 - a
    c = np.full(a.shape, 1 / tiny)
    d = 1 / b
    h = d.copy()
    for i in range(1, MAX_TERMS):
        an = -i * (i - a)
        b = b + 2
        d = an * d + b
        d = 1 / np.where(np.abs(d) < tiny, tiny, d)
        c = b + an / c
        c = np.where(np.abs(c) < tiny, tiny, c)
        step = d * c
        h *= step
        if not (np.abs(step - 1) > EPSILON).any():
            break
    return h * _front(a, x)


def gammainc(upper: bool, a: Array, x: Array) -> Array:
    """The regularised incomplete gamma function, P(a, x) or its complement Q(a, x)."""
    a, x = np.broadcast_arrays(a, x)
    result = np.full(a.shape, np.nan)
    usual = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    series = usual & (x < a + 1)
    fraction = usual & ~series
    if series.any():
        lower = _lower_series(a[series], x[series])
        result[series] = 1 - lower if upper else lower
    if fraction.any():
        above = _upper_fraction(a[fraction], x[fraction])
        result[fraction] = above if upper else 1 - above
    # P at the edges: no x, no a, everything
    edge = np.where((x == 0) & (a > 0), 0.0, np.nan)
    edge = np.where((a == 0) & (x > 0), 1.0, edge)
    edge = np.where(np.isinf(x) & (x > 0) & (a >= 0) & np.isfinite(a), 1.0, edge)
    edge = np.where(np.isinf(a) & (a > 0) & (x >= 0) & np.isfinite(x), 0.0, edge)
    return np.where(usual, result, 1 - edge if upper else edge)


# -- orthogonal polynomials -----------------------------------------------------------------------
# name: the second one, and the next of number k + 1 from those of k and k - 1 (DLMF 18.9)
Recurrence = tuple[Callable[[Any], Any], Callable[[int, Any, Any, Any], Any]]
_CHEBYSHEV: Callable[..., Any] = lambda k, x, p, before: 2 * x * p - before  # noqa: E731
POLYNOMIALS: dict[str, Recurrence] = {
    "chebyshev_polynomial_t": (lambda x: x * 1, _CHEBYSHEV),
    "chebyshev_polynomial_u": (lambda x: x * 2, _CHEBYSHEV),
    "chebyshev_polynomial_v": (lambda x: x * 2 - 1, _CHEBYSHEV),
    "chebyshev_polynomial_w": (lambda x: x * 2 + 1, _CHEBYSHEV),
    "hermite_polynomial_h": (lambda x: x * 2, lambda k, x, p, b: 2 * x * p - b * (2 * k)),
    "hermite_polynomial_he": (lambda x: x * 1, lambda k, x, p, b: x * p - b * k),
    "laguerre_polynomial_l": (
        lambda x: 1 - x, lambda k, x, p, b: ((2 * k + 1 - x) * p - b * k) / (k + 1)
    ),
    "legendre_polynomial_p": (
        lambda x: x * 1, lambda k, x, p, b: ((2 * k + 1) * x * p - b * k) / (k + 1)
    ),
}  # fmt: skip


def _shifted(second: Callable, following: Callable) -> tuple[Callable, Callable]:
    """The polynomials on [0, 1] instead of [-1, 1]."""
    return lambda x: second(x * 2 - 1), lambda k, x, p, b: following(k, x * 2 - 1, p, b)


for _kind in "tuvw":
    _pair = POLYNOMIALS[f"chebyshev_polynomial_{_kind}"]
    POLYNOMIALS[f"shifted_chebyshev_polynomial_{_kind}"] = _shifted(*_pair)


def polynomial(name: str, x: Array, n: Array) -> Array:
    """The polynomial of number n (cut to a whole number) at x; 0 for negative n."""
    second, following = POLYNOMIALS[name]
    x, n = np.broadcast_arrays(x, n)
    wanted = np.where(np.isfinite(n), np.trunc(n), -1)
    result = np.where(wanted >= 0, 1.0, 0.0) + 0 * x
    before, current = np.ones(x.shape), second(x) + 0 * x
    k = 1
    while (wanted >= k).any():
        result = np.where(wanted >= k, current, result)
        if not np.isfinite(current[wanted > k]).any():
            break
        before, current = current, following(k, x, current, before)
        k += 1
    return np.where(wanted >= 0, result, 0.0)


SPECIAL: dict[str, Routine] = {
    "zeta": Routine(_first, _wide(zeta)),
    "gammainc": Routine(_first, _wide(gammainc)),  # options (is it the upper one,)
    "polynomial": Routine(_first, _wide(polynomial)),  # options (name,)
}
