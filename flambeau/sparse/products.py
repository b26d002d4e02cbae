"""Products of matrices of which one or both are sparse."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.sparse.base import SparseTensor, refuse_layout
from flambeau.sparse.convert import coo_of, csr_of, to_dense, to_sparse
from flambeau.sparse.coo import CooTensor, add_at, flat_array, index_tensor
from flambeau.sparse.csr import CompressedTensor, Csr
from flambeau.tensor.compressed import csr_dot, csr_sampled, derived, pointers_of, rows_of
from flambeau.tensor.creation import zeros
from flambeau.tensor.gathering import index_select
from flambeau.tensor.scattering import scatter_reduce
from flambeau.tensor.tensor import Tensor

__all__ = ["addmm", "hspmm", "matmul", "mm", "sampled_addmm", "smm", "sspaddmm"]


# -- as kernels take it -------------------------------------------------------------------------
def _csr(x: SparseTensor) -> Csr:
    """Row pointers, columns and values; entries at one place stay apart, their products add up."""
    if isinstance(x, CompressedTensor):
        return x._csr()
    assert isinstance(x, CooTensor)
    pointers, columns, order = _checked_pointers(x)
    values = x._values_ if order is None else index_select(x._values_, 0, order)
    return pointers, columns, values


def _checked_pointers(x: CooTensor) -> tuple[Tensor, Tensor, Tensor | None]:
    derived("within", (x._index,), x._size, lambda array: flat_array(array, x._size))
    return pointers_of(x._index, x._size[0])


def _check(x: Tensor, y: Tensor, name: str = "mm") -> None:
    if (isinstance(x, CooTensor) and x.dense_dim()) or (isinstance(y, CooTensor) and y.dense_dim()):
        raise RuntimeError(
            message(name, "a sparse tensor with dense dims", "matrices expected: sparse dims alone",
                    "to_dense() first")
        )  # fmt: skip
    if x.dtype is not y.dtype:
        raise RuntimeError(
            message(name, f"dtypes {x.dtype.name} and {y.dtype.name}",
                    "one dtype: expected m1 and m2 to have the same dtype",
                    f".to(flambeau.{x.dtype.name}) on the second operand")
        )  # fmt: skip
    if x._shape[-1] != y._shape[-2]:
        m, k, n = prod(x._shape[:-1]), x._shape[-1], y._shape[-1]
        raise RuntimeError(
            message(name, f"shapes {list(x._shape)} and {list(y._shape)}", f"the first's last dim "
                    f"({k}) equal to the second's last but one ({y._shape[-2]}): mat1 and mat2 "
                    f"shapes cannot be multiplied ({m}x{k} and {y._shape[-2]}x{n})")
        )  # fmt: skip


def matmul(x: Any, y: Any) -> Any:
    """x @ y; sparse if both are."""
    _check(x, y)
    if len(x._shape) != 2 or len(y._shape) != 2:
        return _batched(x, y)
    if not isinstance(x, SparseTensor):
        return matmul(y.t(), x.t()).t()
    if not isinstance(y, SparseTensor):
        return csr_dot(*_csr(x), y)
    found = _sparse_product(_csr(x), _csr(y), (x._size[0], y._size[1]))
    if isinstance(x, CompressedTensor) or isinstance(y, CompressedTensor):
        return csr_of(found, getattr(x, "_kind", "csr"))
    return found


def _batched(x: Any, y: Any) -> Any:
    """A batch of sparse matrices times a batch of dense ones: blocks on a diagonal."""
    if not isinstance(x, CooTensor) or isinstance(y, SparseTensor) or len(x._size) != 3:
        shapes = [list(a._shape) for a in (x, y)]
        raise NotImplementedError(
            message("bmm", f"shapes {shapes} and layouts {x.layout!r} and {y.layout!r}",
                    "a batch of sparse_coo matrices and a batch of dense ones", "to_dense()")
        )  # fmt: skip
    batch, rows, columns = x._size
    if len(y._shape) != 3 or y._shape[0] != batch:
        raise RuntimeError(
            message("bmm", f"shapes {list(x._size)} and {list(y._shape)}",
                    f"batch1 dim 0 must match batch2 dim 0, {batch}")
        )  # fmt: skip

    def on_diagonal(array: np.ndarray) -> Tensor:
        number, row, column = array
        return index_tensor(np.stack([number * rows + row, number * columns + column]))

    indices = derived("diagonal", (x._index,), x._size, on_diagonal)
    wide = CooTensor._make(indices, x._values_, (batch * rows, batch * columns), x._coalesced)
    found = csr_dot(*_csr(wide), y.reshape(batch * columns, y._shape[2]))
    return found.reshape(batch, rows, y._shape[2])  # type: ignore[attr-defined]


def _sparse_product(a: Csr, b: Csr, size: tuple[int, int]) -> CooTensor:
    """The product of two sparse matrices: for each entry of the left one, all entries of a row
    of the right one; products for one place are added up."""

    def compute(p: np.ndarray, q: np.ndarray, r: np.ndarray, s: np.ndarray) -> tuple[Tensor, ...]:
        p, q, r, s = (x.astype(np.int64) for x in (p, q, r, s))
        counts = np.diff(r)[q]
        left = np.repeat(np.arange(len(q)), counts)
        start = np.repeat(r[q] - (counts.cumsum() - counts), counts)
        right = start + np.arange(len(left))
        rows = np.repeat(np.arange(len(p) - 1), np.diff(p))[left]
        places, number = np.unique(rows * max(size[1], 1) + s[right], return_inverse=True)
        indices = np.stack([places // max(size[1], 1), places % max(size[1], 1)])
        arrays = (indices, left, right, number.reshape(-1))
        return tuple([index_tensor(x) for x in arrays])

    parts = (a[0], a[1], b[0], b[1])
    indices, left, right, number = derived("product", parts, size, compute)
    products = index_select(a[2], 0, left) * index_select(b[2], 0, right)  # type: ignore[operator]
    return CooTensor._make(indices, add_at(number, products, indices._shape[1]), size, True)


# -- functions of flambeau.sparse ---------------------------------------------------------------
REDUCTIONS = ("sum", "mean", "amax", "amin")


def mm(mat1: Any, mat2: Any, reduce: str | None = None, *, out: Any = None) -> Any:
    """The product of two matrices of which at least one is sparse; sparse if both are.

    reduce: what becomes of the products of a row's entries: "sum", "mean" (over the entries),
    "amax" or "amin"; rows without entries give zeros.

    >>> import flambeau
    >>> x = flambeau.tensor([[0.0, 3.0], [4.0, 0.0]]).to_sparse()
    >>> flambeau.sparse.mm(x, flambeau.ones(2, 2))
    tensor([[3., 3.],
            [4., 4.]])
    """
    for number, x in enumerate((mat1, mat2), 1):
        if len(x._shape) != 2:
            raise RuntimeError(
                message("sparse.mm", f"argument {number} of shape {list(x._shape)}",
                        "matrices: two dims", "bmm for batches, mv for a vector")
            )  # fmt: skip
    if reduce is None or reduce == "sum":
        return matmul(mat1, mat2) if _any_sparse(mat1, mat2) else mat1 @ mat2
    if reduce not in REDUCTIONS:
        raise RuntimeError(
            message("sparse.mm", f"reduce={reduce!r}", f"one of {list(REDUCTIONS)}: reduce type "
                    f"of {reduce} has not been enabled")
        )  # fmt: skip
    if not isinstance(mat1, SparseTensor) or isinstance(mat2, SparseTensor):
        refuse_layout("sparse.mm with reduce", "sparse row compressed", mat1)
    _check(mat1, mat2, "sparse.mm")
    return _reduced(_csr(mat1), mat2, reduce)


def _any_sparse(*tensors: Any) -> bool:
    return any(isinstance(x, SparseTensor) for x in tensors)


def _reduced(a: Csr, x: Any, reduce: str) -> Any:
    pointers, columns, values = a
    rows = pointers._shape[0] - 1
    if reduce == "mean":
        counts: Any = pointers[1:] - pointers[:-1]  # type: ignore[index]
        return csr_dot(pointers, columns, values, x) / counts.clamp(min=1).unsqueeze(1).to(x.dtype)
    products = values.unsqueeze(1) * index_select(x, 0, columns)
    index = rows_of(pointers).long().unsqueeze(1).expand(products._shape)  # type: ignore[attr-defined]
    base = zeros(rows, x._shape[1], dtype=x.dtype)
    return scatter_reduce(base, 0, index, products, reduce, include_self=False)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0) -> Any:
    """beta * mat + alpha * (mat1 @ mat2), mat1 sparse.

    >>> import flambeau
    >>> x = flambeau.eye(2).to_sparse()
    >>> flambeau.sparse.addmm(flambeau.ones(2, 2), x, flambeau.ones(2, 2), alpha=2.0)
    tensor([[3., 3.],
            [3., 3.]])
    """
    product = mm(mat1, mat2)
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product
    return (mat if beta == 1 else mat * beta) + product


def sampled_addmm(
    input: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0, out: Any = None
) -> Any:
    """beta * input + alpha * (mat1 @ mat2) at the entries of the CSR matrix `input` alone.

    >>> import flambeau
    >>> x = flambeau.eye(2).to_sparse_csr()
    >>> flambeau.sparse.sampled_addmm(x, flambeau.ones(2, 3), flambeau.ones(3, 2)).values()
    tensor([4., 4.])
    """
    name = "sampled_addmm"
    if not isinstance(input, CompressedTensor) or input._kind != "csr":
        refuse_layout(name, "sparse row compressed", input)
    for word, x in (("mat1", mat1), ("mat2", mat2)):
        if isinstance(x, SparseTensor) or len(x._shape) != 2:
            raise RuntimeError(
                message(name, f"{word} of layout {x.layout!r} and shape {list(x._shape)}",
                        f"Expected {word} to be a dense matrix")
            )  # fmt: skip
    if not input.dtype is mat1.dtype is mat2.dtype:
        names = [x.dtype.name for x in (input, mat1, mat2)]
        raise RuntimeError(
            message(name, f"dtypes {names}", "Expected mat1 and mat2 to have the same dtype as "
                    "the sparse matrix", f".to(flambeau.{names[0]})")
        )  # fmt: skip
    shapes = f"shapes {list(input._size)}, {list(mat1._shape)} and {list(mat2._shape)}"
    if mat1._shape[1] != mat2._shape[0]:
        raise RuntimeError(
            message(name, shapes, "mat1 and mat2 shapes cannot be multiplied "
                    f"({mat1._shape[0]}x{mat1._shape[1]} and {mat2._shape[0]}x{mat2._shape[1]}): "
                    "mat1's last dim equal to mat2's first")
        )  # fmt: skip
    if input._size != (mat1._shape[0], mat2._shape[1]):
        raise RuntimeError(
            message(name, shapes, "self.shape[-2] must match mat1.shape[-2] and self.shape[-1] "
                    "must match mat2.shape[-1]")
        )  # fmt: skip
    pointers, columns, values = input._csr()
    found: Any = csr_sampled(pointers, columns, mat1, mat2.t())
    found = found if alpha == 1 else found * alpha
    if beta != 0:
        found = found + (values if beta == 1 else values * beta)
    result = input._with(found)
    return result if out is None else out._become(result)


# -- older names --------------------------------------------------------------------------------
def smm(input: Any, mat: Any) -> Any:
    """The product of a sparse and a dense matrix, as a sparse tensor."""
    product = mm(input, mat)
    return product if isinstance(product, SparseTensor) else to_sparse(product)


def hspmm(mat1: Any, mat2: Any, *, out: Any = None) -> CooTensor:
    """The product of a sparse and a dense matrix as a hybrid tensor: coordinates for rows alone."""
    return to_sparse(mm(mat1, mat2), 1)  # type: ignore[return-value]


def sspaddmm(
    input: Any, mat1: Any, mat2: Any, *, beta: Any = 1.0, alpha: Any = 1.0, out: Any = None
) -> Any:
    """beta * input + alpha * (mat1 @ mat2) of a sparse input, as a sparse tensor."""
    product = smm(mat1, mat2) * alpha
    return product if beta == 0 else coo_of(input) * beta + product


def spmm_dense(mat1: Any, mat2: Any) -> Any:
    """The product as a dense tensor."""
    return to_dense(mm(mat1, mat2))


def rule_of_linear(inputs: tuple, attributes: tuple) -> Any:
    """The operation `linear`: x @ weight.T + bias."""
    x, weight, *bias = inputs
    product = matmul(x, weight.t())
    return product + bias[0] if bias else product


def rule_of_matmul(inputs: tuple, attributes: tuple) -> Any:
    """The operation `matmul`, whose operands may be given transposed."""
    x, y = (
        a.transpose(-1, -2) if is_turned else a
        for a, is_turned in zip(inputs, attributes, strict=True)
    )
    return matmul(x, y)
