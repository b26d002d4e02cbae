"""METHODS: which functions Tensor has as methods, and FUNCTIONS: which the package has.

A row names a method, the function behind it, whether it has an in-place twin (`name_`), and the
operator symbol that stands for it. `attach` gives all of them to class Tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flambeau.tensor import (
    arithmetic,
    conversion,
    creation,
    elementwise,
    printing,
    promotion,
    random,
    reduction,
    shaping,
    unary,
)
from flambeau.tensor.apply import NotAnOperand, apply
from flambeau.tensor.inplace import make_in_place, put_back
from flambeau.tensor.operation import OPERATIONS, Operation
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS", "PROPERTIES", "Method", "attach"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Method:
    """One row of METHODS."""

    name: str
    function: Function
    in_place: bool = False  # there is also `name_`


# -- tables of functions ------------------------------------------------------------------------
# unary and binary functions without an in-place twin
_NO_TWIN = frozenset(
    "isnan isinf isfinite isposinf isneginf signbit positive maximum minimum fmax fmin logaddexp "
    "logaddexp2 heaviside".split()
)
_NO_METHOD = frozenset(["where"])


def _rows(table: dict[str, Function], twin: bool) -> list[Method]:
    return [Method(name, f, twin and name not in _NO_TWIN) for name, f in table.items()]


_ARITHMETIC: dict[str, Function] = {
    "add": arithmetic.add,
    "sub": arithmetic.sub,
    "subtract": arithmetic.sub,
    "div": arithmetic.div,
    "divide": arithmetic.div,
    "true_divide": arithmetic.div,
    "floor_divide": arithmetic.floor_divide,
    "remainder": arithmetic.remainder,
    "pow": arithmetic.pow_,
    "round": unary.round_,
    "logit": unary.logit,
    "nan_to_num": unary.nan_to_num,
    "clamp": elementwise.clamp,
    "clip": elementwise.clamp,
    "clamp_min": elementwise.clamp_min,
    "clamp_max": elementwise.clamp_max,
    "lerp": elementwise.lerp,
    "addcmul": elementwise.addcmul,
    "addcdiv": elementwise.addcdiv,
    "masked_fill": elementwise.masked_fill,
}

_PLAIN: dict[str, Function] = {
    name.rstrip("_"): getattr(module, name)
    for module in (reduction, shaping)
    for name in module.__all__
    if name not in ("as_strided", "shape_of", "slice_view", "view", "expand", "contiguous", "unfold")
}
_PLAIN.update(
    as_strided=shaping.as_strided,
    rsub=arithmetic.rsub,
    isclose=elementwise.isclose,
    allclose=elementwise.allclose,
    equal=elementwise.equal,
    moveaxis=shaping.movedim,
    swapdims=shaping.swapaxes,
    bernoulli=random.bernoulli,
    multinomial=random.multinomial,
    **conversion.FUNCTIONS,
)

# methods that are no functions of the package
_ONLY_METHODS: dict[str, Function] = {
    "view": shaping.view,
    "expand": shaping.expand,
    "contiguous": shaping.contiguous,
    "unfold": shaping.unfold,
    "new_zeros": creation.new_zeros,
    "new_ones": creation.new_ones,
    "new_empty": creation.new_empty,
    "new_full": creation.new_full,
    "new_tensor": creation.new_tensor,
    "where": lambda self, condition, other: elementwise.where(condition, self, other),
    "expand_as": lambda self, other: shaping.expand(self, other._shape),
    "view_as": lambda self, other: shaping.view(self, other._shape),
    "reshape_as": lambda self, other: shaping.reshape(self, other._shape),
    **random.IN_PLACE,
    **conversion.METHODS,
}



def _more() -> list[Any]:
    import importlib
    import importlib.util
    import sys

    found = []
    for name in ("indexing", "gathering", "sorting", "scanning", "joining", "linalg"):
        if importlib.util.find_spec(f"flambeau.tensor.{name}"):
            try:
                found.append(importlib.import_module(f"flambeau.tensor.{name}"))
            except Exception as error:
                print(f"flambeau.tensor.{name}: {error!r}", file=sys.stderr)
    return found


def _table(module: Any, name: str) -> dict[str, Function]:
    if hasattr(module, name):
        return getattr(module, name)
    if name == "FUNCTIONS":
        return {n.rstrip("_"): getattr(module, n) for n in module.__all__ if n.islower()}
    return {}


_MORE = _more()

METHODS: list[Method] = [
    *_rows(unary.FUNCTIONS, True),
    *_rows({n: f for n, f in arithmetic.FUNCTIONS.items() if n not in _NO_METHOD}, True),
    *_rows(_ARITHMETIC, True),
    *_rows(_PLAIN, False),
    *_rows(_ONLY_METHODS, False),
    *[row for m in _MORE for row in _rows(_table(m, "FUNCTIONS"), False)],
    *[row for m in _MORE for row in _rows(_table(m, "METHODS"), False)],
]

FUNCTIONS: dict[str, Function] = {
    **unary.FUNCTIONS,
    **arithmetic.FUNCTIONS,
    **_ARITHMETIC,
    **_PLAIN,
    **{name: getattr(creation, name) for name in creation.FUNCTIONS},
    **random.FUNCTIONS,
    **{n: f for m in _MORE for n, f in _table(m, "FUNCTIONS").items()},
    "where": elementwise.where,
    "range": creation.range_,
    "set_printoptions": printing.set_printoptions,
    **{
        name: getattr(promotion, name)
        for name in ("can_cast", "get_default_dtype", "promote_types", "result_type",
                     "set_default_dtype")
    },  # fmt: skip
}


# -- in-place twins of views --------------------------------------------------------------------
def _reshaped_in_place(name: str, function: Function) -> Function:
    """`name_`: this tensor itself takes on the layout and history of the view."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        view = function(self, *args, **kwargs)
        self._layout = view._layout
        self._view_value, self._view_version = view._view_value, view._view_version
        if self._base is None and self._requires_grad and self._grad_fn is None:
            return self  # a leaf stays one
        self._grad_fn, self._output_nr = view._grad_fn, view._output_nr
        self._grad_version = view._grad_version
        return self

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"`{function.__name__}` of this tensor itself."
    return method


