"""Memory shared with the outside: NumPy arrays in and out, both ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.layout import Layout
from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import evaluate, flush
from flambeau.engine.runtime.memory import Buffer, allocate, as_array
from flambeau.engine.runtime.storage import External, Storage
from flambeau.engine.runtime.value import Value, leaf
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import layout_of

__all__ = [
    "adopt_memory", "export", "shared_array", "snapshot", "tensor_over", "write_external",
]  # fmt: skip

# NumPy's dtypes and ours; bfloat16 has none
DTYPE_OF = {d.numpy: d for d in dt.DTYPES.values() if d is not dt.bfloat16}


def adopt_memory(buffer: Buffer, type: TensorType, readonly: bool = False) -> Storage:
    """A storage over memory that belongs to the outside."""
    storage = Storage(leaf(type, buffer))
    storage.external = External(buffer, pinned=True, readonly=readonly)
    return storage


def tensor_over(
    array: np.ndarray, dtype: dt.DType | None = None, readonly: bool | None = None
) -> Tensor:
    """A tensor that shares the array's memory; read-only memory can be read.

    dtype: what the elements are, if the array's dtype does not say (the bits of bfloat16).
    readonly: whether writing is refused, if the array's flag does not say.
    """
    dtype = dtype or DTYPE_OF.get(array.dtype)
    if dtype is None:
        if not array.dtype.isnative and array.dtype.newbyteorder("=") in DTYPE_OF:
            raise ValueError(
                f"from_numpy: given numpy array has byte order different from the native byte "
                f"order ({array.dtype}); try array.astype(array.dtype.newbyteorder('='))"
            )
        raise TypeError(
            f"from_numpy: can't convert np.ndarray of type {array.dtype}; the supported types are "
            f"{', '.join(sorted(str(d) for d in DTYPE_OF))}; try array.astype(...)"
        )
    if any(s < 0 for s in array.strides) and array.size:
        raise ValueError(
            "from_numpy: at least one stride in the given numpy array is negative, and tensors "
            "with negative strides are not supported; try array.copy()"
        )
    size = array.itemsize
    if any(s % size for s in array.strides):
        raise ValueError(
            "from_numpy: given numpy array strides not a multiple of the element byte size; "
            "try array.copy()"
        )
    strides = tuple(s // size for s in array.strides)
    layout = Layout(array.shape, strides)
    is_whole = layout.is_contiguous
    shape = array.shape if is_whole else (layout.last(),)
    type = tensor_type(dtype, shape)
    buffer = Buffer.at(array.__array_interface__["data"][0], type.nbytes, array)
    readonly = not array.flags.writeable if readonly is None else readonly
    result = Tensor._of(adopt_memory(buffer, type, readonly))
    if not is_whole:
        result._layout = layout
    return result


class _Exported:
    """Owner of an exported array's memory: when the last one dies, the storage is ours again."""

    def __init__(self, storage: Storage, external: External) -> None:
        self.storage = storage
        self.external = external
        external.exports += 1
        type = storage.value.type
        self.__array_interface__ = {
            "shape": type.shape,
            "typestr": type.dtype.numpy.str,
            "data": (external.buffer.address, external.readonly),
            "version": 3,
        }

    def __del__(self) -> None:
        external = self.external
        external.exports -= 1
        if external.exports == 0 and not external.pinned and self.storage.external is external:
            self.storage.external = None


def export(storage: Storage) -> np.ndarray:
    """The storage's memory as an array of its shape; writes are seen both ways."""
    if storage.external is None:
        flush(everywhere=True)  # pending readers must not see what the outside will write
        evaluate(storage.value)
        buffer = storage.value.buffer
        assert buffer is not None
        # another storage may hold the same value (clone renames); give this one its own memory
        type = storage.value.type
        own = allocate(type.nbytes)
        as_array(own, type.dtype.numpy, type.shape)[...] = as_array(
            buffer, type.dtype.numpy, type.shape
        )
        storage.value = leaf(type, own)
        storage.external = External(own, pinned=False)
        storage.version += 0
    return np.asarray(_Exported(storage, storage.external))


def shared_array(x: Tensor) -> np.ndarray:
    """x's elements as an array over x's memory; bfloat16 as uint16 bits."""
    dtype = x.dtype
    storage: Any = x._storage
    if storage.value.type.numel == 0:
        return np.empty(x._shape, dtype.numpy)
    layout = x._layout
    if storage.base is not None:  # the array of a storage of another dtype
        elements = storage.elements()
        shape, strides, offset = layout_of(x)
        step = elements.strides[0]
        return np.lib.stride_tricks.as_strided(
            elements[offset:], shape, tuple([s * step for s in strides])
        )
    memory = export(storage)
    if layout is None:
        return memory
    size = dtype.itemsize
    strides = tuple([s * size for s in layout.strides])
    return np.ndarray(layout.shape, dtype.numpy, memory, layout.offset * size, strides)


SMALL = 1 << 18  # bytes that are copied rather than read at once


def snapshot(x: Tensor, value: Value) -> Value | None:
    """A copy of the little that x has of outside memory: then the operation need not be computed
    before its call returns. None for much, and inside a function that is captured."""
    storage = x._storage
    nbytes = value.type.nbytes
    if nbytes > SMALL or RECORDERS or type(storage) is not Storage or not nbytes:
        return None
    external = storage.external
    assert external is not None
    dtype = value.type.dtype.numpy
    array = as_array(external.buffer, dtype, storage.value.type.shape)
    if x._layout is not None:
        shape, strides, offset = x._layout
        steps = tuple([s * dtype.itemsize for s in strides])
        array = np.ndarray(shape, dtype, array, offset * dtype.itemsize, steps)
    own = allocate(nbytes)
    as_array(own, dtype, value.type.shape)[...] = array
    return leaf(value.type, own)


def write_external(storage: Storage) -> None:
    """Bring the storage's new value into its external memory."""
    if storage.base is not None:
        return write_external(storage.base)
    external = storage.external
    assert external is not None
    value = storage.value
    evaluate(value)
    type = value.type
    assert value.buffer is not None
    if value.buffer is not external.buffer:
        as_array(external.buffer, type.dtype.numpy, type.shape)[...] = as_array(
            value.buffer, type.dtype.numpy, type.shape
        )
    storage.value = leaf(type, external.buffer)
