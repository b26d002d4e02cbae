"""Behaviour of Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy
from flambeau.testing.opinfo.behaviours.table import (
    ALL,
    COMPLEX,
    PRECISE,
    Call,
    Error,
    T,
    add_behaviour,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

_X = ((4, 6),)
REAL = (*PRECISE, dt.int64)
EITHER = (*REAL, *COMPLEX)


def _one(name: str) -> Any:
    def reference(x: Any, n: Any = None, dim: int = -1, norm: Any = None) -> Any:
        return getattr(np.fft, name)(x, n, dim, norm)

    return reference


def _several(name: str, dims: Any) -> Any:
    def reference(x: Any, s: Any = None, dim: Any = dims, norm: Any = None) -> Any:
        if s is not None and dim is None:
            dim = tuple(range(-len(s), 0))
        return getattr(np.fft, name)(x, s, dim, norm)

    return reference


_ONE = (
    Call(_X), Call(_X, (8, 0)), Call(_X, (4,)), Call(_X, (), {"norm": "ortho"}),
    Call(_X, (), {"norm": "forward", "dim": 0}), Call(((5,),)),
)  # fmt: skip
_ONE_ERRORS = (
    *dim_errors(lambda dim: Call(_X, (None, dim)), 2),
    Error(Call(_X, (0,)), RuntimeError, "data points|[Ii]nvalid"),
    Error(Call(_X, (-2,)), RuntimeError, "data points|[Ii]nvalid|-2"),
    Error(Call(_X, (), {"norm": "none"}), RuntimeError, "norm"),
)
_RESULTS = {
    "fft": ("complex", EITHER), "ifft": ("complex", EITHER), "rfft": ("complex", REAL),
    "irfft": ("real", EITHER), "hfft": ("real", EITHER), "ihfft": ("complex", REAL),
}  # fmt: skip


def _kind(result: str) -> str:
    return {"complex": "complex", "real": "float_of_complex"}[result]


for _name, (_result, _dtypes) in _RESULTS.items():
    _complex = Error(Call((T((4,), dtype=dt.complex64),)), RuntimeError, "real|complex")
    add_behaviour(f"fft.{_name}", _one(_name), dtypes=_dtypes, calls=_ONE, loose=8.0,
         empty=(Call(((0, 4),)),), result=_kind(_result), errors=(*_ONE_ERRORS,
         *([_complex] if _dtypes is REAL else ())),)  # fmt: skip

_SEVERAL = (
    Call(_X),
    Call(_X, ((3, 8),)),
    Call(_X, (), {"norm": "ortho"}),
    Call(((2, 3, 4),), (None, (0, 2))),
)
_SEVERAL_ERRORS = (
    *dim_errors(lambda dim: Call(_X, (None, (0, dim))), 2),
    Error(Call(_X, (None, (0, 0))), RuntimeError, "unique|multiple times|more than once"),
    Error(Call(_X, ((3, 0),)), RuntimeError, "data points|[Ii]nvalid"),
)
for _name in ("fft", "ifft", "rfft", "irfft"):
    _result, _dtypes = _RESULTS[_name]
    for _end, _dims in (("2", (-2, -1)), ("n", None)):
        add_behaviour(
            f"fft.{_name}{_end}", _several(f"{_name}n", _dims), dtypes=_dtypes, calls=_SEVERAL,
            loose=8.0, empty=(), result=_kind(_result), errors=_SEVERAL_ERRORS,
        )  # fmt: skip

for _name in ("hfft", "ihfft"):
    _result, _dtypes = _RESULTS[_name]
    for _end, _dims in (("2", (-2, -1)), ("n", None)):
        add_behaviour(
            f"fft.{_name}{_end}", of_scipy(f"fft.{_name}{_end}"), dtypes=_dtypes, calls=(
                Call(_X), Call(_X, ((4, 8),)), Call(_X, (), {"norm": "ortho"})),
            loose=8.0, empty=(), result=_kind(_result),
        )  # fmt: skip


def _shift(function: Any) -> Any:
    return lambda x, dim=None: function(x, dim)


def _fftfreq(name: str) -> Any:
    return lambda n, d=1.0: getattr(np.fft, name)(n, d)


for _name in ("fftfreq", "rfftfreq"):
    add_behaviour(f"fft.{_name}", _fftfreq(_name), dtypes=(dt.float32,), calls=(
                  Call((), (6,)), Call((), (5,), {"d": 0.5})), empty=())  # fmt: skip
for _name in ("fftshift", "ifftshift"):
    add_behaviour(f"fft.{_name}", _shift(getattr(np.fft, _name)),
                  dtypes=ALL, exact=True, calls=(Call(_X), Call(((5, 3),), (0,)), Call(
                      ((5, 3),), ((-1,),))), errors=dim_errors(lambda dim: Call(_X, (dim,)), 2),
                  )  # fmt: skip


# -- short-time ---------------------------------------------------------------------------------
def _stft(x: Any, n: int, hop: int, window: Any = None, center: bool = False,
          return_complex: bool = True) -> Any:  # fmt: skip
    window = np.ones(n) if window is None else window
    frames = np.lib.stride_tricks.sliding_window_view(x, n, -1)[..., ::hop, :]
    return np.swapaxes(np.fft.rfft(frames * window), -1, -2)


_ALONE = {"center": False, "return_complex": True}
add_behaviour("stft", _stft, dtypes=PRECISE, result="complex", loose=8.0, empty=(),
     calls=(Call(((20,),), (8, 3), _ALONE), Call(((2, 20),), (6, 2), {**_ALONE, "window": T((6,),
     0.1, 1.0)})), errors=(Error(Call(((20,),), (0, 3), _ALONE), RuntimeError, "n_fft"),
     Error(Call(((20,),), (30, 3), _ALONE), RuntimeError, "n_fft"), Error(Call(((20,),), (8, 0),
     _ALONE), RuntimeError, "hop"), Error(Call(((2, 2, 20),), (8, 2), _ALONE), RuntimeError,
     "1D|2D|dim"),),)  # fmt: skip
