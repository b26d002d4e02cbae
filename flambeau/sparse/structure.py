"""COO tensors turned, cut and joined: operations on coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.sparse.base import SparseTensor
from flambeau.sparse.convert import coo_of
from flambeau.sparse.coo import CooTensor, index_tensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import zeros
from flambeau.tensor.gathering import index_select as select_rows
from flambeau.tensor.joining import cat as join
from flambeau.tensor.tensor import Tensor

__all__ = [
    "cat", "index_select", "narrow_copy", "permute", "select", "squeeze", "stack", "t",
    "transpose", "unsqueeze",
]  # fmt: skip


# -- turned -------------------------------------------------------------------------------------
def permute(input: Any, dims: Sequence[int]) -> SparseTensor:
    """The dims in another order; sparse dims stay before dense ones."""
    order = [normalize_dim("permute", d, len(input._size)) for d in dims]
    if sorted(order) != list(range(len(input._size))):
        raise RuntimeError(
            message("permute", f"dims {list(dims)} for a tensor of {len(input._size)} dims",
                    "each dim once: the number of dimensions in the tensor input matches the "
                    "length of the desired ordering of dimensions")
        )  # fmt: skip
    if isinstance(input, CompressedTensor):
        return input if order == [0, 1] else input._turned()
    n = input.sparse_dim()
    if any(d >= n for d in order[:n]):
        raise RuntimeError(
            message("permute", f"dims {list(dims)} of a tensor of {n} sparse dims",
                    "transpositions between sparse and dense dimensions are not allowed",
                    "to_dense() first")
        )  # fmt: skip
    if order == list(range(len(order))):
        return input  # type: ignore[no-any-return]
    size = tuple([input._size[d] for d in order])
    values = input._values_.permute(0, *[1 + d - n for d in order[n:]])
    in_order = order[:n] == list(range(n))
    indices = input._index if in_order else select_rows(input._index, 0, index_tensor(
        np.array(order[:n])))  # fmt: skip
    return CooTensor._make(indices, values, size, in_order and input._coalesced)


def transpose(input: Any, dim0: int, dim1: int) -> SparseTensor:
    """Two dims swapped."""
    order = list(range(len(input._size)))
    a = normalize_dim("transpose", dim0, len(order))
    b = normalize_dim("transpose", dim1, len(order))
    order[a], order[b] = order[b], order[a]
    return permute(input, order)


def t(input: Any) -> SparseTensor:
    """The transposed matrix; fewer dims stay."""
    if len(input._size) > 2:
        raise RuntimeError(
            message("t", f"a tensor of shape {list(input._size)}", "t() expects a tensor with <= 2 "
                    "sparse dims", "transpose(0, 1)")
        )  # fmt: skip
    return input if len(input._size) < 2 else transpose(input, 0, 1)  # type: ignore[no-any-return]


def unsqueeze(input: Any, dim: int) -> CooTensor:
    """A new dim of size 1."""
    x = coo_of(input)
    at = normalize_dim("unsqueeze", dim, len(x._size) + 1)
    size = (*x._size[:at], 1, *x._size[at:])
    n = x.sparse_dim()
    if at > n:
        return CooTensor._make(x._index, x._values_.unsqueeze(at - n + 1), size, x._coalesced)
    indices = np.insert(read(x._index), at, 0, axis=0)
    return CooTensor._make(index_tensor(indices), x._values_, size, x._coalesced)


def squeeze(input: Any, dim: Any = None) -> CooTensor:
    """Without dims of size 1 (all, or those named)."""
    x = coo_of(input)
    dims = range(len(x._size)) if dim is None else (dim,) if isinstance(dim, int) else dim
    gone = {normalize_dim("squeeze", d, len(x._size)) for d in dims}
    gone = {d for d in gone if x._size[d] == 1}
    if not gone:
        return x
    n = x.sparse_dim()
    kept = [d for d in range(n) if d not in gone]
    values = x._values_
    for d in sorted((d for d in gone if d >= n), reverse=True):
        values = values.squeeze(d - n + 1)
    size = tuple([s for d, s in enumerate(x._size) if d not in gone])
    return CooTensor._make(index_tensor(read(x._index)[kept]), values, size, x._coalesced)


# -- cut ----------------------------------------------------------------------------------------
def select(input: Any, dim: int, index: int) -> Any:
    """The slice at one index of a dim; dense where no sparse dim is left."""
    x = coo_of(input)
    at = normalize_dim("select", dim, len(x._size))
    n, length = x.sparse_dim(), x._size[at]
    index = int(index)
    if not -length <= index < length:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(x._size)} at "
            f"dimension {at}"
        )
    index %= length
    size = x._size[:at] + x._size[at + 1 :]
    if at >= n:
        return CooTensor._make(x._index, x._values_.select(at - n + 1, index), size, x._coalesced)
    array = read(x._index)
    chosen = np.flatnonzero(array[at] == index)
    values = select_rows(x._values_, 0, index_tensor(chosen))
    if n == 1:
        total = values.sum(0, dtype=x.dtype)  # type: ignore[attr-defined]
        return total
    rest = np.delete(array, at, axis=0)[:, chosen]
    return CooTensor._make(index_tensor(rest), values, size, x._coalesced)


def index_select(input: Any, dim: int, index: Tensor) -> CooTensor:
    """The slices along `dim` that the 1-D `index` names, in its order."""
    x = coo_of(input)
    at = normalize_dim("index_select", dim, len(x._size))
    n, length = x.sparse_dim(), x._size[at]
    wanted = read(index).astype(np.int64).reshape(-1)
    bad = (wanted < 0) | (wanted >= length)
    if len(index._shape) > 1 or index.dtype.category != "int":
        raise IndexError(
            message("index_select", f"an index of shape {list(index._shape)} and dtype "
                    f"{index.dtype.name}", "index is supposed to be an integer vector")
        )  # fmt: skip
    if bad.any():
        raise IndexError(
            f"index_select: index {int(wanted[bad][0])} is out of bounds for dimension {at} with "
            f"size {length}"
        )
    size = (*x._size[:at], len(wanted), *x._size[at + 1 :])
    if at >= n:
        values = select_rows(x._values_, at - n + 1, index)
        return CooTensor._make(x._index, values, size, x._coalesced)
    array = read(x._index)
    order = np.argsort(array[at], kind="stable")
    there = array[at][order]
    first, last = np.searchsorted(there, wanted), np.searchsorted(there, wanted, side="right")
    counts = last - first
    starts = np.repeat(first - (counts.cumsum() - counts), counts)
    chosen = order[starts + np.arange(counts.sum())]
    found = array[:, chosen]
    found[at] = np.repeat(np.arange(len(wanted)), counts)
    values = select_rows(x._values_, 0, index_tensor(chosen))
    return CooTensor._make(index_tensor(found), values, size)


def narrow_copy(input: Any, dim: int, start: Any, length: int) -> CooTensor:
    """The slices `start` to `start + length - 1` along `dim`."""
    x = coo_of(input)
    at = normalize_dim("narrow", dim, len(x._size))
    n, whole = x.sparse_dim(), x._size[at]
    start = int(start) + (whole if start < 0 else 0)
    if not (0 <= start <= whole and 0 <= length <= whole - start):
        raise RuntimeError(
            message("narrow", f"start {start} and length {length} for a dim of size {whole}",
                    f"start ({start}) + length ({length}) does not exceed dimension size ({whole})")
        )  # fmt: skip
    size = (*x._size[:at], length, *x._size[at + 1 :])
    if at >= n:
        values = x._values_.narrow(at - n + 1, start, length)
        return CooTensor._make(x._index, values, size, x._coalesced)
    array = read(x._index)
    chosen = np.flatnonzero((array[at] >= start) & (array[at] < start + length))
    found = array[:, chosen]
    found[at] -= start
    values = select_rows(x._values_, 0, index_tensor(chosen))
    return CooTensor._make(index_tensor(found), values, size, x._coalesced)


def getitem(x: SparseTensor, index: Any) -> Any:
    """x[...] by ints, slices without steps, None, Ellipsis and vectors of indices."""
    given = index if isinstance(index, tuple) else (index,)
    used = sum(1 for i in given if i is not None and i is not Ellipsis)
    if used > len(x._size):
        raise IndexError(
            f"too many indices for tensor of dimension {len(x._size)}; given {used} indices"
        )
    result: Any = x
    dim = 0
    for i in given:
        if i is Ellipsis:
            dim += len(x._size) - used
        elif i is None:
            result = result.unsqueeze(dim)
            dim += 1
        elif isinstance(i, slice):
            size = result.shape[dim]
            first, last, step = i.indices(size)
            if step != 1:
                raise NotImplementedError(
                    message("getitem", f"a slice with step {step} of a sparse tensor", "step 1",
                            "index_select, or to_dense() first")
                )  # fmt: skip
            if (first, last) != (0, size):
                result = result.narrow_copy(dim, first, max(last - first, 0))
            dim += 1
        elif isinstance(i, Tensor) and i.dtype.category == "int" and len(i._shape) == 1:
            result = result.index_select(dim, i)
            dim += 1
        elif hasattr(i, "__index__") and not isinstance(i, bool) and not getattr(i, "shape", ()):
            result = result.select(dim, i.__index__())
        else:
            raise NotImplementedError(
                message("getitem", f"an index of {type(i).__name__} into a sparse tensor",
                        "ints, slices and vectors of ints", "index_select, or to_dense() first")
            )  # fmt: skip
    return result


# -- joined -------------------------------------------------------------------------------------
def cat(tensors: Sequence[Any], dim: int = 0) -> CooTensor:
    """The tensors one after the other along `dim`."""
    for i, x in enumerate(tensors):
        if not isinstance(x, SparseTensor):
            raise RuntimeError(
                message("cat", f"a dense tensor among sparse ones, at position {i}",
                        "Concatenating sparse tensors: all sparse", "to_sparse()")
            )  # fmt: skip
    parts = [coo_of(x) for x in tensors]
    first = parts[0]
    n = first.sparse_dim()
    at = normalize_dim("cat", dim, len(first._size))
    for i, x in enumerate(parts):
        others = x._size[:at] + x._size[at + 1 :]
        if x.sparse_dim() != n or others != first._size[:at] + first._size[at + 1 :]:
            raise RuntimeError(
                message("cat", f"sizes {list(first._size)} and {list(x._size)} (position {i}), "
                        f"{n} and {x.sparse_dim()} sparse dims", f"All tensors must have the same "
                        f"shape except in dim {at}, and equally many sparse dims")
            )  # fmt: skip
    total = sum(x._size[at] for x in parts)
    size = (*first._size[:at], total, *first._size[at + 1 :])
    if at >= n:
        return _side_by_side(parts, at - n, size)
    arrays, start = [], 0
    for x in parts:
        array = read(x._index).copy()
        array[at] += start
        arrays.append(array)
        start += x._size[at]
    values = join([x._values_ for x in parts])
    is_coalesced = at == 0 and all(x._coalesced for x in parts)
    return CooTensor._make(index_tensor(np.concatenate(arrays, 1)), values, size, is_coalesced)


def _side_by_side(parts: list[CooTensor], at: int, size: tuple[int, ...]) -> CooTensor:
    """Joined along a dim of the values: each tensor's are padded with zeros."""
    columns, start = [], 0
    for x in parts:
        here = x._values_._shape[at + 1]
        shape = list(x._values_._shape)
        before, after = shape.copy(), shape.copy()
        before[at + 1], after[at + 1] = start, size[x.sparse_dim() + at] - start - here
        blocks = [zeros(before, dtype=x.dtype), x._values_, zeros(after, dtype=x.dtype)]
        columns.append(join(blocks, at + 1))
        start += here
    indices = join([x._index for x in parts], 1)
    return CooTensor._make(indices, join(columns), size)


def stack(tensors: Sequence[Any], dim: int = 0) -> CooTensor:
    """The tensors along a new dim."""
    ndim = len(tensors[0]._shape)
    at = normalize_dim("stack", dim, ndim + 1)
    return cat([unsqueeze(x, at) for x in tensors], at)
