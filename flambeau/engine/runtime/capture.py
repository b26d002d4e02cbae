"""Recording of which storages a function reads and writes while it is captured.

The tensor layer calls `seen` for every storage it touches while `RECORDERS` is not empty; the
evaluation tells about each program that ran. `flambeau/compiler.py` turns the record into a
replayable program.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import Value, leaf

__all__ = ["RECORDERS", "Recorder", "is_capturing"]

UNSEEN = object()  # a gradient that was replaced without being looked at

RECORDERS: list[Recorder] = []  # the active one, if any


def is_capturing() -> bool:
    """Whether a function is being captured: nothing may look at values now."""
    return bool(RECORDERS)


class Recorder:
    """What one run of a function touched. `evaluate_view` gives a view its buffer."""

    def __init__(self, evaluate_view: Callable[[Value], None]) -> None:
        self.evaluate_view = evaluate_view
        # storages that existed before, with the value and version they had when first touched
        self.entry: dict[Storage, tuple[Value, int]] = {}
        self.owner: dict[Value, Storage] = {}  # evaluated value -> the storage it is read from
        # storages that came into being during the run; held weakly, or all would be results
        self.made: weakref.WeakSet[Storage] = weakref.WeakSet()
        # id of a leaf tensor -> (the tensor, its .grad before the run, or UNSEEN)
        self.grads: dict[int, tuple[Any, Any]] = {}
        self.seen_inside: list[tuple[Storage, Value]] = []  # storages whose elements were read
        self.runs: list[tuple[Any, Any]] = []  # (trace, program) of each evaluation

    def seen(self, storage: Storage) -> None:
        """`storage` is about to be read or written."""
        while storage.base is not None:
            storage = storage.base
        if storage in self.entry or storage in self.made:
            return
        value = storage.value
        if value.buffer is None:
            template = value.template
            if template is None or not template.is_view or getattr(value, "run", None) is self:
                # recorded during the run: what was pending before was evaluated at its start
                self.made.add(storage)
                return
            self.evaluate_view(value)
        if value in self.owner:
            # two storages share a value (clone renames): they may part later, so tell them apart
            assert value.buffer is not None
            value = storage.value = leaf(value.type, value.buffer)
        self.owner[value] = storage
        self.entry[storage] = (value, storage.version)

    def looked(self, value: Value) -> None:
        """The elements of `value` were read by Python."""
        storage = self.owner.get(value)
        if storage is not None:
            self.seen_inside.append((storage, value))

    def gradient(self, tensor: Any, looked_at: bool = True) -> None:
        """`tensor.grad` is about to be read (looked_at) or replaced."""
        if id(tensor) not in self.grads:
            self.grads[id(tensor)] = (tensor, tensor._grad if looked_at else UNSEEN)

    def ran(self, trace: Any, program: Any) -> None:
        """A program was run."""
        self.runs.append((trace, program))
