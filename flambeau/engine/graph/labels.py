"""Labels: which operations each node of a plan comes from. Kept only while somebody asks.

While a `Labels` is collecting, every node that is made gets the labels of the node that is being
rewritten, so that what fusion and simplification have mixed can still be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Labels", "active", "collecting", "follow"]

NONE: frozenset[int] = frozenset()


class Labels:
    """`of[node]` is the set of its labels; `current` is what nodes made now are given."""

    def __init__(self) -> None:
        self.of: dict[Any, frozenset[int]] = {}
        self.current = NONE

    def note(self, node: Any) -> None:
        """`node` was made, or asked for again."""
        if self.current:
            self.of[node] = self.of.get(node, NONE) | self.current


active: list[Labels] = []


def follow(node: Any) -> None:
    """What is made from here on is made of `node`."""
    if active:
        active[-1].current = active[-1].of.get(node, NONE)


@contextmanager
def collecting() -> Iterator[Labels]:
    """Collect labels while something is planned; the caller sees to it that nothing else is."""
    labels = Labels()
    active.append(labels)
    try:
        yield labels
    finally:
        active.remove(labels)
