"""Derivatives of the operations on elements."""

from __future__ import annotations

import math
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import RELU_BACKWARD, SIGMOID_BACKWARD, TANH_BACKWARD, ZEROS
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []

LN2 = math.log(2.0)
LN10 = math.log(10.0)
TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
SQRT_PI_OVER_TWO = math.sqrt(math.pi) / 2.0


def _no_gradient(g: Tensor) -> Tensor:
    """The gradient of what is constant between jumps."""
    return apply(ZEROS, (), (g._shape, g.dtype))


# -- arithmetic ---------------------------------------------------------------------------------
vjp("add", lambda g: g, lambda g: g)
vjp("sub", lambda g: g, lambda g: -g)
vjp("add_scaled", lambda g: g, lambda g, z: g * z)
vjp("sub_scaled", lambda g: g, lambda g, z: g * -z)
vjp("mul", lambda g, y: g * y, lambda g, x: g * x)
vjp("div", lambda g, y: g / y, lambda g, out, y: -g * out / y)
vjp("neg", lambda g: -g)
vjp("reciprocal", lambda g, out: -g * (out * out))
vjp("square", lambda g, x: g * (x * 2.0))
vjp("abs", lambda g, x: g * x.conj().sgn())  # also of complex x, see complex_numbers.py
vjp("positive", lambda g: g)


def _pow_base(g: Tensor, x: Any, y: Any) -> Any:
    """y * x**(y - 1), and zero where y is zero, even at x = 0."""
    if not isinstance(y, Tensor):
        if y == 0:
            return None
        if y == 1:
            return g
        if y == 2:
            return g * (x * 2.0)
        return g * (x ** (y - 1) * y)
    return where(y == 0, 0.0, g * (y * x ** (y - 1)))


def _pow_exponent(g: Tensor, x: Any, y: Any, out: Tensor) -> Tensor:
    """x**y * log(x), and zero at x = 0 where y >= 0."""
    if not isinstance(x, Tensor):
        return g * (out * math.log(x)) if x > 0 else where(y >= 0, 0.0, g * (out * math.nan))
    return where((x == 0) & (y >= 0), 0.0, g * (out * x.log()))


vjp("pow", _pow_base, _pow_exponent)

# the quotient is constant between jumps
vjp("remainder", lambda g: g, lambda g, x, y: -g * (x / y).floor())
vjp("fmod", lambda g: g, lambda g, x, y: -g * (x / y).trunc())

# -- roots, exponentials, logarithms ------------------------------------------------------------
vjp("sqrt", lambda g, out: g / (out * 2.0))
vjp("rsqrt", lambda g, out: g * (out * out * out * -0.5))
vjp("exp", lambda g, out: g * out)
vjp("exp2", lambda g, out: g * (out * LN2))
vjp("expm1", lambda g, out: g * (out + 1.0))
vjp("log", lambda g, x: g / x)
vjp("log2", lambda g, x: g / (x * LN2))
vjp("log10", lambda g, x: g / (x * LN10))
vjp("log1p", lambda g, x: g / (x + 1.0))
vjp(
    "logaddexp2",
    lambda g, x, y: g * ((x - y) * LN2).sigmoid(),
    lambda g, x, y: g * ((y - x) * LN2).sigmoid(),
)
vjp("logaddexp", lambda g, x, y: g * (x - y).sigmoid(), lambda g, x, y: g * (y - x).sigmoid())
vjp(
    "xlogy",
    lambda g, x, y: where((x == 0) & (y <= 0), 0.0, g * _log(y)),
    lambda g, x, y: g * (x / y),
)


def _log(y: Any) -> Any:
    return y.log() if isinstance(y, Tensor) else math.log(y)


# -- trigonometry -------------------------------------------------------------------------------
vjp("sin", lambda g, x: g * x.cos())
vjp("cos", lambda g, x: -g * x.sin())
vjp("tan", lambda g, out: g * (out * out + 1.0))
vjp("asin", lambda g, x: g * (1.0 - x * x).rsqrt())
vjp("acos", lambda g, x: -g * (1.0 - x * x).rsqrt())
vjp("atan", lambda g, x: g / (x * x + 1.0))
vjp("sinh", lambda g, x: g * x.cosh())
vjp("cosh", lambda g, x: g * x.sinh())
vjp("tanh", lambda g, out: apply(TANH_BACKWARD, (g, out)))
vjp(
    "tanh_backward",
    lambda g, y: apply(TANH_BACKWARD, (g, y)),
    lambda g, x, y: g * x * y * -2.0,
)
vjp("asinh", lambda g, x: g * (x * x + 1.0).rsqrt())
vjp("acosh", lambda g, x: g * ((x - 1.0).rsqrt() * (x + 1.0).rsqrt()))
vjp("atanh", lambda g, x: g / (1.0 - x * x))
vjp(
    "atan2",
    lambda g, x, y: g * (y / (x * x + y * y)),
    lambda g, x, y: -g * (x / (x * x + y * y)),
)
vjp(
    "hypot",
    lambda g, x, out: g * (x / out),
    lambda g, y, out: g * (y / out),
)
vjp("sinc", lambda g, x: where(x == 0, 0.0, g * ((x * math.pi).cos() - x.sinc()) / x))
vjp("deg2rad", lambda g: g * (math.pi / 180.0))
vjp("rad2deg", lambda g: g * (180.0 / math.pi))

