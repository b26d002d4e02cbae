"""Behaviour of functions about complex numbers."""

from __future__ import annotations

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.table import (
    ALL,
    COMPLEX,
    NUMBERS,
    ONE,
    PRECISE,
    Call,
    Error,
    T,
    add_behaviour,
    constant,
)  # fmt: skip

__all__: list[str] = []

_add = add_behaviour


def _pairs(x: np.ndarray) -> np.ndarray:
    return np.stack([x.real, x.imag], -1)


_REALS = Error(Call((T((3,), dtype=dt.float32),)), RuntimeError, "complex")
_add("real", np.real, calls=ONE, dtypes=ALL, result="real", exact=True)
_add("imag", np.imag, calls=ONE, dtypes=COMPLEX, result="real", exact=True, errors=(_REALS,))
_add("conj", np.conj, calls=ONE, dtypes=ALL, exact=True)
_add("conj_physical", np.conj, calls=ONE, dtypes=ALL, exact=True)
_add("angle", np.angle, calls=ONE, dtypes=(*PRECISE, *COMPLEX), result="real")
_add("sgn", lambda x: np.sign(x), calls=ONE, dtypes=(*NUMBERS, *COMPLEX))
_add("isreal", np.isreal, dtypes=ALL, result="bool", exact=True,
     calls=(*ONE, Call((constant([1 + 0j, 1j], dt.complex64),))))  # fmt: skip
_add("complex", lambda a, b: a + 1j * b, dtypes=PRECISE, result="complex", exact=True,
     calls=(Call(((3, 4), (3, 4))), Call(((2, 1), (3,)))), errors=(
     Error(Call(((3,), T((3,), dtype=dt.float64))), RuntimeError, "dtype|type"),
     Error(Call([T((3,), dtype=dt.int64)] * 2), RuntimeError, "float|[Hh]alf"),  # type: ignore[arg-type]
     ))  # fmt: skip
_add("polar", lambda r, angle: r * np.exp(1j * angle), dtypes=PRECISE, result="complex", low=0.0,
     calls=(Call(((3, 4), (3, 4))), Call(((2, 1), (3,)))), loose=2.0, errors=(
     Error(Call(((3,), T((3,), dtype=dt.float64))), RuntimeError, "dtype|type"),))  # fmt: skip
_add("view_as_real", _pairs, calls=ONE, dtypes=COMPLEX, result="real", exact=True,
     errors=(_REALS,))  # fmt: skip
_add("view_as_real_copy", _pairs, calls=ONE, dtypes=COMPLEX, result="real", exact=True,
     errors=(_REALS,))  # fmt: skip
for _name in ("view_as_complex", "view_as_complex_copy"):
    _add(_name, lambda x: x[..., 0] + 1j * x[..., 1], calls=(Call(((3, 2),)), Call(((2,),))),
         dtypes=PRECISE, result="complex", exact=True, reads_memory=True, errors=(
         Error(Call(((3, 3),)), RuntimeError, "2"), Error(Call(((),)), RuntimeError, "dim"),
         Error(Call((T((3, 2), dtype=dt.int64),)), RuntimeError, "float|dtype|type")))  # fmt: skip
