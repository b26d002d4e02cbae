"""Memory shared with the outside: NumPy arrays in and out, both ways."""

from __future__ import annotations

import numpy as np

from flambeau.core.types import TensorType
from flambeau.engine.backend.allocator import Buffer, allocate, as_array
from flambeau.engine.runtime.evaluate import evaluate, flush
from flambeau.engine.runtime.storage import External, Storage
from flambeau.engine.runtime.value import leaf

__all__ = ["adopt_memory", "export", "write_external"]


def adopt_memory(buffer: Buffer, type: TensorType, readonly: bool = False) -> Storage:
    """A storage over memory that belongs to the outside."""
    storage = Storage(leaf(type, buffer))
    storage.external = External(buffer, pinned=True, readonly=readonly)
    return storage


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
    """The storage's memory as an array in the shape of its base; writes are seen both ways."""
    if storage.external is None:
        flush()  # pending readers must not see what the outside will write
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


def write_external(storage: Storage) -> None:
    """Bring the storage's new value into its external memory."""
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
