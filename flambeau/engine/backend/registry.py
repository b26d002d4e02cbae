"""Backends by device name; made when first asked for."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["backend_for"]


@functools.lru_cache(maxsize=None)
def backend_for(device: str) -> Any:
    """The backend of a device ("cpu" or "simulated"); see engine/backend/base.py."""
    if device == "cpu":
        from flambeau.engine.backend.cpu import CpuBackend  # loads LLVM

        return CpuBackend()
    if device == "simulated":
        from flambeau.engine.backend.simulated import SimulatedBackend

        return SimulatedBackend()
    raise RuntimeError(
        f"backend: given {device!r}; this build has 'cpu' and 'simulated'; try 'cpu'"
    )
