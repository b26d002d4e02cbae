"""Distinct elements: unique and unique_consecutive, whose results' shapes depend on values.

The values are looked at on the host, so a function that calls these runs uncaptured. NaN differs
from NaN, as in PyTorch. No gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.gathering import check_tensor
from flambeau.tensor.indices import int64_tensor
from flambeau.tensor.shaping import reshape
from flambeau.tensor.sorting import argsort
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS"]

Array = np.ndarray[Any, Any]


def _comparable(x: Tensor) -> Array:
    """x's elements as NumPy compares them."""
    array = read(x)
    if x.dtype is dt.bfloat16:
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array


def _starts(rows: Array) -> Array:
    """For each of these rows whether it differs from the one before."""
    found = np.ones(len(rows), bool)
    if rows.ndim == 1:
        np.not_equal(rows[1:], rows[:-1], out=found[1:])
    else:
        found[1:] = (rows[1:] != rows[:-1]).any(1)
    return found


def _results(
    x: Tensor, order: Array | None, starts: Array, dim: int | None, inverse: bool, counts: bool
) -> Any:
    """The tensors for elements (or slices along dim) that, in this order, form these runs."""
    first = np.flatnonzero(starts)
    size = len(starts)
    stored = read(x).reshape(-1) if dim is None else np.moveaxis(read(x), dim, 0)
    distinct = stored[first if order is None else order[first]]
    if dim is not None:
        distinct = np.moveaxis(distinct, 0, dim)
    result, memory = fresh(x.dtype, distinct.shape)
    memory[...] = distinct
    results = [result]
    if inverse:
        number = np.cumsum(starts) - 1
        if order is not None:
            unordered = np.empty(size, np.int64)
            unordered[order] = number
            number = unordered
        results.append(int64_tensor(number.reshape(x._shape) if dim is None else number))
    if counts:
        results.append(int64_tensor(np.diff(first, append=size)))
    return tuple(results) if len(results) > 1 else result


def _slices(name: str, x: Tensor, dim: Any) -> tuple[Array, int]:
    """One row for each slice of x along dim."""
    if not x._shape:
        raise IndexError(
            message(name, f"dim={dim} for a tensor without dims",
                    f"a tensor with dims: Dimension specified as {dim} but tensor has no "
                    "dimensions", "no dim")
        )  # fmt: skip
    at = normalize_dim(name, dim, len(x._shape))
    others = (*x._shape[:at], *x._shape[at + 1 :])
    if 0 in others and x._shape[at]:
        raise RuntimeError(
            message(name, f"a tensor of shape {list(x._shape)} and dim={dim}",
                    "elements in each slice: There are 0 sized dimensions, and they aren't "
                    "selected, so unique cannot be applied")
        )  # fmt: skip
    moved = np.moveaxis(_comparable(x), at, 0)
    return moved.reshape(x._shape[at], int(np.prod(others))), at


def _need_comparable(name: str, x: Any) -> None:
    check_tensor(name, "input", 1, x)
    if x.dtype.is_complex:
        raise NotImplementedError(
            message(name, f"a tensor of dtype {x.dtype.name}: not implemented for it",
                    "a real dtype", "flambeau.view_as_real(x), with dim")
        )  # fmt: skip


def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The distinct elements, or slices along `dim`, in order, whether `sorted` or not.

    With them, as asked for: where each element of `input` is among them, and how often it occurs.

    >>> import flambeau
    >>> flambeau.tensor([3, 1, 3]).unique(return_inverse=True, return_counts=True)
    (tensor([1, 3]), tensor([1, 0, 1]), tensor([1, 2]))
    """
    _need_comparable("unique", input)
    if dim is None:
        order = read(argsort(reshape(input.detach(), -1)))  # type: ignore[attr-defined]
        starts = _starts(_comparable(input).reshape(-1)[order])
        return _results(input, order, starts, None, return_inverse, return_counts)
    rows, at = _slices("unique", input, dim)
    # the first column decides first: lexsort takes it last
    order = np.lexsort(rows.T[::-1]) if rows.size else np.arange(len(rows))
    return _results(input, order, _starts(rows[order]), at, return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """`input` without elements, or slices along `dim`, that equal the one before; see `unique`.

    >>> import flambeau
    >>> flambeau.tensor([1, 1, 2, 1]).unique_consecutive()
    tensor([1, 2, 1])
    """
    _need_comparable("unique_consecutive", input)
    if dim is None:
        starts, at = _starts(_comparable(input).reshape(-1)), None
    else:
        rows, at = _slices("unique_consecutive", input, dim)
        starts = _starts(rows)
    return _results(input, None, starts, at, return_inverse, return_counts)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "unique": unique,
    "unique_consecutive": unique_consecutive,
}
METHODS: dict[str, Callable[..., Any]] = {}
