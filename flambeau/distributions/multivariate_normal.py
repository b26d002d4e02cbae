"""The multivariate normal distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.matrices import (
    common_batch_shape,
    identity_like,
    log_diagonal,
    mahalanobis,
    multiply,
    need_one_matrix,
    precision_to_tril,
)
from flambeau.distributions.utils import lazy_property, standard_normal
from flambeau.tensor.linear_algebra.decompositions import cholesky
from flambeau.tensor.linear_algebra.triangles import cholesky_solve
from flambeau.tensor.tensor import Tensor

__all__ = ["MATRICES", "MultivariateNormal", "factor_of"]

MATRICES: dict[str, Any] = {
    "covariance_matrix": constraints.positive_definite,
    "precision_matrix": constraints.positive_definite,
    "scale_tril": constraints.lower_cholesky,
}


def factor_of(name: str, matrix: Tensor) -> Tensor:
    """The lower Cholesky factor of the covariance which `matrix` gives under that name."""
    if name == "scale_tril":
        return matrix
    return cholesky(matrix) if name == "covariance_matrix" else precision_to_tril(matrix)


class CovarianceByFactor(Distribution):
    """Base: a covariance, its inverse or its factor is given; the others follow when read."""

    _unbroadcasted_scale_tril: Tensor

    @lazy_property
    def scale_tril(self) -> Tensor:
        return self._unbroadcasted_scale_tril.expand(self._matrix_shape())

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        factor = self._unbroadcasted_scale_tril
        return (factor @ factor.mT).expand(self._matrix_shape())

    @lazy_property
    def precision_matrix(self) -> Tensor:
        factor = self._unbroadcasted_scale_tril
        return cholesky_solve(identity_like(factor), factor).expand(self._matrix_shape())

    def _matrix_shape(self) -> tuple[int, ...]:
        n = self._event_shape[-1]
        return (*self._batch_shape, n, n)


class MultivariateNormal(CovarianceByFactor):
    """Normal vectors of mean `loc`, given by a covariance, its inverse or its lower factor.

    `scale_tril` is the quickest: the others are factored first.

    >>> import flambeau
    >>> d = flambeau.distributions.MultivariateNormal(flambeau.zeros(2), flambeau.eye(2))
    >>> d.log_prob(flambeau.zeros(2))
    tensor(-1.8379)
    """

    arg_constraints = {"loc": constraints.real_vector, **MATRICES}
    support = constraints.real_vector
    has_rsample = True
    _event_dims = {"loc": 1, **dict.fromkeys(MATRICES, 2)}
    _kept = ("_unbroadcasted_scale_tril",)

    def __init__(
        self, loc: Tensor, covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None, scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        if loc.dim() < 1:
            raise ValueError(
                message("MultivariateNormal", "loc without dims",
                        "loc must be at least one-dimensional", "Normal for one number")
            )  # fmt: skip
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        name = need_one_matrix("MultivariateNormal", ValueError, **given)
        matrix = given[name]
        assert matrix is not None
        batch = common_batch_shape("MultivariateNormal", matrix.shape[:-2], loc.shape[:-1])
        n = loc.shape[-1]
        if tuple(matrix.shape[-2:]) != (n, n):
            raise ValueError(
                message("MultivariateNormal", f"loc of {n} numbers and {name} of shape "
                        f"{tuple(matrix.shape)}", f"{name} of {n} x {n}")
            )  # fmt: skip
        self.loc = loc.expand((*batch, n))
        self.__dict__[name] = matrix.expand((*batch, n, n))
        super().__init__(batch, (n,), validate_args=validate_args)
        self._unbroadcasted_scale_tril = factor_of(name, matrix)

    @property
    def mean(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """The covariance's diagonal."""
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return squares.expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """loc + factor @ z."""
        z = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + multiply(self._unbroadcasted_scale_tril, z)

    def log_prob(self, value: Tensor) -> Tensor:
        """-(n log(2 pi) + squared Mahalanobis distance) / 2 - log det of the factor."""
        if self._validate_args:
            self._validate_sample(value)
        factor = self._unbroadcasted_scale_tril
        distance = mahalanobis(factor, value - self.loc)
        norm = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (norm + distance) - log_diagonal(factor)

    def entropy(self) -> Tensor:
        """n (1 + log(2 pi)) / 2 + log det of the factor."""
        norm = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        return (norm + log_diagonal(self._unbroadcasted_scale_tril)).expand(self._batch_shape)
