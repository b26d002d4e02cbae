"""Behaviour of reductions, running totals, and statistics."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy, over
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    ALL,
    COMPLEX,
    FLOATS,
    INTS,
    NUMBERS,
    PRECISE,
    REAL,
    Call,
    Error,
    T,
    add_behaviour,
    constant,
    dim_errors,
    index,
)  # fmt: skip

__all__: list[str] = []

_add = add_behaviour
_DIMS = (
    Call(((3, 4),)), Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), ((0, 2),)),
    Call(((2, 3, 5),), (-1,), {"keepdim": True}), Call(((),)),
)  # fmt: skip
_DIM = (Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), (-3, True)), Call(((6,),), (0,)))
_ALONG = (Call(((2, 3, 5),), (1,)), Call(((2, 3, 5),), (-1,)), Call(((6,),), (0,)))
_DIM_ERRORS = dim_errors(lambda dim: Call(((2, 3, 5),), (dim,)), 3)
_TWICE = Error(Call(((2, 3),), ((0, 0),)), RuntimeError, "appears multiple times|more than once")
_NO_INTS = Error(Call((T((3,), dtype=dt.int64),)), RuntimeError, "floating|dtype")

# -- sums ---------------------------------------------------------------------------------------
_add("sum", over(np.sum), calls=_DIMS, result="sum", dtypes=ALL, loose=4.0,
     errors=(*_DIM_ERRORS, _TWICE))  # fmt: skip
_add("mean", over(np.mean), calls=_DIMS, dtypes=FLOATS + COMPLEX, loose=4.0,
     errors=(*_DIM_ERRORS, _TWICE, _NO_INTS))  # fmt: skip
_add("nansum", over(np.nansum), calls=_DIMS, result="sum", dtypes=NUMBERS, loose=4.0,
     errors=_DIM_ERRORS)  # fmt: skip
_add("nanmean", over(np.nanmean), calls=(*_DIMS, Call((constant([1.0, np.nan, 2.0]),))),
     dtypes=FLOATS, loose=4.0, errors=_DIM_ERRORS, empty=())  # fmt: skip
_add("prod", over(np.prod), calls=_DIM, result="sum", dtypes=ALL, low=-2, high=2, loose=8.0,
     errors=_DIM_ERRORS)  # fmt: skip
_add("count_nonzero", lambda x, dim=None: np.asarray(np.count_nonzero(x, dim)), dtypes=ALL,
     calls=(_DIMS[0], _DIMS[1], _DIMS[2]), result="int64", exact=True, low=-1, high=1,
     errors=_DIM_ERRORS)  # fmt: skip
_add("logsumexp", lambda x, d, keepdim=False: np.log(np.sum(np.exp(x), d, keepdims=keepdim)),
     calls=(Call(((2, 3, 5),), (1,)), Call(((4,),), (0,), {"keepdim": True}),
            Call(((2, 3, 5),), ((0, -1),))), dtypes=REAL, result="float", loose=4.0,
     errors=_DIM_ERRORS)  # fmt: skip
_add("trace", np.trace, calls=(Call(((3, 4),)), Call(((3, 3),))), dtypes=ALL, result="sum",
     loose=4.0, errors=(Error(Call(((2, 3, 4),)), RuntimeError, "matrix"),))  # fmt: skip

# -- extremes -----------------------------------------------------------------------------------
_ORDER = Error(Call((T((2, 3), dtype=dt.complex64),), (0,)), RuntimeError, "complex")
for _name, _extremum in (("amax", np.max), ("amin", np.min)):
    _add(_name, over(_extremum), calls=_DIMS, dtypes=REAL, exact=True,
         errors=(*_DIM_ERRORS, _TWICE, _ORDER))  # fmt: skip
_EMPTY_DIM = Error(Call(((0, 3),), (0,)), IndexError, "non-zero size|empty|no elements")


def _extreme(value: Any, where: Any) -> Any:
    def reference(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return value(x)
        return value(x, axis=dim, keepdims=keepdim), where(x, axis=dim, keepdims=keepdim)

    return reference


_add("max", _extreme(np.max, np.argmax), calls=_DIM, dtypes=REAL, result=("same", "int64"),
     exact=True, errors=(*_DIM_ERRORS, _EMPTY_DIM, _ORDER))  # fmt: skip
_add("min", _extreme(np.min, np.argmin), calls=_DIM, dtypes=REAL, result=("same", "int64"),
     exact=True, errors=(*_DIM_ERRORS, _EMPTY_DIM, _ORDER))  # fmt: skip
_add("aminmax", lambda x, dim=None, keepdim=False: (over(np.min)(x, dim, keepdim),
     over(np.max)(x, dim, keepdim)), dtypes=REAL, result=("same", "same"), exact=True,
     calls=(Call(((3, 4),)), Call(((2, 3, 5),), (), {"dim": 1, "keepdim": True})),
     errors=dim_errors(lambda dim: Call(((2, 3),), (), {"dim": dim}), 2))  # fmt: skip
_add("argmax", over(np.argmax), calls=(*_DIM, Call(((3, 4),))), result="int64", exact=True,
     errors=(*_DIM_ERRORS, _EMPTY_DIM, _ORDER))  # fmt: skip
_add("argmin", over(np.argmin), calls=(*_DIM, Call(((3, 4),))), result="int64", exact=True,
     errors=(*_DIM_ERRORS, _EMPTY_DIM, _ORDER))  # fmt: skip
# of uint8 they give uint8, from the time before bool
_NOT_BYTES = tuple(d for d in ALL if d is not dt.uint8)
_add("any", over(np.any), calls=_DIMS, result="bool", dtypes=_NOT_BYTES, exact=True,
     errors=_DIM_ERRORS)  # fmt: skip
_add("all", over(np.all), calls=_DIMS, result="bool", dtypes=_NOT_BYTES, exact=True,
     errors=_DIM_ERRORS)  # fmt: skip

# -- spread -------------------------------------------------------------------------------------


def _spread(function: Any) -> Any:
    def reference(x: Any, d: Any = None, unbiased: Any = True, keepdim: bool = False,
                  correction: int | None = None) -> Any:  # fmt: skip
        ddof = int(unbiased) if correction is None else correction
        return function(x, d, ddof=ddof, keepdims=keepdim)

    return reference


def _with_mean(function: Any) -> Any:
    def reference(x: Any, d: Any = None, unbiased: Any = True, keepdim: bool = False,
                  correction: int | None = None) -> Any:  # fmt: skip
        return _spread(function)(x, d, unbiased, keepdim, correction), np.mean(
            x, d, keepdims=keepdim
        )

    return reference


_SPREADS = (*_DIMS[:4], Call(((2, 3, 5),), (1,), {"correction": 0}), Call(((3, 4),), (0, False)))
_SPREAD: dict[str, Any] = {
    "calls": _SPREADS, "loose": 8.0, "errors": (*_DIM_ERRORS, _TWICE, _NO_INTS), "empty": ()
}  # fmt: skip
_add("var", _spread(np.var), dtypes=FLOATS + COMPLEX, result="real", **_SPREAD)
_add("std", _spread(np.std), dtypes=FLOATS + COMPLEX, result="real", **_SPREAD)
_add("var_mean", _with_mean(np.var), dtypes=FLOATS + COMPLEX, result=("real", "same"), **_SPREAD)
_add("std_mean", _with_mean(np.std), dtypes=FLOATS + COMPLEX, result=("real", "same"), **_SPREAD)
_add("cov", lambda x, correction=1, fweights=None, aweights=None: np.cov(
     x, ddof=correction, fweights=fweights, aweights=aweights), dtypes=FLOATS[:2] + COMPLEX,
     calls=(Call(((3, 6),)), Call(((3, 6),), (), {"correction": 0}), Call(((3, 5),), (), {
     "fweights": index((5,), 4, 1)}),
     Call(((6,),))), loose=8.0, empty=())  # fmt: skip
_add("corrcoef", np.corrcoef, dtypes=FLOATS[:2] + COMPLEX, loose=8.0, empty=(),
     calls=(Call(((3, 6),)),))  # fmt: skip

# -- quantiles ----------------------------------------------------------------------------------
_Q = (0.1, 0.5, 1.0)


def _quantile(function: Any) -> Any:
    def reference(x: Any, q: Any, dim: Any = None, keepdim: bool = False,
                  interpolation: str = "linear") -> Any:  # fmt: skip
        return function(x, q, axis=dim, keepdims=keepdim, method=interpolation)

    return reference


_QUANTILES = tuple([Call(((3, 5),), (0.3,)), Call(((3, 5),), (constant(_Q), 1)), Call(((2, 3, 5),),
    (0.6, -2, True))] + [Call(((3, 5),), (0.4, 1),
    {"interpolation": name}) for name in "lower higher nearest midpoint".split()])  # fmt: skip
_QUANTILE_ERRORS = (
    *dim_errors(lambda dim: Call(((2, 3),), (0.5, dim)), 2),
    Error(Call(((3,),), (1.5,)), RuntimeError, r"\[0, 1\]|range"),
    Error(Call(((3,),), (0.5,), {"interpolation": "cubic"}), RuntimeError, "interpolation"),
    Error(Call((T((3,), dtype=dt.int64),), (0.5,)), RuntimeError, "float"),
)
for _name in "quantile nanquantile".split():
    _add(_name, _quantile(getattr(np, _name)), calls=_QUANTILES, dtypes=PRECISE, loose=4.0,
         errors=_QUANTILE_ERRORS, empty=())  # fmt: skip


def _lower_median(x: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The lower of the two middle elements, and where it first is."""
    if dim is None:
        return np.sort(x, None)[(x.size - 1) // 2]
    at = np.take(np.argsort(x, dim, kind="stable"), [(x.shape[dim] - 1) // 2], dim)
    values = np.take_along_axis(x, at, dim)
    return (values, at) if keepdim else (values.squeeze(dim), at.squeeze(dim))


# distinct elements, so that there is one position
_DISTINCT = T((3, 6), form=lambda x: np.argsort(x, -1) - 2.0)
for _name in "median nanmedian".split():
    _add(_name, _lower_median, dtypes=FLOATS + INTS[1:], exact=True, result=("same", "int64"),
         calls=(Call((_DISTINCT,), (1,)), Call((_DISTINCT,), (-1, True))), empty=(),
         errors=_DIM_ERRORS)  # fmt: skip
_add("kthvalue", lambda x, k, dim=-1: (np.sort(x, dim).take(k - 1, dim),
     np.argsort(x, dim).take(k - 1, dim)), dtypes=FLOATS + INTS[1:], exact=True, empty=(),
     result=("same", "int64"), calls=(Call((_DISTINCT,), (2,)), Call((_DISTINCT,), (6, 1))),
     errors=(*dim_errors(lambda dim: Call(((2, 3),), (1, dim)), 2),
             Error(Call(((3,),), (4,)), RuntimeError, "out of range|k"),
             Error(Call(((3,),), (0,)), RuntimeError, "out of range|k"),
             Error(Call(((3,),), (2**62,)), RuntimeError, "out of range|k")))  # fmt: skip


def _mode(x: Any, dim: int = -1, keepdim: bool = False) -> Any:
    found = of_scipy("stats.mode")(x, axis=dim, keepdims=True).mode
    at = x.shape[dim] - 1 - np.argmax(np.flip(x == found, dim), dim, keepdims=True)
    return (found, at) if keepdim else (found.squeeze(dim), at.squeeze(dim))


_FEW = T((3, 6), 0, 2, None, form=np.rint)
_add("mode", _mode, dtypes=FLOATS + INTS, exact=True, result=("same", "int64"), empty=(),
     calls=(Call((_FEW,)), Call((_FEW,), (0, True))), errors=_DIM_ERRORS)  # fmt: skip

# -- counts -------------------------------------------------------------------------------------
_add("bincount", lambda x, w=None, minlength=0: np.bincount(x, w, minlength), dtypes=INTS,
     result="int64", exact=True, low=0, high=6, empty=(Call(((0,),)),), calls=(
     Call(((9,),)), Call(((5,),), (), {"minlength": 9})),
     errors=(Error(Call((constant([1, -1], dt.int64),)), RuntimeError, "non-negative"),
             Error(Call(((2, 3),)), RuntimeError, "1-d"),
             Error(Call(((3,),), (), {"minlength": -1}), RuntimeError, ">= 0"),
             Error(Call(((3,), T((2,), dtype=dt.float32))), RuntimeError, "length|shape"),
             ))  # fmt: skip
_add("histc", lambda x, bins=100, min=0, max=0: np.histogram(x, bins, _range(x, min, max))[0],
     dtypes=PRECISE, exact=True, empty=(),
     calls=(Call(((20,),), (5,)), Call(((4, 5),), (4, -1, 2))),
     errors=(Error(Call(((3,),), (0,)), RuntimeError, "bins"),
             Error(Call(((3,),), (4, 2, 1)), RuntimeError, "max")))  # fmt: skip
_add("histogram", lambda x, bins, range=None, weight=None, density=False: np.histogram(
     x, bins, range, weights=weight, density=density), dtypes=PRECISE, result=("same", "same"),
     calls=(Call(((20,),), (5,)), Call(((20,),), (4,), {"range": (-1.0, 2.0), "density": True}),
            Call(((20,),), (3,), {"weight": T((20,))}),
            Call(((9,),), (constant([-2.0, 0.0, 0.5, 3.0]),))), loose=4.0, empty=(),
     errors=(Error(Call(((3,),), (0,)), RuntimeError, "bins"),))  # fmt: skip
_add("histogramdd", lambda x, bins, range=None, weight=None, density=False: np.histogramdd(
     x, bins, range, weights=weight, density=density), dtypes=PRECISE, loose=4.0,
     calls=(Call(((20, 2),), ([3, 4],)), Call(((9, 1),), ([3],))), empty=())  # fmt: skip


def _range(x: Any, low: float, high: float) -> tuple[float, float]:
    return (x.min(), x.max()) if low == high else (low, high)


# -- running totals -----------------------------------------------------------------------------
_add("cumsum", np.cumsum, calls=_ALONG, result="sum", dtypes=ALL, loose=4.0, errors=_DIM_ERRORS)
_add("cumprod", np.cumprod, calls=_ALONG, result="sum", dtypes=ALL, low=-2, high=2, loose=8.0,
     errors=_DIM_ERRORS)  # fmt: skip


def _running(accumulate: Any) -> Any:
    """Extremes so far, and where the last of them was found."""

    def reference(x: Any, dim: int) -> Any:
        values = accumulate(x, dim)
        places = np.expand_dims(np.arange(x.shape[dim]), [i for i in range(x.ndim) if
                                                          i != dim % x.ndim])  # fmt: skip
        return values, np.maximum.accumulate(np.where(x == values, places, 0), dim)

    return reference


for _name, _accumulate in (("cummax", np.maximum.accumulate), ("cummin", np.minimum.accumulate)):
    _add(_name, _running(_accumulate), calls=_ALONG, dtypes=REAL, result=("same", "int64"),
         exact=True, errors=(*_DIM_ERRORS, _ORDER))  # fmt: skip
_add("logcumsumexp", lambda x, dim: np.log(np.cumsum(np.exp(x), dim)), calls=_ALONG,
     dtypes=FLOATS, loose=4.0, errors=_DIM_ERRORS)  # fmt: skip
_add("diff", lambda x, n=1, dim=-1: np.diff(x, n, dim), dtypes=ALL,
     calls=(Call(((2, 6),)), Call(((5, 3),), (2, 0)), Call(((2, 3),), (9,))),
     errors=(*dim_errors(lambda dim: Call(((2, 3),), (1, dim)), 2),
             Error(Call(((3,),), (-1,)), RuntimeError, "non-negative")))  # fmt: skip
_add("trapezoid", lambda y, x=None, dx=1.0, dim=-1: np.trapezoid(y, x, dx, dim), loose=8.0,
     dtypes=FLOATS[:2] + COMPLEX, calls=(Call(((3, 5),)), Call(((3, 5), (5,))),
     Call(((3, 5),), (), {"dx": 0.5, "dim": 0})), errors=dim_errors(
         lambda dim: Call(((2, 3),), (), {"dim": dim}), 2))  # fmt: skip
_add("cumulative_trapezoid", of_scipy("integrate.cumulative_trapezoid"), loose=8.0, empty=(),
     dtypes=PRECISE, calls=(Call(((3, 5),)), Call(((3, 5), (5,))), Call(((3, 5),), (),
     {"dx": 0.5})), errors=dim_errors(lambda dim: Call(((2, 3),), (), {"dim": dim}), 2)
     )  # fmt: skip
_add("gradient", lambda x, spacing=1, dim=None: np.gradient(x, spacing, axis=dim), loose=4.0,
     dtypes=FLOATS[:2] + COMPLEX, calls=(Call(((3, 5),)), Call(((6,),), (), {"spacing": 0.5}),
     Call(((3, 5),), (), {"dim": 1})), empty=(), errors=(
     *dim_errors(lambda dim: Call(((3, 3),), (), {"dim": dim}), 2),
     Error(Call(((1, 3),)), RuntimeError, "edge_order"),
     ))  # fmt: skip
ALIASES["trapz"] = "trapezoid"
