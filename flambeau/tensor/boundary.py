"""Where other parts of the package meet memory and evaluation without importing the engine.

synchronize      evaluate what is recorded (the end of a training step is a good place)
read             a tensor's contents as a NumPy array that must not be written
fresh, adopt     a new tensor over memory that the caller fills, or that a file is mapped to
number_cell      a number as a tensor without dims, so that captured programs see it change
tracing          what a function records, for drawing its graph
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from flambeau.core.dtype import DType, float64
from flambeau.core.layout import Layout
from flambeau.core.types import Shape, tensor_type
from flambeau.engine.runtime.capture import is_capturing
from flambeau.engine.runtime.evaluate import TRACING, evaluate, flush, pending_count, read_array
from flambeau.engine.runtime.memory import (
    Buffer,
    allocate,
    as_array,
    available_threads,
    set_threads,
)
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import leaf
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = [
    "Settling",
    "adopt_buffer",
    "copy_of",
    "distinct_value",
    "fresh",
    "get_num_threads",
    "is_capturing",
    "number_cell",
    "read",
    "read_storage",
    "set_num_threads",
    "set_number",
    "synchronize",
    "tracing",
    "view_of_storage",
]


def synchronize() -> None:
    """Evaluate everything recorded so far, unless a function is being captured."""
    if not is_capturing():
        flush()


class Settling:
    """Inside `with`, what is recorded is computed at the end: it is one program, which is found
    again when the same comes again, whatever was recorded before and comes after."""

    def __enter__(self) -> None:
        self._before = pending_count()

    def __exit__(self, *exception: object) -> None:
        if pending_count() > self._before:
            synchronize()


def get_num_threads() -> int:
    """How many threads share the work of a large operation.

    >>> import flambeau
    >>> flambeau.get_num_threads() >= 1
    True
    """
    return available_threads()


def set_num_threads(threads: int) -> None:
    """Let `threads` threads share the work of large operations; results do not depend on it."""
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise RuntimeError(f"set_num_threads: given {threads!r}; required: a positive int; try 1")
    set_threads(threads)


# -- reading ------------------------------------------------------------------------------------
def read(x: Tensor) -> np.ndarray:
    """x's elements in x's shape (bfloat16 as uint16 bits); not to be written."""
    return read_array(value_of(x))


def read_storage(x: Tensor) -> np.ndarray:
    """All elements of the storage that x lies in, in one dim; not to be written."""
    return read_array(x._storage.value).reshape(-1)


# -- making -------------------------------------------------------------------------------------
def fresh(dtype: DType, shape: Shape) -> tuple[Tensor, np.ndarray]:
    """A tensor with undefined elements, and the array through which the caller fills it now."""
    type = tensor_type(dtype, shape)
    buffer = allocate(type.nbytes)
    return Tensor._of(Storage(leaf(type, buffer))), as_array(buffer, dtype.numpy, shape)


def adopt_buffer(address: int, dtype: DType, shape: Shape, owner: Any) -> Tensor:
    """A tensor over memory that nobody writes; `owner` is kept alive with it.

    In-place operations give the tensor new memory and leave this one as it is.
    """
    type = tensor_type(dtype, shape)
    return Tensor._of(Storage(leaf(type, Buffer.at(address, type.nbytes, owner))))


def view_of_storage(x: Tensor, layout: Layout) -> Tensor:
    """A tensor that shares x's storage and reads it under `layout`, with no history."""
    result = Tensor._of(x._storage)
    if layout.shape != x._storage.value.type.shape or not layout.is_contiguous or layout.offset:
        result._layout = layout
    return result


def copy_of(x: Tensor) -> Tensor:
    """A tensor with x's contents and no history; memory is copied when one of them is written."""
    return Tensor._of(Storage(value_of(x)))


# -- numbers that change between replays --------------------------------------------------------
def number_cell(number: float) -> Tensor:
    """`number` as a float64 tensor without dims."""
    cell, memory = fresh(float64, ())
    memory[()] = number
    return cell


def set_number(cell: Tensor, number: float) -> None:
    """Put another number into a cell; what was computed from the old one keeps it."""
    cell._storage.value = number_cell(number)._storage.value
    cell._storage.version += 1


# -- drawing graphs -----------------------------------------------------------------------------
@contextmanager
def tracing(log: Any) -> Iterator[None]:
    """While a function runs, give each value that it records to `log.append` (views only where
    something reads them); values are evaluated only if somebody asks for them."""
    TRACING.append(log)
    try:
        yield
    finally:
        TRACING.pop()


def distinct_value(x: Tensor) -> Any:
    """x's contents, evaluated, as a value that no other storage has: copies may share one."""
    storage = x._storage
    evaluate(storage.value)
    storage.value = leaf(storage.value.type, storage.value.buffer)  # type: ignore[arg-type]
    x._view_value = None
    return value_of(x)
