"""The device's memory and threads, for the layers above: buffers, and how many workers share."""

from __future__ import annotations

from flambeau.core.config import config
from flambeau.engine.backend.allocator import Buffer, allocate, as_array, empty_cache
from flambeau.engine.backend.pool import available_threads
from flambeau.engine.backend.registry import loaded_backend

__all__ = [
    "Buffer", "allocate", "as_array", "available_threads", "empty_cache", "set_threads",
]  # fmt: skip


def set_threads(threads: int) -> None:
    """Have `threads` threads share the work of large kernels; results do not depend on it."""
    config.set(NUM_THREADS=threads)
    backend = loaded_backend("cpu")
    if backend is not None:
        backend.set_threads(available_threads())
