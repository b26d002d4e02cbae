"""Operations on the elements of two operands: arithmetic, comparison, logic.

Operations, inputs (x, y), tensors or numbers that are broadcast and promoted:
  add sub mul pow remainder fmod floor_divide maximum minimum   common dtype
  div atan2 hypot logaddexp logaddexp2 xlogy copysign           integers become floating point
  div_trunc                                                     div(rounding_mode="trunc")
  add_scaled sub_scaled (x, y, alpha)                           x + alpha * y, x - alpha * y
  eq ne lt le gt ge logical_and logical_or logical_xor          bool results
  bitwise_and bitwise_or bitwise_xor
  bitwise_left_shift bitwise_right_shift                        bools and integers
  fmax fmin heaviside
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import OPERATIONS, Operation, operation
from flambeau.tensor.promotion import (
    common_dtype,
    full_precision,
    need_tensor,
    promoted,
    promoted_float,
)
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import check_real, number_like

__all__ = ["FUNCTIONS", "add", "div", "floor_divide", "pow_", "remainder", "rsub", "sub"]

Expand = Callable[[Node, Node], Node]


# -- how rows are made ---------------------------------------------------------------------------
def _common(name: str, primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        need_tensor(name, x, y)
        dtype = common_dtype(x, y)
        # a number meets a half-precision tensor unrounded
        wide = full_precision(dtype)
        a, b = build.convert(x, wide), build.convert(y, wide)
        return build.convert(build.apply(primitive, a, b), dtype)

    return expand


def _comparison(primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        if y.primitive == "scalar" and x.dtype.category == "int" and y.dtype is dt.int64:
            # a number beyond the tensor's dtype is compared by its value, not wrapped
            return build.apply(primitive, build.convert(x, dt.int64), y)
        return build.apply(primitive, *promoted(primitive, x, y))

    return expand


def _float(name: str, formula: Expand) -> Expand:
    """A formula on floating point, in float32 for half precision."""

    def expand(x: Node, y: Node) -> Node:
        a, b = promoted_float(name, x, y)
        wide = full_precision(a.dtype)
        return build.convert(formula(build.convert(a, wide), build.convert(b, wide)), a.dtype)

    return expand


def _real_float(name: str, formula: Expand) -> Expand:
    expand = _float(name, formula)

    def checked(x: Node, y: Node) -> Node:
        check_real(name, x, y)
        return expand(x, y)

    return checked


def _logical(primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        return build.apply(primitive, build.convert(x, dt.bool_), build.convert(y, dt.bool_))

    return expand


def _bitwise(name: str, primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        a, b = promoted(name, x, y)
        if a.dtype.category not in ("bool", "int"):
            raise NotImplementedError(
                f"{name}: given {a.dtype.name}; required: bool or integer tensors; "
                f"try {name.replace('bitwise', 'logical')} or .long()"
            )
        return build.apply(primitive, a, b)

    return expand


def _no_bool(name: str, primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        a, b = promoted(name, x, y)
        if a.dtype is dt.bool_:
            raise NotImplementedError(f"{name}: not implemented for bool; try .int() first")
        return build.apply(primitive, a, b)

    return expand


# -- formulas -----------------------------------------------------------------------------------
def _apply(primitive: str) -> Expand:
    return lambda a, b: build.apply(primitive, a, b)


def _sub(x: Node, y: Node) -> Node:
    if x.dtype is dt.bool_ and y.dtype is dt.bool_:
        raise RuntimeError(
            "sub: Subtraction, the `-` operator, with two bool tensors is not supported; "
            "try the `^` or `logical_xor()` operator instead"
        )
    if dt.bool_ in (x.dtype, y.dtype):
        raise RuntimeError(
            "sub: Subtraction, the `-` operator, with a bool tensor is not supported; if you are "
            "trying to invert a mask, try the `~` or `logical_not()` operator instead"
        )
    return _common("sub", "sub")(x, y)


def _pow(x: Node, y: Node, known: float | None = None) -> Node:
    """`known` is the exponent where a shorter formula than exp(y log(x)) exists."""
    if known is None:
        return _common("pow", "pow")(x, y)
    dtype = common_dtype(x, y)
    wide = build.convert(x, full_precision(dtype))
    square = build.apply("mul", wide, wide)
    result = {
        2.0: lambda: square,
        3.0: lambda: build.apply("mul", square, wide),
        0.5: lambda: build.apply("sqrt", wide),
    }[known]()
    return build.convert(result, dtype)


# exponents with a shorter formula; integers give the same in either
SHORT_POWERS = frozenset((2, 3, 0.5))


def _hypot(a: Node, b: Node) -> Node:
    """sqrt(a*a + b*b) without overflow: the larger one is taken out."""
    a, b = build.apply("abs", a), build.apply("abs", b)
    high, low = build.apply("maximum", a, b), build.apply("minimum", a, b)
    zero, one = number_like(high, 0), number_like(high, 1)
    ratio = build.apply("div", low, build.apply("where", build.apply("eq", high, zero), one, high))
    root = build.apply("sqrt", build.apply("add", one, build.apply("mul", ratio, ratio)))
    infinite = build.apply("eq", high, number_like(high, math.inf))
    return build.apply("where", infinite, high, build.apply("mul", high, root))


def _logaddexp(base2: bool) -> Expand:
    """log(exp(a) + exp(b)) = max + log1p(exp(min - max)); in base 2 likewise."""

    def formula(a: Node, b: Node) -> Node:
        if a.dtype.is_complex and not base2:
            return _complex_logaddexp(a, b)
        high = build.apply("maximum", a, b)
        gap = build.apply("neg", build.apply("abs", build.apply("sub", a, b)))
        if base2:
            gap = build.apply("mul", gap, number_like(gap, math.log(2)))
        rest = build.apply("log1p", build.apply("exp", gap))
        if base2:
            rest = build.apply("div", rest, number_like(gap, math.log(2)))
        equal = build.apply("and", build.apply("eq", a, b), _is_infinite(a))
        return build.apply("where", equal, a, build.apply("add", high, rest))

    return formula


def _complex_logaddexp(a: Node, b: Node) -> Node:
    """The operand with the greater real part is taken out."""
    is_first = build.apply("ge", build.apply("real", a), build.apply("real", b))
    high, low = build.apply("where", is_first, a, b), build.apply("where", is_first, b, a)
    rest = build.apply("log1p", build.apply("exp", build.apply("sub", low, high)))
    return build.apply("add", high, rest)


def _is_infinite(x: Node) -> Node:
    return build.apply("eq", build.apply("abs", x), number_like(x, math.inf))


def _xlogy(a: Node, b: Node) -> Node:
    """a * log(b), 0 where a is 0 unless b is NaN."""
    product = build.apply("mul", a, build.apply("log", b))
    zero = number_like(a, 0)
    result = build.apply("where", build.apply("eq", a, zero), zero, product)
    return build.apply("where", build.apply("ne", b, b), b, result)


def _copysign(a: Node, b: Node) -> Node:
    """|a| with b's sign, that of zeros included."""
    integer = dt.int32 if b.dtype is dt.float32 else dt.int64
    bits = build.bitcast(b, integer)
    negative = build.apply("lt", bits, number_like(bits, 0))
    size = build.apply("abs", a)
    return build.apply("where", negative, build.apply("neg", size), size)


