"""COO tensors: a list of entries, each with its coordinates and its value."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import contiguous_strides
from flambeau.core.types import Shape
from flambeau.sparse.base import SparseTensor, held
from flambeau.sparse.invariants import check_coordinates
from flambeau.tensor import formats
from flambeau.tensor.boundary import fresh
from flambeau.tensor.compressed import derived
from flambeau.tensor.creation import zeros
from flambeau.tensor.tensor import Tensor

__all__ = ["CooTensor", "add_at", "flat_of", "index_tensor"]

_new = Tensor.__new__


class CooTensor(SparseTensor):
    """Entry e lies at `_indices()[:, e]` of the first dims and is `_values()[e]`, which has the
    other dims, if any. Entries at one place are added up."""

    _layout_name = formats.sparse_coo
    _index: Any
    _coalesced: bool

    @staticmethod
    def _make(
        indices: Tensor, values: Tensor, size: Shape, is_coalesced: bool = False
    ) -> CooTensor:
        """A tensor of indices that are known to be within `size`."""
        t = _new(CooTensor)
        t._index = indices
        t._values_ = held(values)
        t._size = tuple(size)
        t._coalesced = is_coalesced or values._shape[0] <= 1
        return t

    def _with(self, values: Tensor) -> CooTensor:
        size = self._size[: self.sparse_dim()] + values._shape[1:]
        return CooTensor._make(self._index, values, size, self._coalesced)

    def _parts(self) -> dict[str, Tensor]:
        return {"indices": self._index}

    # -- its parts ----------------------------------------------------------------------------
    def sparse_dim(self) -> int:
        """How many dims have coordinates."""
        return int(self._index._shape[0])

    def dense_dim(self) -> int:
        """How many dims a value has."""
        return len(self._size) - self.sparse_dim()

    def is_coalesced(self) -> bool:
        """Whether entries are known to be in order, no two of them at one place."""
        return self._coalesced

    def _indices(self) -> Tensor:
        """The coordinates as they are, shape (sparse dims, entries)."""
        return self._index  # type: ignore[no-any-return]

    def _values(self) -> Tensor:
        """The values as they are, shape (entries, ...), without history."""
        return self._values_.detach()  # type: ignore[no-any-return]

    def indices(self) -> Tensor:
        """The coordinates of a coalesced tensor, shape (sparse dims, entries)."""
        self._need_coalesced("indices")
        return self._index.detach()  # type: ignore[no-any-return]

    def values(self) -> Tensor:
        """The values of a coalesced tensor, shape (entries, ...)."""
        self._need_coalesced("values")
        return held(self._values_)

    def _need_coalesced(self, name: str) -> None:
        if not self._coalesced:
            raise RuntimeError(
                f"{name}: Cannot get {name} on an uncoalesced tensor, please call .coalesce() "
                f"first; given {self._nnz()} entries; or try _{name}()"
            )

    def coalesce(self) -> CooTensor:
        """The same tensor with its entries in order, and those at one place added up.

        >>> import flambeau
        >>> x = flambeau.sparse_coo_tensor([[1, 0, 1]], [1.0, 2.0, 3.0], (2,))
        >>> x.coalesce().values()
        tensor([2., 4.])
        """
        if self._coalesced:
            return self
        sizes = self._size[: self.sparse_dim()]
        indices, place = derived("coalesced", (self._index,), sizes, _merged(sizes))
        values = self._values_ if place is None else add_at(place, self._values_, indices._shape[1])
        return CooTensor._make(indices, values, self._size, True)

    def _coalesced_(self, coalesced: bool) -> CooTensor:
        """Say whether the entries are in order; what you say is not checked."""
        self._coalesced = bool(coalesced)
        return self

    # -- other shapes in place ----------------------------------------------------------------
    def sparse_resize_(self, size: Any, sparse_dim: int, dense_dim: int) -> CooTensor:
        """Give the tensor a larger shape; its entries stay where they are."""
        size = self._new_size("sparse_resize_", size, sparse_dim, dense_dim)
        mine = self.sparse_dim()
        if self._nnz() and (sparse_dim != mine or dense_dim != self.dense_dim()):
            raise RuntimeError(
                message("sparse_resize_", f"{sparse_dim} sparse and {dense_dim} dense dims for a "
                        f"tensor of {mine} and {self.dense_dim()}",
                        "changing the number of sparse or dense dimensions on a non-empty sparse "
                        "tensor is not supported", "sparse_resize_and_clear_")
            )  # fmt: skip
        if not self._nnz():
            return self.sparse_resize_and_clear_(size, sparse_dim, dense_dim)
        if any(n < m for n, m in zip(size, self._size, strict=True)):
            raise RuntimeError(
                message("sparse_resize_", f"size {list(size)} for a tensor of {list(self._size)}",
                        "shrinking the size of dimensions on a non-empty sparse tensor is not "
                        "supported", "sparse_resize_and_clear_, or a new tensor of what is kept")
            )  # fmt: skip
        if size[mine:] != self._size[mine:]:
            values = zeros(self._nnz(), *size[mine:], dtype=self.dtype)
            at = tuple([slice(n) for n in self._size[mine:]])
            values[(slice(None), *at)] = self._values_  # type: ignore[index]
            self._values_ = values
        self._size = size
        return self

    def sparse_resize_and_clear_(self, size: Any, sparse_dim: int, dense_dim: int) -> CooTensor:
        """Give the tensor another shape and no entries."""
        size = self._new_size("sparse_resize_and_clear_", size, sparse_dim, dense_dim)
        return self._become(empty_coo(size, sparse_dim, self.dtype))  # type: ignore[return-value]

    def _new_size(self, name: str, size: Any, sparse_dim: int, dense_dim: int) -> Shape:
        size = tuple([int(n) for n in size])
        if sparse_dim + dense_dim != len(size) or sparse_dim < 0 or dense_dim < 0:
            raise RuntimeError(
                message(name, f"size {list(size)}, {sparse_dim} sparse and {dense_dim} dense dims",
                        "'len(size) == sparse_dim + dense_dim'")
            )  # fmt: skip
        if self.requires_grad:
            raise RuntimeError(f"{name}: cannot resize variables that require grad; try detach()")
        return size


def empty_coo(size: Shape, sparse_dim: int, dtype: dt.DType) -> CooTensor:
    """A tensor without entries."""
    indices = zeros(sparse_dim, 0, dtype=dt.int64)
    return CooTensor._make(indices, zeros(0, *size[sparse_dim:], dtype=dtype), size, True)


# -- places -------------------------------------------------------------------------------------
def index_tensor(array: np.ndarray) -> Tensor:
    """An int64 tensor with the elements of an array."""
    made, memory = fresh(dt.int64, array.shape)
    memory[...] = array
    return made


def flat_array(indices: np.ndarray, sizes: Shape) -> np.ndarray:
    """The row-major number of the place of each entry."""
    check_coordinates("in-place write of indices", indices, sizes)
    result = np.zeros(indices.shape[1], np.int64)
    for row, step in zip(indices, contiguous_strides(sizes), strict=True):
        result += row * step
    return result


def _merged(sizes: Shape) -> Any:
    """Of indices: those of the coalesced tensor, and which of its entries each one becomes (None
    if all stay where they are)."""

    def compute(indices: np.ndarray) -> tuple[Tensor, Tensor | None]:
        flat = flat_array(indices, sizes)
        if (flat[1:] > flat[:-1]).all():
            return index_tensor(indices), None
        _places, first, number = np.unique(flat, return_index=True, return_inverse=True)
        return index_tensor(indices[:, first]), index_tensor(number.reshape(-1))

    return compute


def flat_of(indices: Tensor, sizes: Shape) -> Tensor:
    """The row-major number of the place of each entry, as a tensor."""
    return derived(  # type: ignore[no-any-return]
        "flat", (indices,), sizes, lambda array: index_tensor(flat_array(array, sizes))
    )


def add_at(place: Tensor, values: Any, count: int) -> Any:
    """Zeros (count, ...) to which each of `values` is added at its place."""
    if values.dtype is dt.bool_:
        return add_at(place, values.to(dt.int32), count) > 0
    base = zeros(count, *values._shape[1:], dtype=values.dtype)
    return base.index_add(0, place, values)  # type: ignore[attr-defined]


def dense_of(x: CooTensor) -> Any:
    """The tensor with all its zeros."""
    n = x.sparse_dim()
    sizes = x._size[:n]
    flat = flat_of(x._index, sizes)
    return add_at(flat, x._values_, prod(sizes)).reshape(x._size)
