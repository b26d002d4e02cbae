"""Python data (numbers, nested sequences, arrays, tensors) as NumPy arrays of a flambeau dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.values import hold, store
from flambeau.tensor.boundary import read
from flambeau.tensor.dlpack import from_dlpack
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
    array = _array_like(data)
    if array is not None:
        found = dtype or _dtype_of_array_like(data, array)
        return to_dtype(array, found, name), found
    if isinstance(data, (list, tuple)) and _is_plain(data):
        array = _plain_array(data)
        if array is not None:
            found = dtype or _NUMBER_KINDS[array.dtype.kind] or _inexact(array)
            return to_dtype(array, found), found
    found = dtype or _infer(data)
    if _is_sequence(data):
        arrays = _equal_arrays(data)
        if arrays is not None:
            return np.stack([to_dtype(a, found, name) for a in arrays]), found
    shape = _shape_of(data, name)
    array = np.empty(shape, _wide(found))
    flat = array.reshape(-1)
    for position, leaf in enumerate(_leaves(data, shape, ())):
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


_PLAIN = {float, int, bool, complex}
_ROWS = {list, tuple}


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
def _is_plain(data: Any, depth: int = 0) -> bool:
    """Whether nested sequences hold Python's own numbers only, which have no dtype of their own."""
    kinds = set(map(type, data))
    if kinds <= _PLAIN:
        return bool(kinds)
    return kinds <= _ROWS and depth < 64 and all([_is_plain(row, depth + 1) for row in data])


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


# -- arrays, and what can become one ------------------------------------------------------------
def _array_like(x: Any) -> np.ndarray | None:
    """An array of the elements of a tensor, an array, or an object of another library's."""
    if isinstance(x, Tensor):
        return held_array(x)
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x)
    if isinstance(x, (list, tuple, int, float, complex)):
        return None
    if hasattr(x, "__array__") or hasattr(x, "__array_interface__"):
        return np.asarray(x)
    return held_array(from_dlpack(x)) if hasattr(x, "__dlpack__") else None


def _dtype_of_array_like(x: Any, array: np.ndarray) -> DType:
    return x.dtype if isinstance(x, Tensor) else _dtype_of_array(array, x)


def _dtype_of_array(array: np.ndarray, given: Any) -> DType:
    found = DTYPE_OF.get(array.dtype.newbyteorder("="))
    if found is not None:
        return found
    hint = "try array.astype(...)"
    if hasattr(given, "dtypes"):  # a table of columns
        columns = dict(given.dtypes) if np.ndim(given) == 2 else {}
        wrong = [n for n, d in columns.items() if getattr(d, "kind", "O") not in "biufc"]
        named = f" ({', '.join(repr(n) for n in wrong)} are not numbers)" if wrong else ""
        hint = f"try to select the columns that are numbers{named}, or .astype('float32')"
    raise TypeError(
        f"can't convert {type(given).__module__.split('.')[0].replace('numpy', 'np')}."
        f"{type(given).__name__} of type {array.dtype}. The only supported types are: "
        f"{', '.join(sorted(str(d) for d in DTYPE_OF))}; {hint}"
    )


def _equal_arrays(data: Any) -> list[np.ndarray] | None:
    """The items of a sequence as arrays, if they all are arrays of equal shape."""
    arrays: list[np.ndarray] = []
    for item in data:
        array = _array_like(item)
        if array is None or (arrays and array.shape != arrays[0].shape):
            return None
        arrays.append(array)
    return arrays or None


def _infer(data: Any, path: tuple[int, ...] = ()) -> DType:
    """The dtype that holds every leaf."""
    if isinstance(data, (bool, int, float, complex)) and not isinstance(data, np.generic):
        return _dtype_of_number(data)
    if isinstance(data, str):
        raise TypeError(
            f"tensor: new(): invalid data type 'str'{_at(path)}; required: numbers, sequences of "
            "them, arrays"
        )
    array = _array_like(data)
    if array is not None:
        return _dtype_of_array_like(data, array)
    if _is_sequence(data):
        found: DType | None = None
        for i, item in enumerate(data):
            if len(path) > 64:
                raise ValueError("tensor: too many dimensions; the data contains itself")
            kind = _infer(item, (*path, i))
            found = kind if found is None else dt.promote(found, kind)
        return found or get_default_dtype()
    raise RuntimeError(
        f"tensor: Could not infer dtype of {type(data).__name__}{_at(path)}; required: numbers, "
        "nested sequences of numbers, NumPy arrays or tensors"
    )


def _at(path: tuple[int, ...]) -> str:
    """Where in nested sequences something is: " at data[1][0]"."""
    return f" at data{''.join(f'[{i}]' for i in path)}" if path else ""


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
        array = _array_like(data)
        if array is not None or not _is_sequence(data):
            return (*shape, *np.shape(data if array is None else array))
        shape.append(len(data))
        if len(shape) > 64:
            raise ValueError(f"{name}: too many dimensions; the data contains itself")
        if not data:
            return tuple(shape)
        data = data[0]


def _leaves(data: Any, shape: tuple[int, ...], path: tuple[int, ...]) -> Any:
    """The numbers in row-major order; ValueError where lengths differ."""
    dim = len(path)
    array = _array_like(data)
    if array is not None:
        if array.shape != shape[dim:]:
            raise _ragged(shape, path, array.shape)
        yield from array.reshape(-1).tolist()
    elif _is_sequence(data):
        if dim == len(shape) or len(data) != shape[dim]:
            raise _ragged(shape, path, (len(data),))
        for i, item in enumerate(data):
            yield from _leaves(item, shape, (*path, i))
    elif dim < len(shape):
        raise TypeError(
            f"tensor: expected a sequence of length {shape[dim]} at dim {dim} (got "
            f"{type(data).__name__}, which is not a sequence){_at(path)}"
        )
    else:
        yield data


def _ragged(shape: tuple[int, ...], path: tuple[int, ...], got: tuple[int, ...]) -> ValueError:
    dim = len(path)
    if dim == len(shape):
        return ValueError(
            f"tensor: expected a number at dim {dim} (got a sequence of length "
            f"{got[0] if got else 0}){_at(path)}; all elements must be nested equally deep"
        )
    differs = [i for i, n in enumerate(got) if dim + i < len(shape) and shape[dim + i] != n]
    at = differs[0] if differs else min(len(got), len(shape) - dim)
    length = got[at] if at < len(got) else "none"
    expected = f"sequence of length {shape[dim + at]}" if dim + at < len(shape) else "a number"
    return ValueError(
        f"tensor: expected {expected} at dim {dim + at} (got {length}){_at(path)}; "
        "all rows must have the same length: try to pad or cut the rows, or one tensor for each"
    )
