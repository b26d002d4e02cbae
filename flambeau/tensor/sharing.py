"""Tensors over memory that others hold: arrays, buffers, and whatever can become a tensor."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import check_device, check_dtype, finish, tensor
from flambeau.tensor.dlpack import from_dlpack
from flambeau.tensor.external import tensor_over
from flambeau.tensor.inplace import TO
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "as_tensor", "asarray", "from_numpy", "frombuffer"]


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """`data` as a tensor, sharing memory with arrays and tensors whose dtype is right already.

    >>> import flambeau, numpy
    >>> array = numpy.zeros(2, dtype="float32")
    >>> x = flambeau.as_tensor(array)
    >>> array[0] = 1
    >>> x
    tensor([1., 0.])
    """
    check_device("as_tensor", device)
    dtype = None if dtype is None else check_dtype("as_tensor", dtype)
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else apply(TO, (data,), (dtype,))
    if isinstance(data, np.ndarray):
        shared = tensor_over(data)
        return shared if dtype is None or dtype is shared.dtype else apply(TO, (shared,), (dtype,))
    return tensor(data, dtype=dtype)


def asarray(
    obj: Any, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """`obj` as a tensor; copy=True always copies, copy=False never, None only if it must."""
    check_device("asarray", device)
    dtype = None if dtype is None else check_dtype("asarray", dtype)
    found = obj if isinstance(obj, Tensor) else _from_other(obj, dtype)
    if isinstance(found, np.ndarray):
        try:
            found = tensor_over(found)
        except (TypeError, ValueError):  # of a dtype or with strides that tensors lack
            if copy is False:
                raise
    shares = isinstance(found, Tensor) and (dtype is None or dtype is found.dtype)
    if copy is False and not shares:
        raise ValueError(
            "asarray: can't alias with arbitrary data, or with data of another dtype; try copy=None"
        )
    if not isinstance(found, Tensor):
        result = tensor(found, dtype=dtype)
    elif not shares:
        result = apply(TO, (found,), (dtype,))
    else:
        result = found.clone() if copy else found  # type: ignore[attr-defined]
    return result if not requires_grad else finish("asarray", result.detach(), True)  # type: ignore[attr-defined]


_RAW = ("B", "b", "c")  # formats of buffers whose bytes may be elements of any dtype


def _from_other(obj: Any, dtype: DType | None) -> Any:
    """A tensor or array over memory that obj shares, if it does."""
    if isinstance(obj, (np.ndarray, np.generic)):
        return obj
    if hasattr(obj, "__dlpack__"):
        return from_dlpack(obj)
    try:
        view = memoryview(obj)
    except TypeError:
        return obj
    if view.format in _RAW and dtype is not None:
        return _over_buffer("asarray", view, dtype, -1, 0)
    return np.asarray(view)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor that shares the array's memory: writes to either are seen in both.

    TypeError for arrays of a dtype that tensors cannot have; ValueError for negative strides.

    >>> import flambeau, numpy
    >>> array = numpy.arange(3)
    >>> x = flambeau.from_numpy(array)
    >>> x[0] = 10
    >>> array.tolist()
    [10, 1, 2]
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(
            f"from_numpy: expected np.ndarray (got {type(ndarray).__name__}); "
            "try flambeau.tensor(...)"
        )
    if not ndarray.flags.writeable:
        warnings.warn(
            "The given NumPy array is not writable, and so is the tensor: in-place operations on "
            "it are refused. Try array.copy().",
            UserWarning,
            stacklevel=2,
        )
    return tensor_over(ndarray)


def frombuffer(
    buffer: Any, *, dtype: DType, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor of one dim over the memory of an object with the buffer protocol.

    count: how many elements, -1 for as many as there are; offset: how many bytes to skip.

    >>> import flambeau
    >>> flambeau.frombuffer(bytearray(b"\\x01\\x00\\x02\\x00"), dtype=flambeau.int16)
    tensor([1, 2], dtype=flambeau.int16)
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError(
            f"frombuffer: object does not implement Python buffer protocol: given "
            f"{type(buffer).__name__}; required: bytes, bytearray, memoryview, array.array and "
            "the like; try flambeau.tensor(...)"
        ) from None
    if view.readonly:
        warnings.warn(
            "The given buffer is not writable, and so is the tensor: in-place operations on it "
            "are refused. Try bytearray(buffer).",
            UserWarning,
            stacklevel=2,
        )
    return finish(
        "frombuffer", _over_buffer("frombuffer", view, dtype, count, offset), requires_grad
    )


def _over_buffer(name: str, view: memoryview, dtype: DType, count: int, offset: int) -> Tensor:
    length, size = view.nbytes, dtype.itemsize
    if not length or not count:
        raise ValueError(
            f"{name}: both buffer length ({length}) and count ({count}) must not be 0; try "
            "flambeau.empty(0)"
        )
    if not 0 <= offset < length:
        raise ValueError(
            f"{name}: offset ({offset} bytes) must be non-negative and no greater than buffer "
            f"length ({length} bytes) minus 1"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"{name}: buffer length ({length - offset} bytes) after offset ({offset} bytes) must "
            f"be a multiple of element size ({size}); try count"
        )
    if count > 0 and offset + count * size > length:
        raise ValueError(
            f"{name}: requested buffer length ({count} * {size} bytes) after offset ({offset} "
            f"bytes) must not be greater than actual buffer length ({length} bytes)"
        )
    return tensor_over(np.frombuffer(view, dtype.numpy, count, offset), dtype)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "as_tensor": as_tensor,
    "asarray": asarray,
    "from_dlpack": from_dlpack,
    "from_numpy": from_numpy,
    "frombuffer": frombuffer,
}
