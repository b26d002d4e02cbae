"""Linear algebra: FUNCTIONS are the package's and methods, LINALG those of flambeau.linalg."""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.tensor import linalg as products
from flambeau.tensor import shaping
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.linear_algebra import (
    decompositions,
    eigenvalues,
    ldl,
    least_squares,
    low_rank,
    lu,
    norms,
    powers,
    reflections,
    removed,
    solving,
    triangles,
)
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "IN_PLACE", "LINALG", "METHODS", "adjoint"]


def adjoint(input: Tensor) -> Tensor:
    """The matrices in the last two dims, transposed and conjugated."""
    return conj(shaping.adjoint_view(input))


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """A diagonal of the matrices in two dims (the last ones by default), as a view."""
    return shaping.diagonal(A, offset, dim1, dim2)


LINALG: dict[str, Callable[..., Any]] = {
    "cholesky": decompositions.cholesky,
    "cholesky_ex": decompositions.cholesky_ex,
    "cond": norms.cond,
    "cross": powers.cross,
    "det": solving.det,
    "diagonal": diagonal,
    "eig": eigenvalues.eig,
    "eigh": eigenvalues.eigh,
    "eigvals": eigenvalues.eigvals,
    "eigvalsh": eigenvalues.eigvalsh,
    "householder_product": reflections.householder_product,
    "inv": solving.inv,
    "inv_ex": solving.inv_ex,
    "ldl_factor": ldl.ldl_factor,
    "ldl_factor_ex": ldl.ldl_factor_ex,
    "ldl_solve": ldl.ldl_solve,
    "lstsq": least_squares.lstsq,
    "lu": lu.lu,
    "lu_factor": lu.lu_factor,
    "lu_factor_ex": lu.lu_factor_ex,
    "lu_solve": lu.lu_solve,
    "matmul": products.matmul,
    "matrix_exp": powers.matrix_exp,
    "matrix_norm": norms.matrix_norm,
    "matrix_power": powers.matrix_power,
    "matrix_rank": least_squares.matrix_rank,
    "multi_dot": powers.multi_dot,
    "norm": norms.linalg_norm,
    "pinv": least_squares.pinv,
    "qr": decompositions.qr,
    "slogdet": solving.slogdet,
    "solve": solving.solve,
    "solve_ex": solving.solve_ex,
    "solve_triangular": triangles.solve_triangular,
    "svd": decompositions.svd,
    "svdvals": decompositions.svdvals,
    "tensorinv": solving.tensorinv,
    "tensorsolve": solving.tensorsolve,
    "vander": powers.vander,
    "vecdot": powers.vecdot,
    "vector_norm": norms.vector_norm,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "adjoint": adjoint,
    "cholesky": decompositions.old_cholesky,
    "cholesky_inverse": triangles.cholesky_inverse,
    "cholesky_solve": triangles.cholesky_solve,
    "cross": powers.old_cross,
    "det": solving.old_det,
    "dist": norms.dist,
    "geqrf": reflections.geqrf,
    "inverse": solving.old_inverse,
    "logdet": solving.logdet,
    "lu": lu.old_lu,
    "lu_solve": lu.old_lu_solve,
    "lu_unpack": lu.lu_unpack,
    "matrix_exp": powers.matrix_exp,
    "matrix_power": powers.matrix_power,
    "norm": norms.norm,
    "orgqr": reflections.orgqr,
    "ormqr": reflections.ormqr,
    "pca_lowrank": low_rank.pca_lowrank,
    "pinverse": least_squares.pinverse,
    "qr": decompositions.old_qr,
    "renorm": norms.renorm,
    "slogdet": solving.old_slogdet,
    "svd": decompositions.old_svd,
    "svd_lowrank": low_rank.svd_lowrank,
    "triangular_solve": triangles.triangular_solve,
    **removed.FUNCTIONS,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = ("renorm",)
