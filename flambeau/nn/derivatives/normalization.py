"""Derivatives of normalization. Attributes are (layout, has_weight, has_bias)."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp_joint
from flambeau.nn.operations.normalization import (
    BATCH_NORM_EVAL_BACKWARD,
    BATCH_NORM_EVAL_WEIGHT_BACKWARD,
    NORMALIZATIONS,
    NORMALIZE_BACKWARD,
    NORMALIZE_BIAS_BACKWARD,
    NORMALIZE_WEIGHT_BACKWARD,
)

__all__: list[str] = []


def _normalize(g: Any, inputs: tuple, types: tuple, attributes: tuple, needs: tuple) -> list:
    layout, has_weight, _ = attributes
    x = inputs[0]
    weight = inputs[1:2] if has_weight else ()
    found: list[Any] = [None] * len(inputs)
    if needs[0]:
        found[0] = NORMALIZE_BACKWARD((g, x, *weight), (layout,))
    if has_weight and needs[1]:
        found[1] = NORMALIZE_WEIGHT_BACKWARD((g, x), (layout, types[1].shape))
    bias = 1 + int(has_weight)
    if len(inputs) > bias and needs[bias]:
        found[bias] = NORMALIZE_BIAS_BACKWARD((g,), (layout, types[bias].shape))
    return found


for _name in NORMALIZATIONS:
    vjp_joint(_name, _normalize)


def _with_statistics(g: Any, inputs: tuple, types: tuple, attributes: tuple, needs: tuple) -> list:
    layout, has_weight, _ = attributes
    x, mean, var, *rest = inputs
    weight = rest[:1] if has_weight else []
    found: list[Any] = [None] * len(inputs)
    if needs[0]:
        found[0] = BATCH_NORM_EVAL_BACKWARD((g, var, *weight), (layout,))
    if has_weight and needs[3]:
        found[3] = BATCH_NORM_EVAL_WEIGHT_BACKWARD((g, x, mean, var), (layout, types[3].shape))
    bias = 3 + int(has_weight)
    if len(inputs) > bias and needs[bias]:
        found[bias] = NORMALIZE_BIAS_BACKWARD((g,), (layout, types[bias].shape))
    return found


vjp_joint("batch_norm_eval", _with_statistics)
non_differentiable("running_mean", "running_var")
