"""A tensor as something else: another dtype, Python numbers, NumPy arrays, pickles; and writing."""

from __future__ import annotations

import copy as copying
import copyreg
import ctypes
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.device import CPU, Device
from flambeau.core.dtype import DType
from flambeau.core.layout import Layout, contiguous
from flambeau.core.types import tensor_type
from flambeau.engine.backend.allocator import allocate, as_array
from flambeau.engine.graph.meaning.values import hold
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import evaluate
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import leaf
from flambeau.tensor.apply import adopt, apply, apply_view
from flambeau.tensor.boundary import copy_of, read, view_of_storage
from flambeau.tensor.creation import check_device, check_dtype, from_array
from flambeau.tensor.elementwise import COPY
from flambeau.tensor.external import export
from flambeau.tensor.formats import MemoryFormat, strided
from flambeau.tensor.inplace import TO
from flambeau.tensor.literal import array_of, check_fits
from flambeau.tensor.operation import operation
from flambeau.tensor.reduction import TITLES
from flambeau.tensor.shaping import clone, select
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Size, Tensor
from flambeau.tensor.view import grad_fn_of, layout_of, value_of

__all__ = ["METHODS", "PROPERTIES", "item", "tolist", "view_dtype"]


# -- Python numbers -----------------------------------------------------------------------------
# how one element is read from memory; float16 and bfloat16 have no ctypes type
_CELLS: dict[DType, Any] = {
    dt.bool_: ctypes.c_bool,
    dt.uint8: ctypes.c_uint8,
    dt.int8: ctypes.c_int8,
    dt.int16: ctypes.c_int16,
    dt.int32: ctypes.c_int32,
    dt.int64: ctypes.c_int64,
    dt.uint16: ctypes.c_uint16,
    dt.uint32: ctypes.c_uint32,
    dt.uint64: ctypes.c_uint64,
    dt.float32: ctypes.c_float,
    dt.float64: ctypes.c_double,
}


def item(self: Tensor) -> Any:
    """The only element as a Python number; RuntimeError if there is not exactly one.

    >>> import flambeau
    >>> flambeau.tensor([2.5]).item()
    2.5
    """
    value = self._storage.value if self._layout is None and not RECORDERS else value_of(self)
    type = value.type
    if type.numel != 1:
        raise RuntimeError(
            f"item: a Tensor with {type.numel} elements cannot be converted to Scalar; given shape "
            f"{list(type.shape)}; required: one element; try tolist() or an index"
        )
    if value.buffer is None:
        evaluate(value)
    cell = _CELLS.get(type.dtype)
    if cell is not None:
        return cell.from_address(value.buffer.address).value  # type: ignore[union-attr]
    return hold(read(self), type.dtype).item()


def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers; a number for a tensor without dims.

    >>> import flambeau
    >>> flambeau.tensor([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return hold(read(self), self.dtype).tolist()


def _bool(self: Tensor) -> bool:
    """Whether the only element is nonzero."""
    numel = _numel(self)
    if numel != 1:
        count = "no values" if numel == 0 else "more than one value"
        raise RuntimeError(
            f"bool: Boolean value of Tensor with {count} is ambiguous; given shape "
            f"{list(self._shape)}; try any() or all()"
        )
    return bool(item(self))


def _only(self: Tensor, kind: str) -> Any:
    if _numel(self) != 1:
        raise ValueError(
            f"{kind}: only one element tensors can be converted to Python scalars; given shape "
            f"{list(self._shape)}; try tolist()"
        )
    return item(self)


def _float(self: Tensor) -> float:
    return float(_only(self, "float"))


def _int(self: Tensor) -> int:
    return int(_only(self, "int"))


def _complex(self: Tensor) -> complex:
    return complex(_only(self, "complex"))


def _index(self: Tensor) -> int:
    if self.dtype.category not in ("int", "bool") or _numel(self) != 1:
        raise TypeError(
            "only integer tensors of a single element can be converted to an index; given "
            f"dtype {self.dtype.name} and shape {list(self._shape)}"
        )
    return int(item(self))


def _len(self: Tensor) -> int:
    shape = self._shape
    if not shape:
        raise TypeError("len() of a 0-d tensor")
    return shape[0]


def _iter(self: Tensor) -> Iterator[Tensor]:
    if not self._shape:
        raise TypeError("iteration over a 0-d tensor; try item()")
    return iter([select(self, 0, i) for i in range(self._shape[0])])


def _contains(self: Tensor, element: Any) -> bool:
    if not isinstance(element, (Tensor, int, float, complex, np.generic)):
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element).__name__}."
        )
    return bool(item((self == element).any()))  # type: ignore[attr-defined]


