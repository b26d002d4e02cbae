"""`record_function`: a named stretch of the user's program."""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any

from flambeau.profiler.recording import ACTIVE, Range, Recording

__all__ = ["record_function"]


class record_function(ContextDecorator):  # noqa: N801 - PyTorch's name
    """Name what happens inside `with`, or in each call of the decorated function.

    Without a profiler it does nothing.

    >>> import flambeau
    >>> from flambeau.profiler import profile, record_function
    >>> with profile() as prof, record_function("forward"):
    ...     total = flambeau.ones(3).sum().item()
    >>> "forward" in [row.key for row in prof.key_averages()]
    True
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = str(name)
        self.args = args
        self._opened: list[list[tuple[Recording, Range]]] = []

    def _recreate_cm(self) -> record_function:
        return record_function(self.name, self.args)

    def __enter__(self) -> record_function:
        self._opened.append([(r, r.open(self.name, args=self.args or "")) for r in ACTIVE])
        return self

    def __exit__(self, *exception: Any) -> None:
        for recording, opened in self._opened.pop():
            recording.close(opened)
