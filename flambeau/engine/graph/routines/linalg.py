"""Decompositions of matrices, in the last two dims of their arrays, by NumPy.

A row that can fail has a last output `info` (int32, one number for each matrix): 0 where it was
computed, else a positive number; then the matrix' results mean nothing. Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines import lapack
from flambeau.engine.graph.routines.table import Routine

__all__ = ["LINALG"]

Array = np.ndarray[Any, Any]
Arrays = tuple[Any, ...]
Types = tuple[TensorType, ...]


def _info(a: TensorType) -> TensorType:
    return tensor_type(dt.int32, a.shape[:-2])


def _each(compute: Callable[..., Any], types: Types, a: Any) -> Arrays:
    """compute(a) and an `info` of zeros; if it fails, matrix by matrix: those that fail have NaN
    and info 1. `types` are the results' types without info."""
    batch = a.shape[:-2]
    try:
        return (*_results(compute(a), types), np.zeros(batch, np.int32))
    except np.linalg.LinAlgError:
        pass
    results = [np.full(t.shape, np.nan, t.dtype.numpy) for t in types]
    info = np.ones(batch, np.int32)
    for i in np.ndindex(batch):
        try:
            found = _results(compute(a[i]), types)
        except np.linalg.LinAlgError:
            continue
        info[i] = 0
        for result, one in zip(results, found, strict=True):
            result[i] = one
    return (*results, info)


def _results(found: Any, types: Types) -> Arrays:
    """As a tuple, of the right dtypes: NumPy gives real eigenvalues where all are real."""
    found = found if isinstance(found, tuple) else (found,)
    return tuple(f.astype(t.dtype.numpy, copy=False) for f, t in zip(found, types, strict=True))


# -- cholesky: L of A = L L^H, info; options (upper,): the triangle that is read and returned -----
def _cholesky_types(options: tuple, a: TensorType) -> Types:
    return a, _info(a)


