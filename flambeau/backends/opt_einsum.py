"""flambeau.backends.opt_einsum: einsum chooses its own order."""

from __future__ import annotations

__all__ = ["enabled", "is_available", "strategy"]

enabled = True
strategy = "auto"


def is_available() -> bool:
    """False: the package opt_einsum is not used."""
    return False
