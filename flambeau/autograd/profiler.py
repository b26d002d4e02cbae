"""`autograd.profiler`: what flambeau/profiler/legacy.py has; loaded when first named, for the
profiler lies above the tape."""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = ("emit_itt", "emit_nvtx", "profile", "record_function")

__all__ = list(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'flambeau.autograd.profiler' has no attribute {name!r}")
    value = getattr(importlib.import_module("flambeau.profiler.legacy"), name)
    globals()[name] = value
    return value
