"""flambeau.utils.hooks: handles that remove hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.tensor.hooks import RemovableHandle

__all__ = ["RemovableHandle", "unserializable_hook"]


def unserializable_hook(f: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a hook that should not be saved."""
    f.__torch_unserializable__ = True  # type: ignore[attr-defined]
    return f
