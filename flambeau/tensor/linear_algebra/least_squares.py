"""Rank, pseudo-inverse and least squares: what is decided by the size of singular values.

Operations; computed parts are as in routine.py:
  linalg_pinv (x, p) [hermitian]   p
  linalg_lstsq (x, y, p)           p, the one of least |x p - y|
"""

from __future__ import annotations

from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.creation import zeros
from flambeau.tensor.elementwise import where
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import need_dims, need_matrix, need_same_dtype
from flambeau.tensor.linear_algebra.decompositions import singular_values, svd
from flambeau.tensor.linear_algebra.eigenvalues import eigh, hermitian_eigenvalues
from flambeau.tensor.linear_algebra.routine import attach, call
from flambeau.tensor.linear_algebra.solving import is_vector
from flambeau.tensor.operation import operation
from flambeau.tensor.reduction import amax
from flambeau.tensor.shaping import unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["LSTSQ", "PINV", "lstsq", "matrix_rank", "pinv", "pinverse"]


@operation("linalg_pinv")
def PINV(x: Node, p: Node, hermitian: bool) -> Node:
    return p


@operation("linalg_lstsq")
def LSTSQ(x: Node, y: Node, p: Node) -> Node:
    return p


# -- how small is zero --------------------------------------------------------------------------
def _threshold(a: Tensor, sizes: Any, atol: Any, rtol: Any) -> Any:
    """(*, 1): what of the singular values `sizes` (*, k) counts as zero: max(atol, rtol * largest).

    rtol is eps * max(m, n) by default, but 0 if there is a positive atol.
    """
    m, n = a._shape[-2:]
    default = dt.finfo(a.dtype).eps * max(m, n)
    if rtol is None:
        if isinstance(atol, Tensor):
            rtol = where(atol > 0, 0.0, default)  # type: ignore[operator]
        else:
            rtol = default if atol is None or atol == 0 else 0.0
    largest: Any = amax(sizes, -1, keepdim=True)
    absolute = _column(0.0 if atol is None else atol)
    relative = _column(rtol) * largest
    return relative.clamp(min=absolute)


def _column(x: Any) -> Any:
    return unsqueeze(x, -1) if isinstance(x, Tensor) else float(x)


