"""Derivatives of views and copies: the same elements elsewhere."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.core.layout import Layout, contiguous
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import (
    AS_STRIDED_SUM,
    SELECT_BACKWARD,
    SLICE_BACKWARD,
)
from flambeau.tensor.shaping import (
    PERMUTE,
    SELECT,
    SLICE,
    VIEW,
    _diagonal_layout,
    _unfold_layout,
)
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


def _back_to_shape(g: Tensor, types: tuple) -> Tensor:
    return apply(VIEW, (g,), (types[0].shape,))


def _unpermute(g: Tensor, attributes: tuple) -> Tensor:
    (dims,) = attributes
    return apply(PERMUTE, (g,), (tuple(sorted(range(len(dims)), key=dims.__getitem__)),))


def _add_at(g: Tensor, shape: tuple, layout: Layout) -> Any:
    return apply(AS_STRIDED_SUM, (g,), (shape, *layout))


for _name in ("view", "unsqueeze", "squeeze", "reshape_value"):
    vjp(_name, _back_to_shape)
vjp("expand", lambda g: g)
vjp("permute", _unpermute)
vjp(
    "slice",
    lambda g, types, attributes: apply(SLICE_BACKWARD, (g,), (types[0].shape, *attributes)),
)
vjp("slice_backward", lambda g, attributes: apply(SLICE, (g,), attributes[1:]))
vjp(
    "select",
    lambda g, types, attributes: apply(SELECT_BACKWARD, (g,), (types[0].shape, *attributes)),
)
vjp("select_backward", lambda g, attributes: apply(SELECT, (g,), attributes[1:]))
vjp(
    "diagonal",
    lambda g, types, attributes: _add_at(
        g, types[0].shape, _diagonal_layout(contiguous(types[0].shape), *attributes)
    ),
)
vjp(
    "unfold",
    lambda g, types, attributes: _add_at(
        g, types[0].shape, _unfold_layout(contiguous(types[0].shape), *attributes)
    ),
)

for _name in ("clone", "copy", "to"):
    vjp(_name, lambda g: g)
