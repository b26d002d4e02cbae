"""Indexing, searching, sorting and set functions of the array API standard."""

from __future__ import annotations

from typing import Any, NamedTuple

from flambeau.array_api.dtypes import common
from flambeau.core.dtype import int64
from flambeau.core.errors import message
from flambeau.tensor.methods import FUNCTIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "argmax", "argmin", "argsort", "count_nonzero", "nonzero", "searchsorted", "sort", "take",
    "take_along_axis", "unique_all", "unique_counts", "unique_inverse", "unique_values", "where",
]  # fmt: skip


# -- indexing -----------------------------------------------------------------------------------
def take(x: Tensor, indices: Tensor, /, *, axis: int | None = None) -> Tensor:
    """The slices of x along an axis at indices, of one dim."""
    if axis is None:
        if x.ndim != 1:
            raise ValueError(message("take", f"axis=None and {x.ndim} dims", "an axis"))
        axis = 0
    return FUNCTIONS["index_select"](x, axis, _from_start(indices, x.shape[axis]))  # type: ignore[no-any-return]


def take_along_axis(x: Tensor, indices: Tensor, /, *, axis: int = -1) -> Tensor:
    """Elements of x along an axis: for each place of indices the one with that index."""
    index = _from_start(indices, x.shape[axis])
    return FUNCTIONS["take_along_dim"](x, index, axis)  # type: ignore[no-any-return]


def _from_start(indices: Tensor, size: int) -> Tensor:
    """Indices as int64; negative ones count from the end."""
    index = indices.to(int64)
    return FUNCTIONS["where"](index < 0, index + size, index)  # type: ignore[no-any-return]


# -- searching ----------------------------------------------------------------------------------
def _extreme(name: str, x: Tensor, axis: int | None, keepdims: bool) -> Tensor:
    if axis is not None:
        return FUNCTIONS[name](x, axis, keepdims)  # type: ignore[no-any-return]
    found: Tensor = FUNCTIONS[name](x.reshape(-1), 0)
    return found.reshape((1,) * x.ndim) if keepdims else found


def argmax(x: Tensor, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the greatest element along an axis, or in x as one row."""
    return _extreme("argmax", x, axis, keepdims)


def argmin(x: Tensor, /, *, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the least element along an axis, or in x as one row."""
    return _extreme("argmin", x, axis, keepdims)


def count_nonzero(
    x: Tensor, /, *, axis: int | tuple[int, ...] | None = None, keepdims: bool = False
) -> Tensor:
    """How many elements over axes are nonzero."""
    from_none = tuple(range(x.ndim)) if axis is None else axis
    if from_none == ():
        return (x != 0).to(int64)
    return FUNCTIONS["sum"](x != 0, from_none, keepdims)  # type: ignore[no-any-return]


def nonzero(x: Tensor, /) -> tuple[Tensor, ...]:
    """The indices of nonzero elements, one tensor for each dim."""
    if not x.ndim:
        raise ValueError(message("nonzero", "a tensor without dims", "at least one dim"))
    return tuple(FUNCTIONS["nonzero"](x, as_tuple=True))


def searchsorted(
    x1: Tensor, x2: Tensor, /, *, side: str = "left", sorter: Tensor | None = None
) -> Tensor:
    """Where in x1, of one dim and in rising order, the elements of x2 belong."""
    x1, x2 = common(x1, x2)
    if sorter is not None:
        x1 = take(x1, sorter)
    return FUNCTIONS["searchsorted"](x1, x2, right=side == "right")  # type: ignore[no-any-return]


def where(condition: Tensor, x1: Any, x2: Any, /) -> Tensor:
    """x1's elements where the condition holds and x2's elsewhere."""
    return FUNCTIONS["where"](condition, *common(x1, x2))  # type: ignore[no-any-return]


# -- sorting ------------------------------------------------------------------------------------
def argsort(
    x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Tensor:
    """The indices that sort x along an axis."""
    return FUNCTIONS["sort"](x, stable=stable, dim=axis, descending=descending)[1]  # type: ignore[no-any-return]


def sort(x: Tensor, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """x's elements in order along an axis."""
    return FUNCTIONS["sort"](x, stable=stable, dim=axis, descending=descending)[0]  # type: ignore[no-any-return]


# -- sets ---------------------------------------------------------------------------------------
class UniqueAll(NamedTuple):
    """What unique_all returns."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """What unique_counts returns."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """What unique_inverse returns."""

    values: Tensor
    inverse_indices: Tensor


def _unique(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The different elements in order, which one each element is, and how often each is there."""
    if not x.dtype.is_complex:
        found: Any = FUNCTIONS["unique"](x, return_inverse=True, return_counts=True)
        return tuple(found)
    rows = FUNCTIONS["view_as_real"](x.reshape(-1))  # by real part first
    values, inverse, counts = FUNCTIONS["unique"](
        rows, dim=0, return_inverse=True, return_counts=True
    )
    return FUNCTIONS["view_as_complex"](values), inverse.reshape(x.shape), counts


def unique_all(x: Tensor, /) -> UniqueAll:
    """The different elements, where each is first, which one each element is, and how often."""
    values, inverse, counts = _unique(x)
    order = argsort(inverse.reshape(-1))
    starts = counts.cumsum(0) - counts  # a group's first place in the stable order
    return UniqueAll(values, order[starts], inverse, counts)


def unique_counts(x: Tensor, /) -> UniqueCounts:
    """The different elements, and how often each is there."""
    values, _, counts = _unique(x)
    return UniqueCounts(values, counts)


def unique_inverse(x: Tensor, /) -> UniqueInverse:
    """The different elements, and for each element of x which one it is."""
    values, inverse, _ = _unique(x)
    return UniqueInverse(values, inverse)


def unique_values(x: Tensor, /) -> Tensor:
    """The different elements."""
    return _unique(x)[0]
