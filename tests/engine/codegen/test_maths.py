"""Accuracy of generated functions in units in the last place, and their special values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from tests.engine.running import leaf_of, parameters, run_compiled

FLOATS = [dt.float32, dt.float64]
HAS_LONG_DOUBLE = np.finfo(np.longdouble).nmant > np.finfo(np.float64).nmant


def computed(name: str, dtype: DType, *arrays: np.ndarray) -> np.ndarray:
    nodes = parameters(*[(dtype, a.shape) for a in arrays])
    leaves = [leaf_of(a, dtype) for a in arrays]
    return run_compiled([build.apply(name, *nodes)], leaves)[0]


def spread(low: float, high: float, signed: bool = True, count: int = 4000) -> np.ndarray:
    """Numbers whose decimal exponents lie evenly between `low` and `high`."""
    source = np.random.default_rng(0)
    x = 10.0 ** source.uniform(low, high, count)
    return x * np.where(source.integers(0, 2, count), 1.0, -1.0) if signed else x


def around_one(digits: float) -> np.ndarray:
    return 1.0 + spread(-digits, -1)


def ulps(found: np.ndarray, wanted: np.ndarray) -> float:
    """The largest error, in units in the last place of the wanted value's dtype."""
    rounded = wanted.astype(found.dtype)
    same = (found == rounded) | (np.isnan(found) & np.isnan(rounded))
    with np.errstate(invalid="ignore"):
        unit = np.spacing(np.abs(rounded)).astype(np.longdouble)
        error = np.abs(found.astype(np.longdouble) - wanted) / unit
    return float(np.max(np.where(same, 0.0, error)))


def _rsqrt(x: np.ndarray) -> np.ndarray:
    return 1 / np.sqrt(x)


# name -> (reference, inputs for float32, inputs for float64, allowed ULP of each)
Inputs = Callable[[], np.ndarray]
FUNCTIONS: dict[str, tuple[Callable, Inputs, Inputs, float, float]] = {
    "exp": (np.exp, lambda: np.linspace(-103, 88.7, 9001), lambda: np.linspace(-744, 709.7, 9001),
            1.0, 1.1),
    "log": (np.log, lambda: np.concatenate([spread(-44, 38, False), around_one(7)]),
            lambda: np.concatenate([spread(-320, 308, False), around_one(15)]), 0.8, 0.8),
    "log2": (np.log2, lambda: np.concatenate([spread(-44, 38, False), around_one(7)]),
             lambda: np.concatenate([spread(-307, 308, False), around_one(15)]), 0.6, 1.0),
    "log1p": (np.log1p, lambda: np.concatenate([spread(-40, 38, False), -spread(-40, 0, False)]),
              lambda: np.concatenate([spread(-300, 308, False), -spread(-300, 0, False)]),
              0.6, 1.0),
    "expm1": (np.expm1, lambda: spread(-40, 1.9),
              lambda: np.concatenate([spread(-300, 2.85), np.linspace(-2, 2, 9001)]), 0.6, 1.1),
    "tanh": (np.tanh, lambda: spread(-40, 1.5), lambda: spread(-300, 1.5), 1.1, 1.1),
    "sin": (np.sin, lambda: np.concatenate([spread(-40, 9), np.arange(-999, 999) * np.pi / 2]),
            lambda: spread(-300, 9), 0.6, 0.6),
    "cos": (np.cos, lambda: np.concatenate([spread(-40, 9), np.arange(-999, 999) * np.pi / 2]),
            lambda: spread(-300, 9), 0.6, 0.6),
    "tan": (np.tan, lambda: spread(-40, 6), lambda: spread(-300, 6), 0.6, 1.0),
    "asin": (np.arcsin, lambda: spread(-40, 0), lambda: spread(-300, 0), 0.6, 1.0),
    "acos": (np.arccos, lambda: spread(-40, 0), lambda: spread(-300, 0), 0.6, 1.0),
    "atan": (np.arctan, lambda: spread(-40, 38), lambda: spread(-300, 300), 0.6, 1.0),
    "sinh": (np.sinh, lambda: spread(-40, 1.94), lambda: spread(-300, 2.8), 0.6, 2.0),
    "cosh": (np.cosh, lambda: spread(-40, 1.94), lambda: spread(-300, 2.8), 0.6, 2.0),
    "asinh": (np.arcsinh, lambda: spread(-40, 38), lambda: spread(-300, 300), 0.6, 2.0),
    "acosh": (np.arccosh, lambda: 1 + spread(-7, 38, False), lambda: 1 + spread(-15, 300, False),
              0.6, 2.5),
    "atanh": (np.arctanh, lambda: spread(-40, -0.001), lambda: spread(-300, -0.001), 0.6, 2.0),
    "sqrt": (np.sqrt, lambda: spread(-44, 38, False), lambda: spread(-320, 308, False), 0.5, 0.5),
    "rsqrt": (_rsqrt, lambda: spread(-44, 38, False), lambda: spread(-320, 308, False), 1.5, 1.5),
}  # fmt: skip


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.name)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_unary_functions_are_accurate(name: str, dtype: DType) -> None:
    reference, single, double, allowed_single, allowed_double = FUNCTIONS[name]
    is_single = dtype is dt.float32
    if not is_single and not HAS_LONG_DOUBLE:
        pytest.skip("no wider type to compare with")
    x = (single if is_single else double)().astype(dtype.numpy)
    with np.errstate(all="ignore"):
        wanted = reference(x.astype(np.float64 if is_single else np.longdouble))
    assert ulps(computed(name, dtype, x), wanted) <= (
        allowed_single if is_single else allowed_double
    )


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_error_functions_are_accurate(name: str) -> None:
    mpmath = pytest.importorskip("mpmath")
    x = np.concatenate([spread(-30, 0.75, count=300), np.linspace(-6, 6, 301)])
    with mpmath.workdps(40):
        exact = [getattr(mpmath, name)(mpmath.mpf(float(v))) for v in x]
        wanted = np.array([np.longdouble(mpmath.nstr(v, 25)) for v in exact])
        single = [getattr(mpmath, name)(mpmath.mpf(float(np.float32(v)))) for v in x]
        wanted_single = np.array([float(v) for v in single])
    assert ulps(computed(name, dt.float32, x.astype(np.float32)), wanted_single) <= 1.0
    if HAS_LONG_DOUBLE:
        assert ulps(computed(name, dt.float64, x), wanted) <= (1.0 if name == "erf" else 2.5)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.name)