_VIEWS = ("squeeze", "unsqueeze", "t", "transpose", "swapaxes")


# -- operators ----------------------------------------------------------------------------------
# symbol's method -> operation
_BINARY = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floor_divide",
    "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def _operator(op: Operation) -> Function:
    def operator(self: Tensor, other: Any) -> Any:
        try:
            return apply(op, (self, other))
        except NotAnOperand:
            return NotImplemented

    return operator


def _reflected(op: Operation) -> Function:
    def operator(self: Tensor, other: Any) -> Any:
        try:
            return apply(op, (other, self))
        except NotAnOperand:
            return NotImplemented

    return operator


def _in_place_operator(op: Operation, name: str) -> Function:
    def operator(self: Tensor, other: Any) -> Any:
        try:
            return put_back(self, apply(op, (self, other)), name)
        except NotAnOperand:
            return NotImplemented

    return operator


def _checked(function: Function) -> Function:
    """An operator whose function looks at its operands before `apply` does."""

    def operator(self: Tensor, other: Any) -> Any:
        try:
            return function(self, other)
        except NotAnOperand:
            return NotImplemented

    return operator


def _swapped(function: Function) -> Function:
    return _checked(lambda self, other: function(other, self))


def _operators() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for symbol, name in _BINARY.items():
        op = OPERATIONS[name]
        found[f"__{symbol}__"] = _operator(op)
        found[f"__r{symbol}__"] = _reflected(op)
        found[f"__i{symbol}__"] = _in_place_operator(op, f"{name}_")
    for name in _COMPARISONS:
        found[f"__{name}__"] = _operator(OPERATIONS[name])
    # these look at the numbers they are given
    for symbol, function in (("floordiv", arithmetic.floor_divide), ("mod", arithmetic.remainder),
                             ("pow", arithmetic.pow_)):  # fmt: skip
        found[f"__{symbol}__"] = _checked(function)
        found[f"__r{symbol}__"] = _swapped(function)
        found[f"__i{symbol}__"] = _checked(make_in_place(f"{function.__name__}_", function))
    found["__neg__"] = unary.FUNCTIONS["neg"]
    found["__pos__"] = unary.FUNCTIONS["positive"]
    found["__abs__"] = unary.FUNCTIONS["abs"]
    found["__invert__"] = unary.FUNCTIONS["bitwise_not"]
    found["__repr__"] = printing.tensor_text
    found["__hash__"] = lambda self: id(self)
    return found


PROPERTIES: dict[str, Any] = {
    **conversion.PROPERTIES,
    "T": property(shaping.reversed_view, doc="All dims in reverse order."),
    "mT": property(shaping.adjoint_view, doc="The last two dims swapped."),
    "H": property(shaping.t, doc="A matrix transposed."),
    "mH": property(shaping.adjoint_view, doc="The last two dims swapped."),
}


def attach() -> None:
    """Give class Tensor its methods, in-place twins, operators and properties."""
    for row in METHODS:
        setattr(Tensor, row.name, row.function)
        if row.in_place:
            setattr(Tensor, f"{row.name}_", make_in_place(f"{row.name}_", row.function))
    for name in _VIEWS:
        setattr(Tensor, f"{name}_", _reshaped_in_place(f"{name}_", getattr(shaping, name)))
    for name, function in _operators().items():
        setattr(Tensor, name, function)
    for name, value in PROPERTIES.items():
        setattr(Tensor, name, value)
    Tensor.__init__ = creation.legacy_init  # type: ignore[method-assign,assignment]
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]  # NumPy's operators give way
    Tensor.__module__ = "flambeau"


attach()
