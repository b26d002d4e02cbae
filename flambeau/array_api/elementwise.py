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
        "acos acosh asin asinh atan atanh ceil conj cos cosh exp floor isfinite isinf isnan "
        "log log1p log2 log10 logical_not negative positive real reciprocal signbit sin "
        "sinh sqrt square tan tanh trunc abs"
    ).split()},
    "bitwise_invert": "bitwise_not",
}  # fmt: skip
_BINARY = {
    **{name: name for name in (
        "add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor "
        "copysign divide greater greater_equal hypot less less_equal logaddexp logical_and "
        "logical_or logical_xor maximum minimum multiply not_equal pow subtract"
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


# -- where the standard wants something else than PyTorch ----------------------------------------
def _floor_divide(x1: Any, x2: Any, /) -> Tensor:
    """x1 / x2, rounded down; infinities are divided as by `divide`."""
    x1, x2 = common(x1, x2)
    found: Tensor = FROM["floor_divide"](x1, x2)
    if not found.dtype.is_floating_point:
        return found
    is_infinite = FROM["logical_or"](*[_is_infinite(x, found) for x in (x1, x2)])
    made: Tensor = FROM["where"](is_infinite, FROM["floor"](FROM["divide"](x1, x2)), found)
    return made


def _is_infinite(x: Any, like: Tensor) -> Tensor:
    return FROM["isinf"](_as_tensor(x, like))  # type: ignore[no-any-return]


def _as_tensor(x: Any, like: Tensor) -> Tensor:
    return x if isinstance(x, Tensor) else FROM["full"]((), x, dtype=like.dtype)


def _remainder(x1: Any, x2: Any, /) -> Tensor:
    """What is left of x1 after the division by x2, with x2's sign, also if it is zero."""
    x1, x2 = common(x1, x2)
    found: Tensor = FROM["remainder"](x1, x2)
    if not found.dtype.is_floating_point:
        return found
    zero = FROM["copysign"](FROM["zeros_like"](found), _as_tensor(x2, found))
    made: Tensor = FROM["where"](found == 0, zero, found)
    return made


def _expm1(x: Tensor, /) -> Tensor:
    """exp(x) - 1, precise for small x."""
    found: Tensor = FROM["expm1"](x)
    if x.dtype.is_complex:  # NumPy's has no limits at infinity
        found = FROM["where"](FROM["isfinite"](x), found, FROM["exp"](x) - 1)
    return found


def _sign(x: Tensor, /) -> Tensor:
    """The signs: -1, 0, 1, NaN of NaN, and x / |x| of a complex tensor."""
    found: Tensor = FROM["sgn"](x)
    if x.dtype.is_complex:
        return FROM["where"](x == 0, FROM["zeros_like"](x), found)  # type: ignore[no-any-return]
    return FROM["where"](x != x, x, found) if x.dtype.is_floating_point else found  # type: ignore[no-any-return]


def _round(x: Tensor, /) -> Tensor:
    """The nearest whole numbers, halves to the even one; of a complex tensor part by part."""
    if x.dtype.is_complex:
        parts = [FROM["round"](FROM[part](x)) for part in ("real", "imag")]
        return FROM["complex"](*parts)  # type: ignore[no-any-return]
    return FROM["round"](x)  # type: ignore[no-any-return]


def _nextafter(x1: Any, x2: Any, /) -> Tensor:
    """The next number after x1 in the direction of x2."""
    x1, x2 = common(x1, x2)
    like = x1 if isinstance(x1, Tensor) else x2
    return FROM["nextafter"](_as_tensor(x1, like), _as_tensor(x2, like))  # type: ignore[no-any-return]


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
    **{
        function.__name__[1:]: _named(function, function.__name__[1:], function)
        for function in (_clip, _expm1, _floor_divide, _imag, _nextafter, _remainder, _round, _sign)
    },
}
