"""Operations on one tensor's elements, from one table.

Operations (each has the single input x and no attributes unless noted):
  floating point results   sqrt rsqrt reciprocal exp exp2 expm1 log log1p log2 log10 sin cos tan
                           asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv
                           lgamma digamma sigmoid sinc deg2rad rad2deg logit (eps: float or None)
  any dtype                neg abs sign square positive floor ceil round trunc frac relu
                           round_decimals (decimals: int) nan_to_num (nan, posinf, neginf)
  bool results             isnan isinf isfinite isposinf isneginf signbit logical_not
  bools and integers       bitwise_not
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import OPERATIONS, Operation, operation
from flambeau.tensor.promotion import as_float, full_precision, need_tensor
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "check_real", "logit", "nan_to_num", "number_like", "round_"]

Expand = Callable[[Node], Node]


def check_real(name: str, *inputs: Node) -> None:
    """NotImplementedError if one is complex."""
    for x in inputs:
        if x.dtype.is_complex:
            hint = "sgn" if name == "sign" else ".real or .abs()"
            given = f"a tensor of dtype {x.dtype.name}"
            required = "real numbers: it is not implemented for complex ones"
            raise NotImplementedError(message(name, given, required, hint))


def number_like(x: Node, value: float) -> Node:
    """A constant that takes part in arithmetic with x."""
    return build.constant(value, x.dtype)


def _primitive(name: str) -> Expand:
    return lambda x: build.apply(name, x)


def _float(formula: Expand) -> Expand:
    """`formula` on floating point; half precision is computed in float32 throughout."""

    def expand(x: Node) -> Node:
        x = as_float(x)
        return build.convert(formula(build.convert(x, full_precision(x.dtype))), x.dtype)

    return expand


# -- formulas -----------------------------------------------------------------------------------
def _sigmoid(x: Node) -> Node:
    """1 / (1 + exp(-x))."""
    one = number_like(x, 1)
    return build.apply(
        "div", one, build.apply("add", one, build.apply("exp", build.apply("neg", x)))
    )


def _scaled(primitive: str, factor: float) -> Expand:
    """A primitive's result times a number."""
    return lambda x: build.apply("mul", build.apply(primitive, x), number_like(x, factor))


def _times(factor: float) -> Expand:
    return lambda x: build.apply("mul", x, number_like(x, factor))


def _exp2(x: Node) -> Node:
    return build.apply("pow", number_like(x, 2), x)


def _sinc(x: Node) -> Node:
    """sin(pi x) / (pi x), and 1 at 0."""
    angle = build.apply("mul", x, number_like(x, math.pi))
    is_zero = build.apply("eq", x, number_like(x, 0))
    sine = build.apply("sin", angle) if x.dtype.is_complex else _sine_of_turns(x)
    ratio = build.apply("div", sine, angle)
    return build.apply("where", is_zero, number_like(x, 1), ratio)


def _sine_of_turns(x: Node) -> Node:
    """sin(pi x) without the error of pi times x: +-sin(pi r), r what is left of the nearest n."""
    nearest = build.apply("round", x)
    rest = build.apply("sub", x, nearest)
    half = build.apply("mul", nearest, number_like(x, 0.5))
    is_even = build.apply("eq", half, build.apply("trunc", half))
    sine = build.apply("sin", build.apply("mul", rest, number_like(x, math.pi)))
    return build.apply("where", is_even, sine, build.apply("neg", sine))


def _square(x: Node) -> Node:
    if x.dtype is dt.bool_:
        x = build.convert(x, dt.int64)
    return build.apply("mul", x, x)


def _neg(x: Node) -> Node:
    if x.dtype is dt.bool_:
        raise RuntimeError(
            "neg: Negation, the `-` operator, on a bool tensor is not supported; if you are "
            "trying to invert a mask, try the `~` or `logical_not()` operator instead"
        )
    return build.apply("neg", x)


def _abs(x: Node) -> Node:
    if x.dtype is dt.bool_:
        raise NotImplementedError("abs: not implemented for bool; it is the identity there")
    return build.apply("abs", x)


