"""Rules of arithmetic and logic that hold bit by bit."""

from __future__ import annotations

import math
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType, finfo, iinfo
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.primitives import PRIMITIVES
from flambeau.engine.graph.rewrite import Rule
from flambeau.engine.graph.simplify.constants import filled, uniform

__all__ = ["ALGEBRA"]

_ELEMENTWISE = tuple(n for n, row in PRIMITIVES.items() if row.kind == "elementwise")
_COMMUTATIVE = ("add", "mul", "maximum", "minimum", "and", "or", "xor", "eq", "ne")


def _value(node: Node) -> Any:
    """The number in every element of `node`, or None."""
    c = uniform(node)
    return None if c is None else c.attributes[0]


def _is_float(node: Node) -> bool:
    return node.dtype.category in ("float", "complex")


# -- neutral and absorbing operands -------------------------------------------------------------
def _constant_right(node: Node) -> Node | None:
    """One order for one value, so that equal nodes merge and rules look at one side."""
    a, b = node.sources
    if uniform(a) is None or uniform(b) is not None:
        return None
    return build.make(node.primitive, (b, a), node.attributes)


def _add(node: Node) -> Node | None:
    a, b = node.sources
    value = _value(b)
    if value is not None and value == 0:
        # x + 0.0 turns -0.0 into 0.0; x + -0.0 is x
        if not _is_float(node) or (node.dtype.category == "float" and _is_negative_zero(value)):
            return a
        return None
    if node.dtype is dt.bool_:
        return None
    if b.primitive == "neg":
        return build.make("sub", (a, b.sources[0]))
    if a.primitive == "neg":
        return build.make("sub", (b, a.sources[0]))
    return None


def _is_negative_zero(value: float) -> bool:
    return value == 0 and math.copysign(1.0, value) < 0


def _sub(node: Node) -> Node | None:
    a, b = node.sources
    value = _value(b)
    if value is not None and value == 0:
        if not _is_float(node) or (node.dtype.category == "float" and not _is_negative_zero(value)):
            return a
        return None
    if a is b and not _is_float(node):
        return filled(node.type, 0)
    if b.primitive == "neg" and node.dtype is not dt.bool_:
        return build.make("add", (a, b.sources[0]))
    return None


def _mul(node: Node) -> Node | None:
    a, b = node.sources
    value = _value(b)
    if value is not None and node.dtype.category != "complex":
        if value == 1:
            return a
        if value == 0 and not _is_float(node):
            return filled(node.type, 0)
        if value == -1:
            return build.make("neg", (a,))
    if a.primitive == "neg" and b.primitive == "neg" and node.dtype is not dt.bool_:
        return build.make("mul", (a.sources[0], b.sources[0]))
    return None


def _div(node: Node) -> Node | None:
    """By 1; by a power of two, which is the same as multiplying by its inverse."""
    a, b = node.sources
    value = _value(b)
    if value is None or node.dtype.category == "complex":
        return None
    if value == 1:
        return a
    if node.dtype.category != "float" or value == 0 or not math.isfinite(value):
        return None
    mantissa, _ = math.frexp(value)
    if abs(mantissa) != 0.5:
        return None
    inverse = 1.0 / value
    limits = finfo(node.dtype)
    if not limits.tiny <= abs(inverse) <= limits.max or abs(value) < limits.tiny:
        return None
    return build.make("mul", (a, build.full(node.shape, inverse, node.dtype)))


def _bits(node: Node) -> Node | None:
    """and, or, xor with all bits set or none, and of a value with itself."""
    a, b = node.sources
    if a is b:
        return filled(node.type, 0) if node.primitive == "xor" else a
    value = _value(b)
    if value is None:
        return None
    none, every = value == 0, value == _all_bits(node.dtype)
    match node.primitive:
        case "and":
            return filled(node.type, 0) if none else a if every else None
        case "or":
            return a if none else b if every else None
        case _:
            return a if none else build.make("not", (a,)) if every else None


def _all_bits(dtype: DType) -> int:
    if dtype is dt.bool_:
        return 1
    return -1 if dtype.is_signed else iinfo(dtype).max


def _shift(node: Node) -> Node | None:
    return node.sources[0] if _value(node.sources[1]) == 0 else None


def _idempotent(node: Node) -> Node | None:
    a, b = node.sources
    return a if a is b else None


def _gather_constants(node: Node) -> Node | None:
    """(x + 1) + 2 -> x + 3; integers only, where the order of operations does not show."""
    a, b = node.sources
    if _is_float(node) or a.primitive != node.primitive or uniform(b) is None:
        return None
    inner = uniform(a.sources[1])
    if inner is None:
        return None
    return build.make(node.primitive, (a.sources[0], build.make(node.primitive, (a.sources[1], b))))


# -- powers -------------------------------------------------------------------------------------
def _pow(node: Node) -> Node | None:
    """Small constant exponents.

    0.5 and -0.5 differ from pow at -inf and -0.0 only, and 3 and -2 by rounding, as PyTorch's
    pow with a Python number does.
    """
    x, exponent = node.sources
    value = _value(exponent)
    if value is None or node.dtype.category not in ("int", "float"):
        return None
    if value == 0:
        return filled(node.type, 1)
    if value == 1:
        return x
    if value in (2, 3):
        square = build.make("mul", (x, x))
        return square if value == 2 else build.make("mul", (square, x))
    if not _is_float(node):
        return None
    if value == -2:
        return build.make("reciprocal", (build.make("mul", (x, x)),))
    name = {0.5: "sqrt", -0.5: "rsqrt", -1: "reciprocal"}.get(value)
    return None if name is None else build.make(name, (x,))


