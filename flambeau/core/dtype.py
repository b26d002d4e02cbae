"""Data types, their promotion, and their numeric limits.

A `DType` is a singleton: `flambeau.float32 is flambeau.float32`, so identity compares.
"""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["DTYPES", "DType", "finfo", "iinfo", "promote", "promote_scalar", "result_dtype"]


class DType:
    """One element type: its name, its category, its size in bytes and NumPy's counterpart."""

    __slots__ = ("category", "is_complex", "is_floating_point", "itemsize", "name", "numpy", "rank")

    def __init__(self, name: str, category: str, itemsize: int, numpy: str, rank: int) -> None:
        self.name = name
        self.category = category  # "bool", "int", "float" or "complex", in rising order
        self.itemsize = itemsize
        self.numpy = np.dtype(numpy)  # the storage type; bfloat16 is stored as uint16 bits
        self.rank = rank
        self.is_floating_point = category == "float"
        self.is_complex = category == "complex"

    @property
    def is_signed(self) -> bool:
        """True for every type that can hold a negative number."""
        return self.category in ("float", "complex") or (
            self.category == "int" and self.numpy.kind == "i"
        )

    def to_real(self) -> DType:
        """The real type with this complex type's precision; itself when real."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)

    def to_complex(self) -> DType:
        """The complex type with this type's precision."""
        return {"float64": complex128, "complex128": complex128}.get(self.name, complex64)

    def __repr__(self) -> str:
        return f"flambeau.{self.name}"

    def __reduce__(self) -> str | tuple:
        return (_by_name, (self.name,))

    def __copy__(self) -> DType:
        return self

    def __deepcopy__(self, memo: dict) -> DType:
        return self


def _by_name(name: str) -> DType:
    return DTYPES[name]


bool_ = DType("bool", "bool", 1, "bool", 0)
uint8 = DType("uint8", "int", 1, "uint8", 1)
int8 = DType("int8", "int", 1, "int8", 2)
int16 = DType("int16", "int", 2, "int16", 3)
int32 = DType("int32", "int", 4, "int32", 4)
int64 = DType("int64", "int", 8, "int64", 5)
uint16 = DType("uint16", "int", 2, "uint16", 3)
uint32 = DType("uint32", "int", 4, "uint32", 4)
uint64 = DType("uint64", "int", 8, "uint64", 5)
float16 = DType("float16", "float", 2, "float16", 6)
bfloat16 = DType("bfloat16", "float", 2, "uint16", 6)
float32 = DType("float32", "float", 4, "float32", 7)
float64 = DType("float64", "float", 8, "float64", 8)
complex64 = DType("complex64", "complex", 8, "complex64", 9)
complex128 = DType("complex128", "complex", 16, "complex128", 10)

DTYPES: dict[str, DType] = {
    d.name: d
    for d in (
        bool_, uint8, int8, int16, int32, int64, uint16, uint32, uint64,
        float16, bfloat16, float32, float64, complex64, complex128,
    )
}  # fmt: skip

CATEGORIES = {"bool": 0, "int": 1, "float": 2, "complex": 3}


@cache
def promote(a: DType, b: DType) -> DType:
    """The dtype of an operation on two tensors that both have dimensions.

    PyTorch's lattice: the higher category wins; within integers, uint8 with a signed type
    gives the next wider signed type; float16 with bfloat16 gives float32.
    Source: https://pytorch.org/docs/stable/tensor_attributes.html
    """
    if a is b:
        return a
    if a.rank > b.rank:
        a, b = b, a
    if a.category != b.category:
        if b.is_complex and a is float64:
            return complex128
        return b
    if a.category == "int":
        return _promote_integers(a, b)
    if {a, b} == {float16, bfloat16}:
        return float32
    return b


def _promote_integers(a: DType, b: DType) -> DType:
    if a.is_signed == b.is_signed:
        return b if b.itemsize >= a.itemsize else a
    signed, unsigned = (a, b) if a.is_signed else (b, a)
    if signed.itemsize > unsigned.itemsize:
        return signed
    wider = {1: int16, 2: int32, 4: int64}.get(unsigned.itemsize)
    if wider is None:
        raise RuntimeError(f"promote: no integer type holds both {a.name} and {b.name}")
    return wider


def result_dtype(dimensioned: list[DType], zero_dim: list[DType], scalars: list[DType]) -> DType:
    """Promote by priority: tensors with dimensions, then zero-dim tensors, then Python numbers.

    A lower priority changes the result only by bringing a higher category.
    """
    result: DType | None = None
    for group in (dimensioned, zero_dim, scalars):
        best: DType | None = None
        for d in group:
            best = d if best is None else promote(best, d)
        if best is None:
            continue
        if result is None:
            result = best
        elif CATEGORIES[best.category] > CATEGORIES[result.category]:
            if best.is_complex and (group is scalars or result.is_floating_point):
                best = result.to_complex()
            result = promote(result, best) if not best.is_complex else best
    if result is None:
        raise ValueError("result_dtype: no operands were given")
    return result


def promote_scalar(dtype: DType, scalar: object, default: DType | None = None) -> DType:
    """The dtype of an operation between a tensor of `dtype` and a Python number."""
    if isinstance(scalar, bool) or dtype.is_complex:
        return dtype
    if isinstance(scalar, int):
        return int64 if dtype is bool_ else dtype
    if isinstance(scalar, complex):
        return dtype.to_complex()
    return dtype if dtype.is_floating_point else (default or float32)


class finfo:  # noqa: N801 - PyTorch's name
    """Limits of a floating-point dtype (`bits eps max min tiny smallest_normal resolution`)."""

    def __init__(self, dtype: DType = float32) -> None:
        if dtype.is_complex:
            dtype = dtype.to_real()
        if not dtype.is_floating_point:
            raise TypeError(
                f"finfo: given {dtype.name}, a floating-point dtype is required; use iinfo"
            )
        self.dtype = dtype.name
        self.bits = dtype.itemsize * 8
        if dtype is bfloat16:
            self.eps, self.max, self.tiny = 2.0**-7, 3.3895313892515355e38, 2.0**-126
            self.resolution = 0.01
        else:
            info = np.finfo(dtype.numpy)
            self.eps, self.max, self.tiny = float(info.eps), float(info.max), float(info.tiny)
            self.resolution = float(info.resolution)
        self.min = -self.max
        self.smallest_normal = self.tiny

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:  # noqa: N801 - PyTorch's name
    """Limits of an integer dtype (`bits max min`)."""

    def __init__(self, dtype: DType) -> None:
        if dtype.category != "int":
            raise TypeError(f"iinfo: given {dtype.name}, an integer dtype is required; use finfo")
        info = np.iinfo(dtype.numpy)
        self.dtype = dtype.name
        self.bits = info.bits
        self.max = int(info.max)
        self.min = int(info.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
