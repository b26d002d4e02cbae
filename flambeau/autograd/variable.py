"""`Variable`: what a tensor with gradients was called before PyTorch 0.4."""

from __future__ import annotations

import warnings
from typing import Any

from flambeau.tensor.creation import empty
from flambeau.tensor.tensor import Tensor

__all__ = ["Variable"]


class _VariableMeta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return subclass is cls or issubclass(subclass, Tensor)


class Variable(metaclass=_VariableMeta):
    """The tensor itself, as a new tensor that shares its memory; every tensor is a Variable.

    >>> import flambeau
    >>> x = flambeau.autograd.Variable(flambeau.ones(2), requires_grad=True)
    >>> x.requires_grad, isinstance(x, flambeau.autograd.Variable)
    (True, True)
    """

    def __new__(  # type: ignore[misc]
        cls, data: Any = None, requires_grad: bool = False, volatile: bool | None = None
    ) -> Tensor:
        if volatile is not None:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with flambeau.no_grad():` "
                "instead.",
                stacklevel=2,
            )
        data = empty(0) if data is None else data
        if not isinstance(data, Tensor):
            raise TypeError(
                f"Variable data has to be a tensor, but got {type(data).__name__}; "
                "try flambeau.tensor(...)"
            )
        result: Any = data.detach()  # type: ignore[attr-defined]
        return result.requires_grad_(requires_grad)  # type: ignore[no-any-return]
