"""Reading the format from before PyTorch 1.6: pickles one after another, then the storages.

pickle of a magic number, of the protocol's version, of the system's properties,
of the object, of the list of storage keys; then for each key: int64 elements, the bytes
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.errors import CheckpointError
from flambeau.core.types import Shape
from flambeau.io.rebuild import STATES, Rebuilder
from flambeau.io.unpickle import unpickle
from flambeau.tensor.boundary import fresh
from flambeau.tensor.tensor import Tensor

__all__ = ["load"]

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001


def load(file: BinaryIO, name: str, trusted: bool) -> Any:
    """The object in a file of the old format."""
    data = file.read()
    try:
        return _Legacy(data).load(trusted)
    except CheckpointError as error:
        raise CheckpointError(f"load: {name}: {error}") from error.__cause__


class _Legacy:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        # storages come after the pickles that refer to them: tensors are filled at the end
        self.waiting: dict[str, tuple[DType, np.ndarray]] = {}
        self.rebuilder = Rebuilder(self._reserve)

    def _reserve(self, key: str, dtype: DType, shape: Shape) -> Tensor:
        nbytes = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if nbytes > len(self.data):
            raise CheckpointError(
                f"storage {key} claims {nbytes} bytes, but the file has {len(self.data)}; it is "
                "damaged or was cut short"
            )
        tensor, memory = fresh(dtype, shape)
        self.waiting[key] = (dtype, memory.reshape(-1))
        return tensor

    def _next(self) -> Any:
        part = memoryview(self.data)[self.at :]
        rebuilder = self.rebuilder
        result, length = unpickle(part, rebuilder.names, rebuilder.persistent, STATES)
        self.at += length
        return result

    def load(self, trusted: bool) -> Any:
        """Read all parts; checks that this is what it claims to be."""
        if self._next() != MAGIC:
            raise CheckpointError(
                "a pickle, but no checkpoint; if it is an object from pickle.dump, pickle.load "
                "reads it"
            )
        if trusted:
            raise CheckpointError(
                "whole objects in the format before PyTorch 1.6 are not read; try "
                "weights_only=True, or save the state_dict() with a newer PyTorch"
            )
        protocol = self._next()
        if protocol != PROTOCOL:
            raise CheckpointError(f"protocol {protocol!r} is unknown; required: {PROTOCOL}")
        system = self._next()
        order = "<" if not isinstance(system, dict) or system.get("little_endian", True) else ">"
        result = self._next()
        for key in self._next():
            self._fill(key, order)
        return result

    def _fill(self, key: Any, order: str) -> None:
        if self.at + 8 > len(self.data):
            raise CheckpointError("the file ends before its storages; it was cut short")
        (n,) = struct.unpack_from(order + "q", self.data, self.at)
        self.at += 8
        handle = self.rebuilder.handles.get(key)
        if handle is None or handle.dtype is None or n != handle.size:
            raise CheckpointError(f"storage {key!r} is not what the tensors were told")
        nbytes = n * handle.dtype.itemsize
        if self.at + nbytes > len(self.data):
            raise CheckpointError("the file ends in the middle of a storage; it was cut short")
        if key in self.waiting:
            dtype, memory = self.waiting[key]
            stored = dtype.numpy.newbyteorder(order)  # type: ignore[arg-type]
            memory[...] = np.frombuffer(self.data, stored, n, self.at)
        self.at += nbytes
