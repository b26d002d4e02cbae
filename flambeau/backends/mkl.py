"""flambeau.backends.mkl: there is no MKL."""

from __future__ import annotations

__all__ = ["is_available"]


def is_available() -> bool:
    """False: matrix products come from OpenBLAS or are generated."""
    return False
