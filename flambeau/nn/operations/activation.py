"""Activations of elements, from one table, and softmax.

Operations (x) [attributes]:
  gelu gelu_tanh silu mish log_sigmoid hardsigmoid hardswish softsign tanhshrink
  elu [alpha, scale, input_scale]   softplus [beta, threshold]   leaky_relu [slope]
  hardtanh [low, high]   hardshrink [lambd]   softshrink [lambd]   threshold [threshold, value]
  softmax log_softmax [dim]
  prelu (x, weight)      rrelu (x, key, key) [lower, upper]
Each elementwise one has NAME_backward (g, x): g times the formula's slope at x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.composed import Composed, composed, formula_operation
from flambeau.nn.operations.expression import (
    Expression,
    maximum,
    minimum,
    pick,
    total,
    where,
)
from flambeau.tensor.operation import OPERATIONS, operation
from flambeau.tensor.promotion import in_full_precision
from flambeau.tensor.sampling import uniform_node

__all__ = ["BACKWARD", "LOG_SOFTMAX", "PRELU", "RRELU", "SLOPES", "SOFTMAX"]

Formula = Callable[..., Any]

SQRT_HALF = math.sqrt(0.5)
DENSITY = 1.0 / math.sqrt(2.0 * math.pi)  # of the normal distribution, at its mean
# the tanh form of GELU: https://arxiv.org/abs/1606.08415
GELU_SCALE, GELU_CUBE = math.sqrt(2.0 / math.pi), 0.044715


# -- formulas and their slopes --------------------------------------------------------------------
def _gelu(x: Any) -> Any:
    return x * 0.5 * ((x * SQRT_HALF).erf() + 1.0)


def _gelu_slope(x: Any) -> Any:
    return ((x * SQRT_HALF).erf() + 1.0) * 0.5 + x * (x * x * -0.5).exp() * DENSITY


def _gelu_tanh(x: Any) -> Any:
    return x * 0.5 * (((x * x * x * GELU_CUBE + x) * GELU_SCALE).tanh() + 1.0)


def _gelu_tanh_slope(x: Any) -> Any:
    t = ((x * x * x * GELU_CUBE + x) * GELU_SCALE).tanh()
    inner = (x * x * (3.0 * GELU_CUBE) + 1.0) * GELU_SCALE
    return (t + 1.0) * 0.5 + x * 0.5 * (1.0 - t * t) * inner


def _silu_slope(x: Any) -> Any:
    s = x.sigmoid()
    return s * (x * (1.0 - s) + 1.0)


def _softplus1(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return maximum(x, 0.0) + (-x.abs()).exp().log1p()


def _mish_slope(x: Any) -> Any:
    t = _softplus1(x).tanh()
    return t + x * (1.0 - t * t) * x.sigmoid()


def _softplus(x: Any, beta: float, threshold: float) -> Any:
    return where(x * beta > threshold, x, _softplus1(x * beta) / beta)


def _softplus_slope(x: Any, beta: float, threshold: float) -> Any:
    return where(x * beta > threshold, 1.0, (x * beta).sigmoid())


def _elu(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    return where(x > 0.0, x * scale, (x * input_scale).expm1() * (alpha * scale))


def _elu_slope(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    # min keeps the branch that is not taken finite
    steep = (minimum(x, 0.0) * input_scale).exp() * (alpha * scale * input_scale)
    return where(x > 0.0, scale, steep)


def _clamp(x: Any, low: float, high: float) -> Any:
    return minimum(maximum(x, low), high)


def _one_inside(x: Any, low: float, high: float, value: float = 1.0) -> Any:
    return pick((x > low) & (x < high), value, 0.0, x)


def _zero_inside(x: Any, size: float) -> Any:
    return pick((x >= -size) & (x <= size), 0.0, 1.0, x)


def _softshrink(x: Any, size: float) -> Any:
    return where(x > size, x - size, where(x < -size, x + size, x * 0.0))


def _hardswish_slope(x: Any) -> Any:
    return where(x < -3.0, 0.0, where(x <= 3.0, x / 3.0 + 0.5, 1.0))


def _tanh_squared(x: Any) -> Any:
    t = x.tanh()
    return t * t


def _softsign_slope(x: Any) -> Any:
    d = x.abs() + 1.0
    return 1.0 / (d * d)


# name: (formula, slope)
SLOPES: dict[str, tuple[Formula, Formula]] = {
    "gelu": (_gelu, _gelu_slope),
    "gelu_tanh": (_gelu_tanh, _gelu_tanh_slope),
    "silu": (lambda x: x * x.sigmoid(), _silu_slope),
    "mish": (lambda x: x * _softplus1(x).tanh(), _mish_slope),
    "log_sigmoid": (lambda x: -_softplus1(-x), lambda x: (-x).sigmoid()),
    "hardsigmoid": (
        lambda x: _clamp(x + 3.0, 0.0, 6.0) / 6.0,
        lambda x: _one_inside(x, -3.0, 3.0, 1.0 / 6.0),
    ),
    "hardswish": (lambda x: x * _clamp(x + 3.0, 0.0, 6.0) / 6.0, _hardswish_slope),
    "softsign": (lambda x: x / (x.abs() + 1.0), _softsign_slope),
    "tanhshrink": (lambda x: x - x.tanh(), _tanh_squared),
    "elu": (_elu, _elu_slope),
    "softplus": (_softplus, _softplus_slope),
    "leaky_relu": (
        lambda x, slope: where(x > 0.0, x, x * slope),
        lambda x, slope: pick(x > 0.0, 1.0, slope, x),
    ),
    "hardtanh": (_clamp, _one_inside),
    "hardshrink": (
        lambda x, size: where((x >= -size) & (x <= size), 0.0, x),
        _zero_inside,
    ),
    "softshrink": (_softshrink, _zero_inside),
    "threshold": (
        lambda x, limit, value: where(x <= limit, value, x),
        lambda x, limit, value: pick(x <= limit, 0.0, 1.0, x),
    ),
}


def _need_float(name: str) -> Callable[..., None]:
    def check(x: Node, *rest: Any) -> None:
        if not x.dtype.is_floating_point:
            raise NotImplementedError(
                message(name, f"an input of dtype {x.dtype.name}", "a floating-point dtype",
                        "input.float()")
            )  # fmt: skip

    return check


def _times(slope: Formula) -> Formula:
    return lambda g, x, *attributes: g * slope(x, *attributes)


BACKWARD: dict[str, Composed] = {}
for _name, (_formula, _slope) in SLOPES.items():
    formula_operation(_name, _formula, _need_float(_name))
    BACKWARD[_name] = composed(f"{_name}_backward")(_times(_slope))

# hardtanh is also defined on integers
OPERATIONS["hardtanh"].expand = lambda x, low, high: _clamp(Expression(x), low, high).node


# -- softmax --------------------------------------------------------------------------------------
def _softmax(x: Any, dim: Shape) -> Any:
    top = x.amax(dim, True)
    e = (x - top).exp()
    return e / total(e, dim)


def log_softmax_formula(x: Any, dim: Shape) -> Any:
    """x - log(sum(exp(x))) over dim."""
    shifted = x - x.amax(dim, True)
    return shifted - total(shifted.exp(), dim).log()


SOFTMAX = formula_operation("softmax", _softmax, _need_float("softmax"))
LOG_SOFTMAX = formula_operation("log_softmax", log_softmax_formula, _need_float("log_softmax"))


@composed("softmax_backward")
def SOFTMAX_BACKWARD(g: Any, out: Any, dim: Shape) -> Any:
    """out * (g - sum(g * out))."""
    product = g * out
    return product - out * total(product, dim)


@composed("log_softmax_backward")
def LOG_SOFTMAX_BACKWARD(g: Any, out: Any, dim: Shape) -> Any:
    """g - softmax * sum(g)."""
    return g - out.exp() * total(g, dim)


# -- with weights ---------------------------------------------------------------------------------
def _channel_shape(x: Any, weight: Any) -> Shape:
    """The weight's shape against x, whose channels are dim 1."""
    if weight.shape in ((), (1,)):
        return (1,) * max(len(x.shape), 0)
    return tuple(weight.shape[0] if i == 1 else 1 for i in range(len(x.shape)))


