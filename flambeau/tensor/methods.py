"""METHODS: which functions Tensor has as methods, and FUNCTIONS: which the package has.

A row names a method, the function behind it, whether it has an in-place twin (`name_`), and the
operator symbol that stands for it. `attach` gives all of them to class Tensor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from flambeau.tensor import (
    arithmetic,
    attributes,
    boundary,
    by_python,
    complex_numbers,
    conversion,
    copies,
    counting,
    creation,
    divisors,
    duplicates,
    elementwise,
    filling,
    float_parts,
    gathering,
    grids,
    index_writing,
    indexing,
    joining,
    legacy,
    linalg,
    linear_algebra,
    masked,
    notebook,
    pairs,
    patterns,
    pieces,
    powers,
    printing,
    promotion,
    quantiles,
    random,
    reduction,
    repeating,
    scanning,
    scattering,
    searching,
    selection,
    shaping,
    sharing,
    short_time,
    slopes,
    sorting,
    special,
    statistics,
    trivial,
    unary,
    uniques,
    variates,
    windows,
    writing,
)
from flambeau.tensor.apply import NotAnOperand, apply
from flambeau.tensor.external import tensor_over
from flambeau.tensor.inplace import make_in_place, put_back
from flambeau.tensor.layouts import NotStrided, also_sparse
from flambeau.tensor.operation import OPERATIONS, Operation
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS", "METHODS_AS_FUNCTIONS", "PROPERTIES", "Method", "attach"]

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
    "logaddexp2".split()
)
# functions whose first argument is no tensor, or that PyTorch has only as functions
_NO_METHOD = frozenset(
    "complex polar cat concat concatenate stack hstack vstack row_stack dstack column_stack "
    "block_diag cartesian_prod einsum tensordot chain_matmul atleast_1d atleast_2d atleast_3d "
    "std_mean var_mean lu_unpack matrix_rank pca_lowrank svd_lowrank "
    "searchsorted bucketize isin histogramdd".split()
)


def _rows(table: dict[str, Function], twin: bool) -> list[Method]:
    return [
        Method(name, f, twin and name not in _NO_TWIN)
        for name, f in table.items()
        if name not in _NO_METHOD
    ]


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
    "tril": grids.tril,
    "triu": grids.triu,
}

_PLAIN: dict[str, Function] = {
    name.rstrip("_"): getattr(module, name)
    for module in (reduction, shaping)
    for name in module.__all__
    if name not in ("shape_of", "slice_view", "view", "expand", "contiguous", "unfold")
}
_PLAIN.update(
    rsub=arithmetic.rsub,
    isclose=elementwise.isclose,
    allclose=elementwise.allclose,
    equal=elementwise.equal,
    moveaxis=shaping.movedim,
    swapdims=shaping.swapaxes,
    bernoulli=random.bernoulli,
    multinomial=random.multinomial,
    broadcast_to=grids.broadcast_to,
    **attributes.FUNCTIONS,
    **conversion.FUNCTIONS,
    **trivial.FUNCTIONS,
)


def _where(condition: Tensor, input: Any = None, other: Any = None, *, out: Any = None) -> Any:
    """input where condition holds, else other; with a condition alone, its nonzero indices."""
    if input is None and other is None:
        return indexing.nonzero(condition, as_tuple=True)
    return elementwise.where(condition, input, other, out=out)


_where.__name__ = _where.__qualname__ = "where"

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
    "new_empty_strided": creation.new_empty_strided,
    "new_tensor": creation.new_tensor,
    "where": lambda self, condition, other: elementwise.where(condition, self, other),
    "expand_as": lambda self, other: shaping.expand(self, other._shape),
    "view_as": lambda self, other: shaping.view(self, other._shape),
    "reshape_as": lambda self, other: shaping.reshape(self, other._shape),
    **filling.METHODS,
    **attributes.METHODS,
    **conversion.METHODS,
    **writing.METHODS,
    **by_python.METHODS,
    **duplicates.METHODS,
    **trivial.METHODS,
    "new": legacy.new,
}


# families of operations: FUNCTIONS are functions of the package and methods, METHODS only methods,
# IN_PLACE names the functions that have a twin
_FAMILIES: tuple[Any, ...] = (
    complex_numbers,
    counting,
    divisors,
    float_parts,
    gathering,
    index_writing,
    indexing,
    joining,
    linalg,
    linear_algebra,
    masked,
    pieces,
    powers,
    quantiles,
    repeating,
    scanning,
    scattering,
    searching,
    selection,
    short_time,
    sorting,
    special,
    statistics,
    uniques,
)


def _family_rows(family: Any) -> list[Method]:
    twins = getattr(family, "IN_PLACE", ())
    properties = getattr(family, "PROPERTIES", {})
    rows = [
        Method(name, function, name in twins)
        for name, function in family.FUNCTIONS.items()
        if name not in _NO_METHOD and name not in properties
    ]
    return rows + _rows(family.METHODS, False)


METHODS: list[Method] = [
    *_rows(unary.FUNCTIONS, True),
    *_rows(arithmetic.FUNCTIONS, True),
    *_rows(_ARITHMETIC, True),
    *_rows(_PLAIN, False),
    *_rows(_ONLY_METHODS, False),
    *[row for family in _FAMILIES for row in _family_rows(family)],
]


def _needs_tensor(name: str, function: Function) -> Function:
    """`function` of the package: a telling error if it is given no tensor."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except NotStrided as reason:
            raise NotStrided(reason.layout, name) from None
        except AttributeError:
            first = args[0] if args else kwargs.get("input")
            if isinstance(first, Tensor) or not isinstance(first, _NO_TENSORS):
                raise
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not "
            f"{type(first).__name__}; try flambeau.tensor(...)"
        )

    return call


