"""Parameter groups and state as dicts that tell captured programs when they change.

A captured training step reads tensors and numbers of an optimizer without running its Python
code again. So everything that would make that code do something else counts up
`structure.version`, on which captures depend. A changed learning rate does not: captured
programs read hyperparameters from cells, which follow the dict.
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import Any

from flambeau.tensor.boundary import is_capturing, number_cell, set_number
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["ParameterGroup", "ParameterState", "State", "Structure", "structure"]

_MISSING = object()


class Structure:
    """A counter of changes to any optimizer that are more than another number."""

    def __init__(self) -> None:
        self.version = 0

    def bump(self) -> None:
        self.version += 1


structure = Structure()


class ParameterGroup(dict):
    """One of `optimizer.param_groups`: a dict of "params" and hyperparameters."""

    __slots__ = ("_cells", "_numbers", "_was_read", "constants", "prepared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cells: dict[str, tuple[Tensor, ...]] = {}  # by key, for captured programs
        self._numbers: tuple | None = None  # what `numbers` gave last
        self._was_read = False  # the user's code read it while it was captured
        self.prepared: tuple | None = None  # what the algorithm derived from it
        self.constants: tuple[str, ...] = ()  # numbers that are part of captured programs

    # -- for algorithms -----------------------------------------------------------------------
    def numbers(self, keys: tuple[str, ...]) -> tuple[tuple, tuple]:
        """The hyperparameters `keys`, pairs flattened, and their kinds: what Formula takes."""
        if is_capturing():
            return self._captured_numbers(keys)
        if self._numbers is None:
            values = [x for key in keys for x in _flat(dict.__getitem__(self, key))]
            if any(isinstance(x, Tensor) for x in values):
                return _as_inputs(values)
            found = (tuple(float(x) for x in values), (float,) * len(values))
            if any(type(dict.__getitem__(self, key)) is list for key in keys):
                return found  # a list may change without this dict noticing
            self._numbers = found
        return self._numbers

    def _captured_numbers(self, keys: tuple[str, ...]) -> tuple[tuple, tuple]:
        values: list[Any] = []
        for key in keys:
            now = _flat(dict.__getitem__(self, key))
            if key not in self._cells:
                self._cells[key] = tuple(
                    x if isinstance(x, Tensor) else number_cell(float(x)) for x in now
                )
            values += self._cells[key]
        return _as_inputs(values)

    # -- the dict -----------------------------------------------------------------------------
    def __setitem__(self, key: str, value: Any) -> None:
        old = dict.get(self, key, _MISSING)
        dict.__setitem__(self, key, value)
        self._numbers = self.prepared = None
        is_constant = self._was_read or key in self.constants
        if is_capturing() or is_constant or not _is_same_kind(old, value):
            self._cells.pop(key, None)
            structure.bump()
        elif key in self._cells:
            for cell, x in zip(self._cells[key], _flat(value), strict=True):
                set_number(cell, float(x))

    def _forget(self) -> None:
        self._numbers = self.prepared = None
        self._cells.clear()
        structure.bump()

    def __delitem__(self, key: str) -> None:
        dict.__delitem__(self, key)
        self._forget()

    def clear(self) -> None:
        dict.clear(self)
        self._forget()

    def pop(self, *args: Any) -> Any:
        result = dict.pop(self, *args)
        self._forget()
        return result

    def popitem(self) -> tuple:
        result = dict.popitem(self)
        self._forget()
        return result

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __ior__(self, other: Any) -> ParameterGroup:  # type: ignore[override,misc]
        self.update(other)
        return self

    # a number that the user's captured code reads becomes part of the captured program
    def __getitem__(self, key: str) -> Any:
        if is_capturing():
            self._was_read = True
        return dict.__getitem__(self, key)

    def get(self, key: str, default: Any = None) -> Any:
        if is_capturing():
            self._was_read = True
        return dict.get(self, key, default)

    def items(self) -> Any:
        if is_capturing():
            self._was_read = True
        return dict.items(self)

    def values(self) -> Any:
        if is_capturing():
            self._was_read = True
        return dict.values(self)

    def __reduce__(self) -> tuple:
        return (ParameterGroup, (dict(self),))

    def __deepcopy__(self, memo: dict) -> ParameterGroup:
        return ParameterGroup(deepcopy(dict(self), memo))


def _flat(value: Any) -> list:
    """The numbers of a hyperparameter; 0 stands for one that is None."""
    values = value if isinstance(value, (tuple, list)) else (value,)
    return [0.0 if x is None else x for x in values]


def _as_inputs(values: list[Any]) -> tuple[tuple, tuple]:
    inputs: tuple[Any, ...] = tuple(
        value_of(x) if isinstance(x, Tensor) else float(x) for x in values
    )
    kinds = tuple(float if type(x) is float else x.type for x in inputs)
    return inputs, kinds


def _is_same_kind(old: Any, new: Any) -> bool:
    """Whether a program for `old` is one for `new`: numbers, and zero in the same places."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(_is_same_kind, old, new))
    for x in (old, new):
        if isinstance(x, bool) or not isinstance(x, (int, float)):
            return False
    return (old == 0) == (new == 0)


class ParameterState(dict):
    """The state of one parameter; captured programs hold on to the tensors in it."""

    def __setitem__(self, key: Any, value: Any) -> None:
        structure.bump()
        dict.__setitem__(self, key, value)

    def __delitem__(self, key: Any) -> None:
        structure.bump()
        dict.__delitem__(self, key)

    def clear(self) -> None:
        structure.bump()
        dict.clear(self)

    def __reduce__(self) -> tuple:
        return (ParameterState, (dict(self),))


class State(defaultdict):
    """`optimizer.state`: the state of each parameter, made when it is asked for."""

    def __init__(self, *args: Any) -> None:
        super().__init__(ParameterState, *args)
        structure.bump()

    def __missing__(self, key: Any) -> ParameterState:
        made = self[key] = ParameterState()
        return made

    def __setitem__(self, key: Any, value: Any) -> None:
        structure.bump()
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        structure.bump()
        super().__delitem__(key)

    def clear(self) -> None:
        structure.bump()
        super().clear()

    def pop(self, *args: Any) -> Any:
        structure.bump()
        return super().pop(*args)

    def __reduce__(self) -> tuple:
        return (State, (dict(self),))
