"""Matrices for parametrizations: exponential, solution, products of reflections."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flambeau.autograd.function import Function
from flambeau.core.dtype import float64
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.creation import from_array
from flambeau.tensor.tensor import Tensor

__all__ = ["array_of", "eye", "matrix_exp", "orthonormal", "reflections", "solve", "tensor_of"]

ORDER = 13  # of the Taylor polynomial: below half a unit of float64 where the norm is 1/2
UNSEEN_HALVINGS = 6  # where the norm cannot be looked at: enough for a norm of 32


def array_of(x: Any) -> np.ndarray:
    """x in float64."""
    return np.asarray(read(x.detach().double()), np.float64)


def tensor_of(array: np.ndarray, like: Any) -> Any:
    """An array as a tensor of the dtype of `like`."""
    made: Any = from_array(np.ascontiguousarray(array), float64)
    return made.to(like.dtype)


def eye(n: int, like: Any) -> Any:
    """The identity matrix in the dtype of `like`."""
    return tensor_of(np.eye(n), like)


def matrix_exp(a: Any) -> Any:
    """exp of matrices (..., n, n): a Taylor polynomial of a / 2**s, squared s times."""
    halvings = UNSEEN_HALVINGS
    if not is_capturing():
        norm = np.abs(array_of(a)).sum(-1).max(initial=0.0)
        halvings = max(0, math.ceil(math.log2(norm)) + 1) if norm > 0.5 else 0
    x = a / 2.0**halvings
    one = eye(a._shape[-1], a)
    result = one + x / ORDER
    for k in range(ORDER - 1, 0, -1):
        result = one + (x @ result) / k
    for _ in range(halvings):
        result = result @ result
    return result


class _Solve(Function):
    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Tensor:
        found = tensor_of(np.linalg.solve(array_of(a), array_of(b)), b)
        ctx.save_for_backward(a, found)
        return found  # type: ignore[no-any-return]

    @staticmethod
    def backward(ctx: Any, g: Any) -> tuple[Any, Any]:
        a, x = ctx.saved_tensors
        db = solve(a.transpose(-2, -1), g)
        return -(db @ x.transpose(-2, -1)), db


def solve(a: Any, b: Any) -> Any:
    """x such that a @ x = b."""
    return _Solve.apply(a, b)


def reflections(v: Any, tau: Any) -> Any:
    """The first k columns of the product of I - tau[i] v[i] v[i]^T; v (..., n, k), tau (..., k).

    What lies above v's diagonal does not count, and the diagonal counts as ones.
    """
    n, k = v._shape[-2:]
    one = tensor_of(np.eye(n, k), v)
    v = v.tril(-1) + one
    q = one
    for i in range(k - 1, -1, -1):
        column = v.narrow(-1, i, 1)
        q = q - tau.narrow(-1, i, 1).unsqueeze(-1) * (column @ (column.transpose(-2, -1) @ q))
    return q


def orthonormal(x: Any) -> Any:
    """The orthogonal factor of QR whose triangular factor has a positive diagonal."""
    array = array_of(x)
    q, r = np.linalg.qr(array)
    signs = np.sign(np.diagonal(r, axis1=-2, axis2=-1))
    return tensor_of(q * np.where(signs == 0, 1.0, signs)[..., None, :], x)
