"""From what a checkpoint says about tensors to tensors: the names its pickle may use."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.device import Device
from flambeau.core.dtype import DType, uint8
from flambeau.core.errors import CheckpointError
from flambeau.core.layout import Layout
from flambeau.core.types import Shape
from flambeau.io.names import DTYPE_OF_GLOBAL, DTYPE_OF_STORAGE, UNTYPED
from flambeau.io.unpickle import Allowed
from flambeau.nn.parameter import Parameter
from flambeau.sparse.construct import rebuilt
from flambeau.tensor import formats
from flambeau.tensor.boundary import view_of_storage
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["STATES", "Rebuilder"]

Fetch = Callable[[str, DType, Shape], Tensor]  # (key, dtype, shape) -> the whole storage


class _StorageClass(Allowed):
    """The class of a typed storage; `dtype` None for untyped ones."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: DType | None) -> None:
        super().__init__(_refuse)
        self.dtype = dtype


def _refuse(*args: Any) -> Any:
    raise CheckpointError("the pickle makes a storage outside of a tensor")


class StorageHandle:
    """What a persistent id stands for; the bytes are fetched when a tensor needs them."""

    def __init__(self, dtype: DType | None, key: str, size: int) -> None:
        self.dtype = dtype
        self.key = key
        self.size = size  # elements; bytes if untyped


def _layout(name: Any) -> formats.Layout:
    found = getattr(formats, str(name).removeprefix("torch."), None)
    if not isinstance(found, formats.Layout):
        raise CheckpointError(f"the pickle names a layout {name!r}, which there is not")
    return found


def _sparse(layout: Any, parts: Any) -> Tensor:
    """A sparse tensor of its parts; its indices are checked."""
    if (
        not isinstance(layout, formats.Layout)
        or not isinstance(parts, tuple)
        or len(parts) not in (3, 4)
    ):
        raise CheckpointError("the pickle makes a sparse tensor of something else than its parts")
    try:
        if layout.name == "sparse_coo":
            indices, values, size, *rest = parts
            return rebuilt(layout, (indices, values), size, bool(rest and rest[0]))
        *parts, size = parts
        return rebuilt(layout, tuple(parts), size, None)
    except (RuntimeError, TypeError, ValueError) as reason:
        raise CheckpointError(f"the pickle makes a sparse tensor: {reason}") from None


class Rebuilder:
    """Makes tensors; those of one storage share it."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.storages: dict[str, Tensor] = {}
        self.handles: dict[str, StorageHandle] = {}
        self.names = self._names()

    # -- storages -----------------------------------------------------------------------------
    def persistent(self, reference: Any) -> StorageHandle:
        """The storage for ("storage", class, key, location, elements)."""
        if not isinstance(reference, tuple) or len(reference) < 5 or reference[0] != "storage":
            raise CheckpointError(f"the pickle refers to {reference!r}, which is no storage")
        _, cls, key, _, size = reference[:5]
        if not isinstance(cls, _StorageClass) or not isinstance(key, str):
            raise CheckpointError("the pickle refers to a storage of an unknown class")
        if type(size) is not int or size < 0:
            raise CheckpointError(f"the pickle refers to a storage of {size!r} elements")
        handle = StorageHandle(cls.dtype, key, size)
        known = self.handles.setdefault(key, handle)
        if (known.dtype, known.size) != (handle.dtype, size):
            raise CheckpointError(f"the pickle describes storage {key} in two ways")
        return known

    def _storage(self, handle: StorageHandle, dtype: DType, layout: Layout) -> Tensor:
        """The storage; a first tensor that is all of it gives it its shape."""
        size = handle.size if handle.dtype is not None else handle.size // dtype.itemsize
        if layout.last() > size:
            raise CheckpointError(
                f"a tensor of shape {list(layout.shape)} reaches element {layout.last() - 1} of "
                f"storage {handle.key}, which has {size}"
            )
        found = self.storages.get(handle.key)
        if found is None:
            is_whole = layout.offset == 0 and layout.is_contiguous
            is_whole = is_whole and math.prod(layout.shape) == size
            shape = layout.shape if is_whole else (size,)
            found = self.storages[handle.key] = self.fetch(handle.key, dtype, shape)
        if found.dtype is not dtype:
            raise CheckpointError(
                f"tensors of {found.dtype.name} and {dtype.name} share storage {handle.key}, which "
                "is not supported"
            )
        return found

    # -- tensors ------------------------------------------------------------------------------
    def tensor(
        self, storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any = False,
        hooks: Any = None, dtype: Any = None, metadata: Any = None,
    ) -> Tensor:  # fmt: skip
        """A tensor over a storage, which it shares with others."""
        if not isinstance(storage, StorageHandle):
            raise CheckpointError("the pickle makes a tensor of something other than a storage")
        dtype = storage.dtype or (dtype if isinstance(dtype, DType) else uint8)
        layout = _checked_layout(offset, size, stride)
        result = view_of_storage(self._storage(storage, dtype, layout), layout)
        if requires_grad and (dtype.is_floating_point or dtype.is_complex):
            result.requires_grad_()
        return result

    def parameter(self, data: Any, requires_grad: Any = True, hooks: Any = None) -> Parameter:
        """A parameter over a tensor's storage."""
        if not isinstance(data, Tensor):
            raise CheckpointError("the pickle makes a parameter of something other than a tensor")
        return Parameter(data, requires_grad=bool(requires_grad))

    # -- the table ----------------------------------------------------------------------------
    def _names(self) -> dict[tuple[str, str], Any]:
        names: dict[tuple[str, str], Any] = {
            ("torch._utils", "_rebuild_tensor"): Allowed(self.tensor),
            ("torch._utils", "_rebuild_tensor_v2"): Allowed(self.tensor),
            ("torch._utils", "_rebuild_tensor_v3"): Allowed(self.tensor),
            ("torch._utils", "_rebuild_parameter"): Allowed(self.parameter),
            ("torch._utils", "_rebuild_sparse_tensor"): Allowed(_sparse),
            ("torch.serialization", "_get_layout"): Allowed(_layout),
            ("torch._utils", "_rebuild_parameter_with_state"): Allowed(self._with_state),
            ("torch._tensor", "_rebuild_from_type_v2"): Allowed(self._from_type),
            ("torch", "Size"): Allowed(_size),
            ("torch", "device"): Allowed(_device),
            ("torch", "Tensor"): Allowed(_refuse),
            ("torch.nn.parameter", "Parameter"): Allowed(_refuse),
            ("torch.storage", UNTYPED): _StorageClass(None),
            ("torch", UNTYPED): _StorageClass(None),
        }
        for name, dtype in DTYPE_OF_STORAGE.items():
            names["torch", name] = _StorageClass(dtype)
        for name, dtype in DTYPE_OF_GLOBAL.items():
            names["torch", name] = dtype
        for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            names[module, "scalar"] = Allowed(_numpy_scalar)
            names[module, "_reconstruct"] = Allowed(_numpy_array)
        names["numpy", "dtype"] = Allowed(_NumpyType)
        names["numpy", "ndarray"] = Allowed(_refuse)
        return names

    def _with_state(self, data: Any, requires_grad: Any, hooks: Any, state: Any) -> Parameter:
        return self.parameter(data, requires_grad)

    def _from_type(self, function: Any, cls: Any, args: Any, state: Any) -> Any:
        """A tensor with attributes of the user's; those are not restored."""
        if not isinstance(function, Allowed) or not isinstance(args, tuple):
            raise CheckpointError("the pickle calls something that may not be called")
        return function.call(*args)


