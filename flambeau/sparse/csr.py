"""CSR and CSC tensors: matrices whose rows (or columns) are compressed."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.types import Shape
from flambeau.sparse.base import SparseTensor, held, refuse_layout
from flambeau.sparse.invariants import check_compressed
from flambeau.tensor import formats
from flambeau.tensor.compressed import derived, note, transposed
from flambeau.tensor.gathering import index_select
from flambeau.tensor.tensor import Tensor

__all__ = ["CompressedTensor", "Csr"]

_new = Tensor.__new__
_LAYOUTS = {"csr": formats.sparse_csr, "csc": formats.sparse_csc}

Csr = tuple[Tensor, Tensor, Any]  # row pointers, columns, values


class CompressedTensor(SparseTensor):
    """Row r of a CSR matrix has the entries number pointers[r] to pointers[r + 1] - 1; entry e
    lies in column plain[e]. In a CSC matrix rows and columns change places."""

    _kind: str
    _pointers: Any
    _plain: Any

    @staticmethod
    def _make(kind: str, pointers: Tensor, plain: Tensor, values: Tensor, size: Shape) -> Any:
        """A matrix of indices that are known to be valid."""
        t = _new(CompressedTensor)
        t._kind = kind
        t._layout_name = _LAYOUTS[kind]
        t._pointers = pointers
        t._plain = plain
        t._values_ = held(values)
        t._size = tuple(size)
        note("checked", (pointers, plain), (kind, t._size))
        return t

    def _with(self, values: Tensor) -> CompressedTensor:
        made = CompressedTensor._make(self._kind, self._pointers, self._plain, values, self._size)
        return made  # type: ignore[no-any-return]

    def _parts(self) -> dict[str, Tensor]:
        names = ("crow_indices", "col_indices") if self._kind == "csr" else (
            "ccol_indices", "row_indices"
        )  # fmt: skip
        return dict(zip(names, (self._pointers, self._plain), strict=True))

    # -- its parts ----------------------------------------------------------------------------
    def sparse_dim(self) -> int:
        """2: rows and columns."""
        return 2

    def dense_dim(self) -> int:
        """0: the values are numbers."""
        return 0

    def values(self) -> Tensor:
        """The values, row after row (column after column for CSC)."""
        return held(self._values_)

    def crow_indices(self) -> Tensor:
        """Where the entries of each row begin, and the number of entries."""
        if self._kind != "csr":
            refuse_layout("crow_indices", "sparse row compressed", self)
        return self._pointers.detach()  # type: ignore[no-any-return]

    def col_indices(self) -> Tensor:
        """The column of each entry."""
        if self._kind != "csr":
            refuse_layout("col_indices", "sparse row compressed", self)
        return self._plain.detach()  # type: ignore[no-any-return]

    def ccol_indices(self) -> Tensor:
        """Where the entries of each column begin, and the number of entries."""
        if self._kind != "csc":
            refuse_layout("ccol_indices", "sparse column compressed", self)
        return self._pointers.detach()  # type: ignore[no-any-return]

    def row_indices(self) -> Tensor:
        """The row of each entry."""
        if self._kind != "csc":
            refuse_layout("row_indices", "sparse column compressed", self)
        return self._plain.detach()  # type: ignore[no-any-return]

    # -- as kernels take it -------------------------------------------------------------------
    def _check(self) -> None:
        """Check the indices again if they were written since."""
        rows, columns = self._size if self._kind == "csr" else self._size[::-1]

        def check(pointers: np.ndarray, plain: np.ndarray) -> None:
            check_compressed("in-place write", self._kind, pointers, plain, rows, columns)

        derived("checked", (self._pointers, self._plain), (self._kind, self._size), check)

    def _turned(self) -> CompressedTensor:
        """The transposed matrix, over the same parts."""
        self._check()
        other = "csc" if self._kind == "csr" else "csr"
        made = CompressedTensor._make(
            other, self._pointers, self._plain, self._values_, self._size[::-1]
        )
        return made  # type: ignore[no-any-return]

    def _as_kind(self, kind: str) -> CompressedTensor:
        """The same matrix, compressed the given way."""
        if self._kind == kind:
            return self
        self._check()
        height = self._size[0 if kind == "csr" else 1]
        pointers, plain, order = transposed(self._pointers, self._plain, height)
        values = index_select(self._values_, 0, order)
        return CompressedTensor._make(kind, pointers, plain, values, self._size)  # type: ignore[no-any-return]

    def _csr(self) -> Csr:
        """Row pointers, columns and values."""
        x = self._as_kind("csr")
        x._check()
        return x._pointers, x._plain, x._values_
