"""Behaviour of decompositions, systems of equations and norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import definite, lower, of_scipy, upper
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    BOTH,
    Call,
    Error,
    T,
    add_behaviour,
    constant,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

_D = T((3, 3), form=definite)
_DS = T((2, 3, 3), form=definite)
_NOT_SQUARE = Error(Call(((3, 4),)), RuntimeError, "square")
_NOT_MATRIX = Error(Call(((3,),)), RuntimeError, "2 dim|at least 2|matri")
_INTEGERS = Error(Call((T((3, 3), dtype=dt.int64),)), RuntimeError, "float|dtype|[Ll]ong|type")
_SQUARES = (_NOT_SQUARE, _NOT_MATRIX)
_NONE = (Call(((0, 0),)), Call(((0, 3, 3),)))
_SINGULAR = constant([[1.0, 2.0], [2.0, 4.0]])


def _h(x: Any) -> Any:
    return np.conj(np.swapaxes(x, -1, -2))


_DEFAULTS: dict[str, Any] = {
    "dtypes": BOTH,
    "loose": 64.0,
    "low": -1.0,
    "high": 1.0,
    "empty": _NONE,
}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(name, reference, *rows, **{**_DEFAULTS, **fields})


def _singular(*more: Any) -> Error:
    return Error(Call((_SINGULAR, *more)), RuntimeError, "singular")


# -- inverses, determinants ---------------------------------------------------------------------
_add("linalg.inv", np.linalg.inv, Call((_D,)), Call((_DS,)), *_SQUARES, _INTEGERS, _singular())
_add("inverse", np.linalg.inv, Call((_D,)), Call((_DS,)), *_SQUARES, _singular())
_add("linalg.inv_ex", lambda x: (np.linalg.inv(x), np.zeros(x.shape[:-2])), Call((_D,)), Call((_DS,
     )), *_SQUARES, result=("same", "int32"))  # fmt: skip
_add(
    "linalg.det", np.linalg.det, Call((_D,)), Call((_DS,)), Call((_SINGULAR,)), *_SQUARES, _INTEGERS
)
_add(
    "linalg.slogdet",
    np.linalg.slogdet,
    Call((_D,)),
    Call((_DS,)),
    *_SQUARES,
    result=("same", "real"),
)
_add("logdet", lambda x: np.log(np.linalg.det(x)), Call((_D,)), Call((_DS,)), *_SQUARES)
for _name in ("linalg.pinv", "pinverse"):
    _add(_name, np.linalg.pinv, Call(((3, 4),)), Call(((2, 4, 3),)), _NOT_MATRIX, empty=())
_add("linalg.matrix_power", np.linalg.matrix_power, Call(((3, 3),), (3,)), Call((_DS,), (-2,)),
     Call(((3, 3),), (0,)), Error(Call(((3, 4),), (2,)), RuntimeError, "square"),
     Error(Call((_SINGULAR,), (-1,)), RuntimeError, "singular"), empty=())  # fmt: skip
_add("linalg.matrix_exp", of_scipy("linalg.expm"), Call(((3, 3),)), Call(((2, 3, 3),)), *_SQUARES)
_add("linalg.matrix_rank", np.linalg.matrix_rank, Call(((3, 4),)), Call((_SINGULAR,)), Call((_DS,)),
     _NOT_MATRIX, result="int64", empty=())  # fmt: skip
_add("linalg.cond", np.linalg.cond, Call((_D,)), Call((_D,), (1,)), Call((_D,), ("fro",)),
     _NOT_MATRIX, result="real", empty=())  # fmt: skip

# -- decompositions -----------------------------------------------------------------------------
_NOT_DEFINITE = constant([[1.0, 2.0], [2.0, 1.0]])
_add("linalg.cholesky", np.linalg.cholesky, Call((_D,)), Call((_DS,)), *_SQUARES, _INTEGERS,
     Error(Call((_NOT_DEFINITE,)), RuntimeError, "positive-definite"))  # fmt: skip
_add("cholesky", np.linalg.cholesky, Call((_D,)), Call((_DS,)), *_SQUARES,
     Error(Call((_NOT_DEFINITE,)), RuntimeError, "positive-definite"))  # fmt: skip
_add("linalg.cholesky_ex", lambda x: (np.linalg.cholesky(x), np.zeros(x.shape[:-2])), Call((_D,)),
     Call((_DS,)), *_SQUARES, result=("same", "int32"))  # fmt: skip
_add("cholesky_inverse", lambda x: np.linalg.inv(x @ _h(x)), Call((T((3, 3), form=lower),)),
     *_SQUARES, empty=())  # fmt: skip
_add("cholesky_solve", lambda b, x: np.linalg.solve(x @ _h(x), b), Call(((3, 2), T((3, 3),
     form=lower))), Call(((2, 3, 1), T((2, 3, 3), form=lower))), Error(Call(((4, 2), (3, 3))),
     RuntimeError, "shape|size|[Ii]ncompatible"), empty=())  # fmt: skip


def _qr_product(q: Any, r: Any) -> Any:
    return q @ r, np.abs(r)


def _qr(x: Any, mode: Any = "reduced") -> Any:
    return np.linalg.qr(x, mode)


_add("linalg.qr", _qr, Call(((4, 3),)), Call(((2, 3, 4),)), Call(((4, 3),), ("complete",)),
     _NOT_MATRIX, _INTEGERS, Error(Call(((3, 3),), ("full",)), RuntimeError, "mode"),
     result=("same", "same"), up_to=_qr_product, empty=())  # fmt: skip
_add("qr", lambda x: np.linalg.qr(x), Call(((4, 3),)), Call(((2, 3, 4),)), result=("same", "same"),
     up_to=_qr_product, empty=())  # fmt: skip


def _svd_product(u: Any, s: Any, vh: Any) -> Any:
    k = s.shape[-1]
    return (u[..., :k] * s[..., None, :]) @ vh[..., :k, :], s


_add("linalg.svd", np.linalg.svd, Call(((4, 3),)), Call(((2, 3, 4),)), Call(((4, 3),), (False,)),
     _NOT_MATRIX, _INTEGERS, result=("same", "real", "same"), up_to=_svd_product, empty=()
     )  # fmt: skip
_add("svd", lambda x: _usv(x), Call(((4, 3),)), Call(((2, 3, 4),)), result=("same", "real", "same"),
     up_to=lambda u, s, v: _svd_product(u, s, _h(v)), empty=())  # fmt: skip


def _usv(x: Any) -> Any:
    u, s, vh = np.linalg.svd(x, False)
    return u, s, _h(vh)


_add("linalg.svdvals", lambda x: np.linalg.svd(x, compute_uv=False), Call(((4, 3),)), Call(((2, 3,
     4),)), _NOT_MATRIX, result="real", empty=())  # fmt: skip


def _eigh_product(values: Any, vectors: Any) -> Any:
    return values, (vectors * values[..., None, :]) @ _h(vectors)


_add("linalg.eigh", np.linalg.eigh, Call((_D,)), Call((_DS,)), Call((_D,), ("U",)), *_SQUARES,
     _INTEGERS, result=("real", "same"), up_to=_eigh_product)  # fmt: skip
_add("linalg.eigvalsh", np.linalg.eigvalsh, Call((_D,)), Call((_DS,)), Call((_D,), ("U",)),
     *_SQUARES, result="real")  # fmt: skip


def _by_size(values: Any) -> Any:
    return np.take_along_axis(values, np.lexsort((values.imag, values.real)), -1)


def _eig_product(values: Any, vectors: Any) -> Any:
    return _by_size(values), vectors * values[..., None, :] @ np.linalg.inv(vectors)


_add("linalg.eig", np.linalg.eig, Call(((3, 3),)), Call(((2, 3, 3),)), *_SQUARES, loose=256.0,
     result=("complex", "complex"), up_to=_eig_product, empty=())  # fmt: skip
_add("linalg.eigvals", np.linalg.eigvals, Call(((3, 3),)), Call(((2, 3, 3),)), *_SQUARES,
     loose=256.0, result="complex", up_to=lambda v: (_by_size(v),), empty=())  # fmt: skip


def _lu(x: Any, pivot: bool = True) -> Any:
    return of_scipy("linalg.lu")(x)


_add("linalg.lu", _lu, Call(((3, 3),)), Call(((2, 4, 3),)), Call(((3, 4),)), _NOT_MATRIX,
     result=("same", "same", "same"), empty=())  # fmt: skip
_add("linalg.lu_factor", lambda x: _lu_factor(x), Call(((3, 3),)), Call(((4, 3),)), _NOT_MATRIX,
     result=("same", "int32"), empty=())  # fmt: skip
_add("linalg.lu_factor_ex", lambda x: (*_lu_factor(x), np.zeros(())), Call(((3, 3),)), _NOT_MATRIX,
     result=("same", "int32", "int32"), empty=())  # fmt: skip


def _lu_factor(x: Any) -> Any:
    factors, pivots = of_scipy("linalg.lu_factor")(x)
    return factors, pivots + 1


def _lu_matrices(x: Any, pivots: Any) -> Any:
    """P, L and U that LU data and pivots stand for."""
    rows, columns = x.shape
    order = np.arange(rows)
    for i, p in enumerate(pivots - 1):
        order[[i, p]] = order[[p, i]]
    k = min(rows, columns)
    low = np.tril(x, -1)[:, :k] + np.eye(rows, k)
    return np.eye(rows)[:, order], low, np.triu(x)[:k]


_FACTORS = T((3, 3), form=lambda x: np.tril(x, -1) + upper(x))
_PIVOTS = constant([2, 3, 3], dt.int32)
_add("lu_unpack", _lu_matrices, Call((_FACTORS, _PIVOTS)), Call(((3, 3), constant([3, 2, 3],
     dt.int32))), result=("same", "same", "same"), empty=())  # fmt: skip


def _solve_factored(x: Any, pivots: Any, b: Any) -> Any:
    p, low, up = _lu_matrices(x, pivots)
    return np.linalg.solve(p @ low @ up, b)


_add("linalg.lu_solve", _solve_factored, Call((_FACTORS, _PIVOTS, (3, 2))), Error(Call((_FACTORS,
     _PIVOTS, (4, 2))), RuntimeError, "shape|size|[Ii]ncompatible|match"), empty=())  # fmt: skip
_add("lu_solve", lambda b, x, pivots: _solve_factored(x, pivots, b), Call(((3, 2), _FACTORS,
     _PIVOTS)), empty=())  # fmt: skip

# -- systems ------------------------------------------------------------------------------------
_MISMATCH = Error(Call((_D, (4, 2))), RuntimeError, "shape|size|[Ii]ncompatible|match")
_add("linalg.solve", lambda a, b: np.linalg.solve(a, b), Call((_D, (3, 2))), Call((_D, (3,))),
     Call((_DS, (2, 3, 1))), _MISMATCH, Error(Call(((3, 4), (3,))), RuntimeError, "square"),
     _singular((2,)), empty=())  # fmt: skip
_add("linalg.solve_ex", lambda a, b: (np.linalg.solve(a, b), np.zeros(a.shape[:-2])), Call((_D, (3,
     2))), _MISMATCH, result=("same", "int32"), empty=())  # fmt: skip


def _triangle(a: Any, b: Any, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    a = np.triu(a) if upper else np.tril(a)
    if unitriangular:
        a = a * (1 - np.eye(a.shape[-1])) + np.eye(a.shape[-1])
    if left:
        return np.linalg.solve(a, b)
    return np.swapaxes(np.linalg.solve(np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2)), -1, -2)


_U, _L = T((3, 3), form=upper), T((3, 3), form=lower)
_add("linalg.solve_triangular", _triangle, Call((_U, (3, 2)), (), {"upper": True}), Call((_L, (3,
     2)), (), {"upper": False}), Call((_U, (2, 3)), (), {"upper": True, "left": False}), Call((_L,
     (3, 2)), (), {"upper": False, "unitriangular": True}), Error(Call((_U, (4, 2)), (),
     {"upper": True}), RuntimeError, "shape|size|[Ii]ncompatible|match"), empty=())  # fmt: skip


def _triangular_solve(b: Any, a: Any, upper: bool = True, transpose: bool = False) -> Any:
    a = np.triu(a) if upper else np.tril(a)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transpose else a, b), a


_add("triangular_solve", _triangular_solve, Call(((3, 2), _U)), Call(((3, 2), _U), (),
     {"transpose": True}), result=("same", "same"), up_to=lambda x, a: (x, np.triu(a)), empty=()
     )  # fmt: skip
_add("linalg.lstsq", lambda a, b: (np.linalg.lstsq(a, b)[0], np.empty(0), np.array(3),
     np.empty(0)), Call(((5, 3), (5, 2))), result=("same", "real", "int64", "real"), empty=()
     )  # fmt: skip
_add("linalg.tensorinv", np.linalg.tensorinv, Call((T((2, 3, 6)),), (2,)), Error(
     Call(((2, 3, 4),), (2,)), RuntimeError, ""), Error(Call(((2, 2),), (0,)), RuntimeError, "ind"),
     empty=())  # fmt: skip
_add("linalg.tensorsolve", np.linalg.tensorsolve, Call(((2, 3, 6), (2, 3))), empty=())

# -- products -----------------------------------------------------------------------------------
_add("linalg.multi_dot", lambda x: np.linalg.multi_dot(x), Call((), ([T((2, 3)), T((3, 4)), T((4,
     2))],)), Call((), ([T((3,)), T((3, 4)), T((4,))],)), Error(Call((), ([T((2, 3)), T((2, 3))],
     )), RuntimeError, ""), Error(Call((), ([T((2, 3))],)), RuntimeError, "2"), empty=()
     )  # fmt: skip
_add("linalg.vecdot", lambda a, b, dim=-1: np.sum(np.conj(a) * b, dim), Call(((2, 3), (2, 3))),
     Call(((2, 3), (2, 1)), (), {"dim": 0}), Error(Call(((3,), (4,))), RuntimeError, "same number"),
     *dim_errors(lambda dim: Call(((2, 3), (2, 3)), (), {"dim": dim}), 2), empty=())  # fmt: skip
_add("linalg.cross", lambda a, b, dim=-1: np.cross(a, b, axis=dim), Call(((4, 3), (4, 3))),
     Call(((3, 2), (3, 2)), (), {"dim": 0}), Error(Call(((4,), (4,))), RuntimeError, "3"),
     *dim_errors(lambda dim: Call(((3, 3), (3, 3)), (), {"dim": dim}), 2), empty=())  # fmt: skip
_add("linalg.vander", lambda x, **sizes: np.vander(x, increasing=True, **sizes), Call(((3,),)),
     Call(((3,),), (), {"N": 5}), Error(Call(((3,),), (), {"N": 0}), RuntimeError, "N|greater"),
     empty=()
     )  # fmt: skip
_add("linalg.householder_product", lambda a, tau: _householder(a, tau), Call(((4, 3), (3,))),
     Error(Call(((3, 4), (3,))), RuntimeError, ""), empty=())  # fmt: skip


def _householder(a: Any, tau: Any) -> Any:
    """The first columns of (1 - tau_0 v_0 v_0^H) (1 - tau_1 v_1 v_1^H) ..."""
    rows, columns = a.shape
    made = np.eye(rows, dtype=a.dtype)
    for i, factor in enumerate(tau):
        v = np.concatenate([np.zeros(i), [1], a[i + 1 :, i]])[:, None]
        made = made @ (np.eye(rows) - factor * v @ _h(v))
    return made[:, :columns]


# -- norms --------------------------------------------------------------------------------------
_INF = float("inf")


def _vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    if dim is None:
        found = np.linalg.norm(np.ravel(x), ord)
        return found.reshape((1,) * x.ndim) if keepdim else found
    if isinstance(dim, int):
        return np.linalg.norm(x, ord, dim, keepdims=keepdim)
    return np.sum(np.abs(x) ** ord, dim, keepdims=keepdim) ** (1 / ord)


_VECTORS = (
    Call(((3, 4),)), Call(((3, 4),), (1, 0)), Call(((2, 3, 4),), (3, (0, 2), True)),
    Call(((3, 4),), (_INF, -1)), Call(((3, 4),), (-_INF, 0)), Call(((3, 4),), (0, 0)),
)  # fmt: skip
_NORM_ERRORS = dim_errors(lambda dim: Call(((2, 3),), (2, dim)), 2)
_add(
    "linalg.vector_norm", _vector_norm, *_VECTORS, *_NORM_ERRORS, _INTEGERS, result="real", empty=()
)
_add("linalg.norm", lambda x, ord=None, dim=None, keepdim=False: np.linalg.norm(x, ord, dim,
     keepdim), Call(((3, 4),)), Call(((3, 4),), (2,)), Call(((3, 4),), ("nuc",)), Call(((3, 4),),
     (1, 0)), Call(((3, 4),), (None, 1, True)), *_NORM_ERRORS, _INTEGERS, result="real", empty=()
     )  # fmt: skip
_add("linalg.matrix_norm", lambda x, ord="fro", dim=(-2, -1), keepdim=False: np.linalg.norm(
     x, ord, dim, keepdim), *[Call(((3, 4),), (p,)) for p in ("fro", "nuc", 1, -1, 2, -2, _INF)],
     Call(((2, 3, 4),), ("fro", (0, 2), True)), Error(Call(((3, 4),), (3,)), RuntimeError, "ord"),
     _NOT_MATRIX, *dim_errors(lambda dim: Call(((2, 3),), ("fro", (0, dim))), 2), result="real",
     empty=())  # fmt: skip
_add("norm", lambda x, p="fro", dim=None, keepdim=False: _vector_norm(x, 2 if p == "fro" else p,
     dim, keepdim), Call(((3, 4),)), Call(((3, 4),), (1, 0)), Call(((3, 4),), (3, 1, True)),
     *_NORM_ERRORS, result="real", empty=())  # fmt: skip

add_behaviour("linalg.diagonal", lambda x, offset=0, dim1=-2, dim2=-1: np.diagonal(
              x, offset, dim1, dim2), dtypes=BOTH, exact=True, calls=(Call(((2, 3, 4),)), Call(
                  ((2, 3, 4),), (), {"offset": 1, "dim1": 0})))  # fmt: skip

ALIASES.update({
    "det": "linalg.det", "slogdet": "linalg.slogdet", "matrix_exp": "linalg.matrix_exp",
    "matrix_power": "linalg.matrix_power", "orgqr": "linalg.householder_product",
    "linalg.matmul": "matmul",
})  # fmt: skip
