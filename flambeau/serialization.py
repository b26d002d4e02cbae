"""flambeau.serialization: saving and loading under PyTorch's module name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flambeau.io import add_safe_globals, clear_safe_globals, get_safe_globals, load, save
from flambeau.io.unpickle import SAFE_CLASSES

__all__ = [
    "add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "safe_globals", "save",
]  # fmt: skip


@contextmanager
def safe_globals(safe_globals: list[Any]) -> Iterator[None]:
    """Classes that files may hold, inside a `with` block.

    >>> from flambeau.serialization import get_safe_globals, safe_globals
    >>> with safe_globals([complex]):
    ...     complex in get_safe_globals()
    True
    >>> complex in get_safe_globals()
    False
    """
    before = dict(SAFE_CLASSES)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        SAFE_CLASSES.clear()
        SAFE_CLASSES.update(before)
