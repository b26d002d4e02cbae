"""Cholesky, QR and singular value decomposition.

Operations; x is a batch of matrices (*, m, n):
  cholesky (x) [upper]             L of x = L L^H, or U of x = U^H U
  linalg_qr (x, q, r) [part, mode] part 0 is q, 1 is r: see routine.py
  linalg_svd (x, u, s, vh) [part]  part 0 is u, 1 is s, 2 is vh
  linalg_svdvals (x)               s alone, where no gradient is wanted
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import (
    check_info,
    need_matrix,
    need_square,
    not_converged,
)
from flambeau.tensor.linear_algebra.routine import ROUTINE, attach, call
from flambeau.tensor.operation import operation
from flambeau.tensor.tape import mode as recording
from flambeau.tensor.tensor import Tensor

__all__ = [
    "CHOLESKY", "QR", "SVD", "cholesky", "cholesky_ex", "qr", "singular_values", "svd", "svdvals",
]  # fmt: skip


# -- Cholesky -----------------------------------------------------------------------------------
@operation("cholesky")
def CHOLESKY(x: Node, upper: bool) -> Node:
    return build.routine("cholesky", (x,), (upper,))[0]


def _cholesky(name: str, x: Tensor, upper: bool, check_errors: bool) -> tuple[Tensor, Tensor]:
    need_square(name, x)
    factor = apply(CHOLESKY, (x,), (upper,))
    info = apply(ROUTINE, (x,), ("cholesky", (upper,), 1))
    if check_errors:
        check_info(name, info, _not_positive, "a multiple of the unit matrix added to A")
    return factor, info


def _not_positive(code: int) -> str:
    return (
        "The factorization could not be completed because the input is not positive-definite "
        f"(the leading minor of order {code} is not positive-definite)"
    )


def cholesky(input: Tensor, *, upper: bool = False, out: Any = None) -> Tensor:
    """The triangular L of A = L L^H (`upper`: U of A = U^H U), A positive-definite (*, n, n).

    Only that triangle of A is read. LinAlgError if A is not positive-definite.

    >>> import flambeau
    >>> flambeau.linalg.cholesky(flambeau.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    factor, _ = _cholesky("linalg.cholesky", input, bool(upper), True)
    return factor if out is None else into(out, factor, "linalg.cholesky")


def old_cholesky(input: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    """linalg.cholesky, which took its place."""
    factor, _ = _cholesky("cholesky", input, bool(upper), True)
    return factor if out is None else into(out, factor, "cholesky")


old_cholesky.__name__ = old_cholesky.__qualname__ = "cholesky"


def cholesky_ex(
    input: Tensor, *, upper: bool = False, check_errors: bool = False, out: Any = None
) -> Any:
    """(L, info): info is 0 (int32), or the order of the first minor that is not positive."""
    name = "linalg.cholesky_ex"
    result = returns.linalg_cholesky_ex(*_cholesky(name, input, bool(upper), check_errors))
    return result if out is None else into(out, result, name)


# -- QR -----------------------------------------------------------------------------------------
@operation("linalg_qr")
def QR(x: Node, q: Node, r: Node, part: int, mode: str) -> Node:
    return (q, r)[part]


def qr(A: Tensor, mode: str = "reduced", *, out: Any = None) -> Any:
    """(Q, R) of A = Q R, Q with orthonormal columns and R upper triangular; A is (*, m, n).

    mode: "reduced" (Q is (*, m, k), k = min(m, n)), "complete" (Q is (*, m, m)), or "r" (Q is
    empty, and there is no gradient).

    >>> import flambeau
    >>> Q, R = flambeau.linalg.qr(flambeau.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> flambeau.allclose(Q @ R, flambeau.tensor([[3.0, 1.0], [4.0, 2.0]]))
    True
    """
    name = "linalg.qr"
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            message(name, f"mode {mode!r}", "qr received unrecognized mode: expected one of "
                    "'reduced' (default), 'r', or 'complete'")
        )  # fmt: skip
    need_matrix(name, A)
    q, r = call("qr", (A,), ("complete" if mode == "complete" else "reduced",))
    parts = [attach(QR, (A, q, r), (i, mode), x) for i, x in enumerate((q, r))]
    if mode == "r":
        parts[0] = A.new_empty((0,))  # type: ignore[attr-defined]
    result = returns.linalg_qr(*parts)
    return result if out is None else into(out, result, name)


def old_qr(input: Tensor, some: bool = True, *, out: Any = None) -> Any:
    """linalg.qr, which took its place."""
    result = returns.qr(*qr(input, "reduced" if some else "complete"))
    return result if out is None else into(out, result, "qr")


old_qr.__name__ = old_qr.__qualname__ = "qr"


# -- singular values ----------------------------------------------------------------------------
@operation("linalg_svd")
def SVD(x: Node, u: Node, s: Node, vh: Node, part: int) -> Node:
    return (u, s, vh)[part]


def svd(
    A: Tensor, full_matrices: bool = True, *, driver: str | None = None, out: Any = None
) -> Any:
    """(U, S, Vh) of A = U diag(S) Vh, U and V with orthonormal columns, S real and falling.

    A is (*, m, n), S (*, k) with k = min(m, n). U and Vh are (*, m, m) and (*, n, n), or with
    full_matrices=False (*, m, k) and (*, k, n). The gradient is that of the first k columns; it
    is finite only if no singular value is zero or met twice.

    >>> import flambeau
    >>> flambeau.linalg.svd(flambeau.tensor([[0.0, 2.0], [3.0, 0.0]])).S
    tensor([3., 2.])
    """
    name = "linalg.svd"
    _no_driver(name, driver)
    need_matrix(name, A)
    result = returns.linalg_svd(*_decomposed(name, A, bool(full_matrices)))
    return result if out is None else into(out, result, name)


def _decomposed(name: str, a: Tensor, full: bool) -> tuple[Tensor, ...]:
    *parts, info = call("svd", (a,), (full,))
    check_info(name, info, not_converged)
    return tuple([attach(SVD, (a, *parts), (i,), x) for i, x in enumerate(parts)])


def _no_driver(name: str, driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(
            message(name, f"driver={driver!r}", "None: keyword argument `driver=` is only "
                    "supported on CUDA inputs with cuSOLVER backend")
        )  # fmt: skip


def singular_values(name: str, a: Tensor) -> Tensor:
    """Those of a, a batch of matrices of which `name` has been checked."""
    if recording.grad and a._requires_grad:
        return _decomposed(name, a, False)[1]
    values, info = call("svdvals", (a,))
    check_info(name, info, not_converged)
    return values


def svdvals(A: Tensor, *, driver: str | None = None, out: Any = None) -> Tensor:
    """The singular values of A (*, m, n), falling: (*, min(m, n)).

    >>> import flambeau
    >>> flambeau.linalg.svdvals(flambeau.tensor([[0.0, 2.0], [3.0, 0.0]]))
    tensor([3., 2.])
    """
    name = "linalg.svdvals"
    _no_driver(name, driver)
    need_matrix(name, A)
    values = singular_values(name, A)
    return values if out is None else into(out, values, name)


def old_svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    """(U, S, V) of input = U diag(S) V^H; linalg.svd, which gives V^H, took its place.

    some: U and V have only min(m, n) columns. Without compute_uv U and V are zeros, square.
    """
    need_matrix("svd", input)
    if compute_uv:
        u, s, vh = _decomposed("svd", input, not some)
        v = vh.mT.conj()  # type: ignore[attr-defined]
    else:
        *batch, m, n = input._shape
        s = singular_values("svd", input)
        u, v = (input.new_zeros((*batch, k, k)) for k in (m, n))  # type: ignore[attr-defined]
    result = returns.svd(u, s, v)
    return result if out is None else into(out, result, "svd")


old_svd.__name__ = old_svd.__qualname__ = "svd"
