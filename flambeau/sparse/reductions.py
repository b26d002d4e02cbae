"""Sums, norms and softmax of sparse tensors."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.sparse.base import SparseTensor
from flambeau.sparse.convert import coo_of, csr_of
from flambeau.sparse.coo import CooTensor, add_at, flat_array, index_tensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.tensor.boundary import read
from flambeau.tensor.compressed import derived
from flambeau.tensor.creation import full
from flambeau.tensor.gathering import index_select
from flambeau.tensor.index_writing import index_reduce
from flambeau.tensor.tensor import Tensor

__all__ = ["log_softmax", "softmax", "sum"]


def _dims(name: str, x: SparseTensor, dim: Any) -> list[int]:
    n = len(x._size)
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return list(range(n))
    given = [dim] if isinstance(dim, int) else list(dim)
    found = [normalize_dim(name, d, n) for d in given]
    for d in found:
        if found.count(d) > 1:
            raise RuntimeError(
                message(name, f"dims {given}", f"dim {d} appears multiple times in the list of "
                        "dims: each once")
            )  # fmt: skip
    return sorted(found)


def sum(input: Any, dim: Any = None, dtype: DType | None = None) -> Any:
    """The sum over one or several dims (all by default) of a sparse tensor.

    Sparse if a dim with coordinates is left, else dense.

    >>> import flambeau
    >>> x = flambeau.tensor([[0.0, 3.0], [4.0, 5.0]]).to_sparse()
    >>> flambeau.sparse.sum(x, 0).to_dense()
    tensor([4., 8.])
    """
    if not isinstance(input, SparseTensor):
        return input.sum(dim, dtype=dtype)
    x = input if dtype is None else input.to(dtype)
    dims = _dims("sparse.sum", x, dim)
    if len(dims) == len(x._size):
        return x._values_.sum(dtype=dtype)
    keep = input.dtype if dtype is None else dtype
    return _sum_over(coo_of(x), dims, False, keep)


def sum_rule(inputs: tuple, attributes: tuple) -> Any:
    """The operation `sum`: integers give int64."""
    (x,), (dims, keepdim) = inputs, attributes
    if len(dims) == len(x._size) and not keepdim:
        return x._values_.sum()
    wide = x.to(dt.int64) if x.dtype.category in ("int", "bool") else x
    if isinstance(x, CompressedTensor):
        if not keepdim:
            raise RuntimeError(
                message("sum", f"keepdim=False for a tensor of layout {x.layout!r}", "reduction "
                        "operations on CSR tensors with keepdim=False is unsupported",
                        "keepdim=True, or to_sparse_coo()")
            )  # fmt: skip
        return csr_of(_sum_over(coo_of(wide), list(dims), True, wide.dtype), x._kind)
    return _sum_over(wide, list(dims), keepdim, wide.dtype)


def _sum_over(x: CooTensor, dims: list[int], keepdim: bool, dtype: DType) -> Any:
    n = x.sparse_dim()
    values: Any = x._values_
    dense = [1 + d - n for d in dims if d >= n]
    if dense:
        values = values.sum(dense, keepdim, dtype=dtype)
    gone = [d for d in dims if d < n]
    kept = [d for d in range(n) if d not in gone]
    size = [1 if d in dims else s for d, s in enumerate(x._size) if keepdim or d not in dims]
    if not gone:
        return CooTensor._make(x._index, values, tuple(size), x._coalesced).coalesce()
    if not kept:
        total = values.sum(0, dtype=dtype)
        return total.reshape(size) if keepdim else total
    array = read(x._index)
    if keepdim:
        array = array.copy()
        array[gone] = 0
    else:
        array = array[kept]
    return CooTensor._make(index_tensor(array), values, tuple(size)).coalesce()


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, *,
         dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The p-norm of all elements."""
    if dim is not None and len(_dims("norm", input, dim)) != len(input._size):
        raise RuntimeError(
            message("norm", f"dim={dim} of a sparse tensor", "norm_sparse currently only supports "
                    "full reductions, so 'dim' must either be empty or contain all dimensions of "
                    "the input", "to_dense()")
        )  # fmt: skip
    x = coo_of(input).coalesce()
    order = 2 if p in (None, "fro") else p
    flat: Any = x._values_.reshape(-1)
    if not flat._shape[0] or (order <= 0 and x.numel() != flat._shape[0]):
        flat = x.to_dense().reshape(-1)  # type: ignore[attr-defined]
    found = flat.norm(order, dtype=dtype)
    return found.reshape((1,) * len(input._size)) if keepdim else found  # type: ignore[no-any-return]


# -- softmax ------------------------------------------------------------------------------------
def softmax(input: Any, dim: int, *, dtype: DType | None = None) -> CooTensor:
    """Softmax along `dim` over the entries alone: where there is none, it is minus infinity.

    >>> import flambeau
    >>> x = flambeau.tensor([[0.0, 3.0], [4.0, 4.0]]).to_sparse()
    >>> flambeau.sparse.softmax(x, 1).to_dense()
    tensor([[0.0000, 1.0000],
            [0.5000, 0.5000]])
    """
    return _softmax("sparse.softmax", input, dim, dtype, False)


def log_softmax(input: Any, dim: int, *, dtype: DType | None = None) -> CooTensor:
    """The logarithm of `softmax` at the entries."""
    return _softmax("sparse.log_softmax", input, dim, dtype, True)


def _softmax(name: str, input: Any, dim: int, dtype: DType | None, is_log: bool) -> CooTensor:
    if not isinstance(input, CooTensor):
        raise NotImplementedError(
            message(name, f"a tensor of layout {input.layout!r}", "flambeau.sparse_coo",
                    "to_sparse_coo()")
        )  # fmt: skip
    x: Any = (input if dtype is None else input.to(dtype)).coalesce()
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise NotImplementedError(
            message(name, f"dtype {x.dtype.name}", "not implemented for it: a floating-point dtype",
                    "dtype=flambeau.float32")
        )  # fmt: skip
    at = normalize_dim(name, dim, len(x._size))
    n = x.sparse_dim()
    values = x._values_
    if at >= n:
        function = values.log_softmax if is_log else values.softmax
        return x._with(function(at - n + 1))  # type: ignore[no-any-return]
    if not x._nnz():
        return x  # type: ignore[no-any-return]
    sizes = x._size[:at] + x._size[at + 1 : n]

    def compute(array: np.ndarray) -> tuple[Tensor, int]:
        flat = flat_array(np.delete(array, at, axis=0), sizes) if sizes else np.zeros(
            array.shape[1], np.int64)  # fmt: skip
        lines, number = np.unique(flat, return_inverse=True)
        return index_tensor(number.reshape(-1)), len(lines)

    line, count = derived("lines", (x._index,), (at, sizes), compute)
    rows = values.reshape(values._shape[0], prod(values._shape[1:]))
    lowest = full((count, rows._shape[1]), -float("inf"), dtype=x.dtype)
    highest = index_reduce(lowest, 0, line, rows.detach(), "amax")
    shifted = rows - index_select(highest, 0, line)
    powers = shifted.exp()
    total = index_select(add_at(line, powers, count), 0, line)
    result = shifted - total.log() if is_log else powers / total  # type: ignore[attr-defined]
    return x._with(result.reshape(values._shape))  # type: ignore[no-any-return]