def _cholesky(options: tuple, a: Any) -> Arrays:
    """info is the order of the first leading minor that is not positive."""
    (upper,) = options
    try:
        return np.linalg.cholesky(a, upper=upper), np.zeros(a.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        found = lapack.columns(a)
        n = a.shape[-1]
        info = lapack.factor("potrf", found, "U" if upper else "L", n, lapack.Matrices(found), n)
        keep = np.triu if upper else np.tril
        return keep(lapack.rows(found, a.shape[:-2])), info.reshape(a.shape[:-2])


# -- qr: Q and R of A = Q R; options (mode,) "reduced" or "complete" ---------------------------
def _qr_types(options: tuple, a: TensorType) -> Types:
    *batch, m, n = a.shape
    k = m if options[0] == "complete" else min(m, n)
    return tensor_type(a.dtype, (*batch, m, k)), tensor_type(a.dtype, (*batch, k, n))


def _qr(options: tuple, a: Any) -> Arrays:
    return tuple(np.linalg.qr(a, options[0]))


# -- reflectors: R above, the vectors of Householder's reflections below it, and their factors -----
def _reflectors_types(options: tuple, a: TensorType) -> Types:
    *batch, m, n = a.shape
    return a, tensor_type(a.dtype, (*batch, min(m, n)))


def _reflectors(options: tuple, a: Any) -> Arrays:
    found, factors = np.linalg.qr(a, "raw")
    return found.swapaxes(-1, -2), factors


# -- svd: U, S and V^H of A = U diag(S) V^H, info; options (full,): whether U and V are square ----
def _svd_types(options: tuple, a: TensorType) -> Types:
    *batch, m, n = a.shape
    k = min(m, n)
    shapes = ((m, m), (k,), (n, n)) if options[0] else ((m, k), (k,), (k, n))
    u, s, v = [tensor_type(a.dtype, (*batch, *shape)) for shape in shapes]
    return u, tensor_type(a.dtype.to_real(), s.shape), v, _info(a)


def _svd(options: tuple, a: Any) -> Arrays:
    (full,) = options
    types = _svd_types(options, _type_of(a))[:-1]
    return _each(lambda x: tuple(np.linalg.svd(x, full)), types, a)


def _svdvals_types(options: tuple, a: TensorType) -> Types:
    return _svd_types((False,), a)[1::2]


def _svdvals(options: tuple, a: Any) -> Arrays:
    types = _svdvals_types(options, _type_of(a))[:-1]
    return _each(lambda x: np.linalg.svd(x, compute_uv=False), types, a)


def _type_of(a: Array) -> TensorType:
    return tensor_type(dt.DTYPES[a.dtype.name], a.shape)


# -- eigh: eigenvalues (rising) and vectors of A = A^H, info; options (triangle,) "L" or "U" ------
def _eigh_types(options: tuple, a: TensorType) -> Types:
    return tensor_type(a.dtype.to_real(), a.shape[:-1]), a, _info(a)


def _eigh(options: tuple, a: Any) -> Arrays:
    types = _eigh_types(options, _type_of(a))[:-1]
    return _each(lambda x: tuple(np.linalg.eigh(x, *options)), types, a)


def _eigvalsh_types(options: tuple, a: TensorType) -> Types:
    return _eigh_types(options, a)[::2]


def _eigvalsh(options: tuple, a: Any) -> Arrays:
    types = _eigvalsh_types(options, _type_of(a))[:-1]
    return _each(lambda x: np.linalg.eigvalsh(x, *options), types, a)


# -- eig: complex eigenvalues and vectors, info ---------------------------------------------------
def _eig_types(options: tuple, a: TensorType) -> Types:
    dtype = a.dtype.to_complex()
    return tensor_type(dtype, a.shape[:-1]), tensor_type(dtype, a.shape), _info(a)


def _eig(options: tuple, a: Any) -> Arrays:
    return _each(lambda x: tuple(np.linalg.eig(x)), _eig_types(options, _type_of(a))[:-1], a)


def _eigvals_types(options: tuple, a: TensorType) -> Types:
    return _eig_types(options, a)[::2]


def _eigvals(options: tuple, a: Any) -> Arrays:
    return _each(np.linalg.eigvals, _eigvals_types(options, _type_of(a))[:-1], a)


# -- lstsq: X, rank, singular values; options (rcond,): smaller ones count as zero ----------------
def _lstsq_types(options: tuple, a: TensorType, b: TensorType) -> Types:
    *batch, m, n = a.shape
    values = tensor_type(a.dtype.to_real(), (*batch, min(m, n)))
    solution = tensor_type(a.dtype, (*batch, n, b.shape[-1]))
    return solution, tensor_type(dt.int64, tuple(batch)), values


def _lstsq(options: tuple, a: Any, b: Any) -> Arrays:
    results = [np.zeros(t.shape, t.dtype.numpy)
               for t in _lstsq_types(options, _type_of(a), _type_of(b))]  # fmt: skip
    for i in np.ndindex(a.shape[:-2]):
        x, _, rank, values = np.linalg.lstsq(a[i], b[i], rcond=options[0])
        for result, found in zip(results, (x, rank, values), strict=True):
            result[i] = found
    return tuple(results)


LINALG: dict[str, Routine] = {
    "cholesky": Routine(_cholesky_types, _cholesky),
    "qr": Routine(_qr_types, _qr),
    "reflectors": Routine(_reflectors_types, _reflectors),
    "svd": Routine(_svd_types, _svd),
    "svdvals": Routine(_svdvals_types, _svdvals),
    "eigh": Routine(_eigh_types, _eigh),
    "eigvalsh": Routine(_eigvalsh_types, _eigvalsh),
    "eig": Routine(_eig_types, _eig),
    "eigvals": Routine(_eigvals_types, _eigvals),
    "lstsq": Routine(_lstsq_types, _lstsq),
}
