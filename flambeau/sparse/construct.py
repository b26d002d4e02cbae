"""Making sparse tensors of their parts: every index is checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.types import Shape
from flambeau.sparse.base import SparseTensor, check_dtype_of_values
from flambeau.sparse.coo import CooTensor, empty_coo
from flambeau.sparse.csr import CompressedTensor
from flambeau.sparse.invariants import ANY_SIZE, check_compressed, check_coordinates
from flambeau.tensor import formats
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import check_device, size_of, zeros
from flambeau.tensor.formats import Layout
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.sharing import as_tensor
from flambeau.tensor.tensor import Tensor

__all__ = [
    "rebuilt", "sparse_bsc_tensor", "sparse_bsr_tensor", "sparse_compressed_tensor",
    "sparse_coo_tensor", "sparse_csc_tensor", "sparse_csr_tensor",
]  # fmt: skip


# -- COO ----------------------------------------------------------------------------------------
def sparse_coo_tensor(
    indices: Any = None, values: Any = None, size: Any = None, *, dtype: DType | None = None,
    device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
    check_invariants: bool | None = None, is_coalesced: bool | None = None,
) -> CooTensor:  # fmt: skip
    """A tensor of zeros but for `values` at `indices`, shapes (entries, ...) and (dims, entries).

    Entries at one place are added up. Without `size`, the greatest index decides. Gradients flow
    to `values`. Negative indices and indices beyond `size` are refused.

    >>> import flambeau
    >>> flambeau.sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3)).to_dense()
    tensor([[0., 0., 3.],
            [4., 0., 0.]])
    """
    name = "sparse_coo_tensor"
    check_device(name, device)
    if indices is None or _is_size(indices, values, size):
        size = size_of(name, (indices,)) if size is None else _shape(name, size)
        found = empty_coo(size, len(size), dtype or get_default_dtype())
        return found.requires_grad_(requires_grad)  # type: ignore[return-value]
    index, given = _index(name, indices), check_dtype_of_values(name, dtype, as_tensor(values))
    dims, count = index._shape
    if not given._shape or given._shape[0] != count:
        raise RuntimeError(
            message(name, f"indices of shape {list(index._shape)} and values of shape "
                    f"{list(given._shape)}", "indices and values must have same nnz, but got nnz "
                    f"from indices: {count}, nnz from values: "
                    f"{given._shape[0] if given._shape else 1}")
        )  # fmt: skip
    dense = given._shape[1:]
    array = read(index)
    if size is None:
        check_coordinates(name, array, (ANY_SIZE,) * dims)
        sizes = tuple([int(n) + 1 for n in array.max(1)]) if count else (0,) * dims
        shape = sizes + dense
    else:
        shape = _shape(name, size)
        _check_size(name, shape, dims, dense)
        check_coordinates(name, array, shape[:dims])
    made = CooTensor._make(index, given, shape)
    if is_coalesced:
        _check_order(name, array)
        made._coalesced = True
    elif is_coalesced is False:
        made._coalesced = count <= 1
    return _finished(name, made, given, requires_grad)  # type: ignore[return-value]


def _is_size(indices: Any, values: Any, size: Any) -> bool:
    """Whether the one argument that was given is the size: sparse_coo_tensor((2, 3))."""
    return values is None and size is None and not isinstance(indices, Tensor)


def _shape(name: str, size: Any) -> Shape:
    if isinstance(size, int):
        size = (size,)
    return size_of(name, (tuple(size),))


def _index(name: str, indices: Any) -> Tensor:
    """The coordinates as an int64 tensor of two dims."""
    found: Any = as_tensor(indices)
    if not found._shape[-1:] or (0 in found._shape and found.dtype.is_floating_point):
        found = found.to(dt.int64)  # an empty list has the default dtype
    if found.dtype.category != "int":
        raise TypeError(
            message(name, f"indices of dtype {found.dtype.name}", "an integer dtype",
                    "indices.long()")
        )  # fmt: skip
    if len(found._shape) == 1:
        found = found.unsqueeze(0) if not isinstance(indices, Tensor) else found
    if len(found._shape) != 2:
        raise RuntimeError(
            message(name, f"indices of shape {list(found._shape)}",
                    "indices must have shape (sparse_dim, nnz)",
                    "indices.unsqueeze(0) for a vector")
        )  # fmt: skip
    found = found.detach()
    return (found.to(dt.int64) if found.dtype is not dt.int64 else found.contiguous()).detach()  # type: ignore[no-any-return]


def _check_size(name: str, shape: Shape, dims: int, dense: Shape) -> None:
    if len(shape) != dims + len(dense):
        raise RuntimeError(
            message(name, f"size {list(shape)}, indices of {dims} dims and values of "
                    f"{len(dense)} dense dims",
                    "'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = "
                    f"{len(shape)}, sparse_dim = {dims}, dense_dim = {len(dense)}")
        )  # fmt: skip
    if shape[dims:] != dense:
        raise RuntimeError(
            message(name, f"size {list(shape)} and values whose entries have shape {list(dense)}",
                    f"values has incorrect size, expected {list(shape[dims:])} for each entry")
        )  # fmt: skip


def _check_order(name: str, indices: np.ndarray) -> None:
    """RuntimeError if the entries are not in order, or two are at one place."""
    order = np.lexsort(indices[::-1]) if len(indices) else np.arange(indices.shape[1])
    step = np.diff(indices[:, order], axis=1)
    if (np.diff(order) < 0).any() or not step.any(0).all():
        raise RuntimeError(
            message(name, "is_coalesced=True", "cannot set is_coalesced to true if indices "
                    "correspond to uncoalesced COO tensor", "coalesce()")
        )  # fmt: skip


def _finished(name: str, made: SparseTensor, given: Any, requires_grad: bool) -> SparseTensor:
    if requires_grad:
        made._values_ = made._values_.detach()
        made._values_.requires_grad_()
    return made


# -- CSR and its relatives ----------------------------------------------------------------------
_NAMES = {
    "sparse_csr": ("crow_indices", "col_indices"),
    "sparse_csc": ("ccol_indices", "row_indices"),
}
_WORDS = {"sparse_csr": ("rows", "columns"), "sparse_csc": ("columns", "rows")}


def sparse_compressed_tensor(
    compressed_indices: Any, plain_indices: Any, values: Any, size: Any = None, *,
    dtype: DType | None = None, layout: Layout | None = None, device: Any = None,
    pin_memory: bool = False, requires_grad: bool = False, check_invariants: bool | None = None,
) -> CompressedTensor:  # fmt: skip
    """A matrix in layout `flambeau.sparse_csr` or `flambeau.sparse_csc`.

    compressed_indices: where the entries of each row (column) begin, and how many there are;
    plain_indices: the column (row) of each. They must be sorted and distinct in each row.
    """
    name = "sparse_compressed_tensor"
    if not isinstance(layout, Layout) or layout.name == "strided" or layout.name == "sparse_coo":
        raise RuntimeError(
            message(name, f"layout {layout!r}", "sparse_compressed_tensor expected sparse "
                    "compressed tensor layout", "flambeau.sparse_csr or sparse_csc")
        )  # fmt: skip
    return _compressed(name, layout, compressed_indices, plain_indices, values, size, dtype,
                       device, requires_grad)  # fmt: skip


def _of_layout(layout: Layout, doc: str) -> Any:
    name = f"{layout.name}_tensor"

    def function(
        compressed_indices: Any, plain_indices: Any, values: Any, size: Any = None, *,
        dtype: DType | None = None, layout: Any = None, device: Any = None,
        pin_memory: bool = False, requires_grad: bool = False,
        check_invariants: bool | None = None,
    ) -> CompressedTensor:  # fmt: skip
        return _compressed(name, kept, compressed_indices, plain_indices, values, size, dtype,
                           device, requires_grad)  # fmt: skip

    kept = layout

    def renamed(*args: Any, **kwargs: Any) -> CompressedTensor:
        for own, general in zip(_NAMES.get(kept.name, ()), _GENERAL, strict=False):
            if own in kwargs:
                kwargs[general] = kwargs.pop(own)
        return function(*args, **kwargs)

    renamed.__name__ = renamed.__qualname__ = name
    renamed.__doc__ = doc
    return renamed


_GENERAL = ("compressed_indices", "plain_indices")

sparse_csr_tensor = _of_layout(
    formats.sparse_csr,
    """A matrix of compressed rows: (crow_indices, col_indices, values, size=None).

    crow_indices: where the entries of each row begin, and how many there are, shape (rows + 1);
    col_indices: the column of each entry, sorted and distinct in each row. Gradients flow to
    `values`.

    >>> import flambeau
    >>> flambeau.sparse_csr_tensor([0, 1, 2], [2, 0], [3.0, 4.0], (2, 3)).to_dense()
    tensor([[0., 0., 3.],
            [4., 0., 0.]])
    """,
)
sparse_csc_tensor = _of_layout(
    formats.sparse_csc,
    "A matrix of compressed columns: (ccol_indices, row_indices, values, size=None).",
)
sparse_bsr_tensor = _of_layout(
    formats.sparse_bsr, "RuntimeError: there are no block layouts; try sparse_csr_tensor."
)
sparse_bsc_tensor = _of_layout(
    formats.sparse_bsc, "RuntimeError: there are no block layouts; try sparse_csc_tensor."
)


def refuse_blocks(name: str, layout: Layout) -> None:
    """NotImplementedError for layouts of blocks."""
    if layout.name not in _NAMES:
        raise NotImplementedError(
            message(name, f"layout {layout!r}", "sparse_coo, sparse_csr or sparse_csc: there are "
                    "no layouts of blocks", "flambeau.sparse_csr, whose products are as fast")
        )  # fmt: skip


def _compressed(
    name: str, layout: Layout, pointers: Any, plain: Any, values: Any, size: Any,
    dtype: DType | None, device: Any, requires_grad: bool,
) -> CompressedTensor:  # fmt: skip
    check_device(name, device)
    refuse_blocks(name, layout)
    p, q = _NAMES[layout.name]
    outer, _inner = _WORDS[layout.name]
    pointers, plain = _indices(name, p, pointers), _indices(name, q, plain)
    if pointers.dtype is not plain.dtype:
        raise RuntimeError(
            message(name, f"{p} of dtype {pointers.dtype.name} and {q} of {plain.dtype.name}",
                    f"{p} and {q} must have the same dtype")
        )  # fmt: skip
    given = check_dtype_of_values(name, dtype, as_tensor(values))
    if len(pointers._shape) != 1 or len(plain._shape) != 1 or len(given._shape) != 1:
        shapes = [list(x._shape) for x in (pointers, plain, given)]
        raise NotImplementedError(
            message(name, f"{p}, {q} and values of shapes {shapes}",
                    "one dim each: a single matrix of numbers",
                    "sparse_coo_tensor for batches and for values with dims")
        )  # fmt: skip
    if not pointers._shape[0]:
        raise RuntimeError(message(name, f"empty {p}", f"the number of {outer} + 1 elements"))
    if plain._shape[0] != given._shape[0]:
        raise RuntimeError(
            message(name, f"{plain._shape[0]} {q} and {given._shape[0]} values",
                    f"{q}.shape[-1] must be equal to nnz (={given._shape[0]}) as defined by "
                    "values.shape[0]")
        )  # fmt: skip
    a, b = read(pointers), read(plain)
    many = len(a) - 1
    if size is None:
        few = max(int(b.max()) + 1, 0) if len(b) else 0
        shape: Shape = (many, few) if layout.name == "sparse_csr" else (few, many)
    else:
        shape = _shape(name, size)
        if len(shape) != 2:
            raise RuntimeError(
                message(name, f"size {list(shape)}", "tensor dimensionality must be sum of batch, "
                        f"base, and dense dimensionalities (=0 + 2 + 0) but got {len(shape)}")
            )  # fmt: skip
    count, width = shape if layout.name == "sparse_csr" else shape[::-1]
    if many != count:
        raise RuntimeError(
            message(name, f"{many + 1} {p} for size {list(shape)}",
                    f"{p}.shape[-1] must be equal to the number of {outer} + 1 (={count + 1}), but "
                    f"got {many + 1}")
        )  # fmt: skip
    kind = layout.name[-3:]
    check_compressed(name, kind, a, b, count, width)
    made = CompressedTensor._make(kind, pointers, plain, given, shape)
    return _finished(name, made, given, requires_grad)  # type: ignore[return-value]


def _indices(name: str, word: str, x: Any) -> Any:
    found: Any = as_tensor(x)
    if 0 in found._shape and found.dtype.is_floating_point and not isinstance(x, Tensor):
        found = found.to(dt.int64)
    if found.dtype not in (dt.int32, dt.int64):
        raise RuntimeError(
            message(name, f"{word} of dtype {found.dtype.name}", f"{word} must be an int32 or "
                    "int64 tensor", ".long()")
        )  # fmt: skip
    return found.detach().contiguous().detach()


# -- from files ---------------------------------------------------------------------------------
def rebuilt(
    layout: Layout, parts: tuple, size: Any, is_coalesced: Any, requires_grad: bool = False
) -> SparseTensor:
    """What a pickle says of a sparse tensor, checked."""
    *indices, values = parts
    if layout.name == "sparse_coo":
        return sparse_coo_tensor(indices[0], values, tuple(size), requires_grad=requires_grad,
                                 is_coalesced=bool(is_coalesced))  # fmt: skip
    return sparse_compressed_tensor(indices[0], indices[1], values, tuple(size), layout=layout,
                                    requires_grad=requires_grad)  # fmt: skip


def empty_like(x: SparseTensor, dtype: DType | None = None) -> SparseTensor:
    """A tensor of x's shape and layout without entries."""
    dtype = dtype or x.dtype
    if isinstance(x, CooTensor):
        return empty_coo(x._size, x.sparse_dim(), dtype)
    kind = x._kind  # type: ignore[attr-defined]
    many = x._size[0 if kind == "csr" else 1]
    pointers = zeros(many + 1, dtype=x._pointers.dtype)  # type: ignore[attr-defined]
    plain = zeros(0, dtype=x._pointers.dtype)  # type: ignore[attr-defined]
    return CompressedTensor._make(kind, pointers, plain, zeros(0, dtype=dtype), x._size)  # type: ignore[no-any-return]
