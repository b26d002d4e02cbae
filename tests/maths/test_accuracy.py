"""How far elementary functions are from the true value, over all numbers; see docs/accuracy.md.

The truth comes from mpmath with 40 digits. Errors are in units in the last place (ULP) of the
true value, rounded to the dtype; below the smallest normal number, in units of that number, for
results there may be flushed to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core.dtype import DType
from flambeau.testing.accuracy import ACCURACY
from tools import write_accuracy

mpmath = pytest.importorskip("mpmath")
COUNT = 150  # of each kind of sample
FLOATS = pytest.mark.parametrize("dtype", [flambeau.float32, flambeau.float64], ids=str)


@dataclass(frozen=True)
class Function:
    """`truth` in mpmath, and where most of the samples are: (low, high)."""

    truth: Callable[..., Any]
    low: float
    high: float
    arity: int = 1


def _lgamma(x: Any) -> Any:
    return mpmath.loggamma(x).real if x > 0 else mpmath.log(abs(mpmath.gamma(x)))


def _log_ndtr(x: Any) -> Any:
    return mpmath.log(mpmath.ncdf(x)) if x < 0 else mpmath.log1p(-mpmath.ncdf(-x))


FUNCTIONS: dict[str, Function] = {
    "exp": Function(mpmath.exp, -90, 90),
    "exp2": Function(lambda x: mpmath.mpf(2) ** x, -130, 130),
    "expm1": Function(mpmath.expm1, -3, 3),
    "log": Function(mpmath.log, 0, 4),
    "log2": Function(lambda x: mpmath.log(x) / mpmath.log(2), 0, 4),
    "log10": Function(lambda x: mpmath.log(x) / mpmath.log(10), 0, 4),
    "log1p": Function(mpmath.log1p, -1, 3),
    "sqrt": Function(mpmath.sqrt, 0, 100),
    "rsqrt": Function(lambda x: 1 / mpmath.sqrt(x), 0, 100),
    "reciprocal": Function(lambda x: 1 / x, -4, 4),
    "sin": Function(mpmath.sin, -10, 10),
    "cos": Function(mpmath.cos, -10, 10),
    "tan": Function(mpmath.tan, -10, 10),
    "asin": Function(mpmath.asin, -1, 1),
    "acos": Function(mpmath.acos, -1, 1),
    "atan": Function(mpmath.atan, -4, 4),
    "sinh": Function(mpmath.sinh, -10, 10),
    "cosh": Function(mpmath.cosh, -10, 10),
    "tanh": Function(mpmath.tanh, -4, 4),
    "asinh": Function(mpmath.asinh, -10, 10),
    "acosh": Function(mpmath.acosh, 1, 4),
    "atanh": Function(mpmath.atanh, -1, 1),
    "sigmoid": Function(lambda x: 1 / (1 + mpmath.exp(-x)), -20, 20),
    "erf": Function(mpmath.erf, -4, 4),
    "erfc": Function(mpmath.erfc, -4, 9),
    "erfinv": Function(mpmath.erfinv, -1, 1),
    "lgamma": Function(_lgamma, 0, 20),
    "digamma": Function(mpmath.digamma, 0, 20),
    "sinc": Function(mpmath.sincpi, -5, 5),
    "i0": Function(lambda x: mpmath.besseli(0, x), -10, 10),
    "special.i0e": Function(lambda x: mpmath.besseli(0, x) * mpmath.exp(-abs(x)), -10, 10),
    "special.i1": Function(lambda x: mpmath.besseli(1, x), -10, 10),
    "special.i1e": Function(lambda x: mpmath.besseli(1, x) * mpmath.exp(-abs(x)), -10, 10),
    "special.ndtr": Function(mpmath.ncdf, -8, 8),
    "special.log_ndtr": Function(_log_ndtr, -8, 8),
    "special.erfcx": Function(lambda x: mpmath.exp(x * x) * mpmath.erfc(x), -4, 9),
    "logit": Function(lambda x: mpmath.log(x / (1 - x)), 0, 1),
    "pow": Function(lambda x, y: x**y, 0, 9, 2),
    "atan2": Function(mpmath.atan2, -4, 4, 2),
    "hypot": Function(mpmath.hypot, -4, 4, 2),
    "logaddexp": Function(lambda x, y: max(x, y) + mpmath.log1p(mpmath.exp(-abs(x - y))), -9, 9, 2),
    "xlogy": Function(lambda x, y: x * mpmath.log(y), 0, 9, 2),
}


def samples(row: Function, kind: Any) -> list[np.ndarray]:
    """Numbers of all magnitudes, subnormal ones too, and more where the function bends."""
    source = np.random.default_rng(0)
    bits = np.dtype(f"u{np.dtype(kind).itemsize}")
    halves = 2.0 ** -np.arange(1.0, 60.0, 6.0) * (row.high - row.low)
    info = np.finfo(kind)
    extremes = np.array([info.max, info.tiny, info.smallest_subnormal, info.eps, 1.0])
    found = []
    for _ in range(row.arity):
        every = source.integers(0, np.iinfo(bits).max, COUNT, bits, endpoint=True).view(kind)
        near = source.uniform(row.low, row.high, COUNT)
        powers = 10.0 ** source.uniform(-8, 3, COUNT) * source.choice([-1.0, 1.0], COUNT)
        parts = [every, near, powers, row.low + halves, row.high - halves, extremes, -extremes]
        x = np.concatenate([p.astype(kind) for p in parts])
        found.append(np.where(np.isfinite(x), x, kind(1)))
    return found


def true_values(row: Function, arrays: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The truth as the sum of two doubles; NaN where it is not real, and for what mpmath cannot
    tell (poles, erfc of 1e200) `low` is NaN too."""
    high, low = [], []
    with mpmath.workdps(40):
        for values in zip(*[a.tolist() for a in arrays], strict=True):
            try:
                exact = row.truth(*[mpmath.mpf(v) for v in values])
            except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence):
                high.append(np.nan)
                low.append(np.nan)
                continue
            if isinstance(exact, mpmath.mpc):
                exact = exact.real if exact.imag == 0 else mpmath.nan
            high.append(float(exact))  # infinite if it is too large
            low.append(float(exact - high[-1]) if np.isfinite(high[-1]) else 0.0)
    return np.array(high), np.array(low)