def test_pow_is_accurate(dtype: DType) -> None:
    source = np.random.default_rng(0)
    x = (10.0 ** source.uniform(-5, 5, 4000)).astype(dtype.numpy)
    y = source.uniform(-7, 7, 4000).astype(dtype.numpy)
    wanted = np.power(x.astype(np.longdouble), y.astype(np.longdouble))
    assert ulps(computed("pow", dtype, x, y), wanted) <= 0.6


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.name)
def test_special_values(name: str, dtype: DType) -> None:
    info = np.finfo(dtype.numpy)
    x = np.array(
        [0.0, np.inf, np.nan, 1.0, info.max, info.tiny, info.smallest_subnormal, info.eps, 0.5,
         88.72283, 88.72284, 87.4, 103.9, 104.1, 709.78, 709.79, 745.1, 745.2], dtype.numpy,
    )  # fmt: skip
    x = np.concatenate([x, -x])
    if name in ("sin", "cos", "tan"):  # the reference's own reduction is poor for the largest
        x = x[~(np.abs(x) > 1e30) | ~np.isfinite(x)]
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64 if dtype is dt.float32 else np.longdouble)
        wanted = FUNCTIONS[name][0](wide).astype(dtype.numpy)
    found = computed(name, dtype, x)
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.isnan(found), ~known)
    np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(wanted)[known])
    np.testing.assert_array_max_ulp(found[known], wanted[known], 2)


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda d: d.name)
@pytest.mark.parametrize(
    ("name", "reference"),
    [("pow", np.power), ("atan2", np.arctan2), ("fmod", np.fmod), ("maximum", np.maximum),
     ("minimum", np.minimum), ("div", np.divide)],
)  # fmt: skip
def test_special_pairs(name: str, reference: Callable, dtype: DType) -> None:
    some = [0.0, np.inf, np.nan, 1.0, 2.0, 3.0, 0.5, 2.5, 1e30]
    x, y = np.array(np.meshgrid([*some, *(-v for v in some)], [*some, *(-v for v in some)]))
    x, y = x.reshape(-1).astype(dtype.numpy), y.reshape(-1).astype(dtype.numpy)
    with np.errstate(all="ignore"):
        wanted = reference(x.astype(np.float64), y.astype(np.float64)).astype(dtype.numpy)
    found = computed(name, dtype, x, y)
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.isnan(found), ~known)
    if name not in ("maximum", "minimum"):  # which zero wins is open
        np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(wanted)[known])
    np.testing.assert_array_max_ulp(found[known], wanted[known], 1)
