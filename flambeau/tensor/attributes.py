"""What a tensor is: sizes, strides, memory, and questions with the same answer for all of them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from flambeau.engine.backend.allocator import Buffer, allocate, as_array
from flambeau.engine.runtime.evaluate import evaluate
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import leaf
from flambeau.tensor.boundary import read
from flambeau.tensor.formats import MemoryFormat, strided
from flambeau.tensor.tensor import Size, Tensor
from flambeau.tensor.view import layout_of

__all__ = ["FUNCTIONS", "METHODS", "PROPERTIES", "data_ptr", "numel"]


def numel(input: Tensor) -> int:
    """The number of elements.

    >>> import flambeau
    >>> flambeau.numel(flambeau.zeros(2, 3))
    6
    """
    layout = input._layout
    if layout is None:
        return input._storage.value.type.numel
    result = 1
    for n in layout.shape:
        result *= n
    return result


def dim(self: Tensor) -> int:
    """The number of dims."""
    return len(self._shape)


def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dim."""
    shape = self._shape
    return Size(shape) if dim is None else shape[_dim("size", dim, len(shape))]


class Count(int):
    """A tensor's number of elements that can be called, and then is its `size` method."""

    tensor: Tensor

    def __call__(self, dim: int | None = None) -> Any:
        return size(self.tensor, dim)


class SizeAttribute:
    """`x.size`: the number of elements for the array API standard, a method for PyTorch."""

    def __get__(self, tensor: Tensor | None, owner: type) -> Any:
        if tensor is None:
            return size
        count = Count(numel(tensor))
        count.tensor = tensor
        return count


def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements apart neighbours in each dim (or in one) lie in memory."""
    strides = layout_of(self).strides
    return strides if dim is None else strides[_dim("stride", dim, len(strides))]


def _dim(name: str, dim: Any, ndim: int) -> int:
    at = dim.__index__()
    if not -ndim <= at < ndim:
        raise IndexError(
            f"{name}: Dimension out of range (expected to be in range of [{-max(ndim, 1)}, "
            f"{max(ndim, 1) - 1}], but got {at}); the tensor has {ndim} dims"
        )
    return int(at)


def storage_offset(self: Tensor) -> int:
    """Where the first element lies in the storage, in elements."""
    return layout_of(self).offset


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie row-major without gaps (or in another memory format)."""
    layout = layout_of(self)
    if isinstance(memory_format, MemoryFormat) and memory_format.name.startswith("channels_last"):
        order = (0, *range(2, len(layout.shape)), 1)
        wanted = 4 if memory_format.name == "channels_last" else 5
        return len(layout.shape) == wanted and layout.permute(order).is_contiguous
    return layout.is_contiguous


def element_size(self: Tensor) -> int:
    """Bytes of one element."""
    return self.dtype.itemsize


def _nbytes(self: Tensor) -> int:
    return numel(self) * self.dtype.itemsize


# a clone shares its original's buffer until one of them is written; the storage that gave out
# the buffer's address keeps it, the other one gets its own
_given_out: weakref.WeakKeyDictionary[Buffer, weakref.ref[Storage]] = weakref.WeakKeyDictionary()


def _own_memory(storage: Storage) -> int:
    """The address of the storage's memory, which no other storage gives out."""
    if storage.value.type.numel == 0:
        return 0
    evaluate(storage.value)
    buffer = storage.value.buffer
    assert buffer is not None
    keeper = _given_out.get(buffer)
    owner = None if keeper is None else keeper()
    if owner is not None and owner is not storage and owner.value.buffer is buffer:
        type = storage.value.type
        buffer = allocate(type.nbytes)
        as_array(buffer, type.dtype.numpy, type.shape)[...] = read(Tensor._of(storage))
        storage.value = leaf(type, buffer)
    _given_out[buffer] = weakref.ref(storage)
    return buffer.address


def data_ptr(self: Tensor) -> int:
    """The address of the first element; valid until the tensor is written."""
    if self._storage.base is not None:
        return int(self.detach().numpy().ctypes.data)  # type: ignore[attr-defined]
    start = _own_memory(self._storage)
    return start + layout_of(self).offset * self.dtype.itemsize if start else 0


def no_such_attribute(self: Tensor, name: str) -> Any:
    """Python calls it for a name that is not there."""
    if name[:2] == "__":
        raise AttributeError(f"'Tensor' object has no attribute {name!r}")
    from flambeau.core.omitted import no_such_name  # only for the error

    raise AttributeError(no_such_name("Tensor", name, dir(Tensor)))


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both are the same elements of the same storage."""
    return self._storage is tensor._storage and layout_of(self) == layout_of(tensor)


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating-point one.

    >>> import flambeau
    >>> flambeau.is_floating_point(flambeau.zeros(1))
    True
    """
    return input.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is a complex one."""
    return input.dtype.is_complex


def is_signed(input: Tensor) -> bool:
    """Whether the dtype holds negative numbers."""
    return input.dtype.is_signed


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor.

    >>> import flambeau
    >>> flambeau.is_tensor(3.0)
    False
    """
    return isinstance(obj, Tensor)


METHODS: dict[str, Callable[..., Any]] = {
    "nelement": numel, "dim": dim, "ndimension": dim, "size": size, "stride": stride,
    "storage_offset": storage_offset, "is_contiguous": is_contiguous,
    "element_size": element_size, "data_ptr": data_ptr, "is_set_to": is_set_to,
}  # fmt: skip

PROPERTIES: dict[str, property] = {
    "nbytes": property(_nbytes),
    "itemsize": property(element_size),
    "layout": property(lambda self: strided),
    "is_cuda": property(lambda self: False),
    "is_cpu": property(lambda self: True),
    "is_sparse": property(lambda self: False),
    "is_sparse_csr": property(lambda self: False),
    "is_quantized": property(lambda self: False),
    "is_meta": property(lambda self: False),
    "names": property(lambda self: (None,) * len(self._shape)),
}

# functions of the package as well as methods
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "is_floating_point": is_floating_point, "is_complex": is_complex, "is_signed": is_signed,
    "numel": numel,
}  # fmt: skip
