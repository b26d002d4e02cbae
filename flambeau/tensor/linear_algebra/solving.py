"""Systems of equations and inverses.

Operations; x is a batch of square matrices:
  linalg_inv_ex (x)                    the inverse
  linalg_det (x, lu, pivots)           lu and pivots are computed data as in routine.py
  linalg_slogdet (x, lu, pivots) [part]    part 0 is the sign, 1 is log |det|
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import (
    check_info,
    need_dims,
    need_equal_sides,
    need_precision,
    need_same_dtype,
    need_square,
    need_tensor,
)
from flambeau.tensor.linear_algebra.lu import SOLVE, factors, order_of
from flambeau.tensor.linear_algebra.routine import ROUTINE
from flambeau.tensor.linear_algebra.triangles import check_equation
from flambeau.tensor.operation import operation
from flambeau.tensor.shaping import movedim, reshape, unsqueeze
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = [
    "DET", "INVERSE", "SLOGDET", "det", "inv", "inv_ex", "is_vector", "logdet", "slogdet", "solve",
    "solve_ex", "tensorinv", "tensorsolve",
]  # fmt: skip


# -- operations ---------------------------------------------------------------------------------
@operation("linalg_inv_ex")
def INVERSE(x: Node) -> Node:
    return build.routine("inverse", (x,))[0]


def _diagonal(x: Node) -> Node:
    """(*, n, n) to (*, n)."""
    *batch, n, _ = x.shape
    flat = build.reshape(x, (*batch, n * n))
    starts, steps = (0,) * len(flat.shape), (*(1,) * len(batch), n + 1)
    return build.slice_(flat, starts, (*batch, n), steps)


def _parity(pivots: Node, like: Node) -> Node:
    """1 or -1 (*, 1): the sign of the permutation."""
    places = build.iota(pivots.shape, len(pivots.shape) - 1)
    one = number_like(places, 1)
    moved = build.apply("ne", build.convert(pivots, dt.int64), build.apply("add", places, one))
    count = build.reduce("sum", build.convert(moved, dt.int64), (len(pivots.shape) - 1,))
    odd = build.apply("and", count, number_like(count, 1))
    sign = build.apply("sub", number_like(odd, 1), build.apply("mul", odd, number_like(odd, 2)))
    return build.convert(sign, like.dtype)


@operation("linalg_det")
def DET(x: Node, lu: Node, pivots: Node) -> Node:
    diagonal, last = _diagonal(lu), len(lu.shape) - 2
    found = build.apply("mul", build.reduce("prod", diagonal, (last,)), _parity(pivots, lu))
    return build.squeeze(found, (last,))


@operation("linalg_slogdet")
def SLOGDET(x: Node, lu: Node, pivots: Node, part: int) -> Node:
    diagonal, last = _diagonal(lu), len(lu.shape) - 2
    if part == 0:
        signs = build.reduce("prod", build.apply("sign", diagonal), (last,))
        found = build.apply("mul", signs, _parity(pivots, lu))
    else:
        found = build.reduce("sum", build.apply("log", build.apply("abs", diagonal)), (last,))
    return build.squeeze(found, (last,))


# -- determinants -------------------------------------------------------------------------------
def _det(name: str, a: Tensor) -> Tensor:
    need_square(name, a)
    lu, pivots, _ = factors(a)
    return apply(DET, (a, lu, pivots))


def det(A: Tensor, *, out: Any = None) -> Tensor:
    """The determinants of A (*, n, n): (*).

    >>> import flambeau
    >>> flambeau.linalg.det(flambeau.tensor([[2.0, 0.0], [1.0, 3.0]]))
    tensor(6.)
    """
    result = _det("linalg.det", A)
    return result if out is None else into(out, result, "linalg.det")


def old_det(input: Tensor) -> Tensor:
    """The determinant; linalg.det."""
    return _det("det", input)


def _slogdet(name: str, a: Tensor) -> tuple[Tensor, Tensor]:
    need_square(name, a)
    lu, pivots, _ = factors(a)
    return apply(SLOGDET, (a, lu, pivots), (0,)), apply(SLOGDET, (a, lu, pivots), (1,))


def slogdet(A: Tensor, *, out: Any = None) -> Any:
    """(sign, logabsdet): det(A) = sign * exp(logabsdet); 0 and -inf for singular matrices.

    >>> import flambeau
    >>> flambeau.linalg.slogdet(flambeau.tensor([[0.0, 1.0], [1.0, 0.0]])).sign
    tensor(-1.)
    """
    result = returns.linalg_slogdet(*_slogdet("linalg.slogdet", A))
    return result if out is None else into(out, result, "linalg.slogdet")


def old_slogdet(input: Tensor, *, out: Any = None) -> Any:
    """(sign, logabsdet); linalg.slogdet."""
    result = returns.slogdet(*_slogdet("slogdet", input))
    return result if out is None else into(out, result, "slogdet")


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant: NaN where it is negative, -inf where it is zero."""
    sign, size = _slogdet("logdet", input)
    if input.dtype.is_complex:
        return sign.log() + size  # type: ignore[attr-defined, no-any-return]
    return size.where(sign != -1, float("nan"))  # type: ignore[attr-defined, no-any-return]


old_det.__name__ = old_det.__qualname__ = "det"
old_slogdet.__name__ = old_slogdet.__qualname__ = "slogdet"


# -- inverses -----------------------------------------------------------------------------------
def _zero_pivot(code: int) -> str:
    return (
        f"The diagonal element {code} is zero, the inversion could not be completed because the "
        "input matrix is singular"
    )