def call(name: str, *tensors: Any) -> Any:
    function: Any = flambeau
    for part in name.split("."):
        function = getattr(function, part)
    return function(*tensors)


def errors(name: str, dtype: DType) -> tuple[np.ndarray, list[tuple]]:
    """The error of each sample in ULP, and the samples with what was found and is true."""
    row, kind = FUNCTIONS[name], dtype.numpy.type
    arrays = samples(row, kind)
    high, low = true_values(row, arrays)
    found = call(name, *[flambeau.tensor(a) for a in arrays]).numpy()
    info = np.finfo(kind)
    with np.errstate(all="ignore"):
        wanted = high.astype(kind)
        unit = np.spacing(np.maximum(np.abs(wanted), kind(ACCURACY[name].floor)))
        unit = np.where(np.abs(wanted) < info.tiny, info.tiny, unit).astype(np.float64)
        # too large for the dtype: the largest number is 1 ULP from infinity
        largest = np.nextafter(np.full(found.shape, np.inf, kind), kind(0))
        unit = np.where(np.isinf(wanted), np.spacing(largest), unit)
        truth = np.where(np.isinf(wanted), np.sign(high) * float(info.max), high)
        result = np.where(np.isinf(found), np.sign(found) * float(info.max), found)
        error = np.abs((result - truth) - np.where(np.isinf(wanted), 0, low)) / unit
    error = np.where(np.isnan(found), np.inf, error)
    error = np.where(np.isnan(high), np.where(np.isnan(found), 0, np.inf), error)
    error = np.where(np.isnan(low), 0, error)
    return error, list(
        zip(*[a.tolist() for a in arrays], found.tolist(), high.tolist(), strict=True)
    )


@FLOATS
@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_are_within_the_table(name: str, dtype: DType) -> None:
    error, points = errors(name, dtype)
    at = int(np.argmax(error))
    assert error[at] <= getattr(ACCURACY[name], dtype.name), (error[at], points[at])


