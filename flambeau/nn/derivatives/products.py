"""Derivatives of linear and of convolutions: in each triple, of the two others."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.core.types import Shape
from flambeau.nn.operations.convolution import (
    CONV,
    CONV_INPUT_BACKWARD,
    CONV_WEIGHT_BACKWARD,
)
from flambeau.nn.operations.linear import (
    LINEAR,
    LINEAR_INPUT_BACKWARD,
    LINEAR_WEIGHT_BACKWARD,
)
from flambeau.tensor.apply import apply
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


# -- linear; a weight of one dim is a row ---------------------------------------------------------
def _as_rows(g: Any, y: Any) -> tuple[Any, Any]:
    return (g, y) if len(y._shape) == 2 else (g.unsqueeze(-1), y.unsqueeze(0))


def _linear_x(g: Any, y: Any) -> Any:
    return apply(LINEAR_INPUT_BACKWARD, (g, y) if len(y._shape) == 2 else _as_rows(g, y))


def _linear_weight(g: Any, x: Any, types: tuple) -> Any:
    if len(types[1].shape) == 2:
        return apply(LINEAR_WEIGHT_BACKWARD, (g, x))
    return apply(LINEAR_WEIGHT_BACKWARD, (g.unsqueeze(-1), x)).squeeze(0)


vjp("linear", _linear_x, _linear_weight, lambda g: g)
vjp(
    "linear_input_backward",  # (g, weight)
    lambda g, y: apply(LINEAR, (g, y)),
    lambda g, x: apply(LINEAR_WEIGHT_BACKWARD, (x, g)),
)
vjp(
    "linear_weight_backward",  # (g, x)
    lambda g, y: apply(LINEAR, (y, g)),
    lambda g, x: apply(LINEAR_INPUT_BACKWARD, (x, g)),
)


# -- convolution; attributes are (strides, low, high, dilation, groups) and more ------------------
def _spatial(shape: Shape) -> Shape:
    return shape[2:]


def _bias(g: Tensor) -> Any:
    """The sum over all but the channels."""
    return g.sum((0, *range(2, len(g._shape))))


vjp(
    "conv",
    lambda g, y, types, attributes: apply(
        CONV_INPUT_BACKWARD, (g, y), (*attributes, _spatial(types[0].shape))
    ),
    lambda g, x, types, attributes: apply(
        CONV_WEIGHT_BACKWARD, (g, x), (*attributes, _spatial(types[1].shape))
    ),
    _bias,
)
for _name in ("conv_input_backward", "conv_transpose"):  # (g, weight), and a bias
    vjp(
        _name,
        lambda g, y, attributes: apply(CONV, (g, y), attributes[:5]),
        lambda g, x, types, attributes: apply(
            CONV_WEIGHT_BACKWARD, (x, g), (*attributes[:5], _spatial(types[1].shape))
        ),
        _bias,
    )
vjp(
    "conv_weight_backward",  # (g, x)
    lambda g, y, attributes: apply(CONV, (y, g), attributes[:5]),
    lambda g, x, types, attributes: apply(
        CONV_INPUT_BACKWARD, (x, g), (*attributes[:5], _spatial(types[1].shape))
    ),
)