def _checked_layout(offset: Any, size: Any, stride: Any) -> Layout:
    for what in (size, stride):
        if not isinstance(what, tuple) or any(type(n) is not int or n < 0 for n in what):
            raise CheckpointError(f"a tensor has the size or strides {what!r}")
    if type(offset) is not int or offset < 0 or len(size) != len(stride) or len(size) > 64:
        raise CheckpointError(
            f"a tensor has offset {offset!r}, {len(size)} sizes and {len(stride)} strides"
        )
    layout = Layout(tuple(size), tuple(stride), offset)
    numel = 1
    for n in size:
        numel *= n
    if numel >= 1 << 48:
        raise CheckpointError(f"a tensor of shape {list(size)} has more elements than can be")
    return layout


def _size(dims: Any = ()) -> Size:
    if not isinstance(dims, (tuple, list)):
        raise CheckpointError("the pickle makes a Size of something other than a tuple")
    return Size(dims)


def _device(kind: Any, index: Any = None) -> Device:
    if not isinstance(kind, str):
        raise CheckpointError("the pickle makes a device of something other than a string")
    return Device(kind, index)


# -- NumPy's numbers and arrays, which find their way into checkpoints as metrics -----------------
class _NumpyType:
    """A dtype of numbers, given as in NumPy's pickles."""

    def __init__(self, name: Any, *flags: Any) -> None:
        if not isinstance(name, str) or name[:1] not in "biufc" or not name[1:].isdigit():
            raise CheckpointError(f"the pickle has a NumPy dtype {name!r}, which is no number")
        self.dtype = np.dtype(name)


def _set_type_state(target: _NumpyType, state: Any) -> None:
    """state = (version, byte order, ...)."""
    if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
        raise CheckpointError("the pickle has a damaged NumPy dtype")
    target.dtype = target.dtype.newbyteorder(state[1])


def _set_array_state(target: np.ndarray, state: Any) -> None:
    """state = (version, shape, dtype, whether in Fortran order, bytes)."""
    _, shape, dtype, fortran, data = state
    if not isinstance(dtype, _NumpyType) or not isinstance(data, (bytes, bytearray)):
        raise CheckpointError("the pickle has a damaged NumPy array")
    layout = _checked_layout(0, shape, shape)
    if math.prod(layout.shape) * dtype.dtype.itemsize != len(data):
        raise CheckpointError(
            f"a NumPy array of shape {list(shape)} has {len(data)} bytes in the pickle"
        )
    state = (1, layout.shape, dtype.dtype, bool(fortran), bytes(data))
    target.__setstate__(state)


def _numpy_array(*args: Any) -> np.ndarray:
    return np.empty(0, np.int8)  # gets shape and contents with its state


def _numpy_scalar(dtype: Any, data: Any) -> Any:
    is_number = isinstance(dtype, _NumpyType) and isinstance(data, bytes)
    if not is_number or len(data) != dtype.dtype.itemsize:
        raise CheckpointError("the pickle has a damaged NumPy number")
    return np.frombuffer(data, dtype.dtype)[0]


# how objects of these classes are given their state
STATES: dict[type, Callable[[Any, Any], None]] = {
    _NumpyType: _set_type_state,
    np.ndarray: _set_array_state,
}
