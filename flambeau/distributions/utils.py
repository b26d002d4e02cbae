"""What distributions share: broadcasting of arguments, probabilities and logits, triangles."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.autograd.modes import enable_grad
from flambeau.core.dtype import DType, finfo
from flambeau.core.errors import message
from flambeau.nn.functional.activation import softmax
from flambeau.tensor.creation import tensor, zeros_like
from flambeau.tensor.grids import broadcast_tensors
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.random import rand, randn
from flambeau.tensor.reduction import logsumexp
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Size, Tensor

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

Number = bool | int | float


# -- arguments ----------------------------------------------------------------------------------
def broadcast_all(*values: Tensor | Number) -> tuple[Tensor, ...]:
    """Tensors of one shape; numbers take the dtype of the first tensor, or the default.

    >>> import flambeau
    >>> flambeau.distributions.utils.broadcast_all(flambeau.zeros(2), 1)
    (tensor([0., 0.]), tensor([1., 1.]))
    """
    for v in values:
        if not isinstance(v, (Tensor, bool, int, float)):
            raise ValueError(
                message("broadcast_all", f"an argument of type {type(v).__name__}",
                        "Input arguments must all be instances of Number or flambeau.Tensor",
                        "flambeau.tensor(...)")
            )  # fmt: skip
    tensors = [v for v in values if isinstance(v, Tensor)]
    dtype = tensors[0].dtype if tensors else get_default_dtype()
    made = [v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values]
    return tuple(broadcast_tensors(*made))


def exactly_one(name: str, **given: Any) -> str:
    """Which one of the alternative arguments is not None; ValueError if it is not exactly one."""
    names = [key for key, value in given.items() if value is not None]
    if len(names) != 1:
        words = "both" if len(given) == 2 and names else " and ".join(names) or "none of them"
        raise ValueError(
            message(name, words, f"exactly one of {', '.join(given)}", "leaving the others out")
        )
    return names[0]


# -- shapes -------------------------------------------------------------------------------------
def sum_rightmost(value: Any, dims: int) -> Any:
    """The sum over the last `dims` dims; a number stays as it is for 0."""
    return value.sum(tuple(range(-dims, 0))) if dims else value


def standard_normal(shape: Sequence[int], dtype: DType) -> Tensor:
    """Standard normal numbers."""
    return randn(tuple(shape), dtype=dtype)


def positive_uniform(shape: Sequence[int], dtype: DType) -> Tensor:
    """Uniform numbers of which the logarithm can be taken."""
    return rand(tuple(shape), dtype=dtype).clamp(min=finfo(dtype).tiny)


def size_numel(shape: Sequence[int]) -> int:
    return Size(shape).numel()


# -- probabilities and logits -------------------------------------------------------------------
def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities: sigmoid of log odds (binary), else softmax along the last dim."""
    return logits.sigmoid() if is_binary else softmax(logits, dim=-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities at least the dtype's eps away from 0 and 1.

    >>> import flambeau
    >>> flambeau.distributions.utils.clamp_probs(flambeau.tensor([0.0, 0.5]))
    tensor([1.1921e-07, 5.0000e-01])
    """
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Log odds (binary), else log probabilities; both finite."""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


def normalized_logits(logits: Tensor) -> Tensor:
    """Log probabilities, which sum to 1 along the last dim."""
    return logits - logsumexp(logits, dim=-1, keepdim=True)


def softplus_exact(x: Tensor) -> Tensor:
    """log(1 + exp(x)) in full precision everywhere, with slope 1/2 at 0."""
    return x.logaddexp(zeros_like(x))


# -- attributes computed when first asked for ---------------------------------------------------
class lazy_property:  # noqa: N801 - PyTorch's name
    """Decorator: an attribute that the method computes when it is first read."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


# -- triangles ----------------------------------------------------------------------------------
def _places_in_triangle(n: int, diag: int) -> Tensor:
    """Flat indices of the elements on and below diagonal `diag` of an n x n matrix, by rows."""
    return from_numpy(np.flatnonzero(np.tri(n, n, diag, dtype=bool)))


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The elements on and below diagonal `diag`, row after row: (..., n, n) to (..., m)."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"tril_matrix_to_vec: diag ({diag}) provided is outside [{-n}, {n - 1}]")
    return mat.flatten(-2)[..., _places_in_triangle(n, diag)]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """The lower triangular matrix with these elements, row after row: (..., m) to (..., n, n)."""
    m = vec.shape[-1]
    # the size n for which n * (n + 1) / 2 elements change by `diag` further diagonals to m
    root = ((1 + 2 * diag) ** 2 + 8 * m + 4 * abs(diag) * (diag + 1)) ** 0.5
    size = (root - (1 + 2 * diag)) / 2
    n = round(size)
    if abs(n - size) > 1e-6:
        raise ValueError(
            message("vec_to_tril_matrix", f"{m} elements in the last dim",
                    "n * (n + 1) / 2 elements (for diag=0) of a square matrix")
        )  # fmt: skip
    flat = vec.new_zeros((*vec.shape[:-1], n * n))
    flat[..., _places_in_triangle(n, diag)] = vec
    return flat.reshape((*vec.shape[:-1], n, n))
