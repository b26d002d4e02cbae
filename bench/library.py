"""The two libraries behind one face: what differs between them when they are timed."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["Library", "load_libraries"]


class Library:
    """A library with PyTorch's names, and how to wait for its results."""

    def __init__(
        self, module: Any, finish: Callable[[], None], compile_step: Any, compile_model: Any
    ) -> None:
        self.torch = module
        self.name: str = module.__name__
        self.version: str = getattr(module, "__version__", "?")
        self.finish = finish  # evaluate everything recorded: nothing is left for later
        # what each recommends: one captures a whole step, the other compiles the model in it
        self.compile_step = compile_step
        self.compile_model = compile_model

    def finished(self, function: Callable[[], Any]) -> Callable[[], None]:
        """`function` with its result computed before it returns."""
        finish = self.finish

        def run() -> None:
            result = function()  # held until it is computed, as a user would hold it
            finish()
            del result

        return run


def _unchanged(function: Any) -> Any:
    return function


def load_libraries(threads: int, theirs_compiled: bool) -> list[Library]:
    """flambeau, and PyTorch where it is installed."""
    flambeau = importlib.import_module("flambeau")
    boundary = importlib.import_module("flambeau.tensor.boundary")
    flambeau.set_num_threads(threads)
    libraries = [Library(flambeau, boundary.synchronize, flambeau.compile, _unchanged)]
    with contextlib.suppress(ImportError):
        torch = importlib.import_module("torch")
        torch.set_num_threads(threads)
        compile_model = torch.compile if theirs_compiled else _unchanged
        libraries.append(Library(torch, lambda: None, _unchanged, compile_model))
    return libraries
