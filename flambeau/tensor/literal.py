"""Python data (numbers, nested sequences, arrays, tensors) as NumPy arrays of a flambeau dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.values import hold, store
from flambeau.tensor.boundary import read
from flambeau.tensor.external import DTYPE_OF
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["array_of", "check_fits", "held_array", "to_dtype"]

_NUMBER_KINDS = {"b": dt.bool_, "i": dt.int64, "f": None, "c": None}


def array_of(data: Any, dtype: DType | None, name: str = "tensor") -> tuple[np.ndarray, DType]:
    """`data` as a new array in the storage form of its dtype (of `dtype`, if given)."""
    kind = type(data)
    if kind is float or kind is int or kind is bool or kind is complex:
        found = dtype or _dtype_of_number(data)
        return _number_array(data, found), found
    if isinstance(data, Tensor):
        found = dtype or data.dtype
        return to_dtype(held_array(data), found), found
    if isinstance(data, np.ndarray):
        found = dtype or _dtype_of_array(data)
        return to_dtype(data, found), found
    if isinstance(data, (list, tuple)) and type(_first_leaf(data)) in _PLAIN:
        array = _plain_array(data)
        if array is not None:
            found = dtype or _NUMBER_KINDS[array.dtype.kind] or _inexact(array)
            return to_dtype(array, found), found
    if hasattr(data, "__array__") or hasattr(data, "__array_interface__"):
        return array_of(np.asarray(data), dtype, name)
    found = dtype or _infer(data)
    shape = _shape_of(data, name)
    array = np.empty(shape, _wide(found))
    flat = array.reshape(-1)
    for position, leaf in enumerate(_leaves(data, shape, 0)):
        if array.dtype.kind in "iu":
            check_fits(leaf, found, name)
        flat[position] = leaf
    return to_dtype(array, found), found


def held_array(x: Tensor) -> np.ndarray:
    """The elements of `x`; bfloat16 as float32."""
    return hold(read(x), x.dtype)


def to_dtype(array: np.ndarray, dtype: DType, name: str = "tensor") -> np.ndarray:
    """A copy of `array` in the storage form of `dtype`; RuntimeError if an integer is too large."""
    if dtype.category == "int" and array.dtype.kind == "i" and array.size:
        check_fits(int(array.max()), dtype, name)
        check_fits(int(array.min()), dtype, name)
    if dtype is dt.bfloat16:
        return store(array.astype(np.float32), dtype)
    with np.errstate(all="ignore"):
        return array.astype(dtype.numpy)


_PLAIN = (float, int, bool, complex)


# -- numbers ------------------------------------------------------------------------------------
def _dtype_of_number(x: Any) -> DType:
    if isinstance(x, bool):
        return dt.bool_
    if isinstance(x, int):
        return dt.int64
    return get_default_dtype() if isinstance(x, float) else get_default_dtype().to_complex()


def _number_array(x: Any, dtype: DType) -> np.ndarray:
    if dtype.category == "int":
        check_fits(x, dtype)
        bits = 8 * dtype.itemsize
        return np.array(int(x) % (1 << bits), f"uint{bits}").view(dtype.numpy)
    if dtype is dt.bfloat16:
        return store(np.array(x, np.float32), dtype)
    with np.errstate(all="ignore"):
        return np.array(x).astype(dtype.numpy)


def check_fits(x: Any, dtype: DType, name: str = "tensor") -> None:
    """RuntimeError if the number `x` is beyond an integer dtype; unsigned ones wrap negatives."""
    if dtype.category != "int":
        return
    limits = np.iinfo(dtype.numpy)
    least = limits.min if dtype.is_signed else -int(limits.max)
    if x != x or not least <= x <= limits.max:
        if isinstance(x, int) and not -(2**63) <= x < 2**63:
            raise ValueError(
                f"{name}: Overflow when unpacking long long: given {x}; required: 64 bits; try a "
                "float"
            )
        raise RuntimeError(
            f"{name}: value cannot be converted to type {dtype.name} without overflow: given {x}; "
            f"required: {limits.min} to {limits.max}; try a wider dtype"
        )


# -- sequences ----------------------------------------------------------------------------------
def _first_leaf(data: Any) -> Any:
    while isinstance(data, (list, tuple)):
        if not data:
            return None
        data = data[0]
    return data


def _plain_array(data: Any) -> np.ndarray | None:
    """What NumPy makes of nested lists of numbers; None if that is not what PyTorch would."""
    try:
        array = np.array(data)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in _NUMBER_KINDS else None


def _inexact(array: np.ndarray) -> DType:
    default = get_default_dtype()
    return default if array.dtype.kind == "f" else default.to_complex()


def _is_sequence(x: Any) -> bool:
    return isinstance(x, (list, tuple, range)) or (
        isinstance(x, Sequence) and not isinstance(x, (str, bytes))
    )


def _infer(data: Any) -> DType:
    """The dtype that holds every leaf."""
    if isinstance(data, (bool, int)):
        return _dtype_of_number(data)
    if isinstance(data, Tensor):
        return data.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return _dtype_of_array(np.asarray(data))
    if isinstance(data, (float, complex)):
        return _dtype_of_number(data)
    if isinstance(data, str):
        raise TypeError(
            "tensor: new(): invalid data type 'str'; required: numbers, sequences of them, arrays"
        )
    if _is_sequence(data):
        found: DType | None = None
        for item in data:
            kind = _infer(item)
            found = kind if found is None else dt.promote(found, kind)
        return found or get_default_dtype()
    raise RuntimeError(
        f"tensor: Could not infer dtype of {type(data).__name__}; required: numbers, nested "
        "sequences of numbers, NumPy arrays or tensors"
    )


def _dtype_of_array(array: np.ndarray) -> DType:
    found = DTYPE_OF.get(array.dtype.newbyteorder("="))
    if found is None:
        raise TypeError(
            f"can't convert np.ndarray of type {array.dtype}. The only supported types are: "
            f"{', '.join(sorted(str(d) for d in DTYPE_OF))}; try array.astype(...)"
        )
    return found


def _wide(dtype: DType) -> np.dtype:
    """A NumPy dtype in which leaves are gathered before they are checked and rounded."""
    if dtype.category == "int":
        return np.dtype(np.uint64 if dtype is dt.uint64 else np.int64)
    if dtype.category == "float":
        return np.dtype(np.float64)
    return np.dtype(np.complex128) if dtype.is_complex else dtype.numpy


def _shape_of(data: Any, name: str) -> tuple[int, ...]:
    """The lengths along the first elements; the other elements are compared in `_leaves`."""
    shape: list[int] = []
    while True:
        if isinstance(data, Tensor):
            return (*shape, *data._shape)
        if isinstance(data, (np.ndarray, np.generic)) or not _is_sequence(data):
            return (*shape, *np.shape(data))
        shape.append(len(data))
        if len(shape) > 64:
            raise ValueError(f"{name}: too many dimensions; the data contains itself")
        if not data:
            return tuple(shape)
        data = data[0]


def _leaves(data: Any, shape: tuple[int, ...], dim: int) -> Any:
    """The numbers in row-major order; ValueError where lengths differ."""
    if isinstance(data, Tensor):
        data = held_array(data)
    if isinstance(data, (np.ndarray, np.generic)):
        if data.shape != shape[dim:]:
            raise _ragged(shape, dim, data.shape)
        yield from data.reshape(-1).tolist()
    elif _is_sequence(data):
        if dim == len(shape) or len(data) != shape[dim]:
            raise _ragged(shape, dim, (len(data),))
        for item in data:
            yield from _leaves(item, shape, dim + 1)
    elif dim < len(shape):
        raise TypeError(
            f"tensor: expected a sequence of length {shape[dim]} at dim {dim} (got "
            f"{type(data).__name__}, which is not a sequence)"
        )
    else:
        yield data


def _ragged(shape: tuple[int, ...], dim: int, got: tuple[int, ...]) -> ValueError:
    if dim == len(shape):
        return ValueError(
            f"tensor: expected a number at dim {dim} (got a sequence of length "
            f"{got[0] if got else 0}); all elements must be nested equally deep"
        )
    length = got[0] if got else "none"
    return ValueError(
        f"tensor: expected sequence of length {shape[dim]} at dim {dim} (got {length}); "
        "all rows must have the same length"
    )
