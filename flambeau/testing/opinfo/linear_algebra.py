"""Samples of decompositions, systems and determinants.

Where a result is determined up to signs or phases alone, the sample uses magnitudes. Matrices are
made well-conditioned, so that finite differences mean something.
"""

from __future__ import annotations

from typing import Any

import flambeau
from flambeau import Tensor, linalg
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

SQUARE = Input((3, 3))
BATCH = Input((2, 3, 3))
TALL = Input((2, 4, 3))
WIDE = Input((2, 2, 4))
RIGHT = Input((3, 2))
INDEFINITE = Input((3, 3), values=(0, 2, 1, 2, 0.5, -1, 1, -1, 0), requires_grad=False)
SINGULAR = Input((3, 3), values=(1, 2, 0, 2, 4, 0, 0, 1, 3))  # of rank 2


def _shifted(x: Any) -> Any:
    """Far from singular."""
    return x + 3 * flambeau.eye(x.shape[-1], dtype=x.dtype)


def _positive(x: Any) -> Any:
    return _shifted(x @ x.mT)


def _spread(x: Any) -> Any:
    """Symmetric, with eigenvalues that lie apart."""
    return x + x.mT + flambeau.arange(x.shape[-1], dtype=x.dtype).mul(4).diag()


def _distinct(x: Any) -> Any:
    """Singular values that lie apart."""
    m, n = x.shape[-2:]
    return x * 0.3 + flambeau.eye(m, n, dtype=x.dtype) * flambeau.arange(1, n + 1, dtype=x.dtype)


add_samples(
    "cholesky",
    (lambda x: linalg.cholesky(_positive(x)), SQUARE),
    (lambda x: linalg.cholesky(_positive(x), upper=True), BATCH),
)
add_samples(
    "linalg_qr",
    (lambda x: tuple(linalg.qr(_shifted(x))), BATCH),
    (lambda x: tuple(linalg.qr(x)), TALL),
    (lambda x: tuple(linalg.qr(x)), WIDE),
    (lambda x: linalg.qr(x).R, TALL),
    (lambda x: linalg.qr(x, "complete").Q, WIDE),
)
add_samples(
    "linalg_svd",
    (lambda x: linalg.svdvals(_distinct(x)), TALL),
    (lambda x: tuple([v.abs() for v in linalg.svd(_distinct(x), False)]), TALL),
    (lambda x: tuple([v.abs() for v in linalg.svd(_distinct(x), False)]), Input((2, 3))),
    (lambda x: linalg.svd(_distinct(x))[0][..., :3] ** 2, TALL),
    (lambda x: linalg.matrix_norm(_distinct(x), "nuc"), TALL),
    (lambda x: linalg.cond(_distinct(x)), SQUARE),
)
add_samples(
    "linalg_eigh",
    (lambda x: linalg.eigvalsh(_spread(x)), BATCH),
    (lambda x: linalg.eigh(_spread(x))[1].abs(), BATCH),
)
add_samples(
    "linalg_eig",
    (lambda x: linalg.eigvals(_spread(x) + x).abs(), BATCH),
    (lambda x: linalg.eig(_spread(x) + x)[1].abs(), SQUARE),
)
add_samples(
    "linalg_pinv",
    (lambda x: linalg.pinv(x), TALL),
    (lambda x: linalg.pinv(x), WIDE),
    (lambda x: linalg.pinv(_spread(x), hermitian=True), SQUARE),
    (lambda x, y: linalg.pinv(x @ y), Input((4, 2)), Input((2, 3))),
)
add_samples(
    "linalg_lstsq",
    (lambda a, b: linalg.lstsq(a, b)[0], TALL, Input((2, 4, 2))),
    (lambda a, b: linalg.lstsq(a, b, driver="gelsd")[1], TALL, Input((2, 4))),
    (lambda a, b: linalg.lstsq(a, b)[0], WIDE, Input((2, 2, 1))),
)
add_samples(
    "linalg_solve_triangular",
    (lambda a, b: linalg.solve_triangular(_shifted(a), b, upper=True), BATCH, RIGHT),
    (lambda a, b: linalg.solve_triangular(a, b, upper=False, left=False, unitriangular=True),
     SQUARE, Input((2, 3))),
    (lambda a, b: flambeau.triangular_solve(b, _shifted(a), transpose=True)[0], SQUARE, RIGHT),
    (lambda a, t: linalg.householder_product(a, t), TALL, Input((2, 3))),
    (lambda a, t, c: flambeau.ormqr(a, t, c), Input((4, 3)), Input((3,)), Input((4, 2))),
    (lambda a, t, c: flambeau.ormqr(a, t, c, False, True), Input((4, 2)), Input((2,)),
     Input((3, 4))),
)  # fmt: skip
add_samples(
    "linalg_solve_ex",
    (lambda a, b: linalg.solve(_shifted(a), b), BATCH, RIGHT),
    (lambda a, b: linalg.solve(_shifted(a), b), BATCH, Input((2, 3))),
    (lambda a, b: linalg.solve(_shifted(a), b, left=False), SQUARE, Input((2, 2, 3))),
    (lambda a, b: linalg.tensorsolve(_shifted(a).reshape(2, 3, 6), b), Input((6, 6)),
     Input((2, 3))),
)  # fmt: skip
add_samples(
    "linalg_inv_ex",
    (lambda x: linalg.inv(_shifted(x)), BATCH),
    (lambda x: linalg.matrix_power(_shifted(x), -3), SQUARE),
)


def _ldl_solve(a: Tensor, b: Tensor) -> Tensor:
    factors, pivots = linalg.ldl_factor(a)
    return linalg.ldl_solve(factors, pivots, b)


def _lu_solve(a: Tensor, b: Tensor, **options: bool) -> Tensor:
    factors, pivots = linalg.lu_factor(a)
    return linalg.lu_solve(factors, pivots, b, **options)


add_samples("linalg_ldl_solve", (_ldl_solve, INDEFINITE, RIGHT))
add_samples(
    "reorder",
    (_lu_solve, BATCH, RIGHT),
    (lambda a, b: _lu_solve(a, b, left=False), BATCH, Input((2, 3))),
    (lambda a, b: _lu_solve(a, b, adjoint=True), BATCH, RIGHT),
)
add_samples(
    "linalg_lu_factor_ex",
    (lambda x: linalg.lu_factor(x)[0], BATCH),
    (lambda x: tuple(linalg.lu(x)[1:]), TALL),
    (lambda x: tuple(linalg.lu(x)[1:]), WIDE),
)
add_samples(
    "cholesky_solve",
    (lambda b, a: flambeau.cholesky_solve(b, _shifted(a).tril()), Input((2, 3, 2)), SQUARE),
    (lambda b, a: flambeau.cholesky_solve(b, _shifted(a).triu(), True), RIGHT, BATCH),
    (lambda a: flambeau.cholesky_inverse(_shifted(a).tril()), BATCH),
)
add_samples(
    "linalg_det", (lambda x: linalg.det(x), BATCH), (lambda x: flambeau.det(x), SINGULAR),
    (lambda x: linalg.det(x), Input((1, 1))),
)  # fmt: skip
add_samples(
    "linalg_slogdet",
    (lambda x: linalg.slogdet(_shifted(x))[1], BATCH),
    (lambda x: flambeau.logdet(_positive(x)), SQUARE),
)
add_samples(
    "linalg_matrix_exp",
    (lambda x: linalg.matrix_exp(x), BATCH),
    (lambda x: linalg.matrix_exp(x * 4), SQUARE),
)
