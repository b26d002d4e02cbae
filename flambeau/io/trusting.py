"""Unpickling files that are trusted: any class may be made and any function called."""

from __future__ import annotations

import importlib
import pickle
from typing import Any

from flambeau.io.rebuild import Rebuilder
from flambeau.io.unpickle import Allowed

__all__ = ["TrustingUnpickler"]


class TrustingUnpickler(pickle.Unpickler):
    """Python's unpickler, with tensors as in checkpoints and PyTorch's module classes as ours."""

    def __init__(self, file: Any, rebuilder: Rebuilder) -> None:
        super().__init__(file)
        self.rebuilder = rebuilder

    def persistent_load(self, pid: Any) -> Any:
        """The storage that a tensor refers to."""
        return self.rebuilder.persistent(pid)

    def find_class(self, module: str, name: str) -> Any:
        """The object called `name` in `module`."""
        if module.partition(".")[0] == "torch":
            found = self.rebuilder.names.get((module, name))
            if found is not None:
                is_function = type(found) is Allowed
                return found.call if is_function else found
            ours = _ours(module, name)
            if ours is not None:
                return ours
        return super().find_class(module, name)


def _ours(module: str, name: str) -> Any:
    """This package's class for one of PyTorch's, such as torch.nn.modules.linear.Linear."""
    parts = module.split(".")
    while len(parts) > 1:
        try:
            found = getattr(importlib.import_module(".".join(["flambeau", *parts[1:]])), name, None)
        except ImportError:
            found = None
        if found is not None:
            return found
        parts.pop()
    return None
