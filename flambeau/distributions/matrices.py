"""Batches of triangular factors and of low-rank covariances: products, distances, determinants.

A covariance is L @ L.mT for a lower triangular factor L, or W @ W.mT + diag(D) for a thin
matrix W and a positive vector D. The second kind is inverted through its capacitance
I + W.mT @ diag(1 / D) @ W, which is small: by Woodbury's identity and the matrix determinant lemma.
"""

from __future__ import annotations

from collections.abc import Sequence

from flambeau.core.errors import message
from flambeau.tensor.grids import broadcast_shapes
from flambeau.tensor.linear_algebra.decompositions import cholesky
from flambeau.tensor.linear_algebra.triangles import solve_triangular
from flambeau.tensor.patterns import eye
from flambeau.tensor.tensor import Size, Tensor

__all__ = [
    "capacitance_tril",
    "identity_like",
    "log_diagonal",
    "lowrank_logdet",
    "lowrank_mahalanobis",
    "mahalanobis",
    "multiply",
    "need_one_matrix",
    "precision_to_tril",
    "solve_lower",
    "squares",
]


# -- arguments ----------------------------------------------------------------------------------
def need_one_matrix(name: str, error: type[Exception], **given: Tensor | None) -> str:
    """Which one of the matrices is given; an error unless it is exactly one of 2 dims or more."""
    names = [key for key, value in given.items() if value is not None]
    if len(names) != 1:
        raise error(
            message(name, " and ".join(names) or "no matrix",
                    f"Exactly one of {' or '.join(given)} may be specified")
        )  # fmt: skip
    matrix = given[names[0]]
    assert matrix is not None
    if matrix.dim() < 2:
        raise ValueError(
            message(name, f"{names[0]} of shape {tuple(matrix.shape)}",
                    f"{names[0]} must be at least two-dimensional, with optional leading batch "
                    "dimensions")
        )  # fmt: skip
    return names[0]


def common_batch_shape(name: str, *shapes: Sequence[int]) -> Size:
    """The batch shapes broadcast; ValueError if they do not."""
    try:
        return Size(broadcast_shapes(*[tuple(shape) for shape in shapes]))
    except RuntimeError as error:
        raise ValueError(
            message(name, f"parameters of batch shapes {[tuple(s) for s in shapes]}",
                    "Incompatible batch shapes: they must broadcast")
        ) from error  # fmt: skip


# -- triangular factors ---------------------------------------------------------------------------
def identity_like(x: Tensor) -> Tensor:
    """The identity with as many rows as x, in its dtype."""
    return eye(x.shape[-2], dtype=x.dtype)


def multiply(matrix: Tensor, vector: Tensor) -> Tensor:
    """matrix @ vector for the last dims; the others broadcast."""
    return (matrix @ vector.unsqueeze(-1)).squeeze(-1)


def solve_lower(factor: Tensor, x: Tensor) -> Tensor:
    """inverse(factor) @ x for lower triangular factors; batch dims broadcast."""
    return solve_triangular(factor, x, upper=False)


def squares(x: Tensor) -> Tensor:
    """The sum of the squared elements of each matrix."""
    return x.pow(2).sum((-2, -1))


def log_diagonal(factor: Tensor) -> Tensor:
    """log |det| of triangular factors: half that of the covariances."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def mahalanobis(factor: Tensor, x: Tensor) -> Tensor:
    """x' inverse(factor @ factor') x: factors (*batch, n, n), vectors (*more, *batch, n).

    Vectors that share a factor are solved for together, as its columns.
    """
    batch, n = factor.shape[:-2], factor.shape[-1]
    x = x.expand((*broadcast_shapes(tuple(x.shape[:-1]), tuple(batch)), n))
    more = x.shape[: x.dim() - 1 - len(batch)]
    together = x.reshape((more.numel(), *x.shape[len(more) :]))
    columns = together.movedim(0, -1)  # (*batch, n, columns)
    solved = solve_lower(factor, columns).pow(2).sum(-2)  # (*batch, columns)
    return solved.movedim(-1, 0).reshape((*more, *solved.shape[:-1]))


def precision_to_tril(precision: Tensor) -> Tensor:
    """The lower Cholesky factor of the inverse.

    The reversed matrix has a factor whose reversed transpose is an upper factor of `precision`
    from the other side; its inverse is lower triangular again.
    """
    reversed_factor = cholesky(precision.flip((-2, -1)))
    upper = reversed_factor.flip((-2, -1)).mT
    return solve_lower(upper, identity_like(precision))


# -- low rank -------------------------------------------------------------------------------------
def capacitance_tril(factor: Tensor, diag: Tensor) -> Tensor:
    """The Cholesky factor of I + W.mT @ diag(1 / D) @ W."""
    scaled = factor.mT / diag.unsqueeze(-2)
    return cholesky(scaled @ factor + identity_like(scaled))


def lowrank_logdet(diag: Tensor, capacitance: Tensor) -> Tensor:
    """log det(W @ W.mT + diag(D)), given the capacitance's factor."""
    return 2 * log_diagonal(capacitance) + diag.log().sum(-1)


def lowrank_mahalanobis(factor: Tensor, diag: Tensor, x: Tensor, capacitance: Tensor) -> Tensor:
    """x' inverse(W @ W.mT + diag(D)) x, given the capacitance's factor."""
    reduced = multiply(factor.mT / diag.unsqueeze(-2), x)
    return (x.pow(2) / diag).sum(-1) - mahalanobis(capacitance, reduced)