def _inverse(name: str, a: Tensor, check_errors: bool) -> tuple[Tensor, Tensor]:
    need_square(name, a)
    result = apply(INVERSE, (a,))
    info = apply(ROUTINE, (a,), ("inverse", (), 1))
    if check_errors:
        check_info(name, info, _zero_pivot, "linalg.pinv")
    return result, info


def inv(A: Tensor, *, out: Any = None) -> Tensor:
    """The inverses of A (*, n, n); LinAlgError for singular matrices.

    linalg.solve(A, B) is faster than inv(A) @ B, and more accurate.

    >>> import flambeau
    >>> flambeau.linalg.inv(flambeau.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    result, _ = _inverse("linalg.inv", A, True)
    return result if out is None else into(out, result, "linalg.inv")


def old_inverse(input: Tensor, *, out: Any = None) -> Tensor:
    """The inverse; linalg.inv."""
    result, _ = _inverse("inverse", input, True)
    return result if out is None else into(out, result, "inverse")


old_inverse.__name__ = old_inverse.__qualname__ = "inverse"


def inv_ex(A: Tensor, *, check_errors: bool = False, out: Any = None) -> Any:
    """(inverse, info): info is 0 (int32), or the number (from 1) of the first zero pivot."""
    name = "linalg.inv_ex"
    result = returns.linalg_inv_ex(*_inverse(name, A, check_errors))
    return result if out is None else into(out, result, name)


# -- systems ------------------------------------------------------------------------------------
def is_vector(a: Tensor, b: Tensor) -> bool:
    """Whether b is a batch of vectors rather than of matrices: PyTorch's rule."""
    return len(b._shape) == 1 or (len(a._shape) - 1 == len(b._shape) and b._shape == a._shape[:-1])


def _solve(
    name: str, a: Tensor, b: Tensor, left: bool, check_errors: bool
) -> tuple[Tensor, Tensor]:
    need_square(name, a)
    need_same_dtype(name, a, b)
    vector = is_vector(a, b)
    if vector and not left:
        raise RuntimeError(
            message(name, f"B of shape {list(b._shape)} and left=False", "a matrix: "
                    "Vector broadcasting of the left hand side is not supported for left=False")
        )  # fmt: skip
    right = unsqueeze(b, -1) if vector else b
    need_dims(name, right, "B")
    check_equation(name, a, right, left)
    lu, pivots, info = factors(a)
    result = apply(SOLVE, (a, right, lu, order_of(pivots, a._shape[-1])), (left, False))
    if check_errors:
        check_info(name, info, lambda code: "The solver failed because the input matrix is "
                   "singular", "linalg.lstsq")  # fmt: skip
    return result.squeeze(-1) if vector else result, info  # type: ignore[attr-defined]


def solve(A: Tensor, B: Tensor, *, left: bool = True, out: Any = None) -> Tensor:
    """X of A X = B (X A = B if not `left`); LinAlgError for singular matrices.

    A is (*, n, n); B is (*, n, k), or (*, n), or (n) for all; X has B's shape, broadcast.

    >>> import flambeau
    >>> A, b = flambeau.tensor([[2.0, 0.0], [0.0, 4.0]]), flambeau.tensor([2.0, 2.0])
    >>> flambeau.linalg.solve(A, b)
    tensor([1.0000, 0.5000])
    """
    result, _ = _solve("linalg.solve", A, B, bool(left), True)
    return result if out is None else into(out, result, "linalg.solve")


def solve_ex(
    A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False, out: Any = None
) -> Any:
    """(result, info): info is 0 (int32), or the number (from 1) of the first zero pivot."""
    name = "linalg.solve_ex"
    result = returns.linalg_solve_ex(*_solve(name, A, B, bool(left), check_errors))
    return result if out is None else into(out, result, name)


def tensorinv(input: Tensor, ind: int = 2, *, out: Any = None) -> Tensor:
    """The inverse of tensordot(input, ., dims=input.ndim - ind): shape[ind:] + shape[:ind]."""
    name = "linalg.tensorinv"
    need_tensor(name, input, "input")
    need_precision(name, input)
    if ind <= 0:
        raise RuntimeError(
            message(name, f"ind={ind}", f"Expected a strictly positive integer for 'ind', but got "
                    f"{ind}")
        )  # fmt: skip
    front, back = input._shape[:ind], input._shape[ind:]
    if prod(front) != prod(back):
        raise RuntimeError(
            message(name, f"shape {list(input._shape)} and ind={ind}", "Expected self to satisfy "
                    "the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
                    f"{prod(back)} != {prod(front)}")
        )  # fmt: skip
    found, _ = _inverse(name, reshape(input, (prod(front), prod(back))), True)
    result = reshape(found, (*back, *front))
    return result if out is None else into(out, result, name)


def tensorsolve(input: Tensor, other: Tensor, dims: Any = None, *, out: Any = None) -> Tensor:
    """X of tensordot(input, X, X.ndim) = other; `dims` of input are moved to the end first."""
    name = "linalg.tensorsolve"
    need_tensor(name, input, "input")
    need_tensor(name, other, "other")
    if dims is not None:
        count = len(input._shape)
        places = [d % count for d in dims]
        input = movedim(input, places, list(range(count - len(places), count)))
    shape = input._shape[len(other._shape) :]
    rows = prod(other._shape)
    if prod(input._shape) != rows * rows or prod(shape) != rows:
        raise RuntimeError(
            message(name, f"shapes {list(input._shape)} and {list(other._shape)}",
                    "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
                    f"prod(self.shape[:other.ndim]), but got {prod(shape)} != {rows}")
        )  # fmt: skip
    matrix = reshape(input, (rows, rows))
    need_equal_sides(name, matrix)
    solution, _ = _solve(name, matrix, reshape(other, (rows,)), True, True)
    result = reshape(solution, shape)
    return result if out is None else into(out, result, name)
