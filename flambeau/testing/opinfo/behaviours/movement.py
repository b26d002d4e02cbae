"""Behaviour of what moves elements without computing: shapes, views, copies of views."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    ALL,
    BEHAVIOURS,
    Behaviour,
    Call,
    Error,
    add_behaviour,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

_X = ((2, 3, 4),)
_HUGE = 2**62


def _at(*before: Any, after: tuple = ()) -> tuple[Error, ...]:
    """Errors of a dim that stands between these arguments."""
    return dim_errors(lambda dim: Call(_X, (*before, dim, *after)), 3)


def _bad(*args: Any, kind: type[Exception] = RuntimeError, text: str = "") -> Error:
    return Error(Call(_X, args), kind, text)


def _unflatten(x: Any, dim: int, sizes: Any) -> Any:
    dim %= x.ndim
    return x.reshape(*x.shape[:dim], *sizes, *x.shape[dim + 1 :])


def _flatten(x: Any, start: int = 0, end: int = -1) -> Any:
    if x.ndim == 0:
        return x.reshape(1)
    start, end = start % x.ndim, end % x.ndim
    return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])


def _sliced(x: Any, dim: int, start: int, stop: int, step: int = 1) -> Any:
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, stop, step),)]


def _narrow(x: Any, dim: int, start: int, length: int) -> Any:
    return _sliced(x, dim, start % x.shape[dim], start % x.shape[dim] + length)


def _strided(x: Any, size: Any, stride: Any, offset: int = 0) -> Any:
    at = sum(np.ix_(*[np.arange(n) * s for n, s in zip(size, stride, strict=True)]))
    return np.ravel(x)[offset + at]


def _unfold(x: Any, dim: int, size: int, step: int) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(x, size, dim)
    return _sliced(windows, dim, 0, x.shape[dim], step)


def _select(x: Any, dim: int, index: int) -> Any:
    return np.take(x, index, dim)


def _diag_embed(x: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    size = x.shape[-1] + abs(offset)
    made = np.zeros((*x.shape[:-1], size, size), x.dtype)
    at = np.arange(x.shape[-1])
    made[..., at + max(-offset, 0), at + max(offset, 0)] = x
    return np.moveaxis(made, (-2, -1), (dim1, dim2))


_MOVES: tuple[tuple[Any, ...], ...] = (
    ("reshape", np.reshape, Call(_X, ((4, 6),)), Call(_X, ((-1, 2),)), _bad((5, 5), text="shape"),
     _bad((-1, -1), text="one"), _bad((-2, 24), text="-2|negative|invalid"),
     _bad((_HUGE, _HUGE), text="shape|size|large")),
    ("permute", np.transpose, Call(_X, ((2, 0, 1),)), Call(_X, ((-1, 0, 1),)),
     _bad((0, 0, 1), text="repeated|duplicate|more than once"), _bad((0, 1), text="dim"),
     _bad((0, 1, 3), kind=IndexError, text="out of range"),
     _bad((0, 1, _HUGE), kind=IndexError, text="out of range")),
    ("transpose", np.swapaxes, Call(_X, (0, 2)), Call(_X, (-1, 1)), *_at(0), *_at(after=(0,))),
    ("movedim", np.moveaxis, Call(_X, (0, 2)), Call(_X, ((0, 1), (2, 0))), *_at(0),
     *_at(after=(0,)), _bad((0, 1), (0,), text="same|number")),
    ("flip", np.flip, Call(_X, ((0, 2),)), Call(_X, ((1,),)), *dim_errors(
        lambda dim: Call(_X, ((dim,),)), 3), _bad((0, 0), text="multiple times|more than once")),
    ("roll", np.roll, Call(_X, (2, 1)), Call(_X, ((1, -2), (0, 2))), Call(_X, (5,)),
     Call(_X, (_HUGE + 1, 1)), *_at(1)),
    ("tile", np.tile, Call(_X, ((2, 1, 3),)), Call(_X, ((2, 2, 1, 1),)), Call(_X, ((2,),)),
     _bad((-1, 1, 1), text="negative|-1"), _bad((_HUGE, _HUGE, 1), text="")),
    ("squeeze", np.squeeze, Call(((2, 1, 3),)), Call(((2, 1, 3),), (1,)),
     Call(((2, 1, 1),), ((1, 2),)), *_at()),
    ("unsqueeze", np.expand_dims, Call(_X, (1,)), Call(_X, (-1,)), *dim_errors(
        lambda dim: Call(((2, 3),), (dim,)), 3)),
    ("tril", np.tril, Call(_X), Call(_X, (1,)), Call(_X, (_HUGE,)), Error(Call(((3,),)),
     RuntimeError, "2 dim|at least 2")),
    ("triu", np.triu, Call(_X), Call(_X, (-1,)), Call(_X, (-_HUGE,)), Error(Call(((3,),)),
     RuntimeError, "2 dim|at least 2")),
    ("rot90", np.rot90, Call(_X, (1, (0, 2))), Call(_X, (-1, (1, 2))),
     Call(_X, (_HUGE + 1, (0, 1))),
     _bad(1, (0, 0), text="different"), _bad(1, (0, 3), kind=IndexError, text="out of range")),
    ("broadcast_to", np.broadcast_to, Call(((3, 1),), ((2, 3, 4),)),
     _bad((3, 4), text="dim"), _bad((2, 3, 5), text="match|expand"),
     _bad((-2, 3, 4), text="negative|-2|invalid")),
    ("fliplr", np.fliplr, Call(_X), Error(Call(((3,),)), RuntimeError, "2-d|>= 2")),
    ("flipud", np.flipud, Call(_X), Error(Call(((),)), RuntimeError, "1-d|>= 1")),
    ("diagonal", np.diagonal, Call(_X), Call(_X, (1, 0, 2)), Call(_X, (-1, -2, -1)), *_at(0, 0),
     _bad(0, 1, 1, text="identical|different")),
    ("flatten", _flatten, Call(_X), Call(_X, (1,)), Call(_X, (0, -2)), Call(((),)), *_at(), *_at(0),
     _bad(2, 1, text="start_dim|before")),
    ("unflatten", _unflatten, Call(((2, 6),), (1, (3, 2))), Call(((2, 6),), (-1, (2, -1))),
     *_at(after=((2, 2),)), _bad(2, (3, 3), text="multiply|match|shape")),
    ("ravel", np.ravel, Call(_X), Call(((),))),
    ("t", np.transpose, Call(((2, 3),)), Call(((4,),)), _bad(text="2")),
    ("narrow", _narrow, Call(_X, (1, 1, 2)), Call(_X, (-1, -2, 1)), *_at(after=(0, 1)),
     _bad(0, 1, 2, text="exceed|length|size"), _bad(0, 0, -1, text="negative"),
     _bad(0, _HUGE, 1, kind=IndexError, text="")),
    ("select", _select, Call(_X, (1, 2)), Call(_X, (-1, -4)), *_at(after=(0,)),
     _bad(0, 2, kind=IndexError, text="out of bounds"),
     _bad(0, -3, kind=IndexError, text="out of bounds"),
     _bad(0, _HUGE, kind=IndexError, text="out of bounds")),
    ("as_strided", _strided, Call(_X, ((2, 2), (3, 1))), Call(_X, ((3,), (5,), 2)),
     _bad((5, 5), (6, 1), text="bounds|storage"), _bad((2,), (_HUGE,), text="bounds|storage"),
     _bad((2,), (1, 1), text="mismatch|same|length"), _bad((-2,), (1,), text="negative|-2"),
     _bad((2,), (-1,), text="negative|-1")),
    ("diag_embed", _diag_embed, Call(((2, 3),)), Call(((2, 3),), (1,)), Call(((2, 3),), (-1, 0, 2)),
     *dim_errors(lambda dim: Call(((2, 3),), (0, dim, 1)), 3),
     _bad(0, 1, 1, text="identical|different")),
    ("diagflat", np.diagflat, Call(((2, 3),)), Call(((3,),), (1,)), Call(((),))),
    ("diag", np.diag, Call(((3,),)), Call(((3, 4),), (1,)), Call(((3,),), (-2,)),
     _bad(text="1D|1-d|2D")),
    ("atleast_1d", np.atleast_1d, Call(((),)), Call(_X)),
    ("atleast_2d", np.atleast_2d, Call(((3,),)), Call(_X)),
    ("atleast_3d", np.atleast_3d, Call(((3,),)), Call(((3, 2),)), Call(_X)),
    ("adjoint", lambda x: np.conj(np.swapaxes(x, -1, -2)), Call(_X), Call(((2, 3),))),
    ("clone", np.copy, Call(_X), Call(((),))),
    ("repeat_interleave", np.repeat, Call(_X, (2,)), Call(_X, (3, 1)),
     *dim_errors(lambda dim: Call(_X, (2, dim)), 3), _bad(-1, text="negative|-1"),
     _bad(_HUGE, text="")),
    ("broadcast_tensors", np.broadcast_arrays, Call(((3, 1), (4,))), Call(((2,), ())),
     Error(Call(((3,), (4,))), RuntimeError, "broadcast|match|expand")),
    ("meshgrid", lambda *x: np.meshgrid(*x, indexing="ij"), Call(((3,), (2,))), Call(((3,), ()))),
)  # fmt: skip

_DEFAULTS: dict[str, Any] = {"exact": True, "dtypes": ALL}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(name, reference, *rows, **{**_DEFAULTS, **fields})


for _move in _MOVES:
    _add(*_move, reads_memory=_move[0] == "as_strided")


# -- copies of views ----------------------------------------------------------------------------
def _copy_of(name: str, record: Behaviour) -> None:
    add_behaviour(
        f"{name}_copy", record.reference, dtypes=ALL, exact=True, calls=record.calls,
        errors=record.errors, empty=record.empty, reads_memory=record.reads_memory,
    )  # fmt: skip


for _name in (
    "diagonal narrow permute select squeeze t transpose unsqueeze as_strided".split()
):  # fmt: skip
    _copy_of(_name, BEHAVIOURS[_name])
_add("alias_copy", np.copy, Call(_X))
_add("detach_copy", np.copy, Call(_X))
_add("expand_copy", np.broadcast_to, Call(((3, 1),), ((3, 4),)), _bad((5,), text=""))
_add("slice_copy", _sliced, Call(_X, (1, 0, 2)), Call(_X, (2, 1, 4, 2)), *_at(after=(0, 1)),
     _bad(0, 0, 1, 0, text="step|positive"), empty=())  # fmt: skip
_add("view_copy", np.reshape, Call(_X, ((4, 6),)), _bad((5, 5), text="shape"),
     reads_memory=True)  # fmt: skip
_add("unfold_copy", _unfold, Call(_X, (2, 2, 1)), Call(_X, (1, 2, 2)), *_at(after=(1, 1)),
     _bad(0, 3, 1, text="size"), _bad(0, 1, 0, text="step"))  # fmt: skip

ALIASES.update({"swapaxes": "transpose", "swapdims": "transpose", "moveaxis": "movedim"})
