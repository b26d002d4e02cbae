"""PyTorch's older constructors: flambeau.Tensor(2, 3), flambeau.LongTensor([1, 2])."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.tensor.creation import check_device, copied, empty, tensor
from flambeau.tensor.tensor import Size, Tensor

__all__ = [
    "CLASSES",
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "CharTensor",
    "ComplexDoubleTensor",
    "ComplexFloatTensor",
    "DoubleTensor",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
    "TypedTensor",
    "init",
    "new",
]


def _made(name: str, dtype: DType, data: tuple, device: Any) -> Tensor:
    """Ints are sizes; a sequence, an array or a tensor is copied."""
    check_device(name, device)
    if len(data) == 1 and not isinstance(data[0], Size):
        if isinstance(data[0], Tensor):
            return copied(data[0], dtype)
        if isinstance(data[0], (list, tuple, np.ndarray)):
            return tensor(data[0], dtype=dtype)
    return empty(*(data or (0,)), dtype=dtype)


def init(self: Tensor, *data: Any, device: Any = None) -> None:
    """flambeau.Tensor(2, 3) has these sizes, flambeau.Tensor([2, 3]) these elements; float32."""
    self._storage = _made("Tensor", dt.float32, data, device)._storage


def new(self: Tensor, *data: Any, device: Any = None) -> Tensor:
    """The older form of new_empty (sizes) and new_tensor (data)."""
    return _made("new", self.dtype, data, device)


class TypedTensor(type):
    """The class of `FloatTensor` and the like: calling one makes a tensor of its dtype.

    >>> import flambeau
    >>> flambeau.LongTensor([1, 2])
    tensor([1, 2])
    >>> isinstance(flambeau.zeros(1), flambeau.FloatTensor)
    True
    """

    dtype: DType

    def __call__(cls, *data: Any, device: Any = None) -> Tensor:
        return _made(cls.__name__, cls.dtype, data, device)

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Tensor) and x.dtype is cls.dtype


class BoolTensor(metaclass=TypedTensor):
    dtype = dt.bool_


class ByteTensor(metaclass=TypedTensor):
    dtype = dt.uint8


class CharTensor(metaclass=TypedTensor):
    dtype = dt.int8


class ShortTensor(metaclass=TypedTensor):
    dtype = dt.int16


class IntTensor(metaclass=TypedTensor):
    dtype = dt.int32


class LongTensor(metaclass=TypedTensor):
    dtype = dt.int64


class HalfTensor(metaclass=TypedTensor):
    dtype = dt.float16


class BFloat16Tensor(metaclass=TypedTensor):
    dtype = dt.bfloat16


class FloatTensor(metaclass=TypedTensor):
    dtype = dt.float32


class DoubleTensor(metaclass=TypedTensor):
    dtype = dt.float64


class ComplexFloatTensor(metaclass=TypedTensor):
    dtype = dt.complex64


class ComplexDoubleTensor(metaclass=TypedTensor):
    dtype = dt.complex128


CLASSES: dict[str, TypedTensor] = {
    c.__name__: c
    for c in (
        BoolTensor,
        ByteTensor,
        CharTensor,
        ShortTensor,
        IntTensor,
        LongTensor,
        HalfTensor,
        BFloat16Tensor,
        FloatTensor,
        DoubleTensor,
        ComplexFloatTensor,
        ComplexDoubleTensor,
    )
}
