"""A caching allocator of CPU memory: blocks that die are kept for the next request.

Fresh memory costs a page fault for every 4 KiB, as much as a cheap kernel takes to fill it, so
reuse is what makes elementwise work run at memory speed. Sizes are rounded up to classes (eight
for each doubling, at most 12.5 % of waste) so that similar sizes meet; what is kept is bounded.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Any

import numpy as np

__all__ = ["Buffer", "allocate", "as_array", "cached_bytes", "empty_cache", "size_class"]

ALIGNMENT = 64  # bytes; a cache line, and the widest vector
MAX_CACHED = 1 << 30  # bytes kept at most; beyond it the oldest blocks are given back

_free: dict[int, list[tuple[int, Any]]] = {}  # capacity -> (address, owner) of unused blocks
_order: deque[int] = deque()  # capacities in the order in which large blocks were kept
_LARGE = 1 << 20  # only blocks from here on count against the bound
_cached = [0]


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
        capacity = self.capacity
        if capacity:
            blocks = _free.get(capacity)
            if blocks is None:
                blocks = _free.setdefault(capacity, [])
            blocks.append((self.address, self.owner))
            if capacity >= _LARGE:
                _keep(capacity)


def _keep(capacity: int) -> None:
    """Count a large block that was kept; give back the oldest ones beyond the bound."""
    _order.append(capacity)
    _cached[0] += capacity
    while _cached[0] > MAX_CACHED and _order:
        try:
            oldest = _order.popleft()
            _free[oldest].pop(0)
        except (IndexError, KeyError):  # another thread took it
            continue
        _cached[0] -= oldest


def size_class(nbytes: int) -> int:
    """The capacity of a block for `nbytes`: the next of eight sizes for each doubling.

    >>> size_class(1), size_class(1000), size_class(1025)
    (64, 1024, 1152)
    """
    if nbytes <= 8 * ALIGNMENT:
        return max(ALIGNMENT, -(-nbytes // ALIGNMENT) * ALIGNMENT)
    step = 1 << (nbytes - 1).bit_length() - 4
    return -(-nbytes // step) * step


def allocate(nbytes: int) -> Buffer:
    """At least `nbytes` bytes at a multiple of 64; MemoryError if there are none."""
    capacity = size_class(nbytes)
    blocks = _free.get(capacity)
    if blocks:
        try:
            address, owner = blocks.pop()
        except IndexError:  # another thread was faster
            return allocate(nbytes)
        if capacity >= _LARGE:
            _cached[0] -= capacity
            with contextlib.suppress(ValueError):
                _order.remove(capacity)
        return Buffer(address, nbytes, capacity, owner)
    try:
        owner = np.empty(capacity + ALIGNMENT, np.uint8)
    except MemoryError:
        empty_cache()
        owner = np.empty(capacity + ALIGNMENT, np.uint8)
    address = -(-owner.ctypes.data // ALIGNMENT) * ALIGNMENT
    return Buffer(address, nbytes, capacity, owner)


def cached_bytes() -> int:
    """Bytes of unused blocks that are kept."""
    return sum(capacity * len(blocks) for capacity, blocks in list(_free.items()))


def empty_cache() -> None:
    """Give the cached memory back to the system."""
    _free.clear()
    _order.clear()
    _cached[0] = 0


class _Memory:
    """What NumPy asks for the memory of a buffer; the array keeps it, and it keeps the buffer."""

    def __init__(self, buffer: Buffer, offset: int, nbytes: int) -> None:
        self.buffer = buffer
        self.__array_interface__ = {
            "shape": (nbytes,), "typestr": "|u1", "data": (buffer.address + offset, False),
            "version": 3,
        }  # fmt: skip


def as_array(buffer: Buffer, dtype: np.dtype, shape: tuple, offset_bytes: int = 0) -> np.ndarray:
    """An array over the buffer's memory; it keeps the buffer alive."""
    n = dtype.itemsize
    for size in shape:
        n *= size
    return np.asarray(_Memory(buffer, offset_bytes, n)).view(dtype).reshape(shape)
