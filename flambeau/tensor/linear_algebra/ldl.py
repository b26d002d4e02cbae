"""Factors of symmetric matrices that need not be positive-definite (Bunch and Kaufman).

Operations; `ld` and `pivots` are what ldl_factor gives:
  linalg_ldl_solve (x, ld, pivots) [hermitian]    the right sides x, solved
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
    need_dims,
    need_same_dtype,
    need_square,
)
from flambeau.tensor.linear_algebra.routine import WITHOUT_DERIVATIVE, attach, call
from flambeau.tensor.linear_algebra.triangles import check_equation, with_batch
from flambeau.tensor.operation import operation
from flambeau.tensor.tensor import Tensor

__all__ = ["LDL_SOLVE", "ldl_factor", "ldl_factor_ex", "ldl_solve"]


@operation("linalg_ldl_solve")
def LDL_SOLVE(x: Node, ld: Node, pivots: Node, hermitian: bool) -> Node:
    column = build.reshape(pivots, (*pivots.shape, 1))
    b, factors, column = with_batch("linalg.ldl_solve", x, ld, column)
    places = build.squeeze(column, (len(column.shape) - 1,))
    return build.routine("ldl_solve", (factors, places, b), (hermitian,))[0]


def _factored(name: str, a: Tensor, hermitian: bool, check_errors: bool) -> tuple[Tensor, ...]:
    need_square(name, a)
    found = call("ldl", (a,), (bool(hermitian),))
    if check_errors:
        check_info(name, found[2], lambda code: f"D[{code},{code}] is zero: the matrix is "
                   "singular, and solving with it would divide by zero")  # fmt: skip
    factors = attach(WITHOUT_DERIVATIVE, (a, found[0]), (name, "linalg.solve"), found[0])
    return factors, *found[1:]


def ldl_factor(input: Tensor, *, hermitian: bool = False, out: Any = None) -> Any:
    """(LD, pivots) of a symmetric A = L D L^T (*, n, n), or of a hermitian A = L D L^H.

    L (its ones left out) and the blocks of D lie in one matrix, as LAPACK's sytrf or hetrf leaves
    them; for linalg.ldl_solve. Only the lower triangle of A is read. Has no derivative.
    """
    name = "linalg.ldl_factor"
    result = returns.linalg_ldl_factor(*_factored(name, input, hermitian, True)[:2])
    return result if out is None else into(out, result, name)


def ldl_factor_ex(
    input: Tensor, *, hermitian: bool = False, check_errors: bool = False, out: Any = None
) -> Any:
    """(LD, pivots, info): info is 0 (int32), or the number (from 1) of the first zero block."""
    name = "linalg.ldl_factor_ex"
    result = returns.linalg_ldl_factor_ex(*_factored(name, input, hermitian, check_errors))
    return result if out is None else into(out, result, name)


def ldl_solve(
    LD: Tensor, pivots: Tensor, B: Tensor, *, hermitian: bool = False, out: Any = None
) -> Tensor:
    """X of A X = B from what ldl_factor(A) gave; differentiable in B.

    >>> import flambeau
    >>> LD, pivots = flambeau.linalg.ldl_factor(flambeau.tensor([[0.0, 2.0], [2.0, 0.0]]))
    >>> flambeau.linalg.ldl_solve(LD, pivots, flambeau.tensor([[2.0], [4.0]]))
    tensor([[2.],
            [1.]])
    """
    name = "linalg.ldl_solve"
    need_square(name, LD)
    need_dims(name, B, "B")
    need_same_dtype(name, LD, B, ("LD", "B"))
    if pivots.dtype.category != "int":
        raise RuntimeError(
            message(name, f"pivots of dtype {pivots.dtype.name}", "Expected pivots to be integers",
                    "the output of linalg.ldl_factor")
        )  # fmt: skip
    check_equation(name, LD, B, True)
    result = apply(LDL_SOLVE, (B, LD, pivots), (bool(hermitian),))
    return result if out is None else into(out, result, name)
