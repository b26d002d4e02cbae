"""Derivatives of resampling and unfolding: linear maps and their transposes."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.nn.operations.resampling import RESAMPLE, RESAMPLE_BACKWARD
from flambeau.nn.operations.unfolding import FOLD_WINDOWS, UNFOLD_WINDOWS
from flambeau.tensor.apply import apply

__all__: list[str] = []


def _resample(g: Any, inputs: tuple, types: tuple, attributes: tuple) -> list[Any]:
    (dim,) = attributes
    size = types[0].shape[dim]
    found = apply(RESAMPLE_BACKWARD, (g, *inputs[1:]), (dim, size))
    return [found, *[None] * (len(inputs) - 1)]


def _resample_backward(g: Any, inputs: tuple, attributes: tuple) -> list[Any]:
    found = apply(RESAMPLE, (g, *inputs[1:]), attributes[:1])
    return [found, *[None] * (len(inputs) - 1)]


vjp_joint("resample", _resample)
vjp_joint("resample_backward", _resample_backward)
vjp(
    "unfold_windows",
    lambda g, types, attributes: apply(FOLD_WINDOWS, (g,), (*attributes, types[0].shape[2:])),
)
vjp("fold_windows", lambda g, attributes: apply(UNFOLD_WINDOWS, (g,), attributes[:1]))
