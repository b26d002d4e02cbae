"""Guards: what a captured program assumed about Python, found by watching it run.

While the function runs for capture, the frames of the user's code are watched. Every plain
constant (number, string, bool, None) that their code can read from its globals, from the
function's closure or from the attributes of `self` becomes a guard. Changes of module structure
and mode, and of optimizers' hyperparameters and state, are counted by the modules themselves.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from flambeau.nn.module import structure as module_structure
from flambeau.optim.optimizer import structure as optimizer_structure
from flambeau.tensor.tape import mode

__all__ = ["Guards", "Watcher", "ambient"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY = os.path.dirname(os.__file__)
_PLAIN = (int, float, bool, str, type(None))
_MISSING = object()


def ambient() -> tuple:
    """What every captured program depends on besides its arguments."""
    return (module_structure.version, optimizer_structure.version, mode.grad, mode.inference)


class Watcher:
    """Collects guards while the function runs (as a profile function of this thread)."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.codes: set[CodeType] = set()
        self.found: dict[tuple[int, Any], tuple[Any, Any, str]] = {}
        closure = getattr(function, "__closure__", None) or ()
        names = function.__code__.co_freevars if closure else ()
        self.cells = [
            (cell, cell.cell_contents, name)
            for name, cell in zip(names, closure, strict=True)
            if _has_contents(cell) and isinstance(cell.cell_contents, _PLAIN)
        ]

    def __enter__(self) -> Watcher:
        # callbacks and finalizers of the garbage collector are no part of the function
        self.collects = gc.isenabled()
        gc.disable()
        self.before = sys.getprofile()
        sys.setprofile(self._event)
        return self

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(self.before)
        if self.collects:
            gc.enable()

    def _event(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code in self.codes:
            return
        self.codes.add(code)
        name = code.co_filename
        if name.startswith((_PACKAGE, _LIBRARY)) or name.startswith("<frozen"):
            return
        for variable in code.co_names:
            self._note(frame.f_globals, variable)
        if code.co_varnames:
            owner = frame.f_locals.get(code.co_varnames[0])
            fields = _fields_of(owner)
            if type(fields) is dict and code.co_varnames[0] == "self":
                for variable in code.co_names:
                    self._note(fields, variable)

    def _note(self, namespace: dict, name: str) -> None:
        value = namespace.get(name, _MISSING)
        if type(value) in _PLAIN:
            self.found.setdefault((id(namespace), name), (namespace, value, name))

    def guards(self) -> Guards:
        """The guards found, with the values from before the run."""
        return Guards(list(self.found.values()), self.cells)


class Guards:
    """Constants that must still be what they were."""

    def __init__(
        self, names: list[tuple[Any, Any, str]], cells: list[tuple[Any, Any, str]]
    ) -> None:
        self.names = [(space, name, value) for space, value, name in names]
        self.cells = cells

    def changed(self) -> str | None:
        """The name of the first constant that changed, or None."""
        for space, name, value in self.names:
            now = space.get(name, _MISSING)
            if now is not value and (type(now) is not type(value) or now != value):
                return name
        for cell, value, name in self.cells:
            now = cell.cell_contents if _has_contents(cell) else _MISSING
            if now is not value and (type(now) is not type(value) or now != value):
                return name
        return None


def _fields_of(x: Any) -> Any:
    """x's attributes, without asking x: a half-made object may answer by recursion for ever."""
    try:
        return object.__getattribute__(x, "__dict__")
    except AttributeError:
        return None


def _has_contents(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
