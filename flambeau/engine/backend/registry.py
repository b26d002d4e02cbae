"""Backends by device name; made when first asked for."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["BACKENDS", "backend_for", "loaded_backend"]

# device -> (module, class); modules are imported late because they load LLVM or a driver
BACKENDS = {
    "cpu": ("flambeau.engine.backend.cpu", "CpuBackend"),
    "simulated": ("flambeau.engine.backend.simulated", "SimulatedBackend"),
}

_loaded: dict[str, Any] = {}


def backend_for(device: str) -> Any:
    """The backend of a device; see engine/backend/base.py."""
    found = _loaded.get(device)
    if found is None:
        if device not in BACKENDS:
            raise RuntimeError(
                f"backend: given {device!r}; required: one of {', '.join(BACKENDS)}; try 'cpu'"
            )
        module, name = BACKENDS[device]
        found = _loaded.setdefault(device, getattr(importlib.import_module(module), name)())
    return found


def loaded_backend(device: str) -> Any | None:
    """The backend of a device if it was used already."""
    return _loaded.get(device)