# what these give at -inf, -0, 0, inf, NaN, the extremes and outside of their domain: NumPy's
SPECIAL = np.array([-np.inf, -2.0, -1.0, -0.0, 0.0, 1.0, 2.0, np.inf, np.nan])
AS_NUMPY = (
    "exp exp2 expm1 log log2 log10 log1p sqrt reciprocal sin cos tan asin acos atan sinh cosh "
    "tanh asinh acosh atanh"
).split()
NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
         "acosh": "arccosh", "atanh": "arctanh"}  # fmt: skip


@FLOATS
@pytest.mark.parametrize("name", AS_NUMPY)
def test_special_values_are_numpys(name: str, dtype: DType) -> None:
    x = SPECIAL.astype(dtype.numpy)
    with np.errstate(all="ignore"):
        wanted = getattr(np, NAMES.get(name, name))(x)
    found = call(name, flambeau.tensor(x)).numpy()
    np.testing.assert_allclose(found, wanted, rtol=4 * float(np.finfo(x.dtype).eps))
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(wanted)[known])


OTHER_SPECIAL = {  # -inf, -2, -1, -0, 0, 1, 2, inf, NaN
    "rsqrt": (np.nan, np.nan, np.nan, -np.inf, np.inf, 1, 0.5**0.5, 0, np.nan),
    "sigmoid": (0, 0.11920292202211755, 0.2689414213699951, 0.5, 0.5, 0.7310585786300049,
                0.8807970779778823, 1, np.nan),
    "erf": (-1, -0.9953222650189527, -0.8427007929497149, -0.0, 0, 0.8427007929497149,
            0.9953222650189527, 1, np.nan),
    "erfc": (2, 1.9953222650189527, 1.8427007929497148, 1, 1, 0.15729920705028513,
             0.004677734981047266, 0, np.nan),
    "erfinv": (np.nan, np.nan, -np.inf, -0.0, 0, np.inf, np.nan, np.nan, np.nan),
    "lgamma": (np.inf, np.inf, np.inf, np.inf, np.inf, 0, 0, np.inf, np.nan),
    "digamma": (np.nan, np.nan, np.nan, np.inf, -np.inf, -0.5772156649015329, 0.42278433509846713,
                np.inf, np.nan),
    "logit": (np.nan, np.nan, np.nan, -np.inf, -np.inf, np.inf, np.nan, np.nan, np.nan),
    "i0": (np.inf, 2.279585302336067, 1.2660658777520082, 1, 1, 1.2660658777520082,
           2.279585302336067, np.inf, np.nan),
}  # fmt: skip


@FLOATS
@pytest.mark.parametrize("name", OTHER_SPECIAL)
def test_special_values(name: str, dtype: DType) -> None:
    wanted = np.array(OTHER_SPECIAL[name])
    found = call(name, flambeau.tensor(SPECIAL, dtype=dtype)).numpy()
    np.testing.assert_allclose(found, wanted, rtol=16 * float(np.finfo(dtype.numpy).eps))
    zeros = wanted == 0
    np.testing.assert_array_equal(np.signbit(found)[zeros], np.signbit(wanted)[zeros])


HALVES = [n for n, row in FUNCTIONS.items() if row.arity == 1 and not n.startswith("special")]


@pytest.mark.parametrize("name", HALVES)
def test_halves_are_single_precision_rounded(name: str) -> None:
    """Of every number that the dtype has."""
    for dtype in (flambeau.float16, flambeau.bfloat16):
        x = flambeau.arange(65536, dtype=flambeau.int32).to(flambeau.int16).view(dtype)
        found, wanted = call(name, x), call(name, x.float()).to(dtype)
        assert found.dtype is dtype
        np.testing.assert_array_equal(found.float().numpy(), wanted.float().numpy())


def test_table_and_document_are_complete() -> None:
    assert ACCURACY.keys() == FUNCTIONS.keys()
    assert write_accuracy.PAGE.read_text(encoding="utf-8") == write_accuracy.text(), (
        "docs/accuracy.md is not current: python -m tools"
    )
