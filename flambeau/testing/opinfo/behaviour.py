"""BEHAVIOURS: what a function gives on every dtype and kind of view, one record each.

tests/test_behaviours.py makes of each record the tests of values, dtypes, views, in-place twin,
`out=`, sizes of zero, and of both back ends. The reference computes in NumPy and float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType

__all__ = ["BEHAVIOURS", "Behaviour", "Call"]

FLOATS = (dt.float32, dt.float64, dt.float16, dt.bfloat16)
INTS = (dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64)
NUMBERS = FLOATS + INTS
ALL = (*NUMBERS, dt.bool_)


@dataclass(frozen=True)
class Call:
    """Tensors of these shapes, then these arguments."""

    shapes: tuple[tuple[int, ...], ...]
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Behaviour:
    """One function. `result` names the dtype it gives: "same", "float" (integers become the
    default dtype), "bool", "int64" or "sum" (integers become int64)."""

    name: str
    reference: Callable[..., Any]
    dtypes: tuple[DType, ...] = NUMBERS
    calls: tuple[Call, ...] = (Call(((3, 4),)),)
    low: float = -3.0
    high: float = 3.0
    result: str = "same"
    exact: bool = False  # no rounding: results are compared bit by bit
    loose: float = 1.0  # times the tolerance: sums of many, cancellation

    def result_dtype(self, dtype: DType) -> DType:
        """The dtype of the result on inputs of `dtype`."""
        if self.result == "bool":
            return dt.bool_
        whole = dtype.category in ("bool", "int")
        if self.result == "float":
            return dt.float32 if whole else dtype
        if self.result == "int64":
            return dt.int64
        return dt.int64 if self.result == "sum" and whole else dtype


BEHAVIOURS: dict[str, Behaviour] = {}


def _add(name: str, reference: Callable[..., Any], **fields: Any) -> None:
    BEHAVIOURS[name] = Behaviour(name, reference, **fields)


ONE = (Call(((3, 4),)), Call(((7,),)), Call(((),)))
TWO = (Call(((3, 4), (3, 4))), Call(((3, 4), (4,))), Call(((2, 1), (1, 5))), Call(((), (3,))))


# -- one operand --------------------------------------------------------------------------------
for _name in "exp expm1 sin cos sinh cosh tanh tan arctan arcsinh exp2".split():
    _add(_name.replace("arc", "a"), getattr(np, _name), calls=ONE, result="float", dtypes=ALL,
         low=-1.4, high=1.4)  # fmt: skip
for _name in "sqrt log log2 log10 log1p".split():
    _add(_name, getattr(np, _name), calls=ONE, result="float", low=0.1, high=9.0, dtypes=NUMBERS)
for _name in "arcsin arccos arctanh".split():
    _add(_name.replace("arc", "a"), getattr(np, _name), calls=ONE, result="float", dtypes=FLOATS,
         low=-0.9, high=0.9)  # fmt: skip
_add("acosh", np.arccosh, calls=ONE, result="float", low=1.1, high=5.0)
_add("rsqrt", lambda x: 1 / np.sqrt(x), calls=ONE, result="float", low=1.0, high=9.0)
_add("reciprocal", lambda x: 1 / x, calls=ONE, result="float", low=1.0, high=9.0)
_add("sigmoid", lambda x: 1 / (1 + np.exp(-x)), calls=ONE, result="float", dtypes=ALL)
_add("square", np.square, calls=ONE, low=-3, high=3)
_add("neg", np.negative, calls=ONE, exact=True)
_add("abs", np.abs, calls=ONE, exact=True)
_add("sign", np.sign, calls=ONE, exact=True)
_add("relu", lambda x: np.maximum(x, 0), calls=ONE, exact=True)
for _name in "floor ceil trunc".split():
    _add(_name, getattr(np, _name), calls=ONE, exact=True)
_add("round", np.rint, calls=ONE, exact=True)
_add("frac", lambda x: x - np.trunc(x), calls=ONE, dtypes=FLOATS)
_add("logical_not", np.logical_not, calls=ONE, result="bool", dtypes=ALL, exact=True)
_add("bitwise_not", np.invert, calls=ONE, dtypes=(*INTS, dt.bool_), exact=True)
for _name in "isnan isinf isfinite".split():
    _add(_name, getattr(np, _name), calls=ONE, result="bool", dtypes=ALL, exact=True)
_add("signbit", np.signbit, calls=ONE, result="bool", dtypes=NUMBERS, exact=True)

# -- two operands -------------------------------------------------------------------------------
for _name in "add sub mul maximum minimum fmax fmin".split():
    _add(_name, getattr(np, {"sub": "subtract", "mul": "multiply"}.get(_name, _name)), calls=TWO)
_add("div", np.divide, calls=TWO, result="float", low=1.0, high=5.0)
_add("floor_divide", np.floor_divide, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS)
_add("remainder", np.remainder, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS)
_add("fmod", np.fmod, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS)
_add("pow", np.power, calls=TWO, low=1.0, high=3.0, loose=4.0)
_add("atan2", np.arctan2, calls=TWO, result="float")
_add("hypot", np.hypot, calls=TWO, dtypes=FLOATS)
_add("copysign", np.copysign, calls=TWO, result="float")
_add("logaddexp", np.logaddexp, calls=TWO, dtypes=FLOATS)
_add("heaviside", np.heaviside, calls=TWO, exact=True)
for _name, _reference in {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal",
                          "gt": "greater", "ge": "greater_equal"}.items():  # fmt: skip
    _add(_name, getattr(np, _reference), calls=TWO, result="bool", dtypes=ALL, exact=True)
for _name in "logical_and logical_or logical_xor".split():
    _add(_name, getattr(np, _name), calls=TWO, result="bool", dtypes=ALL, exact=True)
for _name in "bitwise_and bitwise_or bitwise_xor".split():
    _add(_name, getattr(np, _name), calls=TWO, dtypes=(*INTS, dt.bool_), exact=True)

# -- reductions ---------------------------------------------------------------------------------
_DIMS = (
    Call(((3, 4),)), Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), ((0, 2),)),
    Call(((2, 3, 5),), (-1,), {"keepdim": True}),
)  # fmt: skip
_DIM = (Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), (-3, True)), Call(((6,),), (0,)))


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    def reference(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return function(x, axis=dim, keepdims=keepdim)

    return reference


_add("sum", _over(np.sum), calls=_DIMS, result="sum", dtypes=ALL, loose=4.0)
_add("mean", _over(np.mean), calls=_DIMS, dtypes=FLOATS, loose=4.0)
_add("amax", _over(np.max), calls=_DIMS, dtypes=ALL, exact=True)
_add("amin", _over(np.min), calls=_DIMS, dtypes=ALL, exact=True)
_add("prod", _over(np.prod), calls=_DIM, result="sum", dtypes=ALL, low=-2, high=2, loose=8.0)
# of uint8 they give uint8, from the time before bool
_NOT_BYTES = tuple(d for d in ALL if d is not dt.uint8)
_add("any", _over(np.any), calls=_DIMS, result="bool", dtypes=_NOT_BYTES, exact=True)
_add("all", _over(np.all), calls=_DIMS, result="bool", dtypes=_NOT_BYTES, exact=True)
_add("argmax", _over(np.argmax), calls=_DIM, result="int64", exact=True)
_add("argmin", _over(np.argmin), calls=_DIM, result="int64", exact=True)
_add("var", lambda x, d=None, k=False, keepdim=False: np.var(x, d, ddof=1, keepdims=keepdim),
     calls=_DIMS, dtypes=FLOATS, loose=8.0)  # fmt: skip
_add("std", lambda x, d=None, k=False, keepdim=False: np.std(x, d, ddof=1, keepdims=keepdim),
     calls=_DIMS, dtypes=FLOATS, loose=8.0)  # fmt: skip
_add("logsumexp", lambda x, d, keepdim=False: np.logaddexp.reduce(x, d, keepdims=keepdim),
     calls=(Call(((2, 3, 5),), (1,)), Call(((4,),), (0,), {"keepdim": True})), dtypes=FLOATS,
     loose=4.0)  # fmt: skip

# -- running totals -----------------------------------------------------------------------------
_ALONG = (Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), (-1,)), Call(((6,),), (0,)))
_add("cumsum", np.cumsum, calls=_ALONG, result="sum", dtypes=ALL, loose=4.0)
_add("cumprod", np.cumprod, calls=_ALONG, result="sum", dtypes=ALL, low=-2, high=2, loose=8.0)
_add("diff", lambda x, n=1, dim=-1: np.diff(x, n, dim),
     calls=(Call(((2, 6),)), Call(((5, 3),), (2, 0)))
     )  # fmt: skip

# -- movement -----------------------------------------------------------------------------------
_X = ((2, 3, 4),)
_MOVES: tuple[tuple[Any, ...], ...] = (
    ("reshape", np.reshape, Call(_X, ((4, 6),)), Call(_X, ((-1, 2),))),
    ("permute", np.transpose, Call(_X, ((2, 0, 1),))),
    ("transpose", np.swapaxes, Call(_X, (0, 2)), Call(_X, (-1, 1))),
    ("movedim", np.moveaxis, Call(_X, (0, 2)), Call(_X, ((0, 1), (2, 0)))),
    ("flip", np.flip, Call(_X, ((0, 2),)), Call(_X, ((1,),))),
    ("roll", np.roll, Call(_X, (2, 1)), Call(_X, ((1, -2), (0, 2)))),
    ("tile", np.tile, Call(_X, ((2, 1, 3),)), Call(_X, ((2, 2, 1, 1),))),
    ("squeeze", np.squeeze, Call(((2, 1, 3),)), Call(((2, 1, 3),), (1,))),
    ("unsqueeze", np.expand_dims, Call(_X, (1,)), Call(_X, (-1,))),
    ("tril", np.tril, Call(_X), Call(_X, (1,))),
    ("triu", np.triu, Call(_X), Call(_X, (-1,))),
    ("rot90", np.rot90, Call(_X, (1, (0, 2))), Call(_X, (-1, (1, 2)))),
    ("broadcast_to", np.broadcast_to, Call(((3, 1),), ((2, 3, 4),))),
    ("fliplr", np.fliplr, Call(_X)),
    ("flipud", np.flipud, Call(_X)),
    ("diagonal", np.diagonal, Call(_X), Call(_X, (1, 0, 2))),
)  # fmt: skip
for _move in _MOVES:
    _add(_move[0], _move[1], calls=_move[2:], dtypes=ALL, exact=True)

# -- choices ------------------------------------------------------------------------------------
_add("clamp", lambda x, low, high: np.clip(x, low, high),
     calls=(Call(((3, 4),), (1, 2)), Call(((),), (0, 1))))  # fmt: skip

# -- products -----------------------------------------------------------------------------------
_add("matmul", np.matmul, loose=8.0, low=-2, high=2, calls=(
     Call(((3, 4), (4, 5))), Call(((4,), (4,))), Call(((3, 4), (4,))), Call(((4,), (4, 5))),
     Call(((2, 3, 4), (4, 5))), Call(((2, 1, 3, 4), (5, 4, 2)))))  # fmt: skip
_add("mm", np.matmul, loose=8.0, low=-2, high=2, calls=(Call(((3, 4), (4, 5))),))
_add("outer", np.outer, low=-2, high=2, calls=(Call(((3,), (4,))),))
_add("kron", np.kron, low=-2, high=2, calls=(Call(((2, 3), (2, 2))),))
_add("inner", np.inner, loose=8.0, low=-2, high=2, calls=(Call(((2, 3), (4, 3))),))