# -- special functions --------------------------------------------------------------------------
vjp("erf", lambda g, x: g * ((x * x * -1.0).exp() * TWO_OVER_SQRT_PI))
vjp("erfc", lambda g, x: g * ((x * x * -1.0).exp() * -TWO_OVER_SQRT_PI))
vjp("erfinv", lambda g, out: g * ((out * out).exp() * SQRT_PI_OVER_TWO))
vjp("lgamma", lambda g, x: g * x.digamma())
vjp("sigmoid", lambda g, out: apply(SIGMOID_BACKWARD, (g, out)))
vjp(
    "sigmoid_backward",
    lambda g, y: apply(SIGMOID_BACKWARD, (g, y)),
    lambda g, x, y: g * x * (1.0 - y * 2.0),
)


def _logit(g: Tensor, x: Tensor, attributes: tuple) -> Tensor:
    (eps,) = attributes
    slope = g / (x * (1.0 - x))
    return slope if eps is None else where((x < eps) | (x > 1.0 - eps), 0.0, slope)


vjp("logit", _logit)


# -- choices: where two are equal, each gets half -----------------------------------------------
def _share(g: Tensor, mine: Any, other: Any, is_mine: Any) -> Tensor:
    return where(mine == other, g * 0.5, where(is_mine, g, 0.0))


vjp(
    "maximum",
    lambda g, x, y: _share(g, x, y, x > y),
    lambda g, x, y: _share(g, x, y, y > x),
)
vjp(
    "minimum",
    lambda g, x, y: _share(g, x, y, x < y),
    lambda g, x, y: _share(g, x, y, y < x),
)
# NaN loses against a number; where two are equal, the first one wins
vjp(
    "fmax",
    lambda g, x, y: where((x >= y) | y.isnan(), g, 0.0),
    lambda g, x, y: where((x >= y) | y.isnan(), 0.0, g),
)
vjp(
    "fmin",
    lambda g, x, y: where((x <= y) | y.isnan(), g, 0.0),
    lambda g, x, y: where((x <= y) | y.isnan(), 0.0, g),
)
vjp("relu", lambda g, out: apply(RELU_BACKWARD, (g, out)))
vjp("relu_backward", lambda g, y: apply(RELU_BACKWARD, (g, y)), None)
vjp("nan_to_num", lambda g, x: where(x.isfinite(), g, 0.0))
vjp("copysign", lambda g, x, out: where(x == 0, 0.0, g * (x.sign() * out.sign())), _no_gradient)
vjp("where", None, lambda g, x: where(x, g, 0.0), lambda g, x: where(x, 0.0, g))
vjp("masked_fill", lambda g, y: where(y, 0.0, g), None, lambda g, y: where(y, g, 0.0))
vjp(
    "clamp_min",
    lambda g, x, y: where(x >= y, g, 0.0),
    lambda g, x, y: where(x < y, g, 0.0),
)
vjp(
    "clamp_max",
    lambda g, x, y: where(x <= y, g, 0.0),
    lambda g, x, y: where(x > y, g, 0.0),
)
vjp(
    "clamp",
    lambda g, x, y, z: where((x >= y) & (x <= z), g, 0.0),
    lambda g, x, y, z: where((x < y) & (y < z), g, 0.0),
    lambda g, x, y, z: where((x > z) | (z < y), g, 0.0),
)
vjp("addcmul", lambda g: g, lambda g, z, x3: g * (z * x3), lambda g, y, x3: g * (y * x3))
vjp(
    "addcdiv",
    lambda g: g,
    lambda g, z, x3: g * (x3 / z),
    lambda g, y, z, x3: g * (y * -x3 / (z * z)),
)
vjp("lerp", lambda g, z: g * (1.0 - z), lambda g, z: g * z, lambda g, x, y: g * (y - x))
vjp("frac", lambda g: g)

# -- constant between jumps: the result requires grad and its gradient is zero -------------------
for _name in ("sign", "floor", "ceil", "round", "round_decimals", "trunc"):
    vjp(_name, _no_gradient)
for _name in ("div_trunc", "floor_divide", "heaviside"):
    vjp(_name, _no_gradient, _no_gradient)

non_differentiable(
    *"""
    eq ne lt le gt ge isnan isinf isfinite isposinf isneginf signbit
    logical_not logical_and logical_or logical_xor
    isclose bitwise_not bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift
""".split()
)
