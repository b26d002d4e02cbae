"""References that NumPy has no word for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["as_int64", "definite", "lower", "of_scipy", "over", "softmax", "upper"]

Array = np.ndarray


def of_scipy(path: str) -> Callable[..., Any]:
    """A function of SciPy, which only tests need: "special.erfinv"."""

    def reference(*args: Any, **kwargs: Any) -> Any:
        import scipy  # type: ignore[import-untyped]

        found = scipy
        for part in path.split("."):
            found = getattr(found, part)
        return found(*args, **kwargs)

    return reference


def over(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction of NumPy's with PyTorch's argument names."""

    def reference(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return function(x, axis=dim, keepdims=keepdim)

    return reference


def as_int64(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` whose integers are int64."""

    def reference(*args: Any, **kwargs: Any) -> Any:
        return np.asarray(function(*args, **kwargs)).astype(np.int64)

    return reference


def softmax(x: Array, dim: int) -> Array:
    """exp(x) over its sum along `dim`."""
    e = np.exp(x - x.max(dim, keepdims=True, initial=-np.inf))
    return e / e.sum(dim, keepdims=True)


# -- forms of random matrices -------------------------------------------------------------------
def definite(x: Array) -> Array:
    """A Hermitian positive-definite matrix for each of x's."""
    return x @ np.swapaxes(x.conj(), -1, -2) + x.shape[-1] * np.eye(x.shape[-1])


def lower(x: Array) -> Array:
    """A lower triangular matrix that is far from singular."""
    return np.tril(x, -1) + (2 + abs(x)) * np.eye(*x.shape[-2:])


def upper(x: Array) -> Array:
    """An upper triangular matrix that is far from singular."""
    return np.triu(x, 1) + (2 + abs(x)) * np.eye(*x.shape[-2:])
