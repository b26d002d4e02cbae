"""Behaviour of functions of each element: of one operand, of two, of several, and choices."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    ALL,
    COMPLEX,
    FLOATS,
    INTS,
    NUMBERS,
    ONE,
    REAL,
    TWO,
    Call,
    Error,
    T,
    add_behaviour,
    bools,
    constant,
)  # fmt: skip

__all__: list[str] = []

_add = add_behaviour
BITS = (*INTS, dt.bool_)
SIGNED = tuple(d for d in NUMBERS if d is not dt.uint8)

# -- one operand: that give floats --------------------------------------------------------------
for _name in "exp expm1 sin cos sinh cosh tanh tan arctan arcsinh exp2".split():
    _add(_name.replace("arc", "a"), getattr(np, _name), calls=ONE, result="float", dtypes=ALL,
         low=-1.4, high=1.4, loose=2.0)  # fmt: skip
for _name in "sqrt log log2 log10 log1p".split():
    _add(_name, getattr(np, _name), calls=ONE, result="float", low=0.1, high=9.0,
         dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
for _name in "arcsin arccos arctanh".split():
    _add(_name.replace("arc", "a"), getattr(np, _name), calls=ONE, result="float",
         dtypes=FLOATS + COMPLEX, low=-0.9, high=0.9, loose=2.0)  # fmt: skip
_add("acosh", np.arccosh, calls=ONE, result="float", low=1.1, high=5.0,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("rsqrt", lambda x: 1 / np.sqrt(x), calls=ONE, result="float", low=1.0, high=9.0,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("reciprocal", lambda x: 1 / x, calls=ONE, result="float", low=1.0, high=9.0,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("sigmoid", lambda x: 1 / (1 + np.exp(-x)), calls=ONE, result="float", dtypes=ALL)
_add("erf", of_scipy("special.erf"), calls=ONE, result="float", dtypes=REAL)
_add("erfc", of_scipy("special.erfc"), calls=ONE, result="float", dtypes=REAL)
_add("erfinv", of_scipy("special.erfinv"), calls=ONE, result="float", dtypes=FLOATS, low=-0.9,
     high=0.9)  # fmt: skip
_add("lgamma", of_scipy("special.gammaln"), calls=ONE, result="float", low=0.5, high=9.0,
     loose=2.0)  # fmt: skip
_add("digamma", of_scipy("special.digamma"), calls=ONE, result="float", low=1.0, high=9.0,
     loose=4.0)  # fmt: skip
_add("sinc", np.sinc, calls=ONE, result="float", dtypes=ALL, low=-2, high=2, loose=8.0)
_add("deg2rad", np.deg2rad, calls=ONE, result="float", dtypes=REAL, low=-90, high=90)
_add("rad2deg", np.rad2deg, calls=ONE, result="float", dtypes=REAL, loose=2.0)
_add("logit", lambda x, eps=None: np.log(c := _clip(x, eps)) - np.log1p(-c), loose=4.0,
     result="float", dtypes=FLOATS, low=0.1, high=0.9,
     calls=(*ONE, Call(((3, 4),), (0.3,))))  # fmt: skip
_add("i0", np.i0, calls=ONE, result="float", dtypes=REAL, loose=2.0)


def _clip(x: Any, eps: float | None) -> Any:
    return x if eps is None else np.clip(x, eps, 1 - eps)


# -- one operand: exact -------------------------------------------------------------------------
_add("square", np.square, calls=ONE, dtypes=(*NUMBERS, *COMPLEX))
_add("neg", np.negative, calls=ONE, exact=True, dtypes=(*NUMBERS, *COMPLEX),
     errors=(Error(Call((bools(3),)), RuntimeError, "bool"),))  # fmt: skip
_add("positive", np.positive, calls=ONE, exact=True, dtypes=(*NUMBERS, *COMPLEX),
     errors=(Error(Call((bools(3),)), RuntimeError, "bool"),))  # fmt: skip
_add("abs", np.abs, calls=ONE, dtypes=(*NUMBERS, *COMPLEX), result="real")
_NO_COMPLEX = Error(Call((T((3,), dtype=dt.complex64),)), (RuntimeError), "[Cc]omplex")
_add("sign", np.sign, calls=ONE, exact=True, errors=(_NO_COMPLEX,))
_add("relu", lambda x: np.maximum(x, 0), calls=ONE, exact=True, errors=(_NO_COMPLEX,))
for _name in "floor ceil trunc".split():
    _add(_name, getattr(np, _name), calls=ONE, exact=True, errors=(_NO_COMPLEX,))
_add("round", lambda x, decimals=0: np.round(x, decimals), loose=2.0,
     calls=(*ONE, Call(((3, 4),), (), {"decimals": 0})))  # fmt: skip
_add("frac", lambda x: x - np.trunc(x), calls=ONE, dtypes=FLOATS)
_add("logical_not", np.logical_not, calls=ONE, result="bool", dtypes=ALL, exact=True)
_add("bitwise_not", np.invert, calls=ONE, dtypes=BITS, exact=True,
     errors=(Error(Call((T((3,), dtype=dt.float32),)), TypeError, "float"),))  # fmt: skip
_PARTS = Call((constant([1j, complex(np.nan, 1), complex(0, -np.inf)], dt.complex64),))
for _name in "isnan isinf isfinite".split():
    _add(_name, getattr(np, _name), calls=(*ONE, _PARTS), result="bool", dtypes=ALL, exact=True)
_EXTREMES = Call((constant([0.0, -np.inf, np.inf, np.nan, 3.0], dt.float32),))
for _name in "isposinf isneginf".split():
    _add(_name, getattr(np, _name), calls=(*ONE, _EXTREMES), result="bool", dtypes=REAL,
         exact=True, errors=(_NO_COMPLEX,))  # fmt: skip
_add("signbit", np.signbit, calls=ONE, result="bool", exact=True)
_add("nan_to_num", lambda x, *a: x if x.dtype.kind in "iub" else np.nan_to_num(x, True, *_fill(a)),
     calls=(*ONE, Call(((3, 4),), (1.0, 2.0, -3.0))), dtypes=ALL, exact=True)  # fmt: skip
_add("frexp", np.frexp, calls=ONE, dtypes=FLOATS, result=("same", "int32"), exact=True,
     errors=(Error(Call((T((3,), dtype=dt.int64),)), RuntimeError, "floating"),))  # fmt: skip
_add("fill", lambda x, value: np.full_like(x, value), dtypes=ALL, exact=True,
     calls=(Call(((3, 4),), (1,)), Call(((),), (0,)), Call(((2, 3), ())),),
     errors=(Error(Call(((2, 3), (3,))), RuntimeError, "0-dim"),))  # fmt: skip


def _fill(args: tuple) -> tuple:
    return args or (0.0,)


# -- two operands -------------------------------------------------------------------------------
_SHAPES = (
    Error(Call(((3, 4), (5,))), RuntimeError, "broadcast|match|expand"),
    Error(Call(((2, 3), (3, 2))), RuntimeError, "broadcast|match|expand"),
)
_SCALED = (*TWO, Call(((3, 4), (3, 4)), (), {"alpha": 2}))
_add("add", lambda x, y, alpha=1: np.add(x, alpha * y), calls=_SCALED, errors=_SHAPES,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("sub", lambda x, y, alpha=1: np.subtract(x, alpha * y), calls=_SCALED, errors=_SHAPES,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("rsub", lambda x, y, alpha=1: np.subtract(y, alpha * x), calls=_SCALED, errors=_SHAPES,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("mul", np.multiply, calls=TWO, dtypes=ALL, errors=_SHAPES)
for _name in "maximum minimum fmax fmin".split():
    _add(_name, getattr(np, _name), calls=TWO, dtypes=REAL, exact=True, errors=_SHAPES)
_add("div", lambda x, y, rounding_mode=None: _ROUNDED[rounding_mode](np.divide(x, y)), calls=TWO,
     result="float", low=1.0, high=5.0, dtypes=(*NUMBERS, *COMPLEX), loose=2.0, errors=(*_SHAPES,
     Error(Call(((3,), (3,)), (), {"rounding_mode": "up"}), RuntimeError, "rounding_mode"),
     ))  # fmt: skip
_ROUNDED: dict[Any, Any] = {None: lambda x: x, "floor": np.floor, "trunc": np.trunc}
_add("floor_divide", np.floor_divide, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS,
     errors=_SHAPES)  # fmt: skip
_add("remainder", np.remainder, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS,
     errors=_SHAPES)  # fmt: skip
_add("fmod", np.fmod, calls=TWO, low=1.0, high=9.0, exact=True, dtypes=INTS, errors=_SHAPES)
_add("pow", np.power, calls=TWO, low=1.0, high=3.0, loose=8.0, dtypes=(*NUMBERS, *COMPLEX),
     errors=(*_SHAPES, Error(Call((T((3,), dtype=dt.int64),), (-1,)), RuntimeError, "negative"))
     )  # fmt: skip
_add("float_power", lambda x, y: np.float_power(x, y), calls=TWO, low=1.0, high=3.0, loose=8.0,
     result="float64", dtypes=NUMBERS)  # fmt: skip
_add("atan2", np.arctan2, calls=TWO, result="float", errors=_SHAPES)
_TWO_COMPLEX = Error(Call((T((3,), dtype=dt.complex64), (3,))), RuntimeError, "complex")
_add("hypot", np.hypot, calls=TWO, dtypes=FLOATS, errors=(*_SHAPES, _TWO_COMPLEX))
_add("copysign", np.copysign, calls=TWO, result="float", errors=(_TWO_COMPLEX,))
_add("nextafter", np.nextafter, calls=TWO, dtypes=(dt.float64,), exact=True,
     errors=(Error(Call(((3,), (3,))), RuntimeError, "float"),)[:0])  # fmt: skip
_add("logaddexp", np.logaddexp, calls=TWO, dtypes=FLOATS, loose=2.0)
_add("logaddexp2", np.logaddexp2, calls=TWO, dtypes=FLOATS, loose=2.0)
_add("xlogy", of_scipy("special.xlogy"), calls=TWO, result="float", low=0.0, high=5.0, loose=4.0)
_add("heaviside", np.heaviside, calls=TWO, exact=True)
_add("ldexp", lambda x, y: x * 2.0**y, result="float", dtypes=(*FLOATS, *INTS), low=1.0,
     calls=(Call(((3, 4), T((3, 4), -3, 3, dt.int64))), Call(((4,), T((), -3, 3, dt.int32)))),
     )  # fmt: skip
_COMPARE = {"eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
            "ge": "greater_equal"}  # fmt: skip
for _name, _reference in _COMPARE.items():
    _add(_name, getattr(np, _reference), calls=TWO, result="bool", exact=True, errors=_SHAPES,
         dtypes=ALL if _name in ("eq", "ne") else REAL)  # fmt: skip
for _name in "logical_and logical_or logical_xor".split():
    _add(_name, getattr(np, _name), calls=TWO, result="bool", dtypes=ALL, exact=True)
_FLOAT_BITS = Error(Call([T((3,), dtype=dt.float32)] * 2), RuntimeError, "float")  # type: ignore[arg-type]
for _name in "bitwise_and bitwise_or bitwise_xor".split():
    _add(_name, getattr(np, _name), calls=TWO, dtypes=BITS, exact=True,
         errors=(*_SHAPES, _FLOAT_BITS))  # fmt: skip
_SHIFTS = (Call(((3, 4), T((3, 4), 0, 5))), Call(((3, 4),), (2,)), Call(((3, 4), T((), 1, 3))))
for _name in "left_shift right_shift".split():
    _add(f"bitwise_{_name}", getattr(np, _name), calls=_SHIFTS, dtypes=INTS, exact=True, low=-9,
         high=9)  # fmt: skip
_add("gcd", np.gcd, calls=TWO, dtypes=INTS, exact=True, low=-30, high=30)
_add("lcm", np.lcm, calls=TWO, dtypes=(dt.int16, dt.int32, dt.int64), exact=True, low=1, high=30)
_NEARLY = Call((constant([1 + 1j, 1, 1j], dt.complex64),
                constant([1 + 1.5j, 1, 1j + 0.125], dt.complex64)), (0.2,))  # fmt: skip
_EXACTLY = Call((constant([2**53], dt.int64), constant([2**53 + 1], dt.int64)), (0.0, 0.0))
_add("isclose", lambda x, y, *a: x == y if a == (0.0, 0.0) else np.isclose(x, y, *a),
     calls=(*TWO, _NEARLY, _EXACTLY), dtypes=ALL, result="bool", exact=True)  # fmt: skip
_add("allclose", lambda x, y, *a: bool(np.allclose(x, y, *a)), dtypes=REAL, result=(),
     calls=(*TWO[:2], Call((constant([1.0, 2.0]), constant([1.1, 2.1])), (0.2,))), exact=True,
     )  # fmt: skip
_add("equal", lambda x, y: bool(np.array_equal(x, y)), dtypes=ALL, result=(), exact=True,
     calls=(Call(((3, 4), (3, 4))), Call((constant([1, 0]), constant([1, 0]))),
            Call(((3,), (4,)))))  # fmt: skip

# -- three operands, and choices ----------------------------------------------------------------
_THREE = (Call(((3, 4), (3, 4), (3, 4))), Call(((3, 4), (4,), (3, 1))))
_VALUE = (*_THREE, Call(((3, 4), (3, 4), (3, 4)), (), {"value": 2}))
_add("lerp", lambda x, y, w: x + w * (y - x), loose=4.0, dtypes=FLOATS + COMPLEX,
     calls=(*_THREE, Call(((3, 4), (3, 4)), (0.25,))), low=-2, high=2)  # fmt: skip
_add("addcmul", lambda x, a, b, value=1: x + value * a * b, calls=_VALUE, loose=8.0,
     dtypes=(*NUMBERS, *COMPLEX))  # fmt: skip
_add("addcdiv", lambda x, a, b, value=1: x + value * a / b, calls=_VALUE, loose=8.0, low=1.0,
     dtypes=FLOATS + COMPLEX)  # fmt: skip
_add("clamp", lambda x, low, high: np.clip(x, low, high), exact=True,
     calls=(Call(((3, 4),), (1, 2)), Call(((),), (0, 1)), Call(((3, 4), (4,), (3, 1)))),
     errors=(Error(Call(((3,),)), RuntimeError, "at least one"),),
     )  # fmt: skip
_add("clamp_min", np.maximum, exact=True, calls=(Call(((3, 4),), (1,)), *TWO))
_add("clamp_max", np.minimum, exact=True, calls=(Call(((3, 4),), (1,)), *TWO))
_add("where", np.where, dtypes=ALL, exact=True, has_method=False,
     calls=(Call((bools(3, 4), (3, 4), (3, 4))), Call((bools(4), (3, 1), (1, 4)))),
     errors=(Error(Call((bools(3), (4,), (4,))), RuntimeError, "broadcast|match|expand"),),
     )  # fmt: skip
_add("masked_fill", lambda x, mask, value: np.where(mask, value, x), dtypes=ALL, exact=True,
     calls=(Call(((3, 4), bools(3, 4)), (1,)), Call(((3, 4), bools(4), ()))),
     errors=(Error(Call(((3, 4), bools(5)), (1,)), RuntimeError, "broadcast|match|expand"),
             Error(Call(((3, 4), T((3, 4), 0, 1, dt.int64)), (1,)), RuntimeError, "bool"),
             Error(Call(((3, 4), bools(3, 4), (4,))), RuntimeError, "0-dim")))  # fmt: skip

ALIASES.update({
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
    "arccosh": "acosh", "arctanh": "atanh", "negative": "neg", "absolute": "abs", "fix": "trunc",
    "multiply": "mul", "arctan2": "atan2", "not_equal": "ne", "less": "lt", "less_equal": "le",
    "greater": "gt", "greater_equal": "ge", "subtract": "sub", "divide": "div",
    "true_divide": "div", "clip": "clamp",
})  # fmt: skip
