"""LU factors with pivots, and the systems they solve.

Operations; x is a batch of matrices. `lu` and `order` are computed data as in routine.py: the
factors in one matrix, and the order in which the pivots leave the rows:
  linalg_lu_factor_ex (x, lu, order)                 lu
  linalg_solve_ex (x, y, lu, order) [left, transposed]
        X of op(x) X = y, or of X op(x) = y if not `left`; op(x) is x or x transposed
  reorder (x, order) [dim, back]                     x[..., order[i], ...], or the inverse of that
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.grids import tril, triu
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.linear_algebra.checks import (
    check_info,
    need_dims,
    need_matrix,
    need_same_dtype,
    need_square,
)
from flambeau.tensor.linear_algebra.routine import attach, call
from flambeau.tensor.linear_algebra.triangles import (
    SOLVE_TRIANGULAR,
    check_equation,
    divided,
    with_batch,
)
from flambeau.tensor.operation import operation
from flambeau.tensor.patterns import arange, eye
from flambeau.tensor.shaping import narrow
from flambeau.tensor.tensor import Tensor

__all__ = [
    "LU_FACTOR", "REORDER", "SOLVE", "factors", "lu", "lu_factor", "lu_factor_ex", "lu_parts",
    "lu_solve", "lu_unpack", "need_nonsingular", "old_lu", "old_lu_solve", "order_of",
]  # fmt: skip


# -- on nodes -----------------------------------------------------------------------------------
def _reordered(x: Node, order: Node, dim: int, back: bool) -> Node:
    """Rows (dim -2) or columns (-1) in another order; x and order have the same batch."""
    if back:
        order = build.argsort(order, len(order.shape) - 1, False)
    at = len(x.shape) + dim
    *batch, n = order.shape
    column = build.reshape(order, (*batch, n, 1) if dim == -2 else (*batch, 1, n))
    return build.gather(x, build.expand(column, x.shape), at)


@operation("reorder")
def REORDER(x: Node, order: Node, dim: int, back: bool) -> Node:
    wide = build.reshape(order, (*order.shape, 1))
    x, wide = with_batch("lu_solve", x, wide)
    return _reordered(x, build.squeeze(wide, (len(wide.shape) - 1,)), dim, back)


@operation("linalg_lu_factor_ex")
def LU_FACTOR(x: Node, lu: Node, order: Node) -> Node:
    return lu


@operation("linalg_solve_ex")
def SOLVE(x: Node, y: Node, lu: Node, order: Node, left: bool, transposed: bool) -> Node:
    """P x = L U, where P takes rows in `order`."""
    b, lu, wide = with_batch("linalg.solve", y, lu, build.reshape(order, (*order.shape, 1)))
    order = build.squeeze(wide, (len(wide.shape) - 1,))
    lower, upper = (False, left, True, transposed), (True, left, False, transposed)
    dim = -2 if left else -1
    if left is transposed:  # the triangles first, U before L
        return _reordered(divided(lu, divided(lu, b, *upper), *lower), order, dim, True)
    return divided(lu, divided(lu, _reordered(b, order, dim, False), *lower), *upper)


# -- factors ------------------------------------------------------------------------------------
def factors(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(LU, pivots, info) of a, without history."""
    return call("lu", (a,))  # type: ignore[return-value]


def order_of(pivots: Tensor, rows: int) -> Tensor:
    """The order in which pivots (*, k) leave so many rows: (*, rows), int64."""
    return call("permutation", (pivots,), (rows,))[0]


def _factored(name: str, a: Tensor, pivot: bool) -> tuple[Tensor, Tensor, Tensor]:
    """(LU, pivots, info); LU as a function of a."""
    need_matrix(name, a)
    if not pivot:
        raise RuntimeError(
            message(name, "pivot=False", "pivot=True: LU without pivoting is not implemented on "
                    "the CPU")
        )  # fmt: skip
    lu, pivots, info = factors(a)
    inputs = (a, lu, order_of(pivots, a._shape[-2]))
    return attach(LU_FACTOR, inputs, (), lu), pivots, info


def _no_zero_pivot(code: int) -> str:
    return (
        f"U[{code},{code}] is zero and using it on lu_solve would result in a division by zero. "
        "If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
        "linalg.lu_factor_ex(A, pivot)"
    )


def lu_factor_ex(
    A: Tensor, *, pivot: bool = True, check_errors: bool = False, out: Any = None
) -> Any:
    """(LU, pivots, info): lu_factor without an error for singular matrices.

    info (int32): 0, or the number (from 1) of the first zero on the diagonal of U.
    """
    name = "linalg.lu_factor_ex"
    result = returns.linalg_lu_factor_ex(*_factored(name, A, pivot))
    if check_errors:
        check_info(name, result.info, _no_zero_pivot, "linalg.lu")
    return result if out is None else into(out, result, name)


