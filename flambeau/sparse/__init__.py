"""Sparse tensors: COO and CSR (CSC) layouts, their arithmetic, products and reductions.

>>> import flambeau
>>> a = flambeau.tensor([[0.0, 2.0], [3.0, 0.0]]).to_sparse_csr()
>>> a @ flambeau.ones(2, 1)
tensor([[2.],
        [3.]])
"""

from __future__ import annotations

from flambeau.sparse.attach import attach as _attach
from flambeau.sparse.diagonals import spdiags
from flambeau.sparse.invariants import check_sparse_tensor_invariants
from flambeau.sparse.products import addmm, mm, sampled_addmm
from flambeau.sparse.reductions import log_softmax, softmax, sum
from flambeau.sparse.scipy import from_scipy

__all__ = [
    "addmm",
    "check_sparse_tensor_invariants",
    "from_scipy",
    "log_softmax",
    "mm",
    "sampled_addmm",
    "softmax",
    "spdiags",
    "sum",
]

_attach()
