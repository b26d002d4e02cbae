"""Tensors whose elements are in memory already, as arrays, and back: no program is made for them.

Transforms run once for each sample; an array's operation is a fraction of a recorded one's cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import bfloat16
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["array_of", "tensor_of"]


def array_of(x: Any) -> np.ndarray | None:
    """x's elements, not to be written; None if they are not known yet or x has a history."""
    if type(x) is not Tensor or x.requires_grad or x.dtype is bfloat16 or is_capturing():
        return None
    value = value_of(x)
    return read(x) if value.buffer is not None else None


def tensor_of(array: np.ndarray) -> Any:
    """A tensor over the array, in C order."""
    return from_numpy(np.ascontiguousarray(array))