def _format(self: Tensor, spec: str) -> str:
    if not self._shape and type(self) is Tensor:
        return format(item(self), spec)
    return object.__format__(self, spec)


# -- NumPy --------------------------------------------------------------------------------------
def _refuse_grad(self: Tensor, force: bool) -> None:
    if not force and self.requires_grad:  # type: ignore[attr-defined]
        raise RuntimeError(
            "numpy: Can't call numpy() on Tensor that requires grad. "
            "Use tensor.detach().numpy() instead."
        )


def numpy(self: Tensor, *, force: bool = False) -> np.ndarray:
    """The tensor as an array that shares its memory: writes to either are seen in both.

    RuntimeError for a tensor that requires grad (unless `force`); TypeError for bfloat16.

    >>> import flambeau
    >>> x = flambeau.zeros(2)
    >>> x.numpy()[0] = 5
    >>> x
    tensor([5., 0.])
    """
    _refuse_grad(self, force)
    dtype = self.dtype
    if dtype is dt.bfloat16:
        raise TypeError(
            "numpy: Got unsupported ScalarType BFloat16, which NumPy lacks; try .float().numpy()"
        )
    if self._storage.value.type.numel == 0:
        return np.empty(self._shape, dtype.numpy)
    memory = export(self._storage)
    layout = self._layout
    if layout is None:
        return memory
    size = dtype.itemsize
    strides = tuple([s * size for s in layout.strides])
    return np.ndarray(layout.shape, dtype.numpy, memory, layout.offset * size, strides)


def _array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    """What np.asarray and np.array call."""
    array = numpy(self)
    if dtype is not None and np.dtype(dtype) != array.dtype:
        if copy is False:
            raise ValueError(f"__array__: a copy is needed to convert to {np.dtype(dtype)}")
        return array.astype(dtype)
    return array.copy() if copy else array


def _array_wrap(self: Tensor, array: np.ndarray, context: Any = None, scalar: bool = False) -> Any:
    """What NumPy makes of the result of a function of its own on tensors."""
    if array.dtype == np.bool_ and not array.shape and scalar:
        return bool(array)
    return from_array(*array_of(array, None))


def _dlpack(self: Tensor, **options: Any) -> Any:
    """A capsule with the tensor's memory for `from_dlpack` of other libraries."""
    return numpy(self).__dlpack__(**options)


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    return (1, 0)  # kDLCPU


# -- another dtype or device --------------------------------------------------------------------
def _converted(x: Tensor, dtype: DType, copy: bool = False) -> Tensor:
    if dtype is x.dtype:
        return clone(x) if copy else x
    return apply(TO, (x,), (dtype,))


def to(self: Tensor, *args: Any, **options: Any) -> Tensor:
    """This tensor with another dtype or device: to(dtype), to(device, dtype), to(other).

    The tensor itself if nothing has to change and not `copy`.

    >>> import flambeau
    >>> flambeau.tensor([1.7]).to(flambeau.int32)
    tensor([1], dtype=flambeau.int32)
    """
    if len(args) == 1 and type(args[0]) is DType and not options:
        return self if args[0] is self.dtype else apply(TO, (self,), (args[0],))
    dtype, copy = parse_to(args, options)
    return _converted(self, self.dtype if dtype is None else dtype, copy)


def parse_to(args: tuple, options: dict) -> tuple[DType | None, bool]:
    """The dtype that arguments of `to` ask for (None: as it is), and whether to copy."""
    given = list(args)
    dtype, device, copy = options.pop("dtype", None), options.pop("device", None), False
    other = options.pop("other", None)
    if given and isinstance(given[0], Tensor):
        other = given.pop(0)
    if other is not None:
        dtype = other.dtype
    elif given and isinstance(given[0], (str, Device, int)):
        device = given.pop(0)
    elif given and given[0] is None:
        given.pop(0)
    if given and other is None and (given[0] is None or _is_dtype(given[0])):
        dtype = given.pop(0)
    flags = [options.pop("non_blocking", False), options.pop("copy", False)]
    for i, value in enumerate(given[:2]):
        if not isinstance(value, bool):
            raise TypeError(
                f"to(): given {value!r}; required: a dtype, a device or a tensor, then "
                "non_blocking and copy as bools"
            )
        flags[i] = value
    copy = flags[1]
    options.pop("memory_format", None)
    if options or len(given) > 2:
        raise TypeError(f"to() received an invalid combination of arguments: {args}, {options}")
    check_device("to", device)
    return (None if dtype is None else check_dtype("to", dtype)), copy


