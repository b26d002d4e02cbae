"""A caching allocator of CPU memory: blocks that die are kept for the next request."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

__all__ = ["Buffer", "allocate", "as_array", "empty_cache"]

_free: dict[int, list[tuple[int, Any]]] = {}


class Buffer:
    """Memory at `address`: ours (returned to the cache when the Buffer dies), or somebody's."""

    __slots__ = ("__weakref__", "address", "capacity", "is_owned", "nbytes", "owner")

    def __init__(self, address: int, nbytes: int, capacity: int, owner: Any) -> None:
        self.address = address
        self.nbytes = nbytes
        self.capacity = capacity
        self.owner = owner
        self.is_owned = capacity > 0

    @staticmethod
    def at(address: int, nbytes: int, owner: Any = None) -> Buffer:
        """Memory that belongs to the outside; `owner` is kept alive."""
        return Buffer(address, nbytes, 0, owner)

    def __del__(self) -> None:
        if self.capacity:
            _free.setdefault(self.capacity, []).append((self.address, self.owner))


def allocate(nbytes: int) -> Buffer:
    """At least `nbytes` bytes at a multiple of 64."""
    capacity = max(64, 1 << (nbytes - 1).bit_length()) if nbytes <= 1 << 16 else -(-nbytes // 65536) * 65536
    blocks = _free.get(capacity)
    if blocks:
        address, owner = blocks.pop()
    else:
        owner = np.empty(capacity + 64, np.uint8)
        address = -(-owner.ctypes.data // 64) * 64
    return Buffer(address, nbytes, capacity, owner)


def empty_cache() -> None:
    """Give the cached memory back."""
    _free.clear()


class _Memory:
    def __init__(self, buffer: Buffer, offset: int, nbytes: int) -> None:
        self.buffer = buffer
        self.__array_interface__ = {
            "shape": (nbytes,), "typestr": "|u1", "data": (buffer.address + offset, False),
            "version": 3,
        }  # fmt: skip


def as_array(buffer: Buffer, dtype: np.dtype, shape: tuple, offset_bytes: int = 0) -> np.ndarray:
    """An array over the buffer's memory; it keeps the buffer alive."""
    n = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    return np.asarray(_Memory(buffer, offset_bytes, n)).view(dtype).reshape(shape)
