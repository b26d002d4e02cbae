"""`flambeau.compile`: a Python function captured once and replayed as one program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.compiler.compile import Compiled, compile
from flambeau.tensor.boundary import is_capturing

__all__ = ["Compiled", "compile", "disable", "is_compiling", "reset"]


def is_compiling() -> bool:
    """Whether a function is being captured."""
    return is_capturing()


def disable(fn: Callable[..., Any] | None = None, recursive: bool = True, **options: Any) -> Any:
    """The function itself, or a decorator: what cannot be captured is found out by itself."""
    return (lambda f: f) if fn is None else fn


def reset() -> None:
    """Captured functions are kept with their functions; there is nothing else to forget."""
