"""`Storage`: the cell that tensors share.

Mutation is renaming: an in-place operation computes a new value from the old one and puts it
into the cell. A tensor that computed from the old value holds that value, not the cell, so a
later write can never reach it. Views read and write the cell through their layout.

Memory that the outside can see (`from_numpy`, `.numpy()`, DLPack) is *external*: its cell's
value always lies at that address, and operations that read or write it run at once.
"""

from __future__ import annotations

from typing import Any

from flambeau.engine.runtime.value import Value

__all__ = ["External", "Storage"]


class External:
    """Memory shared with the outside: the buffer, and how many exports of it are alive.

    `pinned` memory came from outside and stays external for good; memory of ours that was
    handed out stops being external when the last export has died.
    """

    __slots__ = ("buffer", "exports", "pinned", "readonly")

    def __init__(self, buffer: Any, pinned: bool, readonly: bool = False) -> None:
        self.buffer = buffer
        self.pinned = pinned
        self.readonly = readonly
        self.exports = 0


class Storage:
    """The present value, how often it was written, and whether the outside sees it."""

    __slots__ = ("__weakref__", "external", "value", "version")
    base: Storage | None = None  # whose memory a storage of another dtype reads (reinterpret.py)

    def __init__(self, value: Value) -> None:
        self.value = value
        self.version = 0
        self.external: External | None = None