def _prelu(x: Any, weight: Any) -> Any:
    return where(x > 0.0, x, x * weight.reshape(_channel_shape(x, weight)))


def _check_prelu(x: Node, weight: Node) -> None:
    _need_float("prelu")(x)
    channels = x.shape[1] if len(x.shape) > 1 else 1
    if weight.type.numel != 1 and (len(weight.shape) != 1 or weight.shape[0] != channels):
        raise RuntimeError(
            message("prelu", f"input {list(x.shape)} and weight {list(weight.shape)}",
                    f"a weight of one element or of {channels}, the input's channels (dim 1)")
        )  # fmt: skip


PRELU = formula_operation("prelu", _prelu, _check_prelu)


@composed("prelu_backward")
def PRELU_BACKWARD(g: Any, x: Any, weight: Any) -> Any:
    return where(x > 0.0, g, g * weight.reshape(_channel_shape(x, weight)))


@composed("prelu_weight_backward")
def PRELU_WEIGHT_BACKWARD(g: Any, x: Any, shape: Shape) -> Any:
    """The sum of g * x over what is negative, for each channel."""
    product = where(x > 0.0, 0.0, g * x)
    count = 1
    for n in shape:
        count *= n
    keep = 1 if count > 1 else None
    dims = tuple(i for i in range(len(x.shape)) if i != keep)
    return total(product, dims).reshape(shape)


# -- random slopes --------------------------------------------------------------------------------
def _random_slope(x: Node, key0: Node, key1: Node, lower: float, upper: float) -> Expression:
    u = Expression(uniform_node(key0, key1, x.shape, x.dtype))
    return u * (upper - lower) + lower


@operation("rrelu")
def RRELU(x: Node, key0: Node, key1: Node, lower: float, upper: float) -> Node:
    """x where positive, else x times a random slope."""
    wide = Expression(in_full_precision(x))
    slope = _random_slope(wide.node, key0, key1, lower, upper)
    return build.convert(where(wide > 0.0, wide, wide * slope).node, x.dtype)


@operation("rrelu_backward")
def RRELU_BACKWARD(g: Node, x: Node, key0: Node, key1: Node, lower: float, upper: float) -> Node:
    """g, times the same random slopes where x is not positive."""
    a, wide = Expression(in_full_precision(g)), Expression(in_full_precision(x))
    slope = _random_slope(wide.node, key0, key1, lower, upper)
    return build.convert(where(wide > 0.0, a, a * slope).node, g.dtype)
