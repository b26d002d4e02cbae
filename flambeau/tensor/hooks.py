"""Hooks on gradients: where they are kept, and the handle that removes one."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

__all__ = ["NodeHooks", "RemovableHandle"]

_ids = itertools.count()


class RemovableHandle:
    """Removes the hook it was returned for: by `remove()`, or at the end of a `with` block.

    >>> hooks = {}
    >>> handle = RemovableHandle(hooks)
    >>> hooks[handle.id] = print
    >>> handle.remove()
    >>> hooks
    {}
    """

    def __init__(self, hooks: dict[int, Any], *, extra_dict: Any = None) -> None:
        self.id = next(_ids)
        self._hooks = _reference(hooks)
        extra = [] if extra_dict is None else extra_dict
        self._extra = [_reference(d) for d in (extra if isinstance(extra, list) else [extra])]

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        for reference in (self._hooks, *self._extra):
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self) -> tuple:
        return self.id, self._hooks(), [reference() for reference in self._extra]

    def __setstate__(self, state: tuple) -> None:
        """A copy removes the copied hook; later handles get other numbers."""
        global _ids
        self.id, hooks, extra = state
        self._hooks = _reference({} if hooks is None else hooks)
        self._extra = [_reference({} if d is None else d) for d in extra]
        _ids = itertools.count(max(next(_ids), self.id + 1))

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def _reference(hooks: dict[int, Any]) -> Callable[[], dict[int, Any] | None]:
    """A weak reference where the dict allows one (OrderedDict does, dict does not)."""
    try:
        return weakref.ref(hooks)
    except TypeError:
        return lambda: hooks


class NodeHooks:
    """The hooks of one node of the tape.

    `tensor[n]` see (and may replace) the gradient of output n before everything else;
    `retains` are the tensors whose gradient is kept; `before` get the gradients of the outputs,
    `after` those of the inputs and of the outputs.
    """

    __slots__ = ("after", "before", "retains", "tensor")

    def __init__(self) -> None:
        self.tensor: dict[int, dict[int, Callable]] = {}
        self.retains: list[tuple[int, weakref.ref]] = []
        self.before: dict[int, Callable] = {}
        self.after: dict[int, Callable] = {}
