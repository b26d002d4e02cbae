"""flambeau.backends.mps: there is no Metal."""

from __future__ import annotations

__all__ = ["is_available", "is_built"]


def is_available() -> bool:
    """Whether a Metal GPU can be used: False."""
    return False


def is_built() -> bool:
    """Whether there is a Metal back end: False."""
    return False
