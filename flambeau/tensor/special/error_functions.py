"""Error functions and the normal distribution.

Operations on x:
  erfcx         exp(x**2) erfc(x)
  ndtr log_ndtr the normal distribution's cumulative function and its logarithm
  ndtri         the inverse of ndtr

Largest errors in float64, against mpmath, in units of 1e-16 of the value: erfcx 7, ndtr 8,
log_ndtr 10, ndtri 9 (relative to the distance from 1/2 around p = 1/2). float32 is rounded from
that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.tensor.formula import Symbol
from flambeau.tensor.special.symbols import (
    choose,
    exp_of_square,
    function,
    horner,
    log,
    log1p,
    special,
    sqrt,
)  # fmt: skip
from flambeau.tensor.special.tables import ERFCX, QUANTILE_CENTRE, QUANTILE_TAIL

__all__ = ["FUNCTIONS"]


def _erfcx_right(x: Symbol) -> Symbol:
    """For x >= 0."""
    return horner(1.0 - 8.0 / (x + 4.0), ERFCX) / (x * 2.0 + 1.0)


def _erfcx(x: Symbol) -> Symbol:
    """erfc(-x) = 2 - erfc(x) gives the left side."""
    right = _erfcx_right(abs(x))
    return choose(x < 0.0, exp_of_square(abs(x), 1.0) * 2.0 - right, right)


def _tail(x: Symbol) -> Symbol:
    """What lies beyond |x| on one side."""
    size = abs(x)
    return exp_of_square(size, -0.5) * _erfcx_right(size * math.sqrt(0.5)) * 0.5


def _ndtr(x: Symbol) -> Symbol:
    tail = _tail(x)
    return choose(x < 0.0, tail, 1.0 - tail)


def _log_ndtr(x: Symbol) -> Symbol:
    far = log(_erfcx_right(abs(x) * math.sqrt(0.5)) * 0.5) - x * x * 0.5
    tail = _tail(x)
    return choose(x < -1.0, far, log1p(-choose(x < 0.0, 1.0 - tail, tail)))


# the ends of the range of QUANTILE_TAIL, in 1 / s
_NEAR, _FAR = 8.0**-0.5, 1 / 27.5


def _ndtri(p: Symbol) -> Symbol:
    """In w = -log(4 p (1 - p)), after M. Giles, "Approximating the erfinv function" (2010)."""
    q = p.minimum(1.0 - p)
    w = -log(q * 4.0 * (1.0 - q))
    centre = (p - 0.5) * horner(w * 0.25 - 1.0, QUANTILE_CENTRE)
    s = sqrt(w)
    t = (1.0 / s - _FAR) * (2.0 / (_NEAR - _FAR)) - 1.0
    tail = s * horner(t, QUANTILE_TAIL)
    return choose(w < 8.0, centre, p < 0.5, -tail, tail)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "erfcx": function(special("erfcx", _erfcx), """exp(x**2) * erfc(x), which falls as 1/x.

    >>> import flambeau
    >>> flambeau.special.erfcx(flambeau.tensor([0.0, 30.0]))
    tensor([1.0000, 0.0188])
    """),
    "ndtr": function(special("ndtr", _ndtr), """The normal distribution: what lies below x.

    >>> import flambeau
    >>> flambeau.special.ndtr(flambeau.tensor([-1.0, 0.0, 1.0]))
    tensor([0.1587, 0.5000, 0.8413])
    """),
    "log_ndtr": function(special("log_ndtr", _log_ndtr),
                         "log(ndtr(x)), also where ndtr(x) is too small to be a number."),
    "ndtri": function(special("ndtri", _ndtri),
                      "The inverse of ndtr on (0, 1); infinite at 0 and 1, NaN outside."),
}  # fmt: skip
