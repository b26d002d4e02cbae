"""Multivariate normal distributions whose covariance is of low rank, plus a diagonal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.matrices import (
    capacitance_tril,
    common_batch_shape,
    identity_like,
    lowrank_logdet,
    lowrank_mahalanobis,
    multiply,
    solve_lower,
)
from flambeau.distributions.utils import lazy_property, standard_normal
from flambeau.tensor.linear_algebra.decompositions import cholesky
from flambeau.tensor.tensor import Tensor

__all__ = ["LowRankMultivariateNormal"]


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of n numbers with covariance cov_factor @ cov_factor.mT + diag(cov_diag).

    cov_factor is n x rank: densities cost O(n rank**2) instead of O(n**3), see matrices.py.
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True
    _event_dims = {
        "loc": 1, "cov_factor": 2, "cov_diag": 1, "variance": 1, "scale_tril": 2,
        "covariance_matrix": 2, "precision_matrix": 2,
    }  # fmt: skip
    _kept = ("_unbroadcasted_cov_factor", "_unbroadcasted_cov_diag", "_capacitance_tril")

    def __init__(
        self, loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, validate_args: bool | None = None
    ) -> None:
        name = "LowRankMultivariateNormal"
        if loc.dim() < 1:
            raise ValueError(
                message(name, "loc without dims", "loc must be at least one-dimensional")
            )
        n = loc.shape[-1]
        if cov_factor.dim() < 2 or cov_factor.shape[-2] != n:
            raise ValueError(
                message(name, f"cov_factor of shape {tuple(cov_factor.shape)}",
                        "cov_factor must be at least two-dimensional: a batch of matrices with "
                        f"shape {n} x m")
            )  # fmt: skip
        if cov_diag.shape[-1:] != loc.shape[-1:]:
            raise ValueError(
                message(name, f"cov_diag of shape {tuple(cov_diag.shape)}",
                        f"cov_diag must be a batch of vectors with shape ({n},)")
            )  # fmt: skip
        batch = common_batch_shape(name, loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        self.loc = loc.expand((*batch, n))
        self.cov_factor = cov_factor.expand((*batch, n, cov_factor.shape[-1]))
        self.cov_diag = cov_diag.expand((*batch, n))
        super().__init__(batch, (n,), validate_args=validate_args)
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        self._capacitance_tril = capacitance_tril(cov_factor, cov_diag)

    @property
    def mean(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @lazy_property
    def variance(self) -> Tensor:  # type: ignore[override]
        squares = self._unbroadcasted_cov_factor.pow(2).sum(-1)
        variance = squares + self._unbroadcasted_cov_diag
        return variance.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The covariance's lower Cholesky factor, through a matrix of eigenvalues of at least 1.

        W @ W.mT + D = D**0.5 @ (I + V @ V.mT) @ D**0.5 for V = D**-0.5 @ W.
        """
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        scaled = self._unbroadcasted_cov_factor / root
        factor = root * cholesky(scaled @ scaled.mT + identity_like(scaled))
        return factor.expand(self._matrix_shape())

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """cov_factor @ cov_factor.mT + diag(cov_diag)."""
        factor = self._unbroadcasted_cov_factor
        covariance = factor @ factor.mT + self._unbroadcasted_cov_diag.diag_embed()
        return covariance.expand(self._matrix_shape())

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        diag = self._unbroadcasted_cov_diag
        scaled = self._unbroadcasted_cov_factor.mT / diag.unsqueeze(-2)
        part = solve_lower(self._capacitance_tril, scaled)
        precision = diag.reciprocal().diag_embed() - part.mT @ part
        return precision.expand(self._matrix_shape())

    def _matrix_shape(self) -> tuple[int, ...]:
        return (*self._batch_shape, *self._event_shape, *self._event_shape)

    def _logdet(self) -> Tensor:
        return lowrank_logdet(self._unbroadcasted_cov_diag, self._capacitance_tril)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """loc + cov_factor @ z + sqrt(cov_diag) * another z."""
        shape, dtype = self._extended_shape(sample_shape), self.loc.dtype
        of_factor = standard_normal((*shape[:-1], self.cov_factor.shape[-1]), dtype)
        spread = self._unbroadcasted_cov_diag.sqrt() * standard_normal(shape, dtype)
        return self.loc + multiply(self._unbroadcasted_cov_factor, of_factor) + spread

    def log_prob(self, value: Tensor) -> Tensor:
        """-(n log(2 pi) + log det + squared Mahalanobis distance) / 2."""
        if self._validate_args:
            self._validate_sample(value)
        distance = lowrank_mahalanobis(
            self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag,
            value - self.loc, self._capacitance_tril,
        )  # fmt: skip
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._logdet() + distance)

    def entropy(self) -> Tensor:
        """(n (1 + log(2 pi)) + log det) / 2."""
        norm = self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        return (0.5 * (norm + self._logdet())).expand(self._batch_shape)
