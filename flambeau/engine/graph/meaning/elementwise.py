"""The meaning of elementwise primitives on NumPy arrays, shared by graphs and kernel IR.

Rows get arrays of one dtype, float16 widened to float32, and may return a wider type:
`elementwise` rounds to the dtype of the result. What is not exact in float32 is computed in
float64, so that the rounded result is the reference for generated code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning import special
from flambeau.engine.graph.meaning.values import hold, narrow, store, widen

__all__ = ["ELEMENTWISE", "bitcast", "convert", "elementwise", "threefry"]

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


def elementwise(
    name: str, arrays: Sequence[Array], source_dtypes: Sequence[DType], dtype: DType
) -> Array:
    """The primitive `name` on held arrays; `dtype` is the result's."""
    if name == "convert":
        return convert(arrays[0], dtype)
    if name == "bitcast":
        return bitcast(arrays[0], source_dtypes[0], dtype)
    if name == "where":
        return np.asarray(np.where(arrays[0], arrays[1], arrays[2]))
    with np.errstate(all="ignore"):
        return narrow(ELEMENTWISE[name](*[widen(x) for x in arrays]), dtype)


def convert(x: Array, dtype: DType) -> Array:
    """C's conversion; to bool it is x != 0.

    Floating-point numbers are truncated to int32 (int64 for wider types and uint32), where NaN
    and what does not fit give the least integer, as on x86; narrower types take the low bits.
    """
    with np.errstate(all="ignore"):
        if dtype.category == "bool":
            return np.asarray(x != 0)
        if x.dtype.kind == "c" and not dtype.is_complex:
            x = x.real
        if dtype.category == "int" and x.dtype.kind == "f":
            return _truncate(x, dtype)
        return narrow(x, dtype)


def _truncate(x: Array, dtype: DType) -> Array:
    is_narrow = dtype.itemsize < 4 or (dtype.itemsize == 4 and dtype.is_signed)
    bits, integer = (32, np.int32) if is_narrow else (64, np.int64)
    limit = 2.0 ** (bits - 1)
    x = np.trunc(x.astype(np.float64))
    upper = x >= limit if dtype.numpy == np.uint64 else np.zeros(x.shape, bool)
    x = np.where(upper, x - limit, x)
    fits = (x >= -limit) & (x < limit)
    least = np.iinfo(integer).min
    whole: Any = np.where(fits, np.where(fits, x, 0.0).astype(integer), least).astype(integer)
    return np.asarray(np.where(upper, whole ^ integer(least), whole).astype(dtype.numpy))


def bitcast(x: Array, source: DType, target: DType) -> Array:
    """x's bits read as `target`."""
    stored = np.array(store(x, source), order="C", copy=None)
    return hold(stored.view(target.numpy), target)


# -- helpers ------------------------------------------------------------------------------------
def _precise(function: Function) -> Function:
    """`function` in float64 for floating-point arrays, in complex128 for complex ones."""

    def apply(*arrays: Array) -> Any:
        wide = {"f": np.float64, "c": np.complex128}
        return function(*[x.astype(wide.get(x.dtype.kind, x.dtype)) for x in arrays])

    return apply


def _by_kind(kinds: str, special_case: Function, otherwise: Function) -> Function:
    """`special_case` for arrays whose dtype.kind is among `kinds`."""

    def apply(*arrays: Array) -> Any:
        return (special_case if arrays[0].dtype.kind in kinds else otherwise)(*arrays)

    return apply


def _same(x: Array) -> Array:
    return x


def _sign(x: Array) -> Any:
    """0 for NaN, as in PyTorch."""
    if x.dtype.kind == "b":
        return x
    if x.dtype.kind == "c":
        return np.sign(x)
    return (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)


def _complex(re: Array, im: Array) -> Array:
    """Put together, not added: 1j times infinity has no real part."""
    result = np.empty(re.shape, np.result_type(re.dtype, np.complex64))
    result.real, result.imag = re, im
    return result


def _rsqrt(x: Array) -> Any:
    return 1.0 / np.sqrt(x)


def _reciprocal(x: Array) -> Any:
    return np.ones((), x.dtype) / x if x.dtype.kind in "fc" else _div_integer(np.ones_like(x), x)


# -- integer arithmetic that C leaves undefined or does otherwise -------------------------------
def _by_nonzero(function: Function) -> Function:
    """0 where the divisor is 0; the least integer by -1 wraps."""

    def apply(a: Array, b: Array) -> Any:
        if b.dtype.kind == "b":
            a, b = a.astype(np.uint8), b.astype(np.uint8)
        zero = b == 0
        one = np.ones((), b.dtype)
        if b.dtype.kind == "i":
            minus = b == -1
            result = function(a, np.where(zero | minus, one, b))
            negated = (
                np.negative(a)
                if function is not np.fmod and function is not np.remainder
                else np.zeros_like(a)
            )
            result = np.where(minus, negated, result)
        else:
            result = function(a, np.where(zero, one, b))
        return np.where(zero, np.zeros((), b.dtype), result)

    return apply