def lu_factor(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """(LU, pivots) of A = P L U (*, m, n): L (its ones left out) and U in one matrix.

    pivots (int32, from 1): row i was swapped with row pivots[i]. For linalg.lu_solve.

    >>> import flambeau
    >>> LU, pivots = flambeau.linalg.lu_factor(flambeau.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> LU
    tensor([[4.0000, 4.0000],
            [0.2500, 1.0000]])
    >>> pivots
    tensor([2, 2], dtype=flambeau.int32)
    """
    name = "linalg.lu_factor"
    lu, pivots, info = _factored(name, A, pivot)
    check_info(name, info, _no_zero_pivot, "linalg.lu")
    result = returns.linalg_lu_factor(lu, pivots)
    return result if out is None else into(out, result, name)


def old_lu(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """(LU, pivots), or with get_infos (LU, pivots, info); linalg.lu_factor took its place."""
    lu, pivots, info = _factored("lu", A, pivot)
    if not get_infos:
        check_info("lu", info, _no_zero_pivot, "get_infos=True")
    result = (lu, pivots, info) if get_infos else (lu, pivots)
    return result if out is None else into(out, result, "lu")


old_lu.__name__ = old_lu.__qualname__ = "lu"


# -- unpacked -----------------------------------------------------------------------------------
def lu_parts(lu: Tensor) -> tuple[Tensor, Tensor]:
    """L (*, m, k) and U (*, k, n) of factors (*, m, n), k = min(m, n)."""
    m, n = lu._shape[-2:]
    k = min(m, n)
    lower: Any = tril(narrow(lu, -1, 0, k), -1)
    return lower + eye(m, k, dtype=lu.dtype), triu(narrow(lu, -2, 0, k))


def _permutation_matrix(lu: Tensor, pivots: Tensor) -> Tensor:
    """P of A = P L U: column i has its one in row order[i]."""
    rows: Any = arange(lu._shape[-2])
    order: Any = order_of(pivots, lu._shape[-2])
    return apply(TO, (rows.unsqueeze(-1) == order.unsqueeze(-2),), (lu.dtype,))


def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = True, unpack_pivots: bool = True, *,
    out: Any = None,
) -> Any:  # fmt: skip
    """(P, L, U) of what lu_factor gave: (*, m, m), (*, m, k) and (*, k, n); empty if not wanted."""
    name = "lu_unpack"
    need_dims(name, LU_data, "LU_data")
    if unpack_pivots and LU_pivots.dtype is not dt.int32:
        raise RuntimeError(
            message(name, f"pivots of dtype {LU_pivots.dtype.name}", "LU_pivots is expected to be "
                    "a contiguous tensor of torch.int32 dtype", "the output of linalg.lu_factor")
        )  # fmt: skip
    empty: Any = LU_data.new_empty((0,))  # type: ignore[attr-defined]
    lower, upper = lu_parts(LU_data) if unpack_data else (empty, empty)
    order = _permutation_matrix(LU_data, LU_pivots) if unpack_pivots else empty
    result = returns.lu_unpack(order, lower, upper)
    return result if out is None else into(out, result, name)


def lu(A: Tensor, *, pivot: bool = True, out: Any = None) -> Any:
    """(P, L, U) of A = P L U (*, m, n): P a permutation, L with ones on its diagonal.

    >>> import flambeau
    >>> P, L, U = flambeau.linalg.lu(flambeau.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> P @ L @ U
    tensor([[1., 2.],
            [4., 4.]])
    """
    name = "linalg.lu"
    found, pivots, _ = _factored(name, A, pivot)
    result = returns.linalg_lu(_permutation_matrix(found, pivots), *lu_parts(found))
    return result if out is None else into(out, result, name)


# -- systems ------------------------------------------------------------------------------------
def lu_solve(
    LU: Tensor, pivots: Tensor, B: Tensor, *, left: bool = True, adjoint: bool = False,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """X of A X = B from what lu_factor(A) gave; X A = B if not `left`; A^H for A if `adjoint`.

    (*, n, n), (*, n) and (*, n, k) give (*, n, k), broadcast.
    """
    name = "linalg.lu_solve"
    need_square(name, LU)
    need_dims(name, B, "B")
    need_same_dtype(name, LU, B, ("LU", "B"))
    if pivots.dtype is not dt.int32:
        raise RuntimeError(
            message(name, f"pivots of dtype {pivots.dtype.name}", "pivots should be a Tensor of "
                    "scalar type torch.int32", "the output of linalg.lu_factor")
        )  # fmt: skip
    if pivots._shape != LU._shape[:-1]:
        raise RuntimeError(
            message(name, f"pivots of shape {list(pivots._shape)} for LU of shape "
                    f"{list(LU._shape)}", "Number of pivots per batch should be same as the "
                    "dimension of the matrix", "the output of linalg.lu_factor")
        )  # fmt: skip
    check_equation(name, LU, B, left)
    matrix = LU.conj() if adjoint else LU  # type: ignore[attr-defined]
    result = _solved(matrix, order_of(pivots, LU._shape[-1]), B, bool(left), bool(adjoint))
    return result if out is None else into(out, result, name)


def _solved(lu: Tensor, order: Tensor, b: Tensor, left: bool, transposed: bool) -> Tensor:
    """As SOLVE, but as a function of the factors."""
    lower, upper = (False, left, True, transposed), (True, left, False, transposed)
    dim = -2 if left else -1
    if left is transposed:
        x = apply(SOLVE_TRIANGULAR, (lu, apply(SOLVE_TRIANGULAR, (lu, b), upper)), lower)
        return apply(REORDER, (x, order), (dim, True))
    x = apply(SOLVE_TRIANGULAR, (lu, apply(REORDER, (b, order), (dim, False))), lower)
    return apply(SOLVE_TRIANGULAR, (lu, x), upper)


def old_lu_solve(b: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Any = None) -> Tensor:
    """linalg.lu_solve(LU_data, LU_pivots, b), which took its place."""
    return lu_solve(LU_data, LU_pivots, b, out=out)


old_lu_solve.__name__ = old_lu_solve.__qualname__ = "lu_solve"


def need_nonsingular(name: str, info: Tensor, words: str) -> None:
    """LinAlgError if a pivot is zero; {} in `words` is its number."""
    check_info(name, info, lambda code: words.format(code), "linalg.lstsq or linalg.pinv")
