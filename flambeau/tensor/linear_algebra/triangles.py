"""Triangular systems, and products with a triangular factor of a positive-definite matrix.

Operations; all matrices are the last two dims, and the dims before them are broadcast:
  linalg_solve_triangular (x, y) [upper, left, unit, transposed]
        y divided by a triangle of x, or of x transposed, from the left or from the right
  cholesky_solve (x, y) [upper]
        (L L^H)^-1 x, or (U^H U)^-1 x, with the triangle L or U in y
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import (
    need_dims,
    need_equal_sides,
    need_matrix,
    need_same_dtype,
    need_square,
)
from flambeau.tensor.operation import operation
from flambeau.tensor.patterns import eye
from flambeau.tensor.tensor import Tensor

__all__ = [
    "CHOLESKY_SOLVE", "SOLVE_TRIANGULAR", "check_equation", "cholesky_inverse", "cholesky_solve",
    "conj_node", "divided", "solve_triangular", "triangular_solve", "with_batch",
]  # fmt: skip


# -- on nodes -----------------------------------------------------------------------------------
def with_batch(name: str, *matrices: Node) -> tuple[Node, ...]:
    """Matrices with the dims before the last two made equal."""
    batch = broadcast_shapes(name, *[x.shape[:-2] for x in matrices])
    return tuple([build.expand(x, (*batch, *x.shape[-2:])) for x in matrices])


def conj_node(x: Node) -> Node:
    """The complex conjugate; x itself if real."""
    if not x.dtype.is_complex:
        return x
    imaginary = build.apply("neg", build.apply("imag", x))
    return build.apply("complex", build.apply("real", x), imaginary)


def divided(a: Node, b: Node, upper: bool, left: bool, unit: bool, transposed: bool) -> Node:
    """op(a)^-1 b, or b op(a)^-1 if not `left`; a and b have the same batch."""
    return build.routine("solve_triangular", (a, b), (upper, left, unit, transposed))[0]


@operation("linalg_solve_triangular")
def SOLVE_TRIANGULAR(
    x: Node, y: Node, upper: bool, left: bool, unit: bool, transposed: bool
) -> Node:
    a, b = with_batch("linalg.solve_triangular", x, y)
    return divided(a, b, upper, left, unit, transposed)


@operation("cholesky_solve")
def CHOLESKY_SOLVE(x: Node, y: Node, upper: bool) -> Node:
    b, a = with_batch("cholesky_solve", x, y)
    conjugate = conj_node(a)
    if upper:
        return divided(a, divided(conjugate, b, True, True, False, True), True, True, False, False)
    return divided(conjugate, divided(a, b, False, True, False, False), False, True, False, True)


# -- functions ----------------------------------------------------------------------------------
def check_equation(name: str, a: Tensor, b: Tensor, left: bool) -> None:
    """RuntimeError unless AX = B (or XA = B) can hold."""
    n = a._shape[-1]
    if b._shape[-2 if left else -1] != n:
        raise RuntimeError(
            message(name, f"shapes {list(a._shape)} and {list(b._shape)}",
                    "Incompatible shapes of A and B for the equation "
                    f"{'AX' if left else 'XA'} = B ({a._shape[-2]}x{n} and "
                    f"{b._shape[-2]}x{b._shape[-1]})",
                    f"B of {n} {'rows' if left else 'columns'}")
        )  # fmt: skip


def solve_triangular(
    input: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """X of A X = B (X A = B if not `left`), A triangular: (*, n, n) and (*, n, k) give (*, n, k).

    upper: which triangle of A is read; unitriangular: its diagonal counts as ones.

    >>> import flambeau
    >>> A, B = flambeau.tensor([[2.0, 0.0], [1.0, 1.0]]), flambeau.tensor([[2.0], [3.0]])
    >>> flambeau.linalg.solve_triangular(A, B, upper=False)
    tensor([[1.],
            [2.]])
    """
    name = "linalg.solve_triangular"
    need_square(name, input)
    need_dims(name, B, "B")
    need_same_dtype(name, input, B)
    check_equation(name, input, B, left)
    attributes = (bool(upper), bool(left), bool(unitriangular), False)
    result = apply(SOLVE_TRIANGULAR, (input, B), attributes)
    return result if out is None else into(out, result, name)


def triangular_solve(
    input: Tensor, A: Tensor, upper: bool = True, transpose: bool = False,
    unitriangular: bool = False, *, out: Any = None,
) -> Any:  # fmt: skip
    """(X of A X = input, a copy of A), A triangular; linalg.solve_triangular took its place."""
    name = "triangular_solve"
    need_dims(name, input, "b")
    need_square(name, A)
    need_same_dtype(name, input, A, ("b", "A"))
    check_equation(name, A, input, True)
    attributes = (bool(upper), True, bool(unitriangular), bool(transpose))
    solution = apply(SOLVE_TRIANGULAR, (A, input), attributes)
    batch = solution._shape[:-2]
    copy = A.expand(*batch, *A._shape[-2:]).clone()  # type: ignore[attr-defined]
    result = returns.triangular_solve(solution, copy)
    return result if out is None else into(out, result, name)


def cholesky_solve(input: Tensor, L: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    """X of A X = input, with a triangle L of A = L L^H (or `upper`, U of A = U^H U).

    The cotangent of L is that of a whole matrix whose product L L^H is formed, as in PyTorch.
    """
    name = "cholesky_solve"
    need_dims(name, input, "b")
    need_square(name, L)
    need_same_dtype(name, input, L, ("b", "A"))
    check_equation(name, L, input, True)
    result = apply(CHOLESKY_SOLVE, (input, L), (bool(upper),))
    return result if out is None else into(out, result, name)


def cholesky_inverse(input: Tensor, upper: bool = False, *, out: Any = None) -> Tensor:
    """The inverse of A, with a triangle of A = L L^H (or `upper`, of A = U^H U).

    >>> import flambeau
    >>> flambeau.cholesky_inverse(flambeau.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.2500, 0.0000],
            [0.0000, 0.0625]])
    """
    name = "cholesky_inverse"
    need_equal_sides(name, input)
    need_matrix(name, input)
    unit = eye(input._shape[-1], dtype=input.dtype)
    result = apply(CHOLESKY_SOLVE, (unit, input), (bool(upper),))
    return result if out is None else into(out, result, name)
