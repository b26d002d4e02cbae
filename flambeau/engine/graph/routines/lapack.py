"""LAPACK and BLAS of the wheel scipy-openblas32, called through ctypes, matrix by matrix.

For what NumPy lacks. Fortran's matrices lie column by column: `columns` makes such copies of a
batch, `rows` looks at them as NumPy does. Interface: https://netlib.org/lapack/explore-html/
"""

from __future__ import annotations

import ctypes
import functools
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from flambeau.core.config import log

__all__ = [
    "Matrices", "columns", "factor", "is_present", "library", "one_batch", "rows",
    "solve_triangles",
]  # fmt: skip

Array = np.ndarray[Any, Any]

SUFFIXES = (".so", ".dylib", ".dll")
PREFIXES = {"float32": "s", "float64": "d", "complex64": "c", "complex128": "z"}


def is_present() -> bool:
    """Whether there is a library; it is loaded when something first needs it."""
    return find_spec("scipy_openblas32") is not None


@functools.lru_cache(maxsize=1)
def library() -> Any:
    """The OpenBLAS of the wheel scipy-openblas32, or None."""
    try:
        import scipy_openblas32
    except ImportError:
        log(1, "no BLAS: scipy-openblas32 is not installed")
        return None
    folder, name = scipy_openblas32.get_lib_dir(), scipy_openblas32.get_library()
    (path,) = [f for f in Path(folder).iterdir() if name in f.stem and f.suffix in SUFFIXES]
    handle = ctypes.CDLL(str(path))
    # all threads are ours: two pools would fight for the processors
    handle.scipy_openblas_set_num_threads(1)
    return handle


@functools.cache
def _function(name: str) -> Any:
    """A routine whose arguments are all addresses (Fortran), with those lengths of its strings
    that gfortran expects behind them."""
    handle = library()
    if handle is None:
        raise ImportError(
            f"{name}: LAPACK is in the package scipy-openblas32, which is not installed; "
            "try pip install scipy-openblas32"
        )
    return getattr(handle, f"scipy_{name}")


# -- batches of matrices ------------------------------------------------------------------------
class Matrices:
    """The addresses of the matrices of a batch (count, ...) that lies in one piece."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.start = array.__array_interface__["data"][0]
        self.step = array.strides[0] if array.ndim else 0

    def __getitem__(self, i: int) -> ctypes.c_void_p:
        return ctypes.c_void_p(self.start + i * self.step)


def columns(a: Array) -> Array:
    """A batch (..., m, n) as a fresh (count, n, m): column after column in memory."""
    return one_batch(np.array(a.swapaxes(-1, -2), order="C"))


def one_batch(a: Array) -> Array:
    """(..., m, n) as (count, m, n)."""
    return a.reshape(prod(a.shape[:-2]), *a.shape[-2:])


def rows(a: Array, batch: tuple[int, ...]) -> Array:
    """What `columns` made, as (*batch, m, n)."""
    return a.reshape(*batch, *a.shape[-2:]).swapaxes(-1, -2)


def _number(n: int) -> Any:
    return ctypes.byref(ctypes.c_int32(n))


# -- calls --------------------------------------------------------------------------------------
def factor(name: str, a: Array, *arguments: Any) -> Array:
    """Call `name` for each matrix of a (count, n, m), which it overwrites; its codes (count,).

    `arguments` are those before `info`: a str is a letter, an int a number; of Matrices it is
    each one's address in turn.
    """
    routine = _function(f"{PREFIXES[a.dtype.name]}{name}_")
    count = len(a)
    info = np.zeros(count, np.int32)
    letters = [ctypes.c_size_t(1) for x in arguments if isinstance(x, str)]
    fixed = [_fixed(x) for x in (*arguments, Matrices(info))]
    for i in range(count):
        routine(*[x[i] if isinstance(x, Matrices) else x for x in fixed], *letters)
    return info


def _fixed(x: Any) -> Any:
    if isinstance(x, str):
        return ctypes.c_char_p(x.encode())
    return _number(x) if isinstance(x, int) else x


_ROW_MAJOR = 101
_LEFT, _RIGHT = 141, 142
_UPPER, _LOWER = 121, 122
_PLAIN, _TRANSPOSED = 111, 112
_STORED, _UNIT = 131, 132


def solve_triangles(
    a: Array, b: Array, upper: bool, left: bool, unit: bool, transposed: bool
) -> None:
    """Overwrite each b with op(a)^-1 b, or with b op(a)^-1 if not `left`; both lie row by row.

    a: (count, n, n), of which one triangle is read; b: (count, m, k).
    """
    prefix = PREFIXES[b.dtype.name]
    routine = _function(f"cblas_{prefix}trsm")
    one: Any = {"s": ctypes.c_float(1), "d": ctypes.c_double(1)}.get(prefix)
    if one is None:
        unit_number = np.ones(1, b.dtype)
        one = Matrices(unit_number)[0]
    m, k = b.shape[1:]
    how = (
        _ROW_MAJOR, _LEFT if left else _RIGHT, _UPPER if upper else _LOWER,
        _TRANSPOSED if transposed else _PLAIN, _UNIT if unit else _STORED, m, k, one,
    )  # fmt: skip
    first, second = Matrices(a), Matrices(b)
    for i in range(len(b)):
        routine(*how, first[i], a.shape[-1], second[i], k)
