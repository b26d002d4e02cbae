"""`Parameter` and `Buffer`: tensors that a Module finds when they are assigned to it."""

from __future__ import annotations

from typing import Any

from flambeau.core.dtype import float32
from flambeau.tensor.boundary import fresh
from flambeau.tensor.creation import empty
from flambeau.tensor.tensor import Tensor

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]


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


# -- without a shape yet --------------------------------------------------------------------------
class _Uninitialized:
    """What parameters and buffers without a shape share."""

    cls_to_become: type

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary one of this shape; its elements are not set."""
        me: Any = self
        me.data = empty(tuple(shape), device=device, dtype=dtype or me.dtype)
        me.__class__ = self.cls_to_become

    @property
    def shape(self) -> Any:
        """There is none yet: RuntimeError."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer; try calling the "
            "module once, with a batch as it will get, before accessing its attributes or loading "
            "it into a module that is initialized"
        )

    def numel(self) -> int:
        """There is no number of elements yet: ValueError."""
        raise ValueError(
            "Attempted to use an uninitialized parameter in numel; try calling the module once, "
            "with a batch as it will get, to initialize it"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict) -> Any:
        me: Any = self
        if id(me) not in memo:
            memo[id(me)] = type(self)(me.requires_grad, None, me.dtype)  # type: ignore[call-arg]
        return memo[id(me)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        me: Any = self
        return type(self), (me.requires_grad, None, me.dtype)


class UninitializedParameter(_Uninitialized, Parameter):  # type: ignore[misc]
    """A parameter that gets its shape from the first input of a lazy module."""

    cls_to_become = Parameter

    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: Any = None
    ) -> UninitializedParameter:
        made: Any = Parameter.__new__(cls, empty(0, device=device, dtype=dtype), requires_grad)
        return made  # type: ignore[no-any-return]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass  # __new__ has done everything


class UninitializedBuffer(_Uninitialized, Tensor):  # type: ignore[misc]
    """A buffer that gets its shape from the first input of a lazy module."""

    cls_to_become = Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None,
        persistent: bool = True,
    ) -> UninitializedBuffer:  # fmt: skip
        made: Any = _sharing(cls, empty(0, device=device, dtype=dtype))
        made.requires_grad_(requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made  # type: ignore[no-any-return]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass  # __new__ has done everything


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, _Uninitialized)
