"""flambeau.utils: data loading, checkpointing, pictures of training, and other tools.

Each module is loaded when it is first named.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["benchmark", "checkpoint", "data", "dlpack", "hooks", "progress", "tensorboard"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'flambeau.utils' has no attribute {name!r}")
    return importlib.import_module(f"flambeau.utils.{name}")


def __dir__() -> list[str]:
    return __all__
