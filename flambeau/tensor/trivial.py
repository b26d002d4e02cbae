"""Methods whose answer is the same for every tensor in the CPU's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.tensor.attributes import data_ptr
from flambeau.tensor.boundary import read_storage
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.writing import resize_

__all__ = ["METHODS", "UntypedStorage", "is_same_size"]


def _itself(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    return self


def _never(self: Tensor, *args: Any, **kwargs: Any) -> bool:
    return False


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape."""
    return input._shape == other._shape


def get_device(input: Tensor) -> int:
    """The number of the GPU; -1 for the CPU's memory."""
    return -1


def resize_as_(self: Tensor, tensor: Tensor, memory_format: Any = None) -> Tensor:
    """Give this tensor the other's shape."""
    return resize_(self, tensor._shape, memory_format=memory_format)


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """The sum over the dims along which `size` was broadcast to this tensor's shape."""
    given = size[0] if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    shape = tuple(int(n) for n in given)
    own = self._shape
    new = len(own) - len(shape)
    fits = new >= 0 and all(n in (1, m) for n, m in zip(shape, own[max(new, 0) :], strict=True))
    if not fits:
        raise RuntimeError(f"sum_to_size: size {list(shape)} is not expandable to size {list(own)}")
    dims = [*range(new), *[i + new for i, n in enumerate(shape) if n == 1 and own[i + new] != 1]]
    is_summed = bool(dims) or not shape  # to no dims at all it is always, so integers become int64
    result: Any = self.sum(dims, keepdim=True) if is_summed else self  # type: ignore[attr-defined]
    return result.reshape(shape)  # type: ignore[no-any-return]


class UntypedStorage:
    """The bytes that one or more tensors look at; made by `Tensor.untyped_storage()`."""

    def __init__(self, x: Tensor) -> None:
        self._tensor = Tensor._of(x._storage)

    def data_ptr(self) -> int:
        """The address of the first byte; valid until a tensor on this storage is written."""
        return data_ptr(self._tensor)

    def nbytes(self) -> int:
        """The number of bytes."""
        return self._tensor._storage.value.type.nbytes

    size = nbytes
    __len__ = nbytes

    def tolist(self) -> list[int]:
        """The bytes as numbers."""
        found: list[int] = read_storage(self._tensor).view(np.uint8).tolist()
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and self._tensor._storage is other._tensor._storage

    def __hash__(self) -> int:
        return id(self._tensor._storage)


def untyped_storage(self: Tensor) -> UntypedStorage:
    """The storage that this tensor and its views look at."""
    return UntypedStorage(self)


METHODS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(
        ("pin_memory", "share_memory_", "resolve_conj", "resolve_neg"),
        _itself,
    ),
    **dict.fromkeys(
        ("is_pinned", "is_shared", "is_conj", "is_neg"), _never
    ),
    "get_device": get_device, "resize_as_": resize_as_, "sum_to_size": sum_to_size,
    "untyped_storage": untyped_storage,
}  # fmt: skip

# functions of the package as well as methods
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is_same_size": is_same_size,
}  # fmt: skip
