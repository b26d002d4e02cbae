"""The BLAS library: found once, kept to one thread of its own, called from our pool by tiles."""

from __future__ import annotations

import ctypes
import functools

from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.device import Target
from flambeau.core.dtype import DType
from flambeau.engine.backend.jit import compile_text
from flambeau.engine.codegen.gemm import blas_thunk
from flambeau.engine.graph.routines.lapack import is_present, library

__all__ = ["blas_name", "dot_function", "dot_tiles", "has_blas", "is_present"]

ROUTINES = {dt.float32: ("sgemm", "float"), dt.float64: ("dgemm", "double")}
SMALL = 1 << 18  # multiplications below which one call does all: less than 10 us of work


def has_blas(dtype: DType) -> bool:
    """Whether matrix products of this dtype go to the library."""
    return bool(config.BLAS) and dtype in ROUTINES and is_present()


def blas_name() -> str:
    """The library's own description of itself, or why there is none."""
    handle = library()
    if handle is None:
        return "none (scipy-openblas32 is not installed)"
    handle.scipy_openblas_get_config.restype = ctypes.c_char_p
    return handle.scipy_openblas_get_config().decode()


@functools.cache
def dot_function(dtype: DType, target: Target) -> int:
    """The address of the kernel that multiplies tiles of matrices through the library."""
    routine, ctype = ROUTINES[dtype]
    address = ctypes.cast(getattr(library(), f"scipy_cblas_{routine}"), ctypes.c_void_p).value
    assert address is not None
    name = f"flambeau_{routine}"
    text = blas_thunk(name, ctype, dtype.itemsize)
    return compile_text((name,), text, target, {f"blas_{routine}": address})[0]


def dot_tiles(m: int, n: int, k: int, batch: int) -> tuple[int, int, int, int]:
    """(rows, columns of a tile, tiles down, tiles across); from the sizes only, so that the
    result does not depend on the number of threads."""
    tile_m, tile_n = max(m, 1), max(n, 1)
    if m * n * k > SMALL and batch < 8:
        # cut the longer side first: each tile packs its panels anew
        wanted = 8
        while batch * -(-m // tile_m) * -(-n // tile_n) < wanted:
            if tile_m >= tile_n and tile_m >= 64:
                tile_m = _half(tile_m)
            elif tile_n >= 64:
                tile_n = _half(tile_n)
            elif tile_m >= 64:
                tile_m = _half(tile_m)
            else:
                break
    return tile_m, tile_n, -(-m // tile_m), -(-n // tile_n)


def _half(n: int) -> int:
    """Half of n, in whole vectors."""
    half = (n + 1) // 2
    return max(16, (half + 15) // 16 * 16)
