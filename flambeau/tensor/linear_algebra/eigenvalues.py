"""Eigenvalues and eigenvectors.

Operations; x is a batch of square matrices:
  linalg_eigh (x, l, v) [part]    part 0 is l, the eigenvalues, 1 is v: see routine.py
  linalg_eig (x, l, v) [part]
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import check_info, need_square, not_converged
from flambeau.tensor.linear_algebra.routine import attach, call
from flambeau.tensor.operation import operation
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = ["EIG", "EIGH", "eig", "eigh", "eigvals", "eigvalsh", "hermitian_eigenvalues"]


# -- hermitian matrices -------------------------------------------------------------------------
@operation("linalg_eigh")
def EIGH(x: Node, values: Node, vectors: Node, part: int) -> Node:
    return (values, vectors)[part]


def _triangle(name: str, uplo: str) -> str:
    if not isinstance(uplo, str) or uplo.upper() not in ("L", "U"):
        raise RuntimeError(
            message(name, f"UPLO {uplo!r}", f"Expected UPLO argument to be 'L' or 'U', got {uplo}")
        )
    return uplo.upper()


def _decomposed(name: str, a: Tensor, triangle: str) -> tuple[Tensor, Tensor]:
    values, vectors, info = call("eigh", (a,), (triangle,))
    check_info(name, info, not_converged)
    inputs = (a, values, vectors)
    return attach(EIGH, inputs, (0,), values), attach(EIGH, inputs, (1,), vectors)


def eigh(input: Tensor, UPLO: str = "L", *, out: Any = None) -> Any:
    """(eigenvalues, eigenvectors) of A = A^H (*, n, n): real and rising, and in columns.

    UPLO: the triangle of A that is read. The gradient of the vectors is finite only if no
    eigenvalue is met twice.

    >>> import flambeau
    >>> flambeau.linalg.eigh(flambeau.tensor([[2.0, 1.0], [1.0, 2.0]])).eigenvalues
    tensor([1., 3.])
    """
    name = "linalg.eigh"
    triangle = _triangle(name, UPLO)
    need_square(name, input)
    result = returns.linalg_eigh(*_decomposed(name, input, triangle))
    return result if out is None else into(out, result, name)


def hermitian_eigenvalues(name: str, a: Tensor, triangle: str = "L") -> Tensor:
    """Those of a, a batch of hermitian matrices; checked here."""
    need_square(name, a)
    if mode.grad and a._requires_grad:
        return _decomposed(name, a, triangle)[0]
    values, info = call("eigvalsh", (a,), (triangle,))
    check_info(name, info, not_converged)
    return values


def eigvalsh(input: Tensor, UPLO: str = "L", *, out: Any = None) -> Tensor:
    """The eigenvalues of A = A^H (*, n, n), real and rising: (*, n)."""
    name = "linalg.eigvalsh"
    values = hermitian_eigenvalues(name, input, _triangle(name, UPLO))
    return values if out is None else into(out, values, name)


# -- matrices of any kind -----------------------------------------------------------------------
@operation("linalg_eig")
def EIG(x: Node, values: Node, vectors: Node, part: int) -> Node:
    return (values, vectors)[part]


def _check_finite(name: str, info: Tensor) -> None:
    check_info(name, info, lambda code: "input tensor should not contain infs or NaNs")


def _eigenpairs(name: str, a: Tensor) -> tuple[Tensor, Tensor]:
    need_square(name, a)
    values, vectors, info = call("eig", (a,))
    _check_finite(name, info)
    inputs = (a, values, vectors)
    return attach(EIG, inputs, (0,), values), attach(EIG, inputs, (1,), vectors)


def eig(input: Tensor, *, out: Any = None) -> Any:
    """(eigenvalues, eigenvectors) of A (*, n, n): complex, in no order; vectors are columns.

    The gradient exists only if the eigenvalues are distinct, and for losses that do not depend on
    the phases of the vectors.

    >>> import flambeau
    >>> flambeau.linalg.eig(flambeau.tensor([[0.0, -1.0], [1.0, 0.0]])).eigenvalues
    tensor([0.+1.j, 0.-1.j])
    """
    result = returns.linalg_eig(*_eigenpairs("linalg.eig", input))
    return result if out is None else into(out, result, "linalg.eig")


def eigvals(input: Tensor, *, out: Any = None) -> Tensor:
    """The eigenvalues of A (*, n, n): complex, in no order."""
    name = "linalg.eigvals"
    if mode.grad and isinstance(input, Tensor) and input._requires_grad:
        values, _ = _eigenpairs(name, input)
    else:
        need_square(name, input)
        values, info = call("eigvals", (input,))
        _check_finite(name, info)
    return values if out is None else into(out, values, name)
