"""The Airy function Ai, which solves y'' = x y, and its slope.

Operations on x:
  airy_ai
  airy_ai_slope    its derivative, for backward

For x > 2 a decaying exponential, for x < -4 a wave, with polynomials in powers of
1 / z, z = 2/3 |x|**(3/2) (Abramowitz and Stegun 10.4.59 to 10.4.62); polynomials in x between.

Largest errors in float64, against mpmath: 4e-16 for x < 2 (times |x| for x < -4, the phase's
rounding), and 3e-16 (1 + z) of the value for x > 2, which is the rounding of the exponent.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.tensor.formula import Symbol
from flambeau.tensor.special import tables
from flambeau.tensor.special.symbols import choose, cos, exp, function, horner, sin, special, sqrt

__all__ = ["FUNCTIONS"]

_TWO, _FOUR = 4 * math.sqrt(2) / 3, 16 / 3  # z at 2 and 4


def _large(x: Symbol, polynomial: tuple[float, ...], slope: bool) -> Symbol:
    x = x.maximum(2.0)
    root = sqrt(x)
    z = x * root * (2 / 3)
    value = exp(-z) * horner(2 * _TWO / z - 1.0, polynomial)
    return -value * sqrt(root) if slope else value / sqrt(root)


def _wave(x: Symbol, p: tuple[float, ...], q: tuple[float, ...], slope: bool) -> Symbol:
    size = (-x).maximum(4.0)
    root = sqrt(size)
    z = size * root * (2 / 3)
    t = (_FOUR * _FOUR * 2) / (z * z) - 1.0
    in_phase, quadrature = horner(t, p), horner(t, q)
    if slope:
        in_phase = in_phase / z
    else:
        quadrature = quadrature / z
    s, c = sin(z), cos(z)  # of z - pi/4, both times sqrt(2): c + s and s - c
    wave = (in_phase * (c + s) - quadrature * (s - c)) * math.sqrt(0.5 / math.pi)
    return wave * sqrt(root) if slope else wave / sqrt(root)


def _airy(name: str, slope: bool) -> Callable[[Symbol], Symbol]:
    large, right, left, p, q = (
        getattr(tables, f"{name}_{part}") for part in ("LARGE", "RIGHT", "LEFT", "P", "Q")
    )

    def formula(x: Symbol) -> Symbol:
        inner = x.maximum(-4.0).minimum(2.0)
        return choose(
            x > 2.0, _large(x, large, slope),
            x >= -1.0, horner((inner - 0.5) * (1 / 1.5), right),
            x >= -4.0, horner((inner + 2.5) * (1 / 1.5), left),
            _wave(x, p, q, slope),
        )  # fmt: skip

    return formula


AIRY_AI_SLOPE = special("airy_ai_slope", _airy("AI_SLOPE", True))
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "airy_ai": function(
        special("airy_ai", _airy("AI", False)),
        "The Airy function Ai of each element: it falls to the right and waves to the left.",
    )
}
