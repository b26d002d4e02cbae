"""Behaviour of reading and writing at positions: gather, scatter, masks, nonzero."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.table import (
    ALL,
    NUMBERS,
    Call,
    Error,
    T,
    add_behaviour,
    bools,
    constant,
    dim_errors,
    index,
)  # fmt: skip

__all__: list[str] = []

_X = ((4, 3),)
_HUGE = 2**62
_OUT = "out of (bounds|range)"

_DEFAULTS: dict[str, Any] = {"exact": True, "dtypes": ALL}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(name, reference, *rows, **{**_DEFAULTS, **fields})


def _at(*values: Any) -> T:
    return constant(list(values), dt.int64)


def _beyond(call: Any, size: int, lowest: int = 0) -> tuple[Error, ...]:
    """`call` with positions past either end."""
    wrong = (size, lowest - 1, _HUGE)
    return tuple([Error(call(i), IndexError, _OUT) for i in wrong])


def _placed(dim: int, at: Any, x: Any) -> tuple:
    """The positions that index the whole of `at`, but along `dim` those in it."""
    found: list[Any] = list(np.ix_(*[np.arange(n) for n in at.shape]))
    found[dim % x.ndim] = at
    return tuple(found)


def _part(dim: int, at: Any, x: Any) -> tuple:
    return (slice(None),) * (dim % x.ndim) + (at,)


# -- reading ------------------------------------------------------------------------------------
_add("gather", lambda x, dim, at: np.take_along_axis(x, at, dim) if at.shape[1 - dim % 2] ==
     x.shape[1 - dim % 2] else x[_placed(dim, at, x)], Call(_X, (0, index((2, 3), 4))),
     Call(_X, (-1, index((4, 5), 3))), Call(_X, (1, index((2, 2), 3))),
     *_beyond(lambda i: Call(_X, (0, constant([[i, 0, 0]], dt.int64))), 4),
     *dim_errors(lambda dim: Call(_X, (dim, index((4, 3), 3))), 2),
     Error(Call(_X, (0, index((4,), 3))), RuntimeError, "dim"),
     Error(Call(_X, (0, index((2, 4), 3))), RuntimeError, "size|shape|[Ee]xpected"),
     Error(Call(_X, (0, T((2, 3), dtype=dt.float32))), RuntimeError, "int64|dtype|type"),
     empty=(Call(((4, 3),), (0, T((0, 3), dtype=dt.int64))),
            Call(((0, 3),), (0, T((0, 3), dtype=dt.int64)))))  # fmt: skip
_add("index_select", lambda x, dim, at: np.take(x, at, dim), Call(_X, (0, index((6,), 4))),
     Call(_X, (-1, index((2,), 3))), *_beyond(lambda i: Call(_X, (0, _at(0, i))), 4),
     *dim_errors(lambda dim: Call(_X, (dim, index((2,), 3))), 2),
     Error(Call(_X, (0, index((2, 2), 3))), IndexError, "vector|1-d|1 dim|dim"),
     Error(Call(_X, (0, T((2,), dtype=dt.float32))), RuntimeError, "int"),
     empty=(Call(_X, (0, T((0,), dtype=dt.int64))),))  # fmt: skip
_add("take", np.take, Call((*_X, index((2, 5), 12))), Call((*_X, index((3,), 12, -12))),
     *_beyond(lambda i: Call((*_X, _at(0, i))), 12, -12),
     Error(Call((*_X, T((2,), dtype=dt.float32))), RuntimeError, "int64|dtype|type"),
     empty=(Call((*_X, T((0, 2), dtype=dt.int64))),
            Call(((0, 3), T((2,), 0, 0, dt.int64)))))  # fmt: skip
_add("take_along_dim", lambda x, at, dim=None: np.take_along_axis(x, at, dim),
     Call((*_X, index((2, 3), 4)), (0,)), Call((*_X, index((12,), 12))),
     Call((*_X, index((4, 5), 3)), (-1,)), *_beyond(
         lambda i: Call((*_X, constant([[i, 0, 0]], dt.int64)), (0,)), 4, -4),
     *dim_errors(lambda dim: Call((*_X, index((4, 3), 3)), (dim,)), 2), empty=())  # fmt: skip
_add("masked_select", lambda x, mask: x[np.broadcast_to(mask, x.shape)], Call((*_X, bools(4, 3))),
     Call((*_X, bools(3))), Error(Call((*_X, bools(4))), RuntimeError, "broadcast|match|expand"),
     Error(Call((*_X, T((4, 3), 0, 1, dt.int64))), RuntimeError, "bool"))  # fmt: skip
_add("nonzero", lambda x: np.argwhere(x), Call(_X), Call(((5,),)), low=-1, high=1, result="int64")
_add("argwhere", np.argwhere, Call(_X), Call(((5,),)), low=-1, high=1, result="int64")
_add("nonzero_static", lambda x, size, fill_value=-1: np.concatenate([np.argwhere(x),
     np.full((size, x.ndim), fill_value)])[:size], Call(_X, (), {"size": 3}), Call(_X, (),
     {"size": 20, "fill_value": 7}), Error(Call(_X, (), {"size": -1}), RuntimeError, "size"),
     low=-1, high=1, result="int64")  # fmt: skip
_add("isin", np.isin, Call((*_X, (5,))), Call((*_X, (2,)), (), {"invert": True}), Call((*_X, (0,))),
     dtypes=NUMBERS, result="bool", has_method=False)  # fmt: skip
_add("unravel_index", lambda at, shape: np.unravel_index(at, shape), Call((index((2, 4), 12),),
     ((3, 4),)), Error(Call((index((2,), 3),), ((-1, 4),)), ValueError, "negative|-1"),
     dtypes=(dt.int64,), result="int64", empty=())  # fmt: skip


# -- writing ------------------------------------------------------------------------------------
def _changed(change: Any) -> Any:
    """A reference that changes a copy."""

    def reference(x: Any, *args: Any, **kwargs: Any) -> Any:
        made = np.array(x)
        change(made, *args, **kwargs)
        return made

    return reference


@_changed
def _scatter(x: Any, dim: int, at: Any, source: Any, reduce: str | None = None) -> None:
    where = _placed(dim, at, x)
    if at.size == 0:
        return
    if np.ndim(source):
        source = source[tuple([slice(n) for n in at.shape])]
    if reduce is None:
        x[where] = source
    else:
        {"add": np.add, "multiply": np.multiply}[reduce].at(x, where, source)


# each position at most once, for the last of several is not defined
_ONCE = constant([[1, 3, 0], [2, 0, 3]], dt.int64)
_SCATTERED = (Call(_X, (0, _ONCE, T((2, 3)))), Call(_X, (0, _ONCE, T((4, 3)))))
_SCATTER_ERRORS = (
    *_beyond(lambda i: Call(_X, (0, constant([[i, 0, 0]], dt.int64), T((1, 3)))), 4),
    *dim_errors(lambda dim: Call(_X, (dim, _ONCE, T((2, 3)))), 2),
    Error(Call(_X, (0, index((4,), 3), T((4,)))), RuntimeError, "dim"),
    Error(Call(_X, (0, _ONCE, T((1, 3)))), RuntimeError, "size|shape|[Ee]xpected"),
    Error(Call(_X, (0, T((2, 3), dtype=dt.float32), T((2, 3)))), RuntimeError, "int64|dtype|type"),
)
_NO_POSITIONS = (Call(_X, (0, T((0, 3), dtype=dt.int64), T((0, 3)))),)
_add("scatter", _scatter, *_SCATTERED, Call(_X, (1, _at([2], [0], [1], [0]), 1)), *_SCATTER_ERRORS,
     empty=_NO_POSITIONS)  # fmt: skip
_add("scatter_add", lambda x, dim, at, source: _scatter(x, dim, at, source, "add"), *_SCATTERED,
     Call(_X, (0, index((2, 3), 4), T((2, 3)))), *_SCATTER_ERRORS, exact=False, loose=2.0,
     dtypes=(*NUMBERS, *ALL[-2:]), empty=_NO_POSITIONS)  # fmt: skip


def _scatter_reduce(
    x: Any, dim: int, at: Any, source: Any, reduce: str, include_self: bool = True
) -> Any:
    made = np.array(x)
    where = _placed(dim, at, x)
    start = {"sum": 0, "mean": 0, "prod": 1, "amax": -np.inf, "amin": np.inf}[reduce]
    if not include_self:
        if np.isinf(start) and x.dtype.kind in "iu":
            start = np.iinfo(x.dtype).min if start < 0 else np.iinfo(x.dtype).max
        made[where] = start
    function = {"sum": np.add, "mean": np.add, "prod": np.multiply, "amax": np.maximum,
                "amin": np.minimum}[reduce]  # fmt: skip
    function.at(made, where, source)
    if reduce == "mean":
        count = np.full(x.shape, int(include_self))
        np.add.at(count, where, 1)
        count = np.maximum(count, 1)
        made = made // count if x.dtype.kind in "iu" else made / count
    return made


_REDUCED = tuple([
    Call(_X, (0, index((5, 3), 4), T((5, 3)), name), {"include_self": with_self})
    for name in "sum prod amax amin mean".split() for with_self in (True, False)
])  # fmt: skip
_add("scatter_reduce", _scatter_reduce, *_REDUCED, Error(Call(
     _X, (0, _ONCE, T((2, 3)), "max")), RuntimeError, "reduce"), *[Error(Call(e.call.shapes, (
     *e.call.args, "sum")), e.kind, e.text) for e in _SCATTER_ERRORS], exact=False, loose=16.0,
     dtypes=NUMBERS, low=-2, high=2, empty=())  # fmt: skip


@_changed
def _index_copy(x: Any, dim: int, at: Any, source: Any) -> None:
    x[_part(dim, at, x)] = source


@_changed
def _index_add(x: Any, dim: int, at: Any, source: Any, alpha: Any = 1) -> None:
    np.add.at(x, _part(dim, at, x), (alpha * source).astype(x.dtype))


@_changed
def _index_fill(x: Any, dim: int, at: Any, value: Any) -> None:
    x[_part(dim, at, x)] = value


@_changed
def _put(x: Any, at: Any, source: Any, accumulate: bool = False) -> None:
    (np.add.at if accumulate else np.put)(x.reshape(-1) if accumulate else x, at, source)


@_changed
def _index_put(x: Any, at: Any, values: Any, accumulate: bool = False) -> None:
    if accumulate:
        np.add.at(x, tuple(at), values)
    else:
        x[tuple(at)] = values


def _written(*rest: Any, text: str = _OUT) -> tuple[Error, ...]:
    return (
        *_beyond(lambda i: Call(_X, (0, _at(0, i), *rest)), 4),
        *dim_errors(lambda dim: Call(_X, (dim, _at(0, 1), *rest)), 2),
    )


_ROWS = T((2, 3))
_add("index_copy", _index_copy, Call(_X, (0, _at(3, 1), _ROWS)), Call(_X, (-1, _at(2, 0), T((4,
     2)))), *_written(_ROWS), Error(Call(_X, (0, _at(0, 1), T((3, 3)))), (IndexError), ""),
     empty=(Call(_X, (0, T((0,), dtype=dt.int64), T((0, 3)))),))  # fmt: skip
_add("index_add", _index_add, Call(_X, (0, _at(3, 1), _ROWS)), Call(_X, (-1, _at(2, 2), T((4, 2)))),
     Call(_X, (0, _at(0, 0), _ROWS), {"alpha": 2}), *_written(_ROWS),
     Error(Call(_X, (0, _at(0, 1), T((3, 3)))), RuntimeError, ""), exact=False, loose=4.0,
     dtypes=(*NUMBERS, *ALL[-2:]), empty=(Call(_X, (0, T((0,), dtype=dt.int64), T((0, 3)))),)
     )  # fmt: skip
_add("index_fill", _index_fill, Call(_X, (0, _at(3, 1), 1)), Call(_X, (-1, _at(-1, 0), 0)),
     *_beyond(lambda i: Call(_X, (0, _at(0, i), 1)), 4, -4),
     *dim_errors(lambda dim: Call(_X, (dim, _at(0, 1), 1)), 2),
     empty=(Call(_X, (0, T((0,), dtype=dt.int64), 1)),))  # fmt: skip


def _index_reduce(
    x: Any, dim: int, at: Any, source: Any, reduce: str, include_self: bool = True
) -> Any:
    whole = np.broadcast_to(
        np.expand_dims(at, [i for i in range(x.ndim) if i != dim]), source.shape
    )
    names = {"prod": "prod", "mean": "mean", "amax": "amax", "amin": "amin"}
    return _scatter_reduce(x, dim, whole, source, names[reduce], include_self)


_add("index_reduce", _index_reduce, *[Call(_X, (0, index((5,), 4), T((5, 3)), name), {
     "include_self": with_self}) for name in "prod amax amin mean".split()
     for with_self in (True, False)], *_written(_ROWS, "prod"), Error(Call(
     _X, (0, _at(0, 1), _ROWS, "sum")), RuntimeError, "reduce"), exact=False, loose=16.0,
     dtypes=NUMBERS, low=-2, high=2, empty=())  # fmt: skip
_add("put", _put, Call((*_X, _at(3, 11, -2), T((3,)))), Call((*_X, _at([3], [0]), T((2, 1)))),
     Call((*_X, _at(3, 3, -2), T((3,))), (True,)), *_beyond(lambda i: Call((*_X, _at(0, i), T((2,
     )))), 12, -12), Error(Call((*_X, _at(0, 1), T((3,)))), IndexError, "same number"),
     dtypes=(*NUMBERS, *ALL[-2:]), exact=False, empty=(Call((*_X, T((0,), dtype=dt.int64), T((0,
     )))),))  # fmt: skip
_add("index_put", _index_put, Call(_X, ((_at(3, 1), _at(0, -1)), T((2,)))), Call(_X, ((_at(3, 1),),
     T((3,)))), Call(_X, ((_at(1, 1),), T((2, 3)), True)), *_beyond(lambda i: Call(_X, ((_at(0, i),
     ), T((3,)))), 4, -4), Error(Call(_X, ((_at(0), _at(0), _at(0)), T((1,)))), IndexError,
     "too many"), dtypes=(*NUMBERS, *ALL[-2:]), exact=False, empty=(Call(_X, ((T((0,),
     dtype=dt.int64),), T((3,)))),))  # fmt: skip


@_changed
def _masked_scatter(x: Any, mask: Any, source: Any) -> None:
    mask = np.broadcast_to(mask, x.shape)
    x[mask] = source.reshape(-1)[: mask.sum()]


_add("masked_scatter", _masked_scatter, Call((*_X, bools(4, 3), (12,))), Call((*_X, bools(3), (4,
     5))), Error(Call((*_X, constant(np.ones((4, 3), bool), dt.bool_), (2,))), RuntimeError,
     "elements|source"), Error(Call((*_X, T((4, 3), 0, 1, dt.int64), (12,))), RuntimeError,
     "bool"))  # fmt: skip


# -- writing into a part ------------------------------------------------------------------------
@_changed
def _select_scatter(x: Any, source: Any, dim: int, at: int) -> None:
    x[_part(dim, at, x)] = source


@_changed
def _slice_scatter(
    x: Any, source: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> None:
    x[_part(dim, slice(start, end, step), x)] = source


@_changed
def _diagonal_scatter(x: Any, source: Any, offset: int = 0) -> None:
    at = np.arange(source.shape[0])
    x[at + max(-offset, 0), at + max(offset, 0)] = source


@_changed
def _as_strided_scatter(x: Any, source: Any, size: Any, stride: Any, offset: int = 0) -> None:
    at = sum(np.ix_(*[np.arange(n) * s for n, s in zip(size, stride, strict=True)]))
    x.reshape(-1)[offset + at] = source


_add("select_scatter", _select_scatter, Call((*_X, (3,)), (0, 2)), Call((*_X, (4,)), (-1, -3)),
     *dim_errors(lambda dim: Call((*_X, (3,)), (dim, 0)), 2), *[Error(Call(
         (*_X, (3,)), (0, i)), IndexError, _OUT) for i in (4, -5, _HUGE)],
     Error(Call((*_X, (2,)), (0, 0)), RuntimeError, "shape|size"), empty=())  # fmt: skip
_add("slice_scatter", _slice_scatter, Call((*_X, (2, 3)), (0, 1, 3)), Call((*_X, (4, 2)), (1, 0,
     None, 2)), *dim_errors(lambda dim: Call((*_X, (2, 3)), (dim, 0, 2)), 2), Error(Call((*_X, (3,
     3)), (0, 1, 3)), RuntimeError, "shape|size"), empty=())  # fmt: skip
_add("diagonal_scatter", _diagonal_scatter, Call((*_X, (3,))), Call((*_X, (2,)), (1,)),
     Error(Call((*_X, (4,))), RuntimeError, "shape|size"), empty=())  # fmt: skip
_add("as_strided_scatter", _as_strided_scatter, Call((*_X, (2, 2)), ((2, 2), (3, 1))),
     Error(Call((*_X, (2, 3)), ((2, 2), (3, 1))), RuntimeError, "shape|size"), reads_memory=True,
     empty=())  # fmt: skip
