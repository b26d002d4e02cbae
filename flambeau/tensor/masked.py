"""Elements where a mask is true: masked_select, masked_scatter, argwhere, nonzero_static.

Operations:
  masked_scatter (x, mask, source)   where mask holds, source's elements in order, else x
  masked_collect (x, mask) [size]    x's elements where mask holds, in order, then zeros
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.value import Value
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import read
from flambeau.tensor.bounds import array_of_index
from flambeau.tensor.gathering import INDEX_SELECT
from flambeau.tensor.indexing import nonzero
from flambeau.tensor.indices import int64_tensor
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import check_tensor
from flambeau.tensor.shaping import expand, reshape
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "IN_PLACE", "MASKED_COLLECT", "MASKED_SCATTER", "METHODS"]


# -- operations ---------------------------------------------------------------------------------
def _flat(x: Node, shape: Shape) -> Node:
    return build.reshape(build.expand(x, shape), (prod(shape),))


def _order(mask: Node) -> Node:
    """1, 2, 3 ... for the true elements of a flat mask, 0 for the others."""
    count = build.scan(build.convert(mask, dt.int64), 0, "sum")
    return build.apply("where", mask, count, build.full(mask.shape, 0, dt.int64))


@operation("masked_scatter")
def MASKED_SCATTER(x: Node, mask: Node, source: Node) -> Node:
    """One zero before the source stands for where the mask does not hold."""
    name = "masked_scatter"
    if mask.dtype is not dt.bool_:
        raise RuntimeError(
            message(name, f"a mask of dtype {mask.dtype.name}",
                    "a bool mask: masked_scatter_ only supports boolean masks", "mask.bool()")
        )  # fmt: skip
    if source.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"a tensor of {x.dtype.name} and a source of {source.dtype.name}",
                    "masked_scatter: expected self and source to have same dtypes",
                    f"source.to(flambeau.{x.dtype.name})")
        )  # fmt: skip
    shape = broadcast_shapes(name, x.shape, mask.shape)
    flat = build.reshape(source, (source.type.numel,))
    mask = _flat(mask, shape)
    found = build.take(build.pad(flat, (1,), (0,)), _order(mask), 0)
    return build.reshape(build.apply("where", mask, found, _flat(x, shape)), shape)


def _blame_mask(attributes: tuple, inputs: tuple[Value, ...]) -> str:
    x, mask, source = inputs
    shape = broadcast_shapes("masked_scatter", x.type.shape, mask.type.shape)
    copies = prod(shape) // max(mask.type.numel, 1)
    count, size = int(np.count_nonzero(array_of_index(mask))) * copies, source.type.numel
    if count <= size:
        return ""
    return message("masked_scatter", f"a source of {size} elements for {count} true elements of "
                   "the mask", "Number of elements of source < number of ones in mask: at least "
                   f"{count}")  # fmt: skip


MASKED_SCATTER.blame = _blame_mask


@operation("masked_collect")
def MASKED_COLLECT(x: Node, mask: Node, size: int) -> Node:
    shape = broadcast_shapes("masked_collect", x.shape, mask.shape)
    zeros = build.full((size + 1,), 0, x.dtype)  # what is left out goes to the first place
    found = build.put(zeros, _order(_flat(mask, shape)), _flat(x, shape), 0, "set")
    return build.slice_(found, (1,), (size,), (1,))


# -- with a mask --------------------------------------------------------------------------------
def masked_select(input: Tensor, mask: Tensor, *, out: Any = None) -> Tensor:
    """The elements where `mask`, broadcast against `input`, holds, in one dim.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2], [3, 4]])
    >>> x.masked_select(x > 2)
    tensor([3, 4])
    """
    check_tensor("masked_select", "mask", 2, mask)
    if mask.dtype is not dt.bool_:
        raise RuntimeError(
            message("masked_select", f"a mask of dtype {mask.dtype.name}",
                    "expected BoolTensor for mask", "mask.bool()")
        )  # fmt: skip
    shape = broadcast_shapes("masked_select", mask._shape, input._shape)
    wide = input if input._shape == shape else expand(input, shape)
    places = int64_tensor(np.flatnonzero(np.broadcast_to(read(mask), shape)))
    flat = reshape(wide, prod(shape))
    result = apply(INDEX_SELECT, (flat, places), (0, "masked_select"))
    return result if out is None else into(out, result, "masked_select")


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy with source's elements, in order, where `mask` holds.

    >>> import flambeau
    >>> mask = flambeau.tensor([True, False, True])
    >>> flambeau.zeros(3).masked_scatter(mask, flambeau.tensor([5.0, 6.0]))
    tensor([5., 0., 6.])
    """
    check_tensor("masked_scatter", "mask", 2, mask)
    check_tensor("masked_scatter", "source", 3, source)
    return apply(MASKED_SCATTER, (input, mask, source))


# -- where something is -------------------------------------------------------------------------
def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, one in each row.

    >>> import flambeau
    >>> flambeau.argwhere(flambeau.tensor([[0, 5], [7, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return nonzero(input)  # type: ignore[no-any-return]


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1, out: Any = None) -> Tensor:
    """`nonzero` in exactly `size` rows: the first ones, or some of `fill_value` behind them."""
    if size < 0:
        raise RuntimeError(
            message("nonzero_static", f"size={size}", "'size' must be an non-negative integer")
        )
    found = read(nonzero(input))[:size]
    rows = np.full((size, found.shape[1]), fill_value, np.int64)
    rows[: len(found)] = found
    result = int64_tensor(rows)
    return result if out is None else into(out, result, "nonzero_static")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "masked_select": masked_select,
    "masked_scatter": masked_scatter,
    "argwhere": argwhere,
    "nonzero_static": nonzero_static,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = ("masked_scatter",)
