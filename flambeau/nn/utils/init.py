"""Modules without first values."""

from __future__ import annotations

import inspect
from typing import Any

from flambeau.nn.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: type, *args: Any, **kwargs: Any) -> Module:
    """A module whose parameters' first values are not to be relied on, such as before loading."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    made: Module = module_cls(*args, **kwargs)
    return made
