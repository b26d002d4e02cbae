"""`Row`: one comparison, and the usual way to make one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.library import Library

__all__ = ["MILLION", "Row", "Work", "operation"]

Work = Callable[[], Any]
MILLION = 1 << 20


@dataclass(frozen=True)
class Row:
    """A comparison. `make` gives, for a library, a function that does one unit of work;
    `target` is the least wanted ratio of PyTorch's time to ours."""

    name: str
    make: Callable[[Library], Work]
    target: float | None = None


def operation(function: Callable[[Any, Any], Any], *shape: int) -> Callable[[Library], Work]:
    """A row of function(library's module, a random tensor of `shape`)."""

    def make(library: Library) -> Work:
        torch = library.torch
        x = torch.randn(*shape)
        return lambda: function(torch, x)

    return make