def _truncating(a: Array, b: Array) -> Any:
    return (a - np.fmod(a, b)) // b


_div_integer = _by_nonzero(_truncating)


def _pow_integer(a: Array, b: Array) -> Any:
    """Negative exponents give 0, except for the bases 1 and -1."""
    if a.dtype.kind == "b":
        return a | ~b
    if a.dtype.kind == "u":
        return np.power(a, b)
    magnitude = np.power(a, np.maximum(b, 0))
    parity = np.where(b & 1, a, np.ones_like(a))
    unit = (a == 1) | (a == -1)
    return np.where(b < 0, np.where(unit, parity, np.zeros_like(a)), magnitude)


def _remainder(a: Array, b: Array) -> Any:
    """The divisor's sign; a zero keeps the dividend's, as in PyTorch."""
    r = np.fmod(a, b)
    return np.where((r != 0) & ((b < 0) != (r < 0)), r + b, r)


# -- random bits --------------------------------------------------------------------------------
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


def threefry(key0: Array, key1: Array, counter: Array) -> Array:
    """Threefry-2x32 with 20 rounds: the first word for a 64-bit counter, low word first.

    Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

    >>> hex(threefry(np.uint32(0), np.uint32(0), np.int64(0)))
    '0x6b200159'
    """
    counter = np.asarray(counter).astype(np.uint64)
    k0, k1 = np.asarray(key0).astype(np.uint32), np.asarray(key1).astype(np.uint32)
    keys = (k0, k1, k0 ^ k1 ^ np.uint32(0x1BD11BDA))
    with np.errstate(over="ignore"):
        x0 = (counter & np.uint64(0xFFFFFFFF)).astype(np.uint32) + keys[0]
        x1 = (counter >> np.uint64(32)).astype(np.uint32) + keys[1]
        for group in range(5):
            for r in _ROTATIONS[group % 2]:
                x0 = x0 + x1
                x1 = (x1 << np.uint32(r)) | (x1 >> np.uint32(32 - r))
                x1 = x1 ^ x0
            x0 = x0 + keys[(group + 1) % 3]
            x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0


# -- the table ----------------------------------------------------------------------------------
ELEMENTWISE: dict[str, Function] = {
    # "convert", "bitcast" and "where" are in `elementwise`: they do not compute
    "neg": _by_kind("b", np.logical_not, np.negative),
    "abs": np.abs,
    "real": np.real,
    "imag": np.imag,
    "complex": _complex,
    "sign": _sign,
    "floor": _by_kind("biu", _same, np.floor),
    "ceil": _by_kind("biu", _same, np.ceil),
    "round": _by_kind("biu", _same, np.rint),  # half to even
    "trunc": _by_kind("biu", _same, np.trunc),
    "sqrt": np.sqrt,
    "rsqrt": _precise(_rsqrt),
    "reciprocal": _reciprocal,
    "exp": _precise(np.exp),
    "expm1": _precise(np.expm1),
    "log": _precise(np.log),
    "log1p": _precise(np.log1p),
    "log2": _precise(np.log2),
    "sin": _precise(np.sin),
    "cos": _precise(np.cos),
    "tan": _precise(np.tan),
    "asin": _precise(np.arcsin),
    "acos": _precise(np.arccos),
    "atan": _precise(np.arctan),
    "sinh": _precise(np.sinh),
    "cosh": _precise(np.cosh),
    "tanh": _precise(np.tanh),
    "asinh": _precise(np.arcsinh),
    "acosh": _precise(np.arccosh),
    "atanh": _precise(np.arctanh),
    "erf": _precise(special.erf),
    "erfc": _precise(special.erfc),
    "erfinv": _precise(special.erfinv),
    "lgamma": _precise(special.lgamma),
    "digamma": _precise(special.digamma),
    "not": np.invert,  # logical on bool
    "add": np.add,
    "sub": _by_kind("b", np.logical_xor, np.subtract),
    "mul": np.multiply,
    "div": _by_kind("biu", _div_integer, np.divide),  # integers: towards zero
    "pow": _by_kind("biu", _pow_integer, _precise(np.power)),
    "maximum": np.maximum,
    "minimum": np.minimum,
    "atan2": _precise(np.arctan2),
    "fmod": _by_kind("biu", _by_nonzero(np.fmod), np.fmod),
    "remainder": _by_kind("biu", _by_nonzero(np.remainder), _remainder),
    "floor_div": _by_kind("biu", _by_nonzero(np.floor_divide), np.floor_divide),
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "shift_left": np.left_shift,
    "shift_right": np.right_shift,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