_NO_TENSORS = (bool, int, float, complex, str, list, tuple, dict, np.ndarray, type(None))

FUNCTIONS: dict[str, Function] = {
    **unary.FUNCTIONS,
    **arithmetic.FUNCTIONS,
    **_ARITHMETIC,
    **{
        f"{name}_": make_in_place(f"{name}_", f)
        for name, f in unary.FUNCTIONS.items()
        if name not in _NO_TWIN
    },
    **{name: _needs_tensor(name, f) for name, f in _PLAIN.items()},
    **{name: getattr(creation, name) for name in creation.FUNCTIONS},
    **sharing.FUNCTIONS,
    **random.FUNCTIONS,
    **variates.FUNCTIONS,
    **grids.FUNCTIONS,
    "get_num_threads": boundary.get_num_threads,
    "set_num_threads": boundary.set_num_threads,
    **{name: f for family in _FAMILIES for name, f in family.FUNCTIONS.items()},
    "where": _where,
    "fill_": writing.fill_,
    "zero_": writing.zero_,
    "is_tensor": attributes.is_tensor,
    **patterns.FUNCTIONS,
    **pairs.FUNCTIONS,
    **slopes.FUNCTIONS,
    **copies.FUNCTIONS,
    **windows.FUNCTIONS,
    "set_printoptions": printing.set_printoptions,
    "can_cast": promotion.can_cast,
    "get_default_dtype": promotion.get_default_dtype,
    "promote_types": promotion.promote_types,
    "result_type": promotion.result_type,
    "set_default_dtype": promotion.set_default_dtype,
}


# functions that sparse tensors have one of their own for; others meet them in `apply`
_ALSO_SPARSE = (
    "adjoint cat clone empty_like index_select moveaxis movedim narrow narrow_copy norm permute "
    "select squeeze stack swapaxes swapdims t transpose unbind unsqueeze zeros_like"
).split()
FUNCTIONS.update({name: also_sparse(name, FUNCTIONS[name]) for name in _ALSO_SPARSE})


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


_VIEWS = {
    "swapdims": shaping.swapaxes,
    **{name: getattr(shaping, name) for name in
       "squeeze unsqueeze t transpose swapaxes as_strided".split()},
}  # fmt: skip


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


def _reflected_matmul(self: Tensor, other: Any) -> Any:
    if isinstance(other, np.ndarray):
        other = tensor_over(other)
    return linalg.matmul(other, self) if isinstance(other, Tensor) else NotImplemented


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
    found["__rmatmul__"] = _reflected_matmul
    found["__rdiv__"] = found["__rtruediv__"]
    found["__neg__"] = unary.FUNCTIONS["neg"]
    found["__pos__"] = unary.FUNCTIONS["positive"]
    found["__abs__"] = unary.FUNCTIONS["abs"]
    found["__invert__"] = unary.FUNCTIONS["bitwise_not"]
    found["__repr__"] = printing.tensor_text
    found["_repr_html_"] = notebook.tensor_html
    found["__hash__"] = lambda self: id(self)
    return found


PROPERTIES: dict[str, Any] = {
    **attributes.PROPERTIES,
    **writing.PROPERTIES,
    **complex_numbers.PROPERTIES,
    "T": property(shaping.reversed_view, doc="All dims in reverse order."),
    "mT": property(shaping.adjoint_view, doc="The last two dims swapped."),
    "H": property(lambda self: complex_numbers.conj(shaping.t(self)), doc="The adjoint matrix."),
    "mH": property(linear_algebra.adjoint, doc="The matrices in the last two dims, adjoint."),
}


def attach() -> None:
    """Give class Tensor its methods, in-place twins, operators and properties."""
    for row in METHODS:
        setattr(Tensor, row.name, row.function)
        if row.in_place:
            setattr(Tensor, f"{row.name}_", make_in_place(f"{row.name}_", row.function))
    for name, function in _VIEWS.items():
        setattr(Tensor, f"{name}_", _reshaped_in_place(f"{name}_", function))
    for name, function in _operators().items():
        setattr(Tensor, name, function)
    for name, value in PROPERTIES.items():
        setattr(Tensor, name, value)
    Tensor.size = attributes.SizeAttribute()  # type: ignore[method-assign,assignment]
    Tensor.__init__ = legacy.init  # type: ignore[method-assign,assignment]
    Tensor.__getattr__ = attributes.no_such_attribute  # type: ignore[method-assign,assignment]
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]  # NumPy's operators give way
    Tensor.__module__ = "flambeau"


# methods that PyTorch has as functions of the package too
METHODS_AS_FUNCTIONS = (
    "clamp_ clamp_max_ clamp_min_ clip_ round_ logit_ nan_to_num_ addmv_ as_strided_ "
    "conj_physical_ index_put_ resize_as_ gcd_ lcm_ ldexp_ xlogy_ detach detach_ split_with_sizes "
    "is_conj is_neg is_inference resolve_conj resolve_neg get_device"
).split()

attach()
