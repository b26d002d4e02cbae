"""`spdiags`: a sparse matrix of its diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.sparse.convert import to_sparse
from flambeau.sparse.coo import CooTensor, index_tensor
from flambeau.tensor.boundary import read
from flambeau.tensor.formats import Layout
from flambeau.tensor.gathering import index_select
from flambeau.tensor.tensor import Tensor

__all__ = ["spdiags"]


def spdiags(diagonals: Any, offsets: Tensor, shape: Any, layout: Layout | None = None) -> Tensor:
    """The matrix whose diagonal number offsets[i] is row i of `diagonals`.

    Element j of a row stands in column j; an offset counts from the main diagonal up.

    >>> import flambeau
    >>> rows = flambeau.tensor([[1.0, 2.0, 3.0]])
    >>> flambeau.sparse.spdiags(rows, flambeau.tensor([1]), (2, 3)).to_dense()
    tensor([[0., 2., 0.],
            [0., 0., 3.]])
    """
    name = "spdiags"
    rows: Any = diagonals.unsqueeze(0) if len(diagonals._shape) == 1 else diagonals
    shape = tuple(shape)

    def need(is_so: bool, given: str, required: str) -> None:
        if not is_so:
            raise RuntimeError(message(name, given, required))

    need(len(rows._shape) == 2, f"diagonals of shape {list(diagonals._shape)}",
         "Diagonals must be vector or matrix")  # fmt: skip
    need(len(shape) == 2, f"shape {list(shape)}", "Output shape must be 2d")
    need(offsets.dtype.category == "int", f"offsets of dtype {offsets.dtype.name}",
         "Offset Tensor must have dtype Long")  # fmt: skip
    steps = read(offsets).reshape(-1).astype(np.int64)
    need(len(steps) == rows._shape[0], f"{rows._shape[0]} diagonals and {len(steps)} offsets",
         f"Number of diagonals ({rows._shape[0]}) does not match the number of offsets "
         f"({len(steps)}): equally many")  # fmt: skip
    need(len(set(steps.tolist())) == len(steps), f"offsets {steps.tolist()}",
         "Offset tensor contains duplicate values: each once")  # fmt: skip
    known = layout is None or layout.name in ("sparse_coo", "sparse_csr", "sparse_csc")
    need(known, f"layout {layout!r}", "Only output layouts (Sparse, SparseCsc, SparseCsr) are "
         "supported")  # fmt: skip
    width = rows._shape[1]
    column = np.tile(np.arange(width), len(steps))
    row = column - np.repeat(steps, width)
    kept = np.flatnonzero((row >= 0) & (row < shape[0]) & (column < shape[1]))
    indices = index_tensor(np.stack([row[kept], column[kept]]))
    values = index_select(rows.reshape(-1), 0, index_tensor(kept))
    made = CooTensor._make(indices, values, shape)
    return made if layout is None else to_sparse(made, layout=layout)
