"""Memory: which values share memory, and where intermediates lie in the arena.

Buffers are named by what is stored in them (a Node or a Scratch). A value that rewrites part of
its base takes over the base's memory if nobody reads the base later; a root may take over a
donated leaf that it reads point by point.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ALIGNMENT", "Lifetimes", "assign_arena"]

ALIGNMENT = 64  # bytes: a cache line, and the widest vector register


@dataclass
class Lifetimes:
    """For each buffer the first and last step that touches it."""

    first: dict[Any, int] = field(default_factory=dict)
    last: dict[Any, int] = field(default_factory=dict)

    def touch(self, buffer: Any, step: int) -> None:
        """`buffer` is read or written by `step`."""
        self.first.setdefault(buffer, step)
        self.last[buffer] = max(self.last.get(buffer, step), step)


def assign_arena(
    buffers: Sequence[tuple[Hashable, int, int, int]],
) -> tuple[dict[Hashable, int], int]:
    """Offsets for (buffer, bytes, first step, last step), and the arena's size.

    Largest first, each at the lowest offset that is free during its whole life: the greedy
    order of Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
    2020.
    """
    placed: list[tuple[int, int, int, int]] = []  # offset, end, first, last
    offsets: dict[Hashable, int] = {}
    size = 0
    for buffer, nbytes, first, last in sorted(buffers, key=lambda b: -b[1]):
        nbytes = -(-max(nbytes, 1) // ALIGNMENT) * ALIGNMENT
        at = 0
        for offset, end, f, l in sorted(placed):  # noqa: E741
            if l < first or f > last:
                continue
            if offset - at >= nbytes:
                break
            at = max(at, end)
        placed.append((at, at + nbytes, first, last))
        offsets[buffer] = at
        size = max(size, at + nbytes)
    return offsets, size