# -- unary chains -------------------------------------------------------------------------------
# outer -> inner primitives that vanish under it
_UNDER = {
    "abs": ("abs", "neg"),
    "floor": ("floor", "ceil", "round", "trunc"),
    "ceil": ("floor", "ceil", "round", "trunc"),
    "round": ("floor", "ceil", "round", "trunc"),
    "trunc": ("floor", "ceil", "round", "trunc"),
}


def _involution(node: Node) -> Node | None:
    """neg(neg(x)), not(not(x))."""
    (x,) = node.sources
    return x.sources[0] if x.primitive == node.primitive else None


def _absorbed(node: Node) -> Node | None:
    """abs(neg(x)) -> abs(x); floor(round(x)) -> round(x)."""
    (x,) = node.sources
    if x.primitive not in _UNDER[node.primitive]:
        return None
    if node.primitive == "abs":
        return x if x.primitive == "abs" else build.make("abs", x.sources)
    return x


def _not_comparison(node: Node) -> Node | None:
    """not(a == b) -> a != b; the order comparisons have no opposite for NaN, but integers do."""
    (x,) = node.sources
    if node.dtype is not dt.bool_:
        return None
    name = {"eq": "ne", "ne": "eq"}.get(x.primitive)
    if name is None and len(x.sources) == 2 and not _is_float(x.sources[0]):
        name = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}.get(x.primitive)
    return None if name is None else build.make(name, x.sources)


# -- conversions --------------------------------------------------------------------------------
# bits of the integers that each floating-point dtype holds exactly
_EXACT_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
_WIDER = {"float16": ("float32", "float64"), "bfloat16": ("float32", "float64"),
          "float32": ("float64",)}  # fmt: skip


def _is_lossless(source: DType, target: DType) -> bool:
    """True if `target` holds every value of `source`."""
    if source is target or source is dt.bool_:
        return target.category != "bool" or source is target
    if source.category == "int" and target.category == "int":
        a, b = iinfo(source), iinfo(target)
        return b.min <= a.min and a.max <= b.max
    if source.category == "int" and target.category == "float":
        return iinfo(source).bits - source.is_signed <= _EXACT_BITS[target.name]
    return target.name in _WIDER.get(source.name, ())


def _convert(node: Node) -> Node | None:
    """A conversion that changes nothing, or that follows one that lost nothing."""
    (x,) = node.sources
    if x.dtype is node.dtype:
        return x
    if x.primitive == "convert" and not node.dtype.is_complex:
        inner = x.sources[0]
        if not inner.dtype.is_complex and _is_lossless(inner.dtype, x.dtype):
            return build.convert(inner, node.dtype)
    return None


def _bitcast(node: Node) -> Node | None:
    (x,) = node.sources
    if x.primitive == "bitcast":
        return build.bitcast(x.sources[0], node.dtype)
    return x if x.dtype is node.dtype else None


def _truth(node: Node) -> Node | None:
    """Comparing a bool, or a bool that was converted, with 0 or 1."""
    a, b = node.sources
    value = _value(b)
    if value is None or (value != 0 and value != 1):
        return None
    if a.primitive == "convert" and a.sources[0].dtype is dt.bool_:
        a = a.sources[0]
    if a.dtype is not dt.bool_:
        return None
    same = (node.primitive == "eq") == bool(value)
    return a if same else build.make("not", (a,))


# -- choices ------------------------------------------------------------------------------------
def _where(node: Node) -> Node | None:
    condition, a, b = node.sources
    if a is b:
        return a
    if condition.primitive == "not":
        return build.make("where", (condition.sources[0], b, a))
    if node.dtype is dt.bool_:
        values = _value(a), _value(b)
        if values == (True, False):
            return condition
        if values == (False, True):
            return build.make("not", (condition,))
    return None


# -- broadcasting -------------------------------------------------------------------------------
def _below_expand(node: Node) -> Node | None:
    """Compute before repeating, where every operand is repeated along the same dims."""
    inner = []
    seen = False
    for s in node.sources:
        if s.primitive != "expand":
            return None
        inner.append(s.sources[0])
        seen = seen or uniform(s) is None
    if not seen:
        return None
    shape = tuple(max(sizes) for sizes in zip(*(x.shape for x in inner), strict=True))
    if shape == node.shape:
        return None
    sources = tuple(build.expand(x, shape) for x in inner)
    return build.expand(build.make(node.primitive, sources, node.attributes), node.shape)


ALGEBRA = (
    Rule("constant-right", _COMMUTATIVE, _constant_right),
    Rule("below-expand", _ELEMENTWISE, _below_expand),
    Rule("add", ("add",), _add),
    Rule("sub", ("sub",), _sub),
    Rule("mul", ("mul",), _mul),
    Rule("div", ("div",), _div),
    Rule("bits", ("and", "or", "xor"), _bits),
    Rule("shift-by-0", ("shift_left", "shift_right"), _shift),
    Rule("idempotent", ("maximum", "minimum"), _idempotent),
    Rule("gather-constants", ("add", "mul"), _gather_constants),
    Rule("pow", ("pow",), _pow),
    Rule("involution", ("neg", "not"), _involution),
    Rule("absorbed", tuple(_UNDER), _absorbed),
    Rule("not-comparison", ("not",), _not_comparison),
    Rule("convert", ("convert",), _convert),
    Rule("bitcast", ("bitcast",), _bitcast),
    Rule("truth", ("eq", "ne"), _truth),
    Rule("where", ("where",), _where),
)
