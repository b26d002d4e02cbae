"""flambeau.backends.openmp: there is no OpenMP."""

from __future__ import annotations

__all__ = ["is_available"]


def is_available() -> bool:
    """False: threads live in generated code."""
    return False
