"""Random variates that are drawn by rejection, by NumPy from a counter-based generator.

Sources are the two key words of the draw and the parameters, in float64 and of one shape; a
parameter outside its domain gives NaN. NumPy keeps the numbers of RandomState the same for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.types import TensorType
from flambeau.engine.graph.routines.table import Routine

__all__ = ["VARIATES"]

Array = np.ndarray[Any, Any]
Source = np.random.RandomState

_WHOLE = 2.0**53  # float64 holds every integer up to here
_NARROW = 1e6  # beyond, the von Mises density is normal to six digits and NumPy's loop slow


def _gamma(source: Source, shape: Array) -> Array:
    """Density x**(shape - 1) exp(-x) / gamma(shape)."""
    return np.asarray(source.standard_gamma(shape))


def _log_gamma(source: Source, shape: Array) -> Array:
    """The logarithm of a gamma variate, which does not underflow for small shapes.

    Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000, sec. 6.
    """
    larger = source.standard_gamma(shape + 1)
    return np.asarray(np.log(larger) - source.standard_exponential(shape.shape) / shape)


def _poisson(source: Source, rate: Array) -> Array:
    small = np.minimum(rate, _WHOLE)
    drawn = np.asarray(source.poisson(small), np.float64)
    large = rate + np.sqrt(rate) * source.standard_normal(rate.shape)
    return np.where(rate > small, large, drawn)


def _binomial(source: Source, count: Array, p: Array) -> Array:
    return np.asarray(source.binomial(count.astype(np.int64), p), np.float64)


def _von_mises(source: Source, concentration: Array) -> Array:
    """Angles around 0, in [-pi, pi]; where they are narrow, a normal variate."""
    moderate = np.minimum(concentration, _NARROW)
    drawn = np.asarray(source.vonmises(0.0, moderate))
    narrow = source.standard_normal(concentration.shape) / np.sqrt(concentration)
    return np.where(concentration > moderate, narrow, drawn)


# -- rows ---------------------------------------------------------------------------------------
def _row(
    draw: Callable[..., Array], valid: Callable[..., Array], harmless: tuple[float, ...]
) -> Routine:
    """`draw` where the parameters are valid; NumPy sees `harmless` ones elsewhere."""

    def infer(options: tuple, *types: TensorType) -> tuple[TensorType, ...]:
        return (types[2],)

    def compute(options: tuple, low: Array, high: Array, *parameters: Array) -> tuple[Array]:
        key = int(low) | int(high) << 32
        source = np.random.RandomState(np.random.Philox(key=key))
        is_valid = valid(*parameters)
        pairs = zip(parameters, harmless, strict=True)
        drawn = draw(source, *[np.where(is_valid, x, other) for x, other in pairs])
        return (np.where(is_valid, drawn, np.nan),)

    return Routine(infer, compute)


def _positive(x: Array) -> Array:
    return (x > 0) & np.isfinite(x)


VARIATES: dict[str, Routine] = {
    "gamma": _row(_gamma, _positive, (1.0,)),
    "log_gamma": _row(_log_gamma, _positive, (1.0,)),
    "poisson": _row(_poisson, lambda rate: (rate >= 0) & np.isfinite(rate), (1.0,)),
    "binomial": _row(
        _binomial,
        lambda count, p: (count >= 0) & (count <= _WHOLE) & (p >= 0) & (p <= 1),
        (1.0, 0.5),
    ),
    "von_mises": _row(_von_mises, lambda k: (k >= 0) & np.isfinite(k), (1.0,)),
}
