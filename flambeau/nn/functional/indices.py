"""Checks of indices at the call, where their values are already known."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import IndexOutOfRange
from flambeau.tensor import bounds
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["check_range", "known_array"]


def known_array(x: Tensor) -> Any:
    """x's elements if they can be read without computing anything, else None."""
    return None if is_capturing() else bounds.known_array(value_of(x))


def check_range(x: Tensor, count: int, error: str, ignore: int | None = None) -> None:
    """IndexOutOfRange with `error`, formatted with the index, if one is not in 0 <= i < count."""
    array = known_array(x)
    if array is None or not array.size:
        return
    low, high = array.min(), array.max()
    if low >= 0 and high < count:
        return
    bad = (array < 0) | (array >= count)
    if ignore is not None:
        bad &= array != ignore
    if bad.any():
        raise IndexOutOfRange(error.format(int(array[bad].flat[0]) if array.ndim else int(array)))
