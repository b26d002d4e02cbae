"""Bessel functions of orders 0 and 1.

Operations on x:
  bessel_j0 bessel_j1    first kind
  bessel_y0 bessel_y1    second kind: -inf at 0, NaN below
  spherical_bessel_j0    sin(x) / x

Up to 8 polynomials in x**2, from there on Hankel's form: sqrt(2 / (pi x)) times P cos + Q sin of
a phase, with P and Q polynomials in 1 / x**2 (Abramowitz and Stegun 9.2.5, 9.2.6).

Largest errors in float64, against mpmath, in units of 1e-16, absolute where |value| < 1 else
relative: j0 5, j1 5, y0 8, y1 9. float32 is rounded from that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.tensor.formula import Symbol
from flambeau.tensor.special.symbols import choose, cos, function, horner, log, sin, special, sqrt
from flambeau.tensor.special.tables import (
    J0_SMALL,
    J1_SMALL,
    P0,
    P1,
    Q0,
    Q1,
    Y0_SMALL,
    Y1_SMALL,
)  # fmt: skip

__all__ = ["FUNCTIONS"]

_PHASES = ((P0, Q0), (P1, Q1))


def _near(x: Symbol, polynomial: tuple[float, ...]) -> Symbol:
    x = x.minimum(8.0)
    return horner(x * x * (1 / 32) - 1.0, polynomial)


def _near_j0(x: Symbol) -> Symbol:
    return choose(x < 1e-4, 1.0 - x * x * 0.25, _near(x, J0_SMALL))


def _far(x: Symbol, order: int, second: bool) -> Symbol:
    """J or Y from 8 on; 0 at infinity."""
    x = choose(x.equals(math.inf), 8.0, x.maximum(8.0))
    p, q = (horner(128.0 / (x * x) - 1.0, c) for c in _PHASES[order])
    q = q / x
    s, c = sin(x), cos(x)
    # cosine and sine of the phase, x - pi/4 or x - 3/4 pi, both times sqrt(2)
    c, s = (c + s, s - c) if order == 0 else (s - c, -(s + c))
    wave = p * s + q * c if second else p * c - q * s
    return wave / sqrt(x * math.pi)


def _j0(x: Symbol) -> Symbol:
    size = abs(x)
    return choose(size <= 8.0, _near_j0(size), size.equals(math.inf), 0.0, _far(size, 0, False))


def _j1(x: Symbol) -> Symbol:
    size = abs(x)
    far = choose(size.equals(math.inf), 0.0, _far(size, 1, False))
    return choose(size <= 8.0, x * _near(size, J1_SMALL), x < 0.0, -far, far)


_TWO_BY_PI = 2 / math.pi


def _y0(x: Symbol) -> Symbol:
    near = _near(x, Y0_SMALL) + log(x) * _near_j0(x) * _TWO_BY_PI
    return choose(x <= 8.0, near, x.equals(math.inf), 0.0, _far(x, 0, True))


def _y1(x: Symbol) -> Symbol:
    logarithm = log(x) * _near(x, J1_SMALL) * _TWO_BY_PI
    near = x * (_near(x, Y1_SMALL) + logarithm) - _TWO_BY_PI / x
    near = choose(x.equals(0.0), -math.inf, near)
    return choose(x <= 8.0, near, x.equals(math.inf), 0.0, _far(x, 1, True))


def _spherical_j0(x: Symbol) -> Symbol:
    z = x * x
    near = horner(z, (-1 / 5040, 1 / 120, -1 / 6, 1.0))  # to x**6: exact in float64 below 0.02
    size = abs(x)
    return choose(size < 0.02, near, size.equals(math.inf), 0.0, sin(x) / x)


_KIND = "Bessel function of the {} kind, order {}"
_OPERATIONS = {
    "bessel_j0": (_j0, _KIND.format("first", 0)),
    "bessel_j1": (_j1, _KIND.format("first", 1)),
    "bessel_y0": (_y0, _KIND.format("second", 0)),
    "bessel_y1": (_y1, _KIND.format("second", 1)),
    "spherical_bessel_j0": (_spherical_j0, "spherical Bessel function sin(x) / x"),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function(special(name, formula), f"The {text}, of each element.")
    for name, (formula, text) in _OPERATIONS.items()
}