def matrix_rank(
    input: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """How many singular values of (*, m, n) exceed max(atol, rtol * the largest): (*), int64.

    rtol is eps * max(m, n) by default, or 0 with a positive atol. `hermitian`: eigenvalues'
    magnitudes are used. tol is an older name of atol.

    >>> import flambeau
    >>> flambeau.linalg.matrix_rank(flambeau.ones(3, 3))
    tensor(1)
    """
    name = "linalg.matrix_rank"
    need_matrix(name, input)
    if isinstance(tol, bool):  # matrix_rank(A, hermitian)
        tol, hermitian = None, tol
    if tol is not None:
        atol, rtol = tol, 0.0
    source: Any = input.detach()  # type: ignore[attr-defined]
    if hermitian:
        sizes: Any = hermitian_eigenvalues(name, source).abs()  # type: ignore[attr-defined]
    else:
        sizes = singular_values(name, source)
    if sizes._shape[-1]:
        result = (sizes > _threshold(source, sizes, atol, rtol)).sum(-1)
    else:
        result = zeros(sizes._shape[:-1], dtype=dt.int64)
    return result if out is None else into(out, result, name)


# -- pseudo-inverse -----------------------------------------------------------------------------
def pinv(
    input: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None,
    rtol: Any = None, out: Any = None,
) -> Tensor:  # fmt: skip
    """The pseudo-inverse (Moore, Penrose) of (*, m, n): (*, n, m).

    Singular values up to max(atol, rtol * the largest) count as zero; rtol is eps * max(m, n) by
    default, or 0 with a positive atol. `hermitian`: eigenvalues are used, which is faster. rcond
    is an older name of rtol. The gradient is right where the rank does not change.

    >>> import flambeau
    >>> flambeau.linalg.pinv(flambeau.tensor([[2.0, 0.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    name = "linalg.pinv"
    need_matrix(name, input)
    if isinstance(rcond, bool):  # pinv(A, hermitian)
        rcond, hermitian = None, rcond
    if rcond is not None:
        atol, rtol = 0.0, rcond
    source: Any = input.detach()  # type: ignore[attr-defined]
    *batch, m, n = input._shape
    if 0 in (m, n):
        found = source.new_zeros((*batch, n, m))
    elif hermitian:
        values, vectors = eigh(source)
        sizes = values.abs()
        kept = where(sizes > _threshold(source, sizes, atol, rtol), 1 / values, 0.0)
        found = (vectors * unsqueeze(kept, -2)) @ vectors.mH
    else:
        u, sizes, vh = svd(source, False)
        kept = where(sizes > _threshold(source, sizes, atol, rtol), 1 / sizes, 0.0)
        found = (vh.mH * unsqueeze(kept, -2)) @ u.mH
    result = attach(PINV, (input, found), (bool(hermitian),), found)
    return result if out is None else into(out, result, name)


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """linalg.pinv(input, rcond)."""
    return pinv(input, rcond)


# -- least squares ------------------------------------------------------------------------------
_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def lstsq(
    input: Tensor, b: Tensor, rcond: float | None = None, *, driver: str | None = None
) -> Any:
    """(solution, residuals, rank, singular_values): X of least |A X - B|, and of least |X|.

    A is (*, m, n) and B (*, m, k), or (*, m); X is (*, n, k). Singular values up to rcond times
    the largest count as zero (eps * max(m, n) by default).

    driver: "gelsy" (the default), "gels", "gelsd", "gelss". One algorithm serves them all; what
    else is returned depends on it: rank (*) except for "gels"; singular_values (*, min(m, n)) for
    the last two; residuals (*, k), the squares of |A X - B|, except for "gelsy", and only if
    m > n and the rank is full. Empty tensors stand for the rest.

    >>> import flambeau
    >>> A = flambeau.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> flambeau.linalg.lstsq(A, flambeau.tensor([[1.0], [3.0], [5.0]])).solution
    tensor([[1.],
            [2.]])
    """
    name = "linalg.lstsq"
    driver = driver or "gelsy"
    a, rhs, vector = _check_lstsq(name, input, b, driver)
    m, n = a._shape[-2:]
    limit = dt.finfo(a.dtype).eps * max(m, n) if rcond is None else float(rcond)
    x, rank, values = call("lstsq", (a, rhs), (limit,))
    solution: Any = attach(LSTSQ, (a, rhs, x), (), x)
    residuals: Any = a.new_zeros((0,), dtype=a.dtype.to_real())  # type: ignore[attr-defined]
    if m > n and driver != "gelsy" and (driver == "gels" or bool((rank == n).all())):  # type: ignore[union-attr]
        gap: Any = a @ solution - rhs  # type: ignore[operator]
        residuals = gap.abs().square().sum(-2)
    if driver == "gels":
        rank = zeros((0,), dtype=dt.int64)
    if driver not in ("gelsd", "gelss"):
        values = zeros((0,), dtype=values.dtype)
    if vector:
        solution = solution.squeeze(-1)
    return returns.linalg_lstsq(solution, residuals, rank, values)


def _check_lstsq(name: str, a: Tensor, b: Tensor, driver: str) -> tuple[Tensor, Tensor, bool]:
    """Both as matrices of one batch, and whether b was one of vectors."""
    need_matrix(name, a)
    need_same_dtype(name, a, b, ("input", "other"))
    if driver not in _DRIVERS:
        raise RuntimeError(
            message(name, f"driver {driver!r}", "parameter `driver` should be one of (gels, gelsy, "
                    "gelsd, gelss)")
        )  # fmt: skip
    vector = is_vector(a, b)
    rhs = unsqueeze(b, -1) if vector else b
    need_dims(name, rhs, "B")
    if a._shape[-2] != rhs._shape[-2]:
        raise RuntimeError(
            message(name, f"shapes {list(a._shape)} and {list(b._shape)}",
                    "input.size(-2) should match other.size(-2)", "B with as many rows as A")
        )  # fmt: skip
    batch = broadcast_shapes(name, a._shape[:-2], rhs._shape[:-2])
    wide: list[Any] = [a, rhs]
    first, second = (x.expand(*batch, *x._shape[-2:]) for x in wide)
    return first, second, vector