def _rounding(primitive: str) -> Expand:
    def expand(x: Node) -> Node:
        if x.dtype is dt.bool_:
            raise NotImplementedError(f"{primitive}: not implemented for bool; try .int() first")
        return x if x.dtype.category == "int" else build.apply(primitive, x)

    return expand


def _frac(x: Node) -> Node:
    return build.apply("sub", x, build.apply("trunc", x))


def _relu(x: Node) -> Node:
    if x.dtype is dt.bool_:
        raise RuntimeError("relu: Boolean inputs not supported for relu; try .float() first")
    return build.apply("maximum", x, number_like(x, 0))


def _real(name: str, formula: Expand) -> Expand:
    """`formula` on real numbers only."""

    def expand(x: Node) -> Node:
        check_real(name, x)
        return formula(x)

    return expand


def _never(x: Node) -> Node:
    return build.full(x.shape, False, dt.bool_)


def _only_float(formula: Expand, otherwise: Expand = _never, both: str = "or") -> Expand:
    """A question that only floating-point elements can answer with yes; of complex ones, either
    part, or both."""

    def expand(x: Node) -> Node:
        if x.dtype.is_complex:
            parts = [formula(build.apply(part, x)) for part in ("real", "imag")]
            return build.apply(both, *parts)
        return formula(x) if x.dtype.is_floating_point else otherwise(x)

    return expand


def _isnan(x: Node) -> Node:
    return build.apply("ne", x, x)


def _isinf(x: Node) -> Node:
    return build.apply("eq", build.apply("abs", x), number_like(x, math.inf))


def _isfinite(x: Node) -> Node:
    return build.apply("lt", build.apply("abs", x), number_like(x, math.inf))


def _always(x: Node) -> Node:
    return build.full(x.shape, True, dt.bool_)


def _compared(primitive: str, value: float) -> Expand:
    return lambda x: build.apply(primitive, x, number_like(x, value))


def _signbit(x: Node) -> Node:
    if not x.dtype.is_floating_point:
        return build.apply("lt", x, number_like(x, 0)) if x.dtype.is_signed else _never(x)
    integer = {2: dt.int16, 4: dt.int32, 8: dt.int64}[x.dtype.itemsize]
    bits = build.bitcast(x, integer)
    return build.apply("lt", bits, number_like(bits, 0))


def _logical_not(x: Node) -> Node:
    return build.apply("not", build.convert(x, dt.bool_))


def _bitwise_not(x: Node) -> Node:
    if x.dtype.is_floating_point:
        raise TypeError(
            "bitwise_not: ~ (operator.invert) is only implemented on integer and Boolean-type "
            f"tensors, given {x.dtype.name}; try logical_not()"
        )
    return build.apply("not", x)


def _positive(x: Node) -> Node:
    if x.dtype is dt.bool_:
        raise RuntimeError("positive: The `+` operator, on a bool tensor is not supported.")
    return x


_FLOAT_PRIMITIVES = (
    "sqrt rsqrt reciprocal exp expm1 log log1p log2 sin cos tan asin acos atan sinh cosh tanh "
    "asinh acosh atanh erf erfc erfinv lgamma digamma"
).split()

_ROWS: dict[str, Expand] = {
    **{name: _float(_primitive(name)) for name in _FLOAT_PRIMITIVES},
    "exp2": _float(_exp2),
    "log10": _float(_scaled("log2", math.log10(2))),
    "sigmoid": _float(_sigmoid),
    "sinc": _float(_sinc),
    "deg2rad": _real("deg2rad", _float(_times(math.pi / 180))),
    "rad2deg": _real("rad2deg", _float(_times(180 / math.pi))),
    "neg": _neg,
    "abs": _abs,
    "sign": _real("sign", _primitive("sign")),
    "square": _square,
    "positive": _positive,
    "floor": _rounding("floor"),
    "ceil": _rounding("ceil"),
    "round": _rounding("round"),
    "trunc": _rounding("trunc"),
    "frac": _frac,
    "relu": _relu,
    "isnan": _only_float(_isnan),
    "isinf": _only_float(_isinf),
    "isfinite": _only_float(_isfinite, _always, "and"),
    "isposinf": _real("isposinf", _only_float(_compared("eq", math.inf))),
    "isneginf": _real("isneginf", _only_float(_compared("eq", -math.inf))),
    "signbit": _signbit,
    "logical_not": _logical_not,
    "bitwise_not": _bitwise_not,
}

