"""Behaviour of what makes tensors from sizes and numbers, and of questions about them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy
from flambeau.testing.opinfo.behaviours.table import (
    ALL,
    Call,
    Error,
    add_behaviour,
    constant,
)  # fmt: skip

__all__: list[str] = []

_HUGE = 2**62
_ANY = (dt.float32,)  # of functions that take no tensor: one test

_DEFAULTS: dict[str, Any] = {"exact": True, "dtypes": _ANY, "empty": ()}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(name, reference, *rows, **{**_DEFAULTS, **fields})


def _call(*args: Any, **kwargs: Any) -> Call:
    return Call((), args, kwargs)


def _bad(*args: Any, text: str, kind: type[Exception] = RuntimeError, **kwargs: Any) -> Error:
    return Error(_call(*args, **kwargs), kind, text)


# -- by size ------------------------------------------------------------------------------------
_TOO_LARGE = (_bad(_HUGE, _HUGE, text="overflow"), _bad((_HUGE, 4), text="overflow"))
_NEGATIVE = _bad(2, -1, text="negative")
for _name, _reference in (("zeros", np.zeros), ("ones", np.ones)):
    _add(_name, lambda *s, f=_reference: f(s[0] if isinstance(s[0], tuple) else s, np.float32),
         _call(2, 3), _call((2, 3)), _call(()), _call(0, 4), _NEGATIVE, *_TOO_LARGE)  # fmt: skip
_add("full", lambda size, value: np.full(size, value, np.float32), _call((2, 3), 1.5),
     _call((), 2.0), _bad((2, -1), 1.0, text="negative"), _bad((_HUGE, 4), 1.0, text="overflow"),
     )  # fmt: skip
_add("empty", lambda *s: np.empty(s), _call(0, 3), _NEGATIVE, *_TOO_LARGE)
_add("empty_strided", lambda size, stride: np.empty(size), _call((0, 3), (3, 1)), _bad((2, -1), (1,
     1), text="negative"), _bad((2,), (1, 1), text="dim|length|same"))  # fmt: skip
_add("eye", lambda n, m=None: np.eye(n, m, dtype=np.float32), _call(3), _call(2, 4), _call(0),
     _bad(-1, text="-1|negative"), _bad(2**40, text=""))  # fmt: skip
_add("scalar_tensor", lambda x: np.float32(x), _call(2.5))
for _name in "zeros ones empty".split():
    _add(f"{_name}_like", getattr(np, f"{_name}_like") if _name != "empty" else np.empty_like,
         Call(((0 if _name == "empty" else 2, 3),)), dtypes=ALL)  # fmt: skip
_add("full_like", np.full_like, Call(((2, 3),), (1,)), Call(((),), (0,)), dtypes=ALL)

# -- sequences ----------------------------------------------------------------------------------
_add("arange", np.arange, _call(5), _call(2, 9, 3), _call(5, 0, -2), _call(0), _call(3, 3),
     _bad(0, 5, 0, text="nonzero|zero"), _bad(0, 5, -1, text="sign|inconsistent|bound"),
     _bad(0, float("inf"), text="range|inf"), result="int64")  # fmt: skip
_add("range", lambda a, b, step=1: np.arange(a, b + step / 2, step), _call(1, 4),
     _call(0, 2, 0.5), _bad(0, 5, 0, text="nonzero|zero"), exact=False)  # fmt: skip
_add("linspace", lambda a, b, n: np.linspace(a, b, n), _call(0, 1, 5), _call(3, -2, 7),
     _call(1, 2, 1), _call(1, 2, 0), _bad(0, 1, -1, text="non-negative|negative"),
     _bad(0, 1, _HUGE, text="overflow"), exact=False)  # fmt: skip
_add("logspace", lambda a, b, n, base=10.0: np.logspace(a, b, n, base=base), _call(0, 1, 5),
     _call(-1, 2, 4, base=2.0), _call(1, 2, 1), _bad(0, 1, -1, text="non-negative|negative"),
     exact=False, loose=4.0)  # fmt: skip


def _indices(triangle: Any) -> Any:
    return lambda n, m, offset=0: np.stack(triangle(n, offset, m))


for _name, _triangle in (("tril", np.tril_indices), ("triu", np.triu_indices)):
    _add(f"{_name}_indices", _indices(_triangle), _call(3, 4), _call(4, 3, 1), _call(3, 3, -2),
         _call(0, 3), _bad(-1, 3, text="non-negative|negative"),
         _bad(3, -1, text="non-negative|negative"), result="int64")  # fmt: skip
_add("broadcast_shapes", lambda *s: np.broadcast_shapes(*s), _call((2, 1), (3,)), _call((4,), ()),
     _bad((2,), (3,), text="broadcast|match"), result=())  # fmt: skip

# -- windows ------------------------------------------------------------------------------------


def _window(name: str) -> Any:
    def reference(n: int, periodic: bool = True, *args: Any) -> Any:
        scipy = of_scipy("signal.windows.get_window")
        return scipy((name, *args) if args else name, n, fftbins=periodic)

    return reference


for _name, _args in (("hann", ()), ("hamming", ()), ("blackman", ()), ("bartlett", ()),
                     ("kaiser", (12.0,))):  # fmt: skip
    _add(f"{_name}_window", _window(_name), _call(8, True, *_args), _call(7, False, *_args),
         _call(1, True, *_args), _bad(-1, text="negative"), exact=False, loose=2.0)  # fmt: skip

# -- questions ----------------------------------------------------------------------------------
_add("numel", np.size, Call(((3, 4),)), Call(((),)), Call(((0, 3),)), dtypes=ALL, result=())
_add("is_nonzero", lambda x: bool(x), Call((constant(1),)), Call((constant([0]),)),
     Error(Call(((2,),)), RuntimeError, "more than one|ambiguous"),
     Error(Call(((0,),)), RuntimeError, "no values|ambiguous"), dtypes=ALL, result=())  # fmt: skip
_add("is_same_size", lambda a, b: a.shape == b.shape, Call(((2, 3), (2, 3))),
     Call(((2, 3), (3, 2))), dtypes=ALL, result=())  # fmt: skip
for _name, _categories in (("is_floating_point", "f"), ("is_complex", "c"), ("is_signed", "ifc")):
    _add(_name, lambda x, kinds=_categories: x.dtype.kind in kinds, Call(((2,),)), dtypes=ALL,
         result=())  # fmt: skip
_add("is_tensor", lambda x: isinstance(x, np.ndarray), Call(((2,),)), _call(1), result=())
