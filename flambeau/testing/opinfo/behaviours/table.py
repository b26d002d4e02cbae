"""The table of behaviours: what a record says, and the words that records are written in.

tests/test_behaviours.py makes of each record the tests of values, dtypes, views, in-place twin,
`out=`, sizes of zero, errors, and of both back ends. The reference computes in NumPy and float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType

__all__ = [
    "ALIASES", "ALL", "BEHAVIOURS", "BOTH", "COMPLEX", "FLOATS", "INTS", "NUMBERS", "ONE",
    "PRECISE", "REAL", "TWO", "WITHOUT_RECORD", "Behaviour", "Call", "Error", "T",
    "add_behaviour", "bools", "constant", "dim_errors", "index", "without_record",
]  # fmt: skip

PRECISE = (dt.float32, dt.float64)
FLOATS = (dt.float32, dt.float64, dt.float16, dt.bfloat16)
COMPLEX = (dt.complex64, dt.complex128)
BOTH = (*PRECISE, *COMPLEX)  # what decompositions take
INTS = (dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64)
NUMBERS = FLOATS + INTS
REAL = (*NUMBERS, dt.bool_)
ALL = (*REAL, *COMPLEX)


@dataclass(frozen=True)
class T:
    """A tensor among the arguments: of the dtype under test unless it has its own.

    `form` is applied to its random elements, e.g. to make them a positive-definite matrix.
    """

    shape: tuple[int, ...]
    low: float | None = None  # the record's
    high: float | None = None
    dtype: DType | None = None
    values: Any = None  # instead of random ones
    form: Callable[[np.ndarray], np.ndarray] | None = None


def index(shape: tuple[int, ...], size: int, low: int = 0) -> T:
    """Positions from `low` to `size - 1`, in int64."""
    return T(shape, low, size - 1, dt.int64)


def bools(*shape: int) -> T:
    """A mask, about half of it True."""
    return T(shape, 0, 1, dt.bool_)


def constant(values: Any, dtype: DType | None = None) -> T:
    """These elements."""
    return T(np.shape(values), dtype=dtype, values=values)


@dataclass(frozen=True)
class Call:
    """Tensors of these shapes, then these arguments, in which a T stands for a tensor."""

    shapes: tuple[Any, ...]
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Error:
    """A call that must raise, and what the text must match."""

    call: Call
    kind: type[Exception]
    text: str


@dataclass(frozen=True)
class Behaviour:
    """One function. `result` names the dtype it gives, or those of its several results.

    "same"; "float": integers become the default dtype; "sum": integers become int64; "real" and
    "complex" of the same precision; "float_of_complex": "float", then "real"; else the name of
    a dtype.
    """

    name: str  # with the module: "linalg.inv"
    reference: Callable[..., Any]
    dtypes: tuple[DType, ...] = NUMBERS
    calls: tuple[Call, ...] = (Call(((3, 4),)),)
    low: float = -3.0
    high: float = 3.0
    result: str | tuple[str, ...] = "same"
    exact: bool = False  # no rounding: results are compared bit by bit
    loose: float = 1.0  # times the tolerance: sums of many, cancellation
    # applied to the results before they are compared, where they are not unique
    up_to: Callable[..., Any] | None = None
    errors: tuple[Error, ...] = ()
    has_method: bool = True  # where Tensor has one of that name, it takes the same arguments
    reads_memory: bool = False  # strides of its input matter
    # calls on tensors without elements; None: the first call with a first dim of 0
    empty: tuple[Call, ...] | None = None

    def result_dtypes(self, dtype: DType) -> list[DType]:
        """The dtype of each result on inputs of `dtype`."""
        kinds = (self.result,) if isinstance(self.result, str) else self.result
        return [_result_dtype(kind, dtype) for kind in kinds]


def _result_dtype(kind: str, dtype: DType) -> DType:
    whole = dtype.category in ("bool", "int")
    if kind == "same":
        return dtype
    if kind == "float":
        return dt.float32 if whole else dtype
    if kind == "sum":
        return dt.int64 if whole else dtype
    if kind == "float_of_complex":
        return _result_dtype("float", dtype).to_real()
    if kind == "real":
        return dtype.to_real()
    if kind == "complex":
        return dtype.to_complex()
    return dt.DTYPES[kind]


BEHAVIOURS: dict[str, Behaviour] = {}
# another name of a function -> the name that has the record
ALIASES: dict[str, str] = {}
# name -> why it has no record, or where it is tested
WITHOUT_RECORD: dict[str, str] = {}

ONE = (Call(((3, 4),)), Call(((7,),)), Call(((),)))
TWO = (Call(((3, 4), (3, 4))), Call(((3, 4), (4,))), Call(((2, 1), (1, 5))), Call(((), (3,))))


def add_behaviour(
    name: str, reference: Callable[..., Any], *rows: Call | Error, **fields: Any
) -> None:
    """Add a record; `rows` are its calls and errors."""
    assert name not in BEHAVIOURS, name
    calls = tuple([row for row in rows if isinstance(row, Call)])
    errors = tuple([row for row in rows if isinstance(row, Error)])
    if calls:
        fields["calls"] = calls
    if errors:
        fields["errors"] = errors
    BEHAVIOURS[name] = Behaviour(name, reference, **fields)


def without_record(reason: str, names: str) -> None:
    """Say of all `names` why they have no record."""
    WITHOUT_RECORD.update(dict.fromkeys(names.split(), reason))


def dim_errors(call: Callable[[int], Call], dims: int) -> tuple[Error, ...]:
    """`call` with a dim too large, too small, and far too large, for tensors of `dims` dims."""
    wrong = (dims, -dims - 1, 2**62)
    return tuple([Error(call(dim), IndexError, "Dimension out of range") for dim in wrong])
