"""Modified Bessel functions of orders 0 and 1.

Operations on x:
  i0 i1 i0e i1e   first kind; with e times exp(-|x|)
  modified_bessel_k0 modified_bessel_k1
  scaled_modified_bessel_k0 scaled_modified_bessel_k1   second kind; scaled times exp(x)

Near 0 the power series (Abramowitz and Stegun 9.6.10, 9.6.11), far from it polynomials in 1/x.

Largest relative errors in float64, against mpmath, in units of 1e-16: i0 8, i1 8, i0e 6, i1e 8,
k0 10, k1 8, scaled likewise. float32 is rounded from that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import factorial
from typing import Any

from flambeau.tensor.formula import Symbol
from flambeau.tensor.special.symbols import choose, exp, function, horner, log, special, sqrt
from flambeau.tensor.special.tables import I0_LARGE, I1_LARGE, K0_LARGE, K1_LARGE

__all__ = ["FUNCTIONS"]

EULER = 0.57721566490153286061


def _series(order: int, terms: int) -> list[float]:
    """sum of z**k / (k! (k + order)!), for z = x**2 / 4; highest power first."""
    return [1 / (factorial(k) * factorial(k + order)) for k in range(terms - 1, -1, -1)]


def _digamma(n: int) -> float:
    """digamma(n) for a positive integer."""
    return math.fsum(1 / k for k in range(1, n)) - EULER


I0_SMALL, I1_SMALL = _series(0, 26), _series(1, 26)  # up to x = 8
_TERMS = range(13, -1, -1)  # up to x = 2
K0_SMALL = [_digamma(k + 1) / factorial(k) ** 2 for k in _TERMS]
K1_SMALL = [
    -(_digamma(k + 1) + _digamma(k + 2)) / (4 * factorial(k) * factorial(k + 1)) for k in _TERMS
]


# -- first kind ---------------------------------------------------------------------------------
def _near_i(size: Symbol, order: int) -> Symbol:
    """I of `size` up to 8."""
    size = size.minimum(8.0)
    result = horner(size * size * 0.25, I1_SMALL if order else I0_SMALL)
    return result * (size * 0.5) if order else result


def _far_i(size: Symbol, order: int) -> Symbol:
    """exp(-x) I of `size` from 8 on."""
    size = size.maximum(8.0)
    return horner(16.0 / size - 1.0, I1_LARGE if order else I0_LARGE) / sqrt(size)


def _odd(x: Symbol, order: int, result: Symbol) -> Symbol:
    """I1 has the sign of x."""
    return choose(x < 0.0, -result, result) if order else result


def _i(order: int) -> Callable[[Symbol], Symbol]:
    def formula(x: Symbol) -> Symbol:
        size = abs(x)
        root = exp(size.minimum(1000.0) * 0.5)  # exp(x) overflows before I(x) does
        far = root * _far_i(size.minimum(1000.0), order) * root
        return _odd(x, order, choose(size <= 8.0, _near_i(size, order), far))

    return formula


def _ie(order: int) -> Callable[[Symbol], Symbol]:
    def formula(x: Symbol) -> Symbol:
        size = abs(x)
        near = _near_i(size, order) * exp(-size)
        return _odd(x, order, choose(size <= 8.0, near, _far_i(size, order)))

    return formula


# -- second kind --------------------------------------------------------------------------------
def _near_k(x: Symbol, order: int) -> Symbol:
    """K up to 2; infinite at 0, NaN below."""
    z = x * x * 0.25
    logarithm = log(x * 0.5)
    if order == 0:
        return horner(z, K0_SMALL) - logarithm * _near_i(x, 0)
    rest = logarithm * horner(z, I1_SMALL) * 0.5 + horner(z, K1_SMALL)
    return choose(x.equals(0.0), math.inf, 1.0 / x + rest * x)


def _far_k(x: Symbol, order: int) -> Symbol:
    """exp(x) K from 2 on."""
    x = x.maximum(2.0)
    return horner(4.0 / x - 1.0, K1_LARGE if order else K0_LARGE) / sqrt(x)


def _k(order: int) -> Callable[[Symbol], Symbol]:
    return lambda x: choose(x <= 2.0, _near_k(x, order), exp(-x) * _far_k(x, order))


def _ke(order: int) -> Callable[[Symbol], Symbol]:
    return lambda x: choose(x <= 2.0, exp(x) * _near_k(x, order), _far_k(x, order))


_KIND = "modified Bessel function of the {} kind, order {}"
_OPERATIONS = {
    "i0": (_i(0), _KIND.format("first", 0)),
    "i1": (_i(1), _KIND.format("first", 1)),
    "i0e": (_ie(0), _KIND.format("first", 0) + ", times exp(-|x|)"),
    "i1e": (_ie(1), _KIND.format("first", 1) + ", times exp(-|x|)"),
    "modified_bessel_k0": (_k(0), _KIND.format("second", 0)),
    "modified_bessel_k1": (_k(1), _KIND.format("second", 1)),
    "scaled_modified_bessel_k0": (_ke(0), _KIND.format("second", 0) + ", times exp(x)"),
    "scaled_modified_bessel_k1": (_ke(1), _KIND.format("second", 1) + ", times exp(x)"),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: function(special(name, formula), f"The {text}, of each element.")
    for name, (formula, text) in _OPERATIONS.items()
}
FUNCTIONS["modified_bessel_i0"] = FUNCTIONS["i0"]
FUNCTIONS["modified_bessel_i1"] = FUNCTIONS["i1"]
