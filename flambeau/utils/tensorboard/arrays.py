"""What the writer is given, as NumPy arrays; the class of the errors about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import bfloat16
from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor

__all__ = ["InputError", "NotAnArray", "as_array", "describe", "make_np"]


class InputError(AssertionError, ValueError):
    """An argument of the wrong shape or value; PyTorch raises either class."""


class NotAnArray(NotImplementedError, TypeError):
    """What was given is no tensor, array or number; the first class is PyTorch's."""


def make_np(x: Any, operation: str = "make_np") -> np.ndarray:
    """A tensor, array or number as an array; a number becomes one element in one dim.

    bfloat16 becomes float32.
    """
    if isinstance(x, np.ndarray):
        return x
    if np.isscalar(x):
        return np.array([x])
    if isinstance(x, Tensor):
        x = x.detach()
        return (x.float() if x.dtype is bfloat16 else x).cpu().numpy()  # type: ignore[no-any-return]
    if hasattr(x, "__array__"):  # another library's tensor or table
        return np.asarray(x)
    raise NotAnArray(
        message(
            operation,
            f"an object of class {type(x).__name__}",
            "a tensor, an array or a number",
            "flambeau.as_tensor(...)",
        )
    )


def as_array(x: Any, operation: str) -> np.ndarray:
    """The same, for what may be a list as well."""
    return np.asarray(x) if isinstance(x, (list, tuple)) else make_np(x, operation)


def describe(x: np.ndarray) -> str:
    """Shape and dtype for a message."""
    return f"shape {tuple(x.shape)} and dtype {x.dtype}"
