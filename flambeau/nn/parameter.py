"""`Parameter` and `Buffer`: tensors that a Module finds when they are assigned to it."""

from __future__ import annotations

from typing import Any

from flambeau.core.dtype import float32
from flambeau.tensor.boundary import fresh
from flambeau.tensor.tensor import Tensor

__all__ = ["Buffer", "Parameter"]


def _empty() -> Tensor:
    return fresh(float32, (0,))[0]


def _sharing(cls: type, data: Tensor) -> Any:
    """A tensor of class `cls` over the memory of `data`, without its history."""
    made: Any = object.__new__(cls)
    made._storage = data._storage
    if data._layout is not None:
        made._layout = data._layout
    return made


class Parameter(Tensor):
    """A tensor that modules count among their parameters; it requires grad by default.

    It shares the memory of `data`.

    >>> import flambeau
    >>> from flambeau import nn
    >>> nn.Parameter(flambeau.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        if data is None:
            data = _empty()
        elif not isinstance(data, Tensor):
            raise TypeError(
                f"Parameter: given {type(data).__name__}; required: a Tensor; "
                "try flambeau.tensor(data)"
            )
        made: Parameter = _sharing(cls, data)
        if requires_grad:
            made.requires_grad_(True)
        return made

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        pass  # __new__ has done everything

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class _BufferMeta(type):
    """Makes isinstance(x, Buffer) true for what Buffer(...) returned, which is a plain tensor."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that becomes a module's buffer when it is assigned to the module.

    persistent: whether it is part of the module's state dict.
    """

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Any:
        source = _empty() if data is None else data
        made = _sharing(Tensor, source)
        made.requires_grad_(source._requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made
