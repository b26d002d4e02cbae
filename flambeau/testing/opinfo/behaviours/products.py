"""Behaviour of products of vectors and matrices, and of distances."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.table import (
    ALL,
    COMPLEX,
    FLOATS,
    NUMBERS,
    PRECISE,
    Call,
    Error,
    T,
    add_behaviour,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

MATRICES = (*NUMBERS, *COMPLEX)
_FIELDS: dict[str, Any] = {"loose": 16.0, "low": -2.0, "high": 2.0, "dtypes": MATRICES}


def _bad(*shapes: Any, text: str = "shape|size|match|dim", **kwargs: Any) -> Error:
    return Error(Call(shapes, (), kwargs), RuntimeError, text)


def _dtypes(*shapes: Any) -> Error:
    first, *rest = shapes
    call = Call((T(first, dtype=dt.float32), *[T(s, dtype=dt.float64) for s in rest]))
    return Error(call, RuntimeError, "dtype|type")


_add = add_behaviour
_add("matmul", np.matmul, **_FIELDS, calls=(
     Call(((3, 4), (4, 5))), Call(((4,), (4,))), Call(((3, 4), (4,))), Call(((4,), (4, 5))),
     Call(((2, 3, 4), (4, 5))), Call(((2, 1, 3, 4), (5, 4, 2)))), errors=(
     _bad((3, 4), (3, 4)), _bad((3,), (4,)), _bad((2, 3, 4), (3, 4, 5)), _bad((), (3,)),
     _dtypes((3, 4), (4, 5))))  # fmt: skip
_add("mm", np.matmul, **_FIELDS, calls=(Call(((3, 4), (4, 5))),), errors=(
     _bad((3, 4), (3, 4)), _bad((3, 4), (4,)), _bad((1, 3, 4), (4, 5)), _dtypes((3, 4), (4, 5))
     ))  # fmt: skip
_add("bmm", np.matmul, **_FIELDS, calls=(Call(((2, 3, 4), (2, 4, 5))),), errors=(
     _bad((2, 3, 4), (3, 4, 5)), _bad((2, 3, 4), (2, 3, 4)), _bad((3, 4), (4, 5)),
     _dtypes((2, 3, 4), (2, 4, 5))))  # fmt: skip
_add("mv", np.matmul, **_FIELDS, calls=(Call(((3, 4), (4,))),), errors=(
     _bad((3, 4), (3,)), _bad((3, 4), (4, 1)), _dtypes((3, 4), (4,))))  # fmt: skip
_add("dot", np.dot, **_FIELDS, calls=(Call(((4,), (4,))),), errors=(
     _bad((3,), (4,)), _bad((3, 4), (4,)), _dtypes((3,), (3,))))  # fmt: skip
_add("vdot", np.vdot, **_FIELDS, calls=(Call(((4,), (4,))),), errors=(
     _bad((3,), (4,)), _bad((3, 4), (4,)), _dtypes((3,), (3,))))  # fmt: skip
_add("outer", np.outer, low=-2, high=2, dtypes=ALL, calls=(Call(((3,), (4,))),),
     errors=(_bad((3, 1), (4,)),))  # fmt: skip
_add("kron", np.kron, low=-2, high=2, dtypes=ALL,
     calls=(Call(((2, 3), (2, 2))), Call(((2,), (3, 2)))))  # fmt: skip
_add("inner", np.inner, **_FIELDS, calls=(Call(((2, 3), (4, 3))), Call(((3,), (3,)))),
     errors=(_bad((2, 3), (4, 2)),))  # fmt: skip


# -- with something added -----------------------------------------------------------------------
def _plus(product: Any) -> Any:
    def reference(x: Any, a: Any, b: Any, beta: Any = 1, alpha: Any = 1) -> Any:
        return (beta * x + alpha * product(a, b)).astype(x.dtype)

    return reference


def _added(*shapes: tuple[int, ...]) -> tuple[Call, ...]:
    scaled = {"beta": 2, "alpha": 3}
    return Call(shapes), Call(((1,), *shapes[1:]), (), scaled)


_add("addmm", _plus(np.matmul), **_FIELDS, calls=_added((3, 5), (3, 4), (4, 5)), errors=(
     _bad((3, 5), (3, 4), (3, 5)), _bad((2, 5), (3, 4), (4, 5)), _bad((3, 5), (3, 4), (4,)),
     _dtypes((3, 5), (3, 4), (4, 5))))  # fmt: skip
_add("addmv", _plus(np.matmul), **_FIELDS, calls=_added((3,), (3, 4), (4,)), errors=(
     _bad((3,), (3, 4), (3,)), _bad((2,), (3, 4), (4,)), _bad((3,), (3,), (3,))))  # fmt: skip
_add("addr", _plus(np.outer), **_FIELDS, calls=_added((3, 4), (3,), (4,)), errors=(
     _bad((3, 4), (4,), (3,)), _bad((3, 4), (3, 1), (4,))))  # fmt: skip
_add("baddbmm", _plus(np.matmul), **_FIELDS, calls=_added((2, 3, 5), (2, 3, 4), (2, 4, 5)),
     errors=(_bad((2, 3, 5), (3, 3, 4), (2, 4, 5)), _bad((2, 3, 5), (3, 4), (4, 5)),
             _bad((2, 3, 4), (2, 3, 4), (2, 4, 5))))  # fmt: skip
_add("addbmm", _plus(lambda a, b: np.matmul(a, b).sum(0, a.dtype)), **_FIELDS,
     calls=_added((3, 5), (2, 3, 4), (2, 4, 5)), errors=(
     _bad((3, 5), (3, 3, 4), (2, 4, 5)), _bad((3, 5), (3, 4), (4, 5)))
     )  # fmt: skip

# -- sums over any dims -------------------------------------------------------------------------
_add("tensordot", lambda a, b, dims=2: np.tensordot(a, b, dims), **_FIELDS, calls=(
     Call(((2, 3, 4), (3, 4, 5)), (2,)), Call(((2, 3), (3, 4)), (1,)),
     Call(((2, 3, 4), (4, 2)), (([0, 2], [1, 0]),)), Call(((2,), (3,)), (0,))), errors=(
     _bad((2, 3), (4, 5), dims=1), _bad((2, 3), (3, 2), dims=3), _bad((2, 3), (3, 2), dims=-1),
     ))  # fmt: skip


def _einsum(rule: str, *shapes: tuple[int, ...]) -> Call:
    return Call((), (rule, *[T(s) for s in shapes]))


_add("einsum", lambda rule, *x: np.einsum(rule, *x), **_FIELDS, empty=(_einsum("ij,jk->ik", (0, 3),
     (3, 2)), _einsum("ij,jk", (2, 0), (0, 3))), calls=(_einsum("ij,jk->ik", (3, 4), (4, 5)),
     _einsum("ij->ji", (3, 4)), _einsum("ii->i", (3, 3)), _einsum("bij,bjk->bik", (2, 3, 4), (2, 4,
     2)), _einsum("i,j", (2,), (3,)), _einsum("...ij,...jk", (2, 3, 4), (4, 2)),
     _einsum("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)), _einsum("i,i,i->i", (3,), (3,), (1,))),
     errors=tuple([Error(call, RuntimeError, "einsum") for call in (_einsum("ij,jk->ik", (3, 4),
     (3, 4)), _einsum("ij", (3,)), _einsum("ij,jk", (3, 4)), _einsum("ij->ix", (3, 4)),
     _einsum("i1->i", (3, 4)), _einsum("ij->ii", (3, 4)), _einsum("...i...->i", (3, 4)),
     _einsum("i.j->i", (3, 4)))]),)  # fmt: skip
_add("chain_matmul", lambda *x: np.linalg.multi_dot(x), **_FIELDS,
     calls=(Call(((2, 3), (3, 4), (4, 2))), Call(((2, 3), (3, 4)))),
     errors=(_bad((2, 3), (4, 2)), _bad((2, 3), (3,))))  # fmt: skip

# -- of vectors in space ------------------------------------------------------------------------
_add("cross", lambda a, b, dim=-1: np.moveaxis(np.cross(a, b, axis=dim), -1, dim)
     if dim != -1 else np.cross(a, b), **_FIELDS, empty=(), errors=(
     _bad((2, 4), (2, 4)), *dim_errors(lambda dim: Call(((3, 3), (3, 3)), (dim,)), 2)),
     calls=(Call(((4, 3), (4, 3))), Call(((2, 3), (1, 3)), (-1,))))  # fmt: skip
_add("cdist", lambda a, b, p=2.0: np.linalg.norm(a[..., :, None, :] - b[..., None, :, :], p, -1),
     dtypes=PRECISE, loose=16.0, calls=(Call(((3, 4), (5, 4))), Call(((2, 3, 4), (5, 4)), (1.0,)),
     Call(((3, 4), (5, 4)), (float("inf"),)), Call(((3, 4), (5, 4)), (3.0,))), errors=(_bad((3, 4),
     (5, 3)), _bad((3,), (3,)), _bad((3, 4), (5, 4), p=-1.0, text="p")),)  # fmt: skip
_add("dist", lambda a, b, p=2: np.linalg.norm(np.ravel(a - b), p), dtypes=FLOATS[:2] + COMPLEX,
     result="real", loose=8.0, calls=(Call(((3, 4), (3, 4))), Call(((3, 4), (4,)), (1,)),
     Call(((3, 4), (3, 4)), (float("inf"),))), errors=(_bad((3,), (4,)),), empty=())  # fmt: skip
_add("renorm", lambda x, p, dim, maxnorm: x * np.minimum(1, maxnorm / (np.linalg.norm(
     np.moveaxis(x, dim, 0).reshape(x.shape[dim], -1), p, -1) + 1e-7)).reshape(
     [-1 if i == dim % x.ndim else 1 for i in range(x.ndim)]), loose=8.0,
     dtypes=FLOATS[:2] + COMPLEX, calls=(Call(((3, 4),), (2.0, 0, 1.0)),
     Call(((2, 3, 4),), (1.0, -1, 3.0))), empty=(), errors=(
     *dim_errors(lambda dim: Call(((2, 3),), (2.0, dim, 1.0)), 2),
     Error(Call(((2, 3),), (-1.0, 0, 1.0)), RuntimeError, "p|norm"),
     Error(Call(((2, 3),), (2.0, 0, -1.0)), RuntimeError, "maxnorm")))  # fmt: skip
_add("combinations", lambda x, r=2, with_replacement=False: _combinations(x, r, with_replacement),
     dtypes=ALL, exact=True, calls=(Call(((4,),)), Call(((4,),), (3,)), Call(((3,),), (2, True))),
     errors=(_bad((2, 3)), Error(Call(((3,),), (-1,)), RuntimeError, "negative")))  # fmt: skip


def _combinations(x: Any, r: int, again: bool) -> Any:
    choose = itertools.combinations_with_replacement if again else itertools.combinations
    return np.array(list(choose(x, r)), x.dtype).reshape(-1, r)