_ALIASES = {
    "negative": "neg",
    "absolute": "abs",
    "fix": "trunc",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
}


def _register(name: str, row: Expand) -> None:
    def expand(x: Node) -> Node:
        need_tensor(name, x)
        return row(x)

    operation(name)(expand)


for _name, _row in _ROWS.items():
    _register(_name, _row)


def _function(name: str, op: Operation) -> Callable[..., Tensor]:
    def function(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        result = apply(op, (input,))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name} of each element; shape (...) to (...)."
    return function


# name -> function; methods.py gives them to Tensor with their in-place twins
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    name: _function(name, OPERATIONS[name]) for name in _ROWS if name != "round"
}
FUNCTIONS.update({alias: FUNCTIONS[name] for alias, name in _ALIASES.items()})


# -- with arguments -----------------------------------------------------------------------------
@operation("round_decimals")
def ROUND_DECIMALS(x: Node, decimals: int) -> Node:
    """x to the nearest multiple of 10**-decimals."""
    need_tensor("round", x)
    if not x.dtype.is_floating_point:
        return x
    wide = build.convert(x, full_precision(x.dtype))
    scale = number_like(wide, 10.0 ** abs(decimals))
    there, back = ("mul", "div") if decimals >= 0 else ("div", "mul")
    rounded = build.apply("round", build.apply(there, wide, scale))
    return build.convert(build.apply(back, rounded, scale), x.dtype)


def round_(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Tensor:
    """The nearest integer, halves to even; or the nearest multiple of 10**-decimals."""
    if decimals == 0:
        result = apply(OPERATIONS["round"], (input,))
    else:
        result = apply(ROUND_DECIMALS, (input,), (int(decimals),))
    return result if out is None else into(out, result, "round")


round_.__name__ = round_.__qualname__ = "round"


@operation("logit")
def LOGIT(x: Node, eps: float | None) -> Node:
    """log(x / (1 - x)), x clamped to [eps, 1 - eps] if eps is given."""
    need_tensor("logit", x)
    check_real("logit", x)

    def formula(x: Node) -> Node:
        if eps is not None:
            x = build.apply("minimum", build.apply("maximum", x, number_like(x, eps)),
                            number_like(x, 1 - eps))  # fmt: skip
        return build.apply("log", build.apply("div", x, build.apply("sub", number_like(x, 1), x)))

    return _float(formula)(x)


def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """log(x / (1 - x)) of each element, clamped to [eps, 1 - eps] first if eps is given."""
    result = apply(LOGIT, (input,), (None if eps is None else float(eps),))
    return result if out is None else into(out, result, "logit")


@operation("nan_to_num")
def NAN_TO_NUM(x: Node, nan: float, posinf: float | None, neginf: float | None) -> Node:
    """NaN and infinities replaced; None stands for the largest and the least finite number."""
    need_tensor("nan_to_num", x)
    if x.dtype.is_complex:
        parts = [build.apply(part, x) for part in ("real", "imag")]
        return build.apply("complex", *[NAN_TO_NUM.expand(p, nan, posinf, neginf) for p in parts])
    if not x.dtype.is_floating_point:
        return x
    limits = finfo(x.dtype)
    high = limits.max if posinf is None else posinf
    low = limits.min if neginf is None else neginf
    is_high = build.apply("eq", x, number_like(x, math.inf))
    is_low = build.apply("eq", x, number_like(x, -math.inf))
    y = build.apply("where", is_high, number_like(x, high), x)
    y = build.apply("where", is_low, number_like(x, low), y)
    return build.apply("where", _isnan(x), number_like(x, nan), y)


def nan_to_num(
    input: Tensor,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """NaN becomes `nan` (0 by default), infinities the given or the extreme finite numbers."""
    numbers: list[Any] = [None if v is None else float(v) for v in (posinf, neginf)]
    result = apply(NAN_TO_NUM, (input,), (float(nan or 0.0), *numbers))
    return result if out is None else into(out, result, "nan_to_num")
