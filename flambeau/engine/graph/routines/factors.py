"""Factors of matrices with pivots, triangular systems, the exponential: what NumPy lacks.

Matrices are the last two dims. `info` is as in linalg.py; nothing here raises.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines.exponential import exponential
from flambeau.engine.graph.routines.lapack import (
    Matrices,
    columns,
    factor,
    one_batch,
    rows,
    solve_triangles,
)
from flambeau.engine.graph.routines.table import Routine

__all__ = ["FACTORS"]

Array = np.ndarray[Any, Any]
Arrays = tuple[Any, ...]
Types = tuple[TensorType, ...]


# -- lu: L and U of P^T A = L U in one matrix, pivots (rows swapped, from 1), info -----------------
def _lu_types(options: tuple, a: TensorType) -> Types:
    *batch, m, n = a.shape
    pivots = tensor_type(dt.int32, (*batch, min(m, n)))
    return a, pivots, tensor_type(dt.int32, tuple(batch))


def _lu(options: tuple, a: Any) -> Arrays:
    """info is the number of the first diagonal element of U that is zero."""
    *batch, m, n = a.shape
    found = columns(a)
    pivots = np.zeros((len(found), min(m, n)), np.int32)
    info = np.zeros(len(found), np.int32)
    if found.size:
        info = factor("getrf", found, m, n, Matrices(found), m, Matrices(pivots))
    k = pivots.shape[-1]
    return rows(found, batch), pivots.reshape(*batch, k), info.reshape(batch)


# -- permutation: pivots (..., k) as the order in which they leave the rows; options (rows,) ------
def _permutation_types(options: tuple, pivots: TensorType) -> Types:
    return (tensor_type(dt.int64, (*pivots.shape[:-1], *options)),)


def _permutation(options: tuple, pivots: Any) -> Arrays:
    *batch, k = pivots.shape
    swaps = pivots.reshape(prod(batch), k).astype(np.int64) - 1
    order = np.tile(np.arange(options[0]), (len(swaps), 1))
    every = np.arange(len(swaps))
    for i in range(k):
        other = swaps[:, i]
        order[every, i], order[every, other] = order[every, other], order[every, i].copy()
    return (order.reshape(*batch, options[0]),)


# -- inverse: A^-1, info --------------------------------------------------------------------------
def _inverse_types(options: tuple, a: TensorType) -> Types:
    return a, tensor_type(dt.int32, a.shape[:-2])


def _inverse(options: tuple, a: Any) -> Arrays:
    batch = a.shape[:-2]
    try:
        return np.linalg.inv(a), np.zeros(batch, np.int32)
    except np.linalg.LinAlgError:
        pass
    *_, info = _lu((), a)
    result = np.full(a.shape, np.inf, a.dtype)
    result[info == 0] = np.linalg.inv(a[info == 0])
    return result, info


# -- solve_triangular: X of op(A) X = B; options (upper, left, unit, transposed) ------------------
def _solve_triangular_types(options: tuple, a: TensorType, b: TensorType) -> Types:
    return (b,)


def _solve_triangular(options: tuple, a: Any, b: Any) -> Arrays:
    result = one_batch(np.array(b, order="C"))
    if result.size:
        solve_triangles(one_batch(np.ascontiguousarray(a)), result, *options)
    return (result.reshape(b.shape),)


# -- ldl: L and D of A = L D L^T (or L^H) in one matrix, pivots, info; options (hermitian,) -------
def _ldl_types(options: tuple, a: TensorType) -> Types:
    *batch, _, n = a.shape
    return a, tensor_type(dt.int32, (*batch, n)), tensor_type(dt.int32, tuple(batch))


def _ldl(options: tuple, a: Any) -> Arrays:
    *batch, _, n = a.shape
    found = columns(a)
    pivots = np.zeros((len(found), n), np.int32)
    info = np.zeros(len(found), np.int32)
    if found.size:
        length = 64 * n
        work = Matrices(np.empty(length, a.dtype)[None])
        work.step = 0
        info = factor(
            _symmetric("trf", options, a), found, "L", n, Matrices(found), n, Matrices(pivots),
            work, length,
        )  # fmt: skip
    return np.tril(rows(found, batch)), pivots.reshape(*batch, n), info.reshape(batch)


def _symmetric(step: str, options: tuple, a: Array) -> str:
    return ("he" if options[0] and a.dtype.kind == "c" else "sy") + step


# -- ldl_solve: X of A X = B from ldl's factors and pivots; options (hermitian,) ------------------
def _ldl_solve_types(options: tuple, a: TensorType, pivots: TensorType, b: TensorType) -> Types:
    return (b,)


def _ldl_solve(options: tuple, a: Any, pivots: Any, b: Any) -> Arrays:
    n, k = b.shape[-2:]
    factors, result = columns(a), columns(b)
    if result.size:
        places = np.ascontiguousarray(pivots, np.int32).reshape(len(result), n)
        name = _symmetric("trs", options, a)
        factor(name, result, "L", n, k, Matrices(factors), n, Matrices(places), Matrices(result), n)
    return (rows(result, b.shape[:-2]),)


# -- matrix_exp -----------------------------------------------------------------------------------
def _exponential_types(options: tuple, a: TensorType) -> Types:
    return (a,)


FACTORS: dict[str, Routine] = {
    "lu": Routine(_lu_types, _lu),
    "permutation": Routine(_permutation_types, _permutation),
    "inverse": Routine(_inverse_types, _inverse),
    "solve_triangular": Routine(_solve_triangular_types, _solve_triangular),
    "ldl": Routine(_ldl_types, _ldl),
    "ldl_solve": Routine(_ldl_solve_types, _ldl_solve),
    "matrix_exp": Routine(_exponential_types, lambda options, a: (exponential(a),)),
}
