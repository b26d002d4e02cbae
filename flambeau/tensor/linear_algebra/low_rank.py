"""Decompositions of which only the largest part is wanted, found by random projection.

Source: N. Halko, P.-G. Martinsson, J. Tropp, Finding structure with randomness, SIAM Review 53
(2011), algorithms 4.4 and 5.1.
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.linear_algebra.checks import need_matrix
from flambeau.tensor.linear_algebra.decompositions import qr, svd
from flambeau.tensor.random import randn
from flambeau.tensor.tensor import Tensor

__all__ = ["pca_lowrank", "svd_lowrank"]


def _basis(a: Any, q: int, rounds: int) -> Any:
    """Orthonormal columns (*, m, q) that nearly span what a (*, m, n) reaches."""
    found = qr(a @ randn(a._shape[-1], q, dtype=a.dtype)).Q
    for _ in range(rounds):
        found = qr(a.mH @ found).Q
        found = qr(a @ found).Q
    return found


def svd_lowrank(
    A: Tensor, q: int | None = 6, niter: int | None = 2, M: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """(U, S, V) of the q largest singular values of A (*, m, n), or of A - M: A ~ U diag(S) V^H.

    niter: how often the random basis is improved.

    >>> import flambeau
    >>> U, S, V = flambeau.svd_lowrank(flambeau.eye(8, 5) * 3, q=2)
    >>> U.shape, V.shape, S.round(decimals=3)
    (flambeau.Size([8, 2]), flambeau.Size([5, 2]), tensor([3., 3.]))
    """
    need_matrix("svd_lowrank", A)
    a: Any = A if M is None else A - M  # type: ignore[operator]
    m, n = a._shape[-2:]
    if m < n:
        a = a.mH
    basis = _basis(a, 6 if q is None else q, 2 if niter is None else niter)
    u, s, vh = svd(basis.mH @ a, full_matrices=False)
    left, right = basis @ u, vh.mH
    return (right, s, left) if m < n else (left, s, right)


def pca_lowrank(
    A: Tensor, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Tensor, Tensor, Tensor]:
    """(U, S, V): the q principal directions of the rows of A (*, m, n) are the columns of V.

    q is min(6, m, n) by default; center: the rows' mean is subtracted first.
    """
    name = "pca_lowrank"
    need_matrix(name, A)
    m, n = A._shape[-2:]
    if q is None:
        q = min(6, m, n)
    if not 0 <= q <= min(m, n):
        raise ValueError(
            message(name, f"q={q}", f"q(={q}) must be non-negative integer and not greater than "
                    f"min(m, n)={min(m, n)}")
        )  # fmt: skip
    if niter < 0:
        raise ValueError(message(name, f"niter={niter}", "niter must be non-negative integer"))
    rows: Any = A
    return svd_lowrank(rows - rows.mean(-2, keepdim=True) if center else rows, q, niter)
