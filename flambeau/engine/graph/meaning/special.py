"""Special functions that NumPy lacks, in float64: erf, erfc, erfinv, lgamma, digamma.

They are the reference against which generated code is tested, so accuracy (a few units in the
last place of float64) counts and speed does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["digamma", "erf", "erfc", "erfinv", "lgamma"]

Array = np.ndarray[Any, Any]


def _vectorised(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """`function` on every element of a float64 array."""

    def apply(x: Array) -> Array:
        flat = [function(v) for v in x.ravel().tolist()]
        return np.array(flat, np.float64).reshape(x.shape)

    return apply


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):  # a pole, or too large for float64
        return math.inf


erf = _vectorised(math.erf)
erfc = _vectorised(math.erfc)
lgamma = _vectorised(_lgamma)


def erfinv(x: Array) -> Array:
    """The inverse of erf on (-1, 1); infinite at -1 and 1, NaN outside.

    A single-precision approximation (M. Giles, "Approximating the erfinv function", GPU
    Computing Gems 2, 2010), refined by Halley steps on whichever of erf and erfc is not close
    to its limit, so that the tails keep their digits.
    """
    size = np.abs(x)
    inside = size < 1
    t = np.where(inside, size, 0.0)
    rest = 1.0 - t  # exact for t >= 1/2
    y = _giles(t, rest)
    for _ in range(3):
        error = np.where(t < 0.5, erf(y) - t, rest - erfc(y))
        slope = 2.0 / math.sqrt(math.pi) * np.exp(-y * y)
        step = error / slope
        y = y - step / (1.0 + y * step)
    y = np.where(inside, y, np.where(size == 1, np.inf, np.nan))
    return np.copysign(y, x)


def _giles(t: Array, rest: Array) -> Array:
    w = -np.log(rest * (1.0 + t))
    near = (
        2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
        -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
    )  # fmt: skip
    far = (
        -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
        -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
    )  # fmt: skip
    y = t * np.where(w < 5, np.polyval(near, w - 2.5), np.polyval(far, np.sqrt(w) - 3.0))
    # beyond single precision's range: erfc(y) is near exp(-y * y) / (y * sqrt(pi))
    size = np.maximum(-np.log(rest), 1.0)
    return np.where(w < 16, y, np.sqrt(size - 0.5 * np.log(math.pi * size)))


# B(2k) / (2k) for k = 1..7: the asymptotic series of digamma (Abramowitz and Stegun 6.3.18)
_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)


def digamma(x: Array) -> Array:
    """The logarithmic derivative of the gamma function.

    -inf at 0 (inf at -0), NaN at the negative integers, as in PyTorch.
    """
    pole = (x <= 0) & (x == np.floor(x))
    negative = x < 0.5
    safe = np.where(pole | ~np.isfinite(x), 1.0, x)
    z = np.where(safe < 0.5, 1.0 - safe, safe)
    value = _digamma_positive(z)
    # reflection: digamma(x) = digamma(1 - x) - pi / tan(pi x); the fraction keeps tan exact
    fraction = safe - np.rint(safe)
    value = np.where(negative, value - math.pi / np.tan(math.pi * fraction), value)
    value = np.where(x == np.inf, np.inf, np.where(np.isfinite(x), value, np.nan))
    at_pole = np.where(x == 0, np.copysign(np.inf, -x), np.nan)
    return np.where(pole, at_pole, value)


def _digamma_positive(z: Array) -> Array:
    """digamma for z >= 1/2, through z + n >= 12 where the series is accurate."""
    shift = np.zeros_like(z)
    for _ in range(12):
        small = z < 12
        shift = np.where(small, shift - 1.0 / z, shift)
        z = np.where(small, z + 1.0, z)
    square = 1.0 / (z * z)
    series = square * np.polyval(_DIGAMMA[::-1], square)
    return np.log(z) - 0.5 / z - series + shift
