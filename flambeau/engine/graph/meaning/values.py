"""How values are held in NumPy arrays while a graph is interpreted.

Every dtype is held as its NumPy counterpart, except bfloat16, which NumPy lacks: it is held as
float32 whose values are rounded to bfloat16. Arithmetic on float16 and bfloat16 is done in
float32 and rounded after each primitive.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType

__all__ = [
    "from_storage",
    "held_dtype",
    "hold",
    "narrow",
    "number",
    "round_bfloat16",
    "store",
    "to_storage",
    "widen",
]

Array = np.ndarray[Any, Any]


def held_dtype(dtype: DType) -> np.dtype[Any]:
    """The dtype of the arrays in which values of `dtype` are held."""
    return np.dtype(np.float32) if dtype is dt.bfloat16 else dtype.numpy


def round_bfloat16(x: Array) -> Array:
    """float32 values rounded to the nearest bfloat16, ties to even; still float32."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    rounded = (bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) & np.uint32(0xFFFF0000)
    # the carry of a NaN's payload would run into the exponent; a payload that lies in the
    # lower half alone is replaced, so that the value stays a NaN
    cut = bits & np.uint32(0xFFFF0000)
    cut = np.where(cut & np.uint32(0x007FFFFF), cut, np.uint32(0x7FC00000))
    is_nan = (bits & np.uint32(0x7FFFFFFF)) > np.uint32(0x7F800000)
    return np.asarray(np.where(is_nan, cut, rounded)).view(np.float32)


def from_storage(bits: Array) -> Array:
    """bfloat16 bits (uint16) as float32 values.

    >>> from_storage(np.array([0x3F80, 0xC000], np.uint16)).tolist()
    [1.0, -2.0]
    """
    return np.asarray(np.asarray(bits).astype(np.uint32) << 16).view(np.float32)


def to_storage(x: Array) -> Array:
    """float32 values as bfloat16 bits (uint16), rounded to nearest, ties to even.

    >>> [hex(b) for b in to_storage(np.array([1.0, -2.0], np.float32)).tolist()]
    ['0x3f80', '0xc000']
    """
    return np.asarray(round_bfloat16(x).view(np.uint32) >> 16).astype(np.uint16)


def hold(stored: Array, dtype: DType) -> Array:
    """A buffer's array as values."""
    return from_storage(stored) if dtype is dt.bfloat16 else stored


def store(held: Array, dtype: DType) -> Array:
    """Values as a buffer's array."""
    return to_storage(held) if dtype is dt.bfloat16 else held


def widen(x: Array) -> Array:
    """float16 as float32, in which its arithmetic is done; everything else as it is."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def narrow(x: Any, dtype: DType) -> Array:
    """A computed array rounded to `dtype`, in the form in which `dtype` is held."""
    x = np.asarray(x)
    if dtype is dt.bfloat16:
        return round_bfloat16(x.astype(np.float32))
    if dtype is dt.float16 and x.dtype != np.float16:
        return np.asarray(x.astype(np.float32).astype(np.float16))
    return np.asarray(x.astype(dtype.numpy, copy=False))


def number(value: Any, dtype: DType) -> Array:
    """A Python number as an array without dims; integers wrap."""
    if dtype.category == "bool":
        return np.array(bool(value))
    if dtype.category == "int":
        bits = 8 * dtype.itemsize
        return np.array(int(value) % (1 << bits), f"uint{bits}").view(dtype.numpy)
    return narrow(np.array(value, np.complex128 if dtype.is_complex else np.float64), dtype)
