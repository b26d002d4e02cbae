"""Between layouts: dense, COO, CSR and CSC."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.sparse.base import SparseTensor, refuse_layout
from flambeau.sparse.construct import refuse_blocks
from flambeau.sparse.coo import CooTensor, dense_of, flat_array, flat_of, index_tensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.tensor import formats
from flambeau.tensor.boundary import read
from flambeau.tensor.compressed import derived, pointers_of
from flambeau.tensor.formats import Layout
from flambeau.tensor.gathering import index_select
from flambeau.tensor.shaping import reshape
from flambeau.tensor.tensor import Tensor

__all__ = ["coo_of", "csr_of", "sparse_mask", "to_dense", "to_sparse"]


# -- to dense -----------------------------------------------------------------------------------
def to_dense(
    self: Tensor, dtype: DType | None = None, *, masked_grad: bool | None = None
) -> Tensor:
    """The tensor with all its zeros; a dense tensor itself.

    Its gradient comes back at the entries alone, whatever `masked_grad` says.
    """
    result: Any = dense_of(coo_of(self)) if isinstance(self, SparseTensor) else self
    return result if dtype is None else result.to(dtype)  # type: ignore[no-any-return]


# -- to sparse ----------------------------------------------------------------------------------
def to_sparse(
    self: Tensor, sparse_dim: Any = None, *, layout: Layout | None = None, blocksize: Any = None,
    dense_dim: int | None = None,
) -> Tensor:  # fmt: skip
    """The tensor without its zeros, in a sparse layout (COO by default).

    sparse_dim: how many of the first dims get coordinates; each entry is then a tensor of the
    others, kept if any element of it is not zero.

    >>> import flambeau
    >>> flambeau.tensor([[0.0, 3.0], [4.0, 0.0]]).to_sparse()
    tensor(indices=tensor([[0, 1],
                           [1, 0]]),
           values=tensor([3., 4.]),
           size=(2, 2), nnz=2, layout=flambeau.sparse_coo)
    """
    if isinstance(sparse_dim, Layout):
        layout, sparse_dim = sparse_dim, None
    if layout is None and sparse_dim is None and isinstance(self, SparseTensor):
        return self if isinstance(self, CooTensor) else coo_of(self)
    layout = layout or formats.sparse_coo
    if layout.name == "strided":
        return to_dense(self)
    if layout.name != "sparse_coo":
        refuse_blocks("to_sparse", layout)
        if dense_dim:
            raise NotImplementedError(
                message("to_sparse", f"dense_dim={dense_dim} for {layout!r}",
                        "a matrix of numbers", "layout=flambeau.sparse_coo")
            )  # fmt: skip
        return csr_of(self, layout.name[-3:])
    if isinstance(self, SparseTensor):
        if sparse_dim is not None and sparse_dim != self.sparse_dim():  # type: ignore[attr-defined]
            raise RuntimeError(
                message("to_sparse", f"sparse_dim={sparse_dim} for a sparse tensor of "
                        f"{self.sparse_dim()} sparse dims",  # type: ignore[attr-defined]
                        "conversion from Sparse to Sparse with sparse_dim argument "
                        "!=self.sparse_dim() is not supported", "to_dense() first")
            )  # fmt: skip
        return coo_of(self)
    dims = len(self._shape) if sparse_dim is None else int(sparse_dim)
    if not min(1, len(self._shape)) <= dims <= len(self._shape):
        raise RuntimeError(
            message("to_sparse", f"sparse_dim={dims} for a tensor of {len(self._shape)} dims",
                    f"sparse_dim in the range of [{min(1, len(self._shape))}, {len(self._shape)}]")
        )  # fmt: skip
    return _without_zeros(self, dims)


def _without_zeros(x: Tensor, dims: int) -> CooTensor:
    sizes, rest = x._shape[:dims], x._shape[dims:]
    rows: Any = reshape(x, (prod(sizes), *rest))
    kept = read((x != 0).reshape(prod(sizes), prod(rest)).any(1))  # type: ignore[attr-defined]
    flat = np.flatnonzero(kept)
    indices = np.stack(np.unravel_index(flat, sizes)) if dims else np.zeros((0, len(flat)), int)
    values = index_select(rows, 0, index_tensor(flat))
    return CooTensor._make(index_tensor(indices), values, x._shape, True)


def coo_of(x: Tensor) -> CooTensor:
    """A sparse or dense tensor in COO layout."""
    if isinstance(x, CooTensor):
        return x
    if not isinstance(x, CompressedTensor):
        return to_sparse(x)  # type: ignore[return-value]
    x = x._as_kind("csr")
    x._check()

    def compute(pointers: np.ndarray, plain: np.ndarray) -> Tensor:
        rows = np.repeat(np.arange(len(pointers) - 1), np.diff(pointers))
        return index_tensor(np.stack([rows, plain.astype(np.int64)]))

    indices = derived("coordinates", (x._pointers, x._plain), None, compute)
    return CooTensor._make(indices, x._values_, x._size, True)


def csr_of(x: Tensor, kind: str = "csr") -> CompressedTensor:
    """A sparse or dense matrix in CSR (or CSC) layout."""
    if isinstance(x, CompressedTensor):
        return x._as_kind(kind)
    if len(x._shape) != 2 or (isinstance(x, CooTensor) and x.dense_dim()):
        given = f"a tensor of shape {list(x._shape)}"
        if isinstance(x, CooTensor) and x.dense_dim():
            given += f" of which {x.dense_dim()} dims are dense"
        raise RuntimeError(
            message(f"to_sparse_{kind}", given, f"only 2-D tensors can be converted to the "
                    f"{kind.upper()} layout: a matrix of numbers", "to_sparse() for other tensors")
        )  # fmt: skip
    coo = coo_of(x).coalesce()
    pointers, columns, _ = pointers_of(coo._index, coo._size[0])
    made = CompressedTensor._make("csr", pointers, columns, coo._values_, coo._size)
    return made._as_kind(kind)  # type: ignore[no-any-return]


def to_sparse_csr(self: Tensor, dense_dim: int | None = None) -> Tensor:
    """The matrix in CSR layout.

    >>> import flambeau
    >>> flambeau.tensor([[0.0, 3.0], [4.0, 0.0]]).to_sparse_csr().crow_indices()
    tensor([0, 1, 2])
    """
    return to_sparse(self, layout=formats.sparse_csr, dense_dim=dense_dim)


def to_sparse_csc(self: Tensor, dense_dim: int | None = None) -> Tensor:
    """The matrix in CSC layout."""
    return to_sparse(self, layout=formats.sparse_csc, dense_dim=dense_dim)


def to_sparse_bsr(self: Tensor, blocksize: Any, dense_dim: int | None = None) -> Tensor:
    """NotImplementedError: there are no layouts of blocks; try to_sparse_csr()."""
    return to_sparse(self, layout=formats.sparse_bsr)


def to_sparse_bsc(self: Tensor, blocksize: Any, dense_dim: int | None = None) -> Tensor:
    """NotImplementedError: there are no layouts of blocks; try to_sparse_csc()."""
    return to_sparse(self, layout=formats.sparse_bsc)


def to_sparse_coo(self: Tensor) -> Tensor:
    """The tensor in COO layout."""
    return coo_of(self)


# -- what lies at given entries -----------------------------------------------------------------
def sparse_mask(self: Tensor, mask: Tensor) -> Tensor:
    """The elements at the entries of `mask`, a sparse tensor of the same shape, in its layout.

    >>> import flambeau
    >>> mask = flambeau.sparse_coo_tensor([[0, 1], [1, 1]], [1.0, 1.0], (2, 2)).coalesce()
    >>> flambeau.tensor([[1.0, 2.0], [3.0, 4.0]]).sparse_mask(mask).values()
    tensor([2., 4.])
    """
    if not isinstance(mask, SparseTensor):
        raise RuntimeError(
            message("sparse_mask", "a dense mask", "mask must be sparse", "mask.to_sparse()")
        )
    if self._shape != mask._size:
        raise RuntimeError(
            message("sparse_mask", f"shapes {list(self._shape)} and {list(mask._size)}",
                    "operands have incompatible sizes: equal shapes of tensor and mask")
        )  # fmt: skip
    if isinstance(mask, CompressedTensor):
        found = sparse_mask(self, coo_of(mask))
        turned = mask._as_kind("csr")._with(found._values_)  # type: ignore[attr-defined]
        return turned._as_kind(mask._kind)  # type: ignore[attr-defined, no-any-return]
    assert isinstance(mask, CooTensor)
    if isinstance(self, SparseTensor):
        return _entries_at(coo_of(self), mask)
    return mask._with(_elements_at(self, mask))


def _elements_at(x: Tensor, mask: CooTensor) -> Tensor:
    """The slices of the dense x at the entries of mask."""
    n = mask.sparse_dim()
    sizes = mask._size[:n]
    rows = reshape(x, (prod(sizes), *x._shape[n:]))
    return index_select(rows, 0, flat_of(mask._index, sizes))


def _entries_at(x: CooTensor, mask: CooTensor) -> CooTensor:
    """The entries of x that mask has too; zeros at its others."""
    n = mask.sparse_dim()
    if x.sparse_dim() != n:
        raise RuntimeError(
            message("sparse_mask", f"tensors of {x.sparse_dim()} and {n} sparse dims",
                    "equally many sparse dims", "to_dense() first")
        )  # fmt: skip
    sizes = mask._size[:n]
    x = x.coalesce()
    if not x._nnz():
        return mask._with(_elements_at(to_dense(x), mask))

    def compute(a: np.ndarray, b: np.ndarray) -> tuple[Tensor, Tensor]:
        mine, wanted = flat_array(a, sizes), flat_array(b, sizes)
        at = np.minimum(np.searchsorted(mine, wanted), len(mine) - 1)
        return index_tensor(at), index_tensor((mine[at] == wanted).astype(np.int64))

    at, present = derived("found", (x._index, mask._index), sizes, compute)
    values: Any = index_select(x._values_, 0, at)
    shape = (-1,) + (1,) * (len(values._shape) - 1)
    return mask._with(values.where((present != 0).reshape(shape), 0).to(x.dtype))


def refuse_strided(name: str, expected: str) -> Any:
    """A method of dense tensors that only sparse ones have an answer for."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        refuse_layout(name, expected, self)

    return method
