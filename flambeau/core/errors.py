"""Exception classes and the wording of messages.

A message has four parts: the operation (with the module path when inside one), what was
given, what was required, what to try.
"""

from __future__ import annotations

__all__ = [
    "CheckpointError",
    "DataDependentError",
    "IndexOutOfRange",
    "LinAlgError",
    "NotCompiled",
    "message",
]


class CheckpointError(RuntimeError):
    """A file is not a checkpoint, is damaged, or asks for something that is not allowed."""


class DataDependentError(RuntimeError):
    """A value was looked at where only the structure of a program is known."""


class IndexOutOfRange(IndexError, RuntimeError):
    """An index beyond its limit; PyTorch raises either class, depending on the operation."""


class LinAlgError(RuntimeError):
    """A matrix is singular, not positive-definite, or its decomposition did not converge."""


class NotCompiled(Exception):
    """Raised by a compiler stage for a node it has no code for; the interpreter answers."""


def message(operation: str, given: str, required: str, hint: str = "", shapes: str = "") -> str:
    """The four-part message, and the operands' shapes below it (see `core.shape.mark_shapes`)."""
    text = f"{operation}: given {given}; required: {required}"
    if hint:
        text = f"{text}; try: {hint}"
    return f"{text}\n{shapes}" if shapes else text
