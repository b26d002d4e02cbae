"""What captured programs assume about modules, counted: `structure.version`.

A captured step replays without running any module's Python code. So everything that would make
that code do something else counts up `structure.version`, on which captures depend: another
set of parameters, buffers or submodules, the training flag, a hook, a changed hyperparameter.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Registry", "Structure", "structure"]


class Structure:
    """A counter of changes to the structure or mode of any module."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0

    def bump(self) -> None:
        """Something changed."""
        self.version += 1


structure = Structure()


class Registry(dict):
    """A dict whose changes count as changes of structure."""

    __slots__ = ("__weakref__",)

    def __setitem__(self, key: Any, value: Any) -> None:
        structure.version += 1
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: Any) -> None:
        structure.version += 1
        dict.__delitem__(self, key)

    def pop(self, *args: Any) -> Any:
        structure.version += 1
        return dict.pop(self, *args)

    def popitem(self) -> tuple:
        structure.version += 1
        return dict.popitem(self)

    def clear(self) -> None:
        structure.version += 1
        dict.clear(self)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        structure.version += 1
        return dict.setdefault(self, key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        structure.version += 1
        dict.update(self, *args, **kwargs)

    def __ior__(self, other: Any) -> Registry:  # type: ignore[misc]
        self.update(other)
        return self

    def copy(self) -> Registry:
        return Registry(self)

    def __reduce__(self) -> tuple:
        return (Registry, (), None, None, iter(self.items()))
