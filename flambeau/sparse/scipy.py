"""From and to SciPy's sparse arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.sparse.base import SparseTensor
from flambeau.sparse.construct import (
    sparse_compressed_tensor,
    sparse_coo_tensor,
)
from flambeau.sparse.coo import CooTensor
from flambeau.tensor import formats
from flambeau.tensor.boundary import read
from flambeau.tensor.sharing import from_numpy

__all__ = ["from_scipy", "to_scipy"]


def from_scipy(array: Any) -> SparseTensor:
    """A sparse tensor with a copy of a SciPy sparse array or matrix: CSR and CSC keep their
    layout, all others become COO.

    >>> import scipy.sparse
    >>> import flambeau
    >>> flambeau.sparse.from_scipy(scipy.sparse.csr_array([[0.0, 3.0]])).layout
    flambeau.sparse_csr
    """
    import scipy.sparse  # type: ignore[import-untyped]

    if not scipy.sparse.issparse(array):
        raise TypeError(
            message("from_scipy", type(array).__name__, "a sparse array of SciPy",
                    "flambeau.from_numpy(array).to_sparse()")
        )  # fmt: skip
    kind = array.format
    if kind in ("csr", "csc") and len(array.shape) == 2:
        array = array.copy()
        array.sum_duplicates()  # sorts, too
        layout = formats.sparse_csr if kind == "csr" else formats.sparse_csc
        pointers, plain, values = (
            from_numpy(_own(x)).clone()  # type: ignore[attr-defined]
            for x in (array.indptr, array.indices, array.data)
        )
        return sparse_compressed_tensor(pointers, plain, values, array.shape, layout=layout)
    array = array.tocoo()
    coords = getattr(array, "coords", None) or (array.row, array.col)
    indices = np.stack([np.asarray(x, np.int64) for x in coords])
    values = from_numpy(_own(array.data)).clone()  # type: ignore[attr-defined]
    return sparse_coo_tensor(from_numpy(indices).clone(), values, array.shape)  # type: ignore[attr-defined]


def _own(array: np.ndarray) -> np.ndarray:
    """Contiguous memory in the machine's byte order."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def to_scipy(self: SparseTensor) -> Any:
    """A SciPy array with a copy of this tensor: coo_array, csr_array or csc_array.

    >>> import flambeau
    >>> flambeau.eye(2).to_sparse_csr().to_scipy().toarray().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    import scipy.sparse  # type: ignore[import-untyped]

    if not isinstance(self, SparseTensor):
        raise TypeError(
            message("to_scipy", "a dense tensor", "a sparse tensor", "to_sparse_csr() first")
        )
    if self.requires_grad:
        raise RuntimeError(
            message("to_scipy", "a tensor that requires grad", "one without", "detach()")
        )
    values = self._values_.clone().numpy()
    parts = [read(x).copy() for x in self._parts().values()]
    if not isinstance(self, CooTensor):
        make = scipy.sparse.csr_array if self._kind == "csr" else scipy.sparse.csc_array  # type: ignore[attr-defined]
        return make((values, parts[1], parts[0]), self._size)
    if self.dense_dim() or self.sparse_dim() > 2:
        raise RuntimeError(
            message("to_scipy", f"a tensor of {self.sparse_dim()} sparse and {self.dense_dim()} "
                    "dense dims", "a matrix or vector of numbers", "to_dense()")
        )  # fmt: skip
    coordinates = parts[0]
    if self.sparse_dim() == 1:
        row = np.zeros_like(coordinates[0])
        matrix = scipy.sparse.coo_array((values, (row, coordinates[0])), (1, *self._size))
        return matrix.reshape(self._size) if hasattr(matrix, "coords") else matrix
    return scipy.sparse.coo_array((values, tuple(coordinates)), self._size)