def _is_dtype(x: Any) -> bool:
    return isinstance(x, DType) or x in (float, int, bool, complex)


def _cast(name: str, dtype: DType) -> Callable[..., Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return self if self.dtype is dtype else apply(TO, (self,), (dtype,))

    method.__doc__ = f"This tensor with dtype {dtype.name}; itself if it has that dtype."
    return method


_CASTS = {
    "bool": dt.bool_, "byte": dt.uint8, "char": dt.int8, "short": dt.int16, "int": dt.int32,
    "long": dt.int64, "half": dt.float16, "bfloat16": dt.bfloat16, "float": dt.float32,
    "double": dt.float64, "cfloat": dt.complex64, "cdouble": dt.complex128,
}  # fmt: skip

# "FloatTensor" and the like, PyTorch's older names of dtypes
LEGACY_NAMES = {f"{title}Tensor": dt.DTYPES[name] for name, title in TITLES.items()}


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of this tensor's type ("flambeau.FloatTensor"), or the tensor with another dtype."""
    if dtype is None:
        return f"flambeau.{TITLES.get(self.dtype.name, self.dtype.name)}Tensor"
    if isinstance(dtype, str):
        found = LEGACY_NAMES.get(dtype.rsplit(".", 1)[-1])
        if found is None:
            raise ValueError(f"type: invalid type: {dtype!r}; try a dtype, flambeau.float32")
        dtype = found
    return _converted(self, check_dtype("type", dtype))


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """This tensor with other's dtype."""
    return _converted(self, other.dtype)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself, which is in the CPU's memory."""
    return self


def cuda(self: Tensor, device: Any = None, non_blocking: bool = False, **options: Any) -> Tensor:
    """RuntimeError: there is no GPU."""
    check_device("cuda", "cuda" if device is None else device)
    return self


# -- what it is ---------------------------------------------------------------------------------
def _numel(self: Tensor) -> int:
    """The number of elements."""
    layout = self._layout
    if layout is None:
        return self._storage.value.type.numel
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
    return _numel(self) * self.dtype.itemsize


def _own_memory(storage: Storage) -> int:
    """The address of the storage's memory, which no other storage shares afterwards."""
    if storage.value.type.numel == 0:
        return 0
    if storage.external is None:
        del_when_done = export(storage)  # gives the storage memory of its own
        del del_when_done
    evaluate(storage.value)
    return storage.value.buffer.address  # type: ignore[union-attr]


def data_ptr(self: Tensor) -> int:
    """The address of the first element; valid until the tensor is written."""
    start = _own_memory(self._storage)
    return start + layout_of(self).offset * self.dtype.itemsize if start else 0


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


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not zero."""
    return _bool(input)


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor.

    >>> import flambeau
    >>> flambeau.is_tensor(3.0)
    False
    """
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> int:
    """The number of elements.

    >>> import flambeau
    >>> flambeau.numel(flambeau.zeros(2, 3))
    6
    """
    return _numel(input)


# -- writing ------------------------------------------------------------------------------------
def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Write src's elements, broadcast and converted, into this tensor."""
    if not isinstance(src, Tensor):
        if not isinstance(src, (bool, int, float)):
            raise TypeError(
                f"copy_(): argument 'src' (position 1) must be Tensor, not {type(src).__name__}; "
                "try flambeau.as_tensor(...)"
            )
    elif src is self:
        return self
    return adopt(self, apply(COPY, (src,), (self._shape, self.dtype)), "copy_")


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write `value`, a number or a tensor without dims, into every element."""
    if isinstance(value, Tensor):
        if value._shape:
            raise RuntimeError(
                "fill_: fill_ only supports 0-dimension value tensor but got tensor with "
                f"{len(value._shape)} dimensions; try copy_"
            )
    else:
        check_fits(value, self.dtype)
    return adopt(self, apply(COPY, (value,), (self._shape, self.dtype)), "fill_")


def zero_(self: Tensor) -> Tensor:
    """Write zeros into every element."""
    return adopt(self, apply(COPY, (0,), (self._shape, self.dtype)), "zero_")


def set_(self: Tensor, source: Tensor | None = None) -> Tensor:
    """Make this tensor look at source's memory."""
    _set_data(self, Tensor._of(Storage(value_of(self))) if source is None else source)
    return self


def resize_(self: Tensor, *sizes: Any) -> Tensor:
    """Give the tensor another shape, keeping the elements that remain in row-major order."""
    from_sizes = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    shape = tuple(int(n) for n in from_sizes)
    if self._layout is not None or self._requires_grad or self._storage.external is not None:
        raise RuntimeError(
            "resize_: given a view, external memory or a tensor that requires grad, which keep "
            "their shape; try reshape or a new tensor"
        )
    old = hold(read(self), self.dtype).reshape(-1)
    fresh = np.zeros(shape, old.dtype)
    n = min(old.size, fresh.size)
    fresh.reshape(-1)[:n] = old[:n]
    self._storage.value = value_of(from_array(*array_of(fresh, self.dtype)))
    self._storage.version += 1
    return self


# -- data, pickles and copies -------------------------------------------------------------------
def _get_data(self: Tensor) -> Tensor:
    """A tensor over the same memory, without history."""
    return self.detach()  # type: ignore[attr-defined,no-any-return]


def _set_data(self: Tensor, data: Tensor) -> None:
    if not isinstance(data, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
    if data.dtype is not self.dtype and self._requires_grad and not data.dtype.is_floating_point:
        raise RuntimeError(
            f"set_data: data set to a tensor that requires gradients must be floating point or "
            f"complex dtype; given {data.dtype.name}"
        )
    value_of(data)
    self._storage = data._storage
    self._layout = data._layout
    self._base = None
    self._view_value = None
    self._view_version = -1


def _reduce(self: Tensor, protocol: Any = None) -> tuple:
    """Tensors that share a storage share it again after unpickling, in one pickle."""
    if grad_fn_of(self) is not None and self._requires_grad:
        raise RuntimeError(
            "pickle: only tensors that the user created (graph leaves) can be pickled while they "
            "require grad; try .detach()"
        )
    state = {k: v for k, v in self.__dict__.items() if k not in _FIELDS}
    return (
        _rebuild,
        (type(self), self._storage, layout_of(self), self._requires_grad, state or None),
    )


_FIELDS = frozenset(Tensor.__annotations__)


def _rebuild(
    cls: type, storage: Storage, layout: Layout, requires_grad: bool, state: dict | None
) -> Tensor:
    found = object.__new__(cls)
    found._storage = storage
    if layout != contiguous(storage.value.type.shape):
        found._layout = Layout(*layout)
    if requires_grad:
        found._requires_grad = True
    if state:
        found.__dict__.update(state)
    return found  # type: ignore[no-any-return]


def _reduce_storage(storage: Storage) -> tuple:
    type = storage.value.type
    memory = read(Tensor._of(storage))
    return (_rebuild_storage, (type.dtype, type.shape, memory.tobytes(), sys.byteorder))


def _rebuild_storage(dtype: DType, shape: tuple, data: bytes, byteorder: str) -> Storage:
    array = np.frombuffer(data, dtype.numpy).reshape(shape)
    if byteorder != sys.byteorder:
        array = array.byteswap()
    type = tensor_type(dtype, shape)
    buffer = allocate(type.nbytes)
    as_array(buffer, dtype.numpy, shape)[...] = array
    return Storage(leaf(type, buffer))


copyreg.pickle(Storage, _reduce_storage)  # type: ignore[arg-type]


def _deepcopy(self: Tensor, memo: dict) -> Tensor:
    found = memo.get(id(self))
    if found is not None:
        return found  # type: ignore[no-any-return]
    if grad_fn_of(self) is not None and self._requires_grad:
        raise RuntimeError(
            "deepcopy: Only Tensors created explicitly by the user (graph leaves) support the "
            "deepcopy protocol at the moment; try .detach()"
        )
    storage = memo.get(id(self._storage))
    if storage is None:
        value = value_of(view_of_storage(self, contiguous(self._storage.value.type.shape)))
        if self._storage.external is not None:
            storage = from_array(*array_of(Tensor._of(self._storage), None))._storage
        else:
            storage = Storage(value)
        memo[id(self._storage)] = storage
    found = _rebuild(type(self), storage, layout_of(self), self._requires_grad, None)
    memo[id(self)] = found
    if self._grad is not None:
        found._grad = copying.deepcopy(self._grad, memo)
    for name, value in self.__dict__.items():
        if name not in _FIELDS:
            setattr(found, name, copying.deepcopy(value, memo))
    return found


def _copy(self: Tensor) -> Tensor:
    """copy.copy: another tensor over the same memory."""
    return self.detach().requires_grad_(self._requires_grad and grad_fn_of(self) is None)  # type: ignore[attr-defined,no-any-return]


# -- the same bits as another dtype -------------------------------------------------------------
@operation("view_dtype")
def VIEW_DTYPE(x: Any, dtype: DType) -> Any:
    """x's bits read as a dtype of the same size."""
    from flambeau.engine.graph import build

    return build.bitcast(x, dtype)


def view_dtype(self: Tensor, dtype: DType) -> Tensor:
    """The elements' bits as another dtype of the same size. A copy: it shares no memory."""
    if dtype is self.dtype:
        return self
    if dtype.itemsize == self.dtype.itemsize and dt.bool_ not in (dtype, self.dtype):
        return apply(VIEW_DTYPE, (self,), (dtype,))
    array = read(self)
    if not array.shape:
        raise RuntimeError(
            f"view: self.dim() cannot be 0 to view {self.dtype.name} as {dtype.name} (different "
            "element sizes)"
        )
    length = array.shape[-1] * array.itemsize
    if length % dtype.itemsize:
        raise RuntimeError(
            f"view: self.size(-1) must be divisible by {dtype.itemsize // array.itemsize} to view "
            f"{self.dtype.name} as {dtype.name}, but got {array.shape[-1]}"
        )
    raw = np.ascontiguousarray(array).view(np.uint8)
    found = raw.reshape(*array.shape[:-1], length).view(dtype.numpy)
    return from_array(found, dtype)


METHODS: dict[str, Callable] = {
    "item": item, "tolist": tolist, "numpy": numpy, "to": to, "type": type_, "type_as": type_as,
    "cpu": cpu, "cuda": cuda, "numel": _numel, "nelement": _numel, "dim": dim, "ndimension": dim,
    "size": size, "stride": stride, "storage_offset": storage_offset,
    "is_contiguous": is_contiguous, "element_size": element_size, "data_ptr": data_ptr,
    "is_set_to": is_set_to, "is_floating_point": is_floating_point, "is_complex": is_complex,
    "is_signed": is_signed, "is_nonzero": is_nonzero, "copy_": copy_, "fill_": fill_,
    "zero_": zero_, "set_": set_, "resize_": resize_,
    **{name: _cast(name, dtype) for name, dtype in _CASTS.items()},
    "__bool__": _bool, "__float__": _float, "__int__": _int, "__complex__": _complex,
    "__index__": _index, "__len__": _len, "__iter__": _iter, "__contains__": _contains,
    "__format__": _format, "__array__": _array, "__array_wrap__": _array_wrap,
    "__dlpack__": _dlpack, "__dlpack_device__": _dlpack_device, "__reduce_ex__": _reduce,
    "__deepcopy__": _deepcopy, "__copy__": _copy,
}  # fmt: skip

PROPERTIES: dict[str, property] = {
    "data": property(_get_data, _set_data),
    "nbytes": property(_nbytes),
    "itemsize": property(element_size),
    "layout": property(lambda self: strided),
    "is_cuda": property(lambda self: False),
    "is_cpu": property(lambda self: True),
    "is_sparse": property(lambda self: False),
    "is_quantized": property(lambda self: False),
    "is_meta": property(lambda self: False),
    "names": property(lambda self: (None,) * len(self._shape)),
}

# functions of the package as well as methods
FUNCTIONS: dict[str, Callable] = {
    "is_floating_point": is_floating_point, "is_complex": is_complex, "is_nonzero": is_nonzero,
    "is_tensor": is_tensor, "numel": numel, "is_signed": is_signed,
}  # fmt: skip
