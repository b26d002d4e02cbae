"""Behaviour of sorting, selection, search and distinct elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.table import (
    NUMBERS,
    REAL,
    Call,
    Error,
    T,
    add_behaviour,
    constant,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

_add = add_behaviour
# distinct elements, so that the order is the only one
DISTINCT = T((3, 6), form=lambda x: np.argsort(x, -1) + 1.0)


def _order(x: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> Any:
    key = -x.astype(np.float64) if descending else x
    return np.argsort(key, dim, kind="stable")


def _sort(x: Any, dim: int = -1, descending: bool = False, stable: bool = True) -> Any:
    at = _order(x, dim, descending)
    return np.take_along_axis(x, at, dim), at


_SORTS = (
    Call((DISTINCT,)), Call((DISTINCT,), (0,), {"stable": True}), Call((DISTINCT,), (-1, True)),
    Call(((3, 6),), (1,), {"stable": True}), Call(((3, 6),), (-1, True), {"stable": True}),
)  # fmt: skip
_DIMS = (
    *dim_errors(lambda dim: Call(((2, 3),), (dim,)), 2),
    Error(Call((T((2, 3), dtype=dt.complex64),), (0,)), RuntimeError, "complex"),
)
_add("sort", lambda x, dim=-1, descending=False, stable=True: _sort(x, dim, descending),
     calls=(_SORTS[0], _SORTS[2]), dtypes=NUMBERS, result=("same", "int64"), exact=True,
     errors=_DIMS)  # fmt: skip
_add("argsort", _order, calls=_SORTS, dtypes=NUMBERS, result="int64", exact=True, errors=_DIMS)
_add("msort", lambda x: np.sort(x, 0), calls=(Call(((4, 3),)), Call(((5,),))), dtypes=REAL,
     exact=True)  # fmt: skip


def _topk(x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    values, at = _sort(x, dim, largest)
    return np.take(values, range(k), dim), np.take(at, range(k), dim)


_add("topk", _topk, calls=(Call((DISTINCT,), (2,)), Call((DISTINCT,), (6,)),
     Call((DISTINCT,), (3, 1, False)), Call((DISTINCT,), (0,))), dtypes=NUMBERS, empty=(
     Call(((0, 3),), (2,)),), result=("same", "int64"), exact=True, errors=(
     *dim_errors(lambda dim: Call(((2, 3),), (1, dim)), 2),
     *[Error(Call(((2, 3),), (k,)), RuntimeError, "out of range|k") for k in (4, -1, 2**62)]),
     )  # fmt: skip

# -- search -------------------------------------------------------------------------------------
_EDGES = constant([0, 1, 1, 3, 5])


def _search(edges: Any, x: Any, right: bool = False, side: Any = None,
            out_int32: bool = False, sorter: Any = None) -> Any:  # fmt: skip
    side = side or ("right" if right else "left")
    if edges.ndim == 1:
        return np.searchsorted(edges, x, side, sorter)
    rows = [np.searchsorted(e, v, side) for e, v in zip(edges, x, strict=True)]
    return np.array(rows).reshape(x.shape)


_ROWS = T((2, 4), form=lambda x: np.sort(x, -1))
_add("searchsorted", _search, dtypes=NUMBERS, result="int64", exact=True, high=6.0,
     empty=(Call((_EDGES, (0, 3))), Call(((0,), (2, 3)))), calls=(Call((_EDGES, (3, 4))),
     Call((_EDGES, (3, 4)), (), {"right": True}), Call((_EDGES, ()), (), {"side": "right"}),
     Call((_ROWS, (2, 3))), Call((constant([3, 0, 1]), (5,)), (), {"sorter": constant([1, 2, 0],
     dt.int64)})), errors=(Error(Call((_EDGES, (3,)), (), {"side": "middle"}), RuntimeError,
     "side"), Error(Call((_EDGES, (3,)), (), {"side": "left", "right": True}), RuntimeError,
     "side|right"), Error(Call((_ROWS, (3, 3))), RuntimeError, "dim|size|shape"),
     Error(Call((_EDGES, (3,)), (), {"sorter": constant([0], dt.int64)}), RuntimeError,
     "sorter|size"),))  # fmt: skip
_add("bucketize", lambda x, edges, **k: _search(edges, x, **k), dtypes=NUMBERS, result="int64",
     exact=True, high=6.0, empty=(Call(((0, 3), _EDGES)),), calls=(
     Call(((3, 4), _EDGES)), Call(((5,), _EDGES), (), {"right": True})), errors=(
     Error(Call(((3,), (2, 2))), RuntimeError, "1|dim"),))  # fmt: skip


# -- distinct elements --------------------------------------------------------------------------
def _unique(x: Any, sorted: bool = True, return_inverse: Any = False, return_counts: Any = False,
            dim: Any = None) -> Any:  # fmt: skip
    return np.unique(x, return_inverse=return_inverse, return_counts=return_counts, axis=dim)


_BOTH = {"return_inverse": True, "return_counts": True}
_FEW = T((3, 6), 0, 2, None, form=np.rint)
_add("unique", _unique, dtypes=REAL, result=("same", "int64", "int64"), exact=True,
     calls=(Call((_FEW,), (), _BOTH), Call((_FEW,), (), {**_BOTH, "dim": 1})),
     empty=(Call(((0,),)), Call(((0, 3),))),
     errors=dim_errors(lambda dim: Call(((2, 3),), (), {"dim": dim}), 2))  # fmt: skip


def _runs(x: Any, return_inverse: bool = False, return_counts: bool = False,
          dim: int | None = None) -> Any:  # fmt: skip
    flat = np.ravel(x)
    starts = np.concatenate([[True], flat[1:] != flat[:-1]])
    inverse = np.cumsum(starts) - 1
    return flat[starts], inverse.reshape(x.shape), np.bincount(inverse)


_add("unique_consecutive", _runs, dtypes=REAL, result=("same", "int64", "int64"), exact=True,
     calls=(Call((_FEW,), (), _BOTH),), empty=(),
     errors=dim_errors(lambda dim: Call(((2, 3),), (), {"dim": dim}), 2))  # fmt: skip
