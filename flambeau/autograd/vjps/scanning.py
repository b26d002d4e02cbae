"""Derivatives of running totals."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import zeros_like
from flambeau.tensor.joining import FLIP, cat
from flambeau.tensor.scanning import CUMPROD, CUMSUM
from flambeau.tensor.shaping import narrow

__all__: list[str] = []


def _cumsum(g: Any, types: tuple, attributes: tuple) -> Any:
    """The sum of what comes after, too."""
    if not types[0].shape:
        return g
    total = apply(CUMSUM, (apply(FLIP, (g,), (attributes,)),), attributes)
    return apply(FLIP, (total,), (attributes,))


def _later(x: Any, dim: int, step: int) -> Any:
    """x moved `step` places towards the front, zeros behind."""
    n = x.shape[dim]
    step = min(step, n)
    return cat([narrow(x, dim, step, n - step), zeros_like(narrow(x, dim, 0, step))], dim)


def _cumprod(g: Any, x: Any, attributes: tuple) -> Any:
    """For each i, (the product before i) * s[i] with s[i] = g[i] + x[i + 1] s[i + 1].

    The recurrence is solved by steps of doubled length, so zeros in x need no division.
    """
    (dim,) = attributes
    if not x.shape or not x.shape[dim]:
        return g
    n = x.shape[dim]
    s, factor, step = g, _later(x, dim, 1), 1
    while step < n:
        s = s + factor * _later(s, dim, step)
        factor = factor * _later(factor, dim, step)
        step *= 2
    ones = zeros_like(narrow(x, dim, 0, 1)) + 1
    before = cat([ones, narrow(apply(CUMPROD, (x,), attributes), dim, 0, n - 1)], dim)
    return before * s


vjp("cumsum", _cumsum)
vjp("cumprod", _cumprod)
non_differentiable("cum_argmax", "cum_argmin")
