"""Data type functions of the array API standard, and how functions here promote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType, promote, promote_scalar
from flambeau.tensor.creation import check_device, check_dtype
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["astype", "can_cast", "common", "finfo", "iinfo", "isdtype", "result_type", "summed"]

_SIGNED = (dt.int8, dt.int16, dt.int32, dt.int64)
_UNSIGNED = (dt.uint8, dt.uint16, dt.uint32, dt.uint64)
_REAL = (dt.float32, dt.float64)
_COMPLEX = (dt.complex64, dt.complex128)
KINDS: dict[str, tuple[DType, ...]] = {
    "bool": (dt.bool_,),
    "signed integer": _SIGNED,
    "unsigned integer": _UNSIGNED,
    "integral": _SIGNED + _UNSIGNED,
    "real floating": _REAL,
    "complex floating": _COMPLEX,
    "numeric": _SIGNED + _UNSIGNED + _REAL + _COMPLEX,
}

_CATEGORIES = {
    "bool": ("bool",), "integral": ("int",), "real floating": ("float",),
    "complex floating": ("complex",), "numeric": ("int", "float", "complex"),
}  # fmt: skip


def astype(x: Tensor, dtype: DType, /, *, copy: bool = True, device: Any = None) -> Tensor:
    """x with another dtype; a new tensor also if it has that dtype, unless copy is false."""
    check_device("astype", device)
    made: Tensor = x.to(check_dtype("astype", dtype), copy=copy)
    return made


def can_cast(from_: DType | Tensor, to: DType, /) -> bool:
    """Whether promotion of both dtypes gives `to`."""
    dtype = from_.dtype if isinstance(from_, Tensor) else check_dtype("can_cast", from_)
    try:
        return promote(dtype, to) is to
    except RuntimeError:  # no dtype holds both
        return False


@dataclass(frozen=True)
class _FInfo:
    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


@dataclass(frozen=True)
class _IInfo:
    bits: int
    max: int
    min: int
    dtype: DType


def _dtype_of(type: DType | Tensor) -> DType:
    return type.dtype if isinstance(type, Tensor) else type


def finfo(type: DType | Tensor, /) -> _FInfo:
    """Limits of a floating-point dtype; of the real one for a complex dtype."""
    dtype = _dtype_of(type).to_real()
    info = dt.finfo(dtype)
    return _FInfo(info.bits, info.eps, info.max, info.min, info.smallest_normal, dtype)


def iinfo(type: DType | Tensor, /) -> _IInfo:
    """Limits of an integer dtype."""
    dtype = _dtype_of(type)
    info = dt.iinfo(dtype)
    return _IInfo(info.bits, info.max, info.min, dtype)


def isdtype(dtype: DType, kind: DType | str | tuple[DType | str, ...]) -> bool:
    """Whether dtype is `kind`, or of that kind ("bool", "integral", "real floating", ...)."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, k) for k in kind)
    if isinstance(kind, DType):
        return dtype is kind
    if kind == "signed integer":
        return dtype.category == "int" and dtype.is_signed
    if kind == "unsigned integer":
        return dtype.category == "int" and not dtype.is_signed
    if kind not in _CATEGORIES:
        raise ValueError(f"isdtype: given kind {kind!r}; required: one of {', '.join(KINDS)}")
    return dtype.category in _CATEGORIES[kind]


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that operations on these tensors, dtypes and Python numbers have."""
    found: DType | None = None
    numbers = []
    for x in arrays_and_dtypes:
        if isinstance(x, (Tensor, DType)):
            dtype = _dtype_of(x)
            found = dtype if found is None else promote(found, dtype)
        elif isinstance(x, (bool, int, float, complex)):
            numbers.append(x)
        else:
            raise TypeError(
                f"result_type: given {type(x).__name__}; required: tensors, dtypes and numbers"
            )
    if found is None:
        raise ValueError(
            f"result_type: given {'numbers only' if numbers else 'nothing'}; required: at least "
            "one tensor or dtype"
        )
    for number in numbers:
        found = promote_scalar(found, number, get_default_dtype())
    return found


def common(*xs: Any) -> tuple[Any, ...]:
    """The tensors among xs with the dtype that they promote to; numbers as they are."""
    dtypes = [x.dtype for x in xs if isinstance(x, Tensor)]
    if not dtypes or all(d is dtypes[0] for d in dtypes):
        return xs
    dtype = result_type(*dtypes)
    return tuple([x.to(dtype) if isinstance(x, Tensor) else x for x in xs])


def summed(dtype: DType) -> DType:
    """The dtype of sums and products of elements of `dtype`."""
    if dtype.category not in ("bool", "int"):
        return dtype
    return dt.int64 if dtype is dt.bool_ or dtype.is_signed else dt.uint64