def _ignoring_nan(primitive: str) -> Expand:
    def expand(x: Node, y: Node) -> Node:
        a, b = promoted("f" + primitive[:3], x, y)
        if not a.dtype.is_floating_point:
            return build.apply(primitive, a, b)
        best = build.apply(primitive, a, b)
        other = build.apply("where", build.apply("ne", a, a), b, best)
        return build.apply("where", build.apply("ne", b, b), a, other)

    return expand


def _heaviside(x: Node, y: Node) -> Node:
    """0 below zero, y at zero, 1 above."""
    if x.dtype is not y.dtype:
        raise RuntimeError(
            f"heaviside: heaviside is not yet implemented for tensors with different dtypes, "
            f"given {x.dtype.name} and {y.dtype.name}; convert one of them"
        )
    zero = number_like(x, 0)
    step = build.convert(build.apply("gt", x, zero), x.dtype)
    result = build.apply("where", build.apply("eq", x, zero), y, step)
    return build.apply("where", build.apply("ne", x, x), x, result)


def _div_trunc(x: Node, y: Node) -> Node:
    a, b = promoted("div", x, y)
    if a.dtype.is_floating_point:
        return build.apply("trunc", build.apply("div", a, b))
    return build.apply("div", a, b)


_ROWS: dict[str, Expand] = {
    "add": _common("add", "add"),
    "sub": _sub,
    "mul": _common("mul", "mul"),
    "div": _float("div", _apply("div")),
    "div_trunc": _div_trunc,
    "floor_divide": _no_bool("floor_divide", "floor_div"),
    "pow": _pow,
    "remainder": _no_bool("remainder", "remainder"),
    "fmod": _no_bool("fmod", "fmod"),
    "maximum": _common("maximum", "maximum"),
    "minimum": _common("minimum", "minimum"),
    "fmax": _ignoring_nan("maximum"),
    "fmin": _ignoring_nan("minimum"),
    "atan2": _float("atan2", _apply("atan2")),
    "hypot": _real_float("hypot", _hypot),
    "logaddexp": _float("logaddexp", _logaddexp(False)),
    "logaddexp2": _float("logaddexp2", _logaddexp(True)),
    "xlogy": _real_float("xlogy", _xlogy),
    "copysign": _real_float("copysign", _copysign),
    "heaviside": _heaviside,
    **{name: _comparison(name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "logical_and": _logical("and"),
    "logical_or": _logical("or"),
    "logical_xor": _logical("xor"),
    "bitwise_and": _bitwise("bitwise_and", "and"),
    "bitwise_or": _bitwise("bitwise_or", "or"),
    "bitwise_xor": _bitwise("bitwise_xor", "xor"),
    "bitwise_left_shift": _bitwise("bitwise_left_shift", "shift_left"),
    "bitwise_right_shift": _bitwise("bitwise_right_shift", "shift_right"),
}

_ALIASES = {
    "multiply": "mul",
    "arctan2": "atan2",
    "not_equal": "ne",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
}

for _name, _row in _ROWS.items():
    operation(_name)(_row)


def _function(name: str, op: Operation) -> Callable[..., Tensor]:
    def function(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
        result = apply(op, (input, other))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name} of two operands, element by element, broadcast and promoted."
    return function


_OWN = ("add", "sub", "div", "div_trunc", "floor_divide", "pow", "remainder")

# name -> function; methods.py gives them to Tensor with their in-place twins
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    name: _function(name, OPERATIONS[name]) for name in _ROWS if name not in _OWN
}
FUNCTIONS.update({alias: FUNCTIONS[name] for alias, name in _ALIASES.items()})

ADD, SUB, DIV = OPERATIONS["add"], OPERATIONS["sub"], OPERATIONS["div"]
FLOOR_DIVIDE, DIV_TRUNC = OPERATIONS["floor_divide"], OPERATIONS["div_trunc"]
POW, REMAINDER = OPERATIONS["pow"], OPERATIONS["remainder"]


# -- with arguments -----------------------------------------------------------------------------
def _scaled(name: str, primitive: str) -> Operation:
    @operation(f"{name}_scaled")
    def op(x: Node, y: Node, alpha: Node) -> Node:
        """x + alpha * y, or x - alpha * y."""
        a, b = promoted(name, x, y)
        if alpha.dtype.is_floating_point and a.dtype.category in ("bool", "int"):
            raise RuntimeError(
                f"{name}: For integral input tensors, argument alpha must not be a floating point "
                "number; try an integer alpha or .float()"
            )
        if a.dtype is dt.bool_ and alpha.dtype is not dt.bool_ and primitive == "sub":
            raise RuntimeError("sub: Subtraction, the `-` operator, with two bool tensors is not "
                               "supported; try `^`")  # fmt: skip
        wide = full_precision(a.dtype)
        scaled = build.apply("mul", build.convert(b, wide), build.convert(alpha, wide))
        return build.convert(build.apply(primitive, build.convert(a, wide), scaled), a.dtype)

    return op


ADD_SCALED, SUB_SCALED = _scaled("add", "add"), _scaled("sub", "sub")


def add(input: Tensor, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """input + alpha * other, broadcast and promoted."""
    if type(alpha) is int and alpha == 1:
        result = apply(ADD, (input, other))
    else:
        result = apply(ADD_SCALED, (input, other, alpha))
    return result if out is None else into(out, result, "add")


def sub(input: Tensor, other: Any, *, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """input - alpha * other, broadcast and promoted."""
    if type(alpha) is int and alpha == 1:
        result = apply(SUB, (input, other))
    else:
        result = apply(SUB_SCALED, (input, other, alpha))
    return result if out is None else into(out, result, "sub")


def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """other - alpha * input."""
    if type(alpha) is int and alpha == 1:
        return apply(SUB, (other, input))
    return apply(SUB_SCALED, (other, input, alpha))


def div(
    input: Tensor, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None
) -> Tensor:
    """input / other; rounding_mode "floor" or "trunc" rounds the quotient."""
    if rounding_mode is None:
        result = apply(DIV, (input, other))
    elif rounding_mode == "floor":
        result = floor_divide(input, other)
    elif rounding_mode == "trunc":
        _check_divisor(input, other)
        result = apply(DIV_TRUNC, (input, other))
    else:
        raise RuntimeError(
            f"div: div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"{rounding_mode!r}"
        )
    return result if out is None else into(out, result, "div")


def _check_divisor(x: Any, y: Any) -> None:
    """An integer divided by a Python zero is known to be wrong without looking at values."""
    if (type(y) is int and y == 0) and (not isinstance(x, Tensor) or x.dtype.category == "int"):
        raise RuntimeError("ZeroDivisionError: integer division or modulo by zero")


def floor_divide(input: Tensor, other: Any, *, out: Tensor | None = None) -> Tensor:
    """The quotient, rounded down."""
    if type(other) is int:
        _check_divisor(input, other)
    result = apply(FLOOR_DIVIDE, (input, other))
    return result if out is None else into(out, result, "floor_divide")


def remainder(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
    """What a division rounded down leaves; it has the divisor's sign."""
    if type(other) is int:
        _check_divisor(input, other)
    result = apply(REMAINDER, (input, other))
    return result if out is None else into(out, result, "remainder")


def pow_(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """input to the power of exponent."""
    if type(exponent) is int and exponent < 0 and not _is_float(input):
        raise RuntimeError(
            "pow: Integers to negative integer powers are not allowed; try .float() first"
        )
    if type(exponent) in _PLAIN and exponent in SHORT_POWERS and type(input) is Tensor:
        result = apply(POW, (input, exponent), (float(exponent),))
    else:
        result = apply(POW, (input, exponent))
    return result if out is None else into(out, result, "pow")


def _is_float(x: Any) -> bool:
    return x.dtype.is_floating_point if isinstance(x, Tensor) else isinstance(x, float)


_PLAIN = (int, float)
pow_.__name__ = pow_.__qualname__ = "pow"
