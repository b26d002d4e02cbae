"""Functions on elements of the array API standard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.array_api.dtypes import common
from flambeau.tensor.methods import FUNCTIONS as FROM
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS"]

# name -> flambeau's name
_UNARY = {
    **{name: name for name in (
        "acos acosh asin asinh atan atanh ceil conj cos cosh exp expm1 floor isfinite isinf isnan "
        "log log1p log2 log10 logical_not negative positive real reciprocal round signbit sin "
        "sinh sqrt square tan tanh trunc abs"
    ).split()},
    "bitwise_invert": "bitwise_not", "sign": "sgn",
}  # fmt: skip
_BINARY = {
    **{name: name for name in (
        "add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor "
        "copysign divide floor_divide greater greater_equal hypot less less_equal logaddexp "
        "logical_and logical_or logical_xor maximum minimum multiply nextafter not_equal pow "
        "remainder subtract"
    ).split()},
    "equal": "eq",
}  # fmt: skip


def _unary(name: str, function: Callable[..., Tensor]) -> Callable[[Tensor], Tensor]:
    def call(x: Tensor, /) -> Tensor:
        return function(x)

    return _named(call, name, function)


def _binary(name: str, function: Callable[..., Tensor]) -> Callable[[Any, Any], Tensor]:
    def call(x1: Any, x2: Any, /) -> Tensor:
        return function(*common(x1, x2))

    return _named(call, name, function)


def _named(call: Any, name: str, function: Callable[..., Tensor]) -> Any:
    call.__name__ = call.__qualname__ = name
    call.__doc__ = function.__doc__
    return call


def _imag(x: Tensor, /) -> Tensor:
    """The imaginary parts; zeros for a real tensor."""
    made: Tensor = FROM["imag"](x) if x.dtype.is_complex else FROM["zeros_like"](x)
    return made


def _clip(x: Tensor, /, min: Any = None, max: Any = None) -> Tensor:
    """x with elements below min and above max replaced by these, which numbers or tensors are."""
    for bound, function in ((min, FROM["maximum"]), (max, FROM["minimum"])):
        if bound is not None:
            x = function(*common(x, bound))
    return x


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    **{name: _unary(name, FROM[f]) for name, f in _UNARY.items()},
    **{name: _binary(name, FROM[f]) for name, f in _BINARY.items()},
    "clip": _named(_clip, "clip", _clip),
    "imag": _named(_imag, "imag", _imag),
}
