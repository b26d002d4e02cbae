"""Derivatives of matrix products: matrix products with operands transposed."""

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.linalg import MATMUL

__all__: list[str] = []


def _left(g: Any, y: Any, attributes: tuple) -> Any:
    transpose_x, transpose_y = attributes
    if transpose_x:
        return apply(MATMUL, (y, g), (transpose_y, True))
    return apply(MATMUL, (g, y), (False, not transpose_y))


def _right(g: Any, x: Any, types: tuple, attributes: tuple) -> Any:
    transpose_x, transpose_y = attributes
    if len(types[1].shape) == 2 and len(g._shape) > 2 and not transpose_x:
        # one matrix met a whole batch: sum over the batch inside the product
        x, g = [t.reshape(prod(t._shape[:-1]), t._shape[-1]) for t in (x, g)]
    if transpose_y:
        return apply(MATMUL, (g, x), (True, transpose_x))
    return apply(MATMUL, (x, g), (not transpose_x, False))


vjp("matmul", _left, _right)
