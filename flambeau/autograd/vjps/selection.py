"""Derivatives of selections: what gather does not do already."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.elementwise import where
from flambeau.tensor.reduction import sum_

__all__: list[str] = []


def _median(g: Any, x: Any, out: Any) -> Any:
    """Elements equal to the median share the gradient; so do NaN, where that is the median."""
    is_it = (x == out) | ((x != x) & (out != out))
    return where(is_it, g / sum_(is_it), 0.0)


vjp("median", _median)
non_differentiable(
    "argsort", "top_index", "kth_index", "median_index", "mode_index", "quantile_places",
    "searchsorted", "isin", "isin_ordered",
)  # fmt: skip
