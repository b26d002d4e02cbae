"""A tensor as something else: Python numbers, NumPy arrays, another dtype or device."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.device import Device
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.values import hold
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import evaluate
from flambeau.tensor import dlpack
from flambeau.tensor.apply import apply
from flambeau.tensor.attributes import numel
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import check_device, check_dtype, from_array
from flambeau.tensor.external import shared_array
from flambeau.tensor.inplace import TO
from flambeau.tensor.literal import array_of
from flambeau.tensor.reduction import TITLES
from flambeau.tensor.shaping import clone, select
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["FUNCTIONS", "METHODS", "item", "parse_to", "tolist"]


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
    if RECORDERS:
        RECORDERS[0].looked(value)
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
    n = numel(self)
    if n != 1:
        count = "no values" if n == 0 else "more than one value"
        raise RuntimeError(
            f"bool: Boolean value of Tensor with {count} is ambiguous; given shape "
            f"{list(self._shape)}; try any() or all()"
        )
    return bool(item(self))


def _only(self: Tensor, kind: str) -> Any:
    if numel(self) != 1:
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
    if self.dtype.category not in ("int", "bool") or numel(self) != 1:
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
    if self.dtype is dt.bfloat16:
        raise TypeError(
            "numpy: Got unsupported ScalarType BFloat16, which NumPy lacks; try .float().numpy()"
        )
    return shared_array(self)


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
    elif isinstance(dtype, type):  # FloatTensor and the like
        dtype = getattr(dtype, "dtype", dtype)
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


def to_device(self: Tensor, device: Any, /, *, stream: Any = None) -> Tensor:
    """The tensor itself, which is on the only device; the array API standard's name."""
    check_device("to_device", device)
    if stream is not None:
        raise ValueError(f"to_device: given stream={stream!r}; required: None on the CPU")
    return self


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not zero."""
    return _bool(input)


METHODS: dict[str, Callable[..., Any]] = {
    "item": item, "tolist": tolist, "numpy": numpy, "to": to, "type": type_, "type_as": type_as,
    "cpu": cpu, "cuda": cuda, "to_device": to_device,
    **{name: _cast(name, dtype) for name, dtype in _CASTS.items()},
    "__bool__": _bool, "__float__": _float, "__int__": _int, "__complex__": _complex,
    "__index__": _index, "__len__": _len, "__iter__": _iter, "__contains__": _contains,
    "__format__": _format, "__array__": _array, "__array_wrap__": _array_wrap,
    **dlpack.METHODS,
}  # fmt: skip

# functions of the package as well as methods
FUNCTIONS: dict[str, Callable[..., Any]] = {"is_nonzero": is_nonzero}
