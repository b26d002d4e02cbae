"""Statistical and utility functions of the array API standard."""

from __future__ import annotations

from typing import Any

from flambeau.array_api.dtypes import common, summed
from flambeau.core.dtype import DType, bool_
from flambeau.core.errors import message
from flambeau.tensor.methods import FUNCTIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "all", "any", "cumulative_prod", "cumulative_sum", "diff", "max", "mean", "min", "prod",
    "std", "sum", "var",
]  # fmt: skip

Axis = int | tuple[int, ...] | None


def _reduce(name: str, x: Tensor, axis: Axis, keepdims: bool, **options: Any) -> Tensor:
    """A reduction of flambeau's over an axis, some, none for (), or all for None."""
    if isinstance(axis, tuple) and not axis:  # each element is a group of its own
        made: Tensor = FUNCTIONS[name](x.reshape(*x.shape, 1), -1, **options)
        return made
    dims = tuple(range(x.ndim)) if axis is None else axis
    return FUNCTIONS[name](x, dims, keepdim=keepdims, **options)  # type: ignore[no-any-return]


def sum(
    x: Tensor, /, *, axis: Axis = None, dtype: DType | None = None, keepdims: bool = False
) -> Tensor:
    """The sum over axes; integers are added in 64 bits."""
    return _reduce("sum", x, axis, keepdims, dtype=dtype or summed(x.dtype))


def prod(
    x: Tensor, /, *, axis: Axis = None, dtype: DType | None = None, keepdims: bool = False
) -> Tensor:
    """The product over axes; integers are multiplied in 64 bits."""
    x = x.to(dtype or summed(x.dtype))
    if axis is None:
        axis = tuple(range(x.ndim))
    dims = [a % x.ndim if -x.ndim <= a < x.ndim else a
            for a in (axis if isinstance(axis, tuple) else (axis,))]  # fmt: skip
    for dim in sorted(dims, reverse=True):  # PyTorch's takes one dim
        x = FUNCTIONS["prod"](x, dim, keepdims, dtype=x.dtype)
    return x


def max(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The greatest element over axes."""
    return _reduce("amax", x, axis, keepdims)


def min(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The least element over axes."""
    return _reduce("amin", x, axis, keepdims)


def mean(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over axes."""
    return _reduce("mean", x, axis, keepdims)


def var(
    x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Tensor:
    """The variance over axes; the divisor is the number of elements less `correction`."""
    return _reduce("var", x, axis, keepdims, correction=correction)


def std(
    x: Tensor, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Tensor:
    """The standard deviation over axes, the root of `var`."""
    return _reduce("std", x, axis, keepdims, correction=correction)


def all(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether every element over axes is nonzero."""
    return _reduce("all", x.to(bool_), axis, keepdims)


def any(x: Tensor, /, *, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether some element over axes is nonzero."""
    return _reduce("any", x.to(bool_), axis, keepdims)


def _running(
    name: str, first: int, x: Tensor, axis: int | None, dtype: DType | None, initial: bool
) -> Tensor:
    if axis is None:
        if x.ndim > 1:
            raise ValueError(
                message(f"cumulative_{name}", f"axis=None and {x.ndim} dims", "an axis")
            )
        axis = 0
    x = x.reshape(-1) if not x.ndim else x
    made: Tensor = FUNCTIONS[f"cum{name}"](x, axis, dtype=dtype or summed(x.dtype))
    if initial:
        shape = list(made.shape)
        shape[axis] = 1
        made = FUNCTIONS["cat"]([FUNCTIONS["full"](shape, first, dtype=made.dtype), made], axis)
    return made


def cumulative_sum(
    x: Tensor, /, *, axis: int | None = None, dtype: DType | None = None,
    include_initial: bool = False,
) -> Tensor:  # fmt: skip
    """Running sums along an axis, after a 0 if include_initial."""
    return _running("sum", 0, x, axis, dtype, include_initial)


def cumulative_prod(
    x: Tensor, /, *, axis: int | None = None, dtype: DType | None = None,
    include_initial: bool = False,
) -> Tensor:  # fmt: skip
    """Running products along an axis, after a 1 if include_initial."""
    return _running("prod", 1, x, axis, dtype, include_initial)


def diff(
    x: Tensor, /, *, axis: int = -1, n: int = 1, prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Differences between neighbours along an axis, n times."""
    given = [y for y in (prepend, x, append) if y is not None]
    whole = FUNCTIONS["cat"](list(common(*given)), axis) if len(given) > 1 else x
    return FUNCTIONS["diff"](whole, n, axis)  # type: ignore[no-any-return]
