"""Creation functions of the array API standard."""

from __future__ import annotations

from typing import Any

from flambeau.array_api.dtypes import common
from flambeau.core.dtype import DType
from flambeau.tensor import creation as make
from flambeau.tensor import sharing
from flambeau.tensor.methods import FUNCTIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like",
    "linspace", "meshgrid", "ones", "ones_like", "tril", "triu", "zeros", "zeros_like",
]  # fmt: skip

Shape = int | tuple[int, ...]


def asarray(
    obj: Any, /, *, dtype: DType | None = None, device: Any = None, copy: bool | None = None
) -> Tensor:
    """`obj` as a tensor; copy=True always copies, copy=False never, None only if it must."""
    return sharing.asarray(obj, dtype=dtype, device=device, copy=copy)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor over the memory of any object that has `__dlpack__`."""
    return sharing.from_dlpack(x, device=device, copy=copy)


def _shape(shape: Shape) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def empty(shape: Shape, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor whose elements are not set."""
    return make.empty(_shape(shape), dtype=dtype, device=device)


def zeros(shape: Shape, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of zeros."""
    return make.zeros(_shape(shape), dtype=dtype, device=device)


def ones(shape: Shape, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of ones."""
    return make.ones(_shape(shape), dtype=dtype, device=device)


def full(
    shape: Shape, fill_value: Any, *, dtype: DType | None = None, device: Any = None
) -> Tensor:  # fmt: skip
    """A tensor with one number in every element, of the number's dtype if none is given."""
    return make.full(_shape(shape), fill_value, dtype=dtype, device=device)


def empty_like(x: Tensor, /, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of x's shape whose elements are not set."""
    return make.empty_like(x, dtype=dtype, device=device)


def zeros_like(x: Tensor, /, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of x's shape, of zeros."""
    return make.zeros_like(x, dtype=dtype, device=device)


def ones_like(x: Tensor, /, *, dtype: DType | None = None, device: Any = None) -> Tensor:
    """A tensor of x's shape, of ones."""
    return make.ones_like(x, dtype=dtype, device=device)


def full_like(
    x: Tensor, /, fill_value: Any, *, dtype: DType | None = None, device: Any = None
) -> Tensor:
    """A tensor of x's shape with one number in every element."""
    return make.full_like(x, fill_value, dtype=dtype, device=device)


def arange(
    start: float, /, stop: float | None = None, step: float = 1, *, dtype: DType | None = None,
    device: Any = None,
) -> Tensor:  # fmt: skip
    """start, start + step, ... up to but without stop; none if they lead away from it."""
    if stop is None:
        start, stop = 0, start
    if step and (stop - start) / step <= 0:
        is_whole = all(isinstance(x, int) for x in (start, stop, step))
        start, stop, step = (0, 0, 1) if is_whole else (0.0, 0.0, 1.0)
    return FUNCTIONS["arange"](start, stop, step, dtype=dtype, device=device)  # type: ignore[no-any-return]


def linspace(
    start: complex, stop: complex, /, num: int, *, dtype: DType | None = None, device: Any = None,
    endpoint: bool = True,
) -> Tensor:  # fmt: skip
    """`num` numbers at equal distances from start to stop, the last one stop if endpoint."""
    make.check_device("linspace", device)
    is_complex = isinstance(start, complex) or isinstance(stop, complex)
    if is_complex or (dtype is not None and dtype.is_complex):
        dtype = dtype or make.check_dtype("linspace", None).to_complex()
        parts = [
            linspace(a, b, num, dtype=dtype.to_real(), endpoint=endpoint)
            for a, b in ((complex(start).real, complex(stop).real),
                         (complex(start).imag, complex(stop).imag))
        ]  # fmt: skip
        return FUNCTIONS["complex"](*parts)  # type: ignore[no-any-return]
    if not endpoint and num > 0:
        return linspace(start, stop, num + 1, dtype=dtype)[:num]
    return FUNCTIONS["linspace"](start, stop, num, dtype=dtype)  # type: ignore[no-any-return]


def eye(
    n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: DType | None = None,
    device: Any = None,
) -> Tensor:  # fmt: skip
    """A matrix with ones in its diagonal number k and zeros elsewhere."""
    arange_, n_cols = FUNCTIONS["arange"], n_rows if n_cols is None else n_cols
    make.check_device("eye", device)
    rows, columns = arange_(n_rows).reshape(-1, 1), arange_(n_cols)
    k = max(-n_rows, min(k, n_cols))  # further away there is nothing either
    made: Tensor = (columns - rows == k).to(make.check_dtype("eye", dtype))
    return made


def meshgrid(*arrays: Tensor, indexing: str = "xy") -> list[Tensor]:
    """Coordinates of a grid, one tensor for each axis."""
    return list(FUNCTIONS["meshgrid"](*common(*arrays), indexing=indexing)) if arrays else []


def tril(x: Tensor, /, *, k: int = 0) -> Tensor:
    """x with zeros above its diagonal number k."""
    return FUNCTIONS["tril"](x, k)  # type: ignore[no-any-return]


def triu(x: Tensor, /, *, k: int = 0) -> Tensor:
    """x with zeros below its diagonal number k."""
    return FUNCTIONS["triu"](x, k)  # type: ignore[no-any-return]
