"""The Wishart distribution."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.chi2 import Chi2
from flambeau.distributions.exp_family import ExponentialFamily
from flambeau.distributions.matrices import (
    common_batch_shape,
    log_diagonal,
    need_one_matrix,
    solve_lower,
    squares,
)
from flambeau.distributions.multivariate_normal import MATRICES, CovarianceByFactor, factor_of
from flambeau.distributions.utils import lazy_property, standard_normal
from flambeau.special import multigammaln
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.creation import tensor
from flambeau.tensor.elementwise import where
from flambeau.tensor.linear_algebra.decompositions import cholesky
from flambeau.tensor.linear_algebra.solving import slogdet
from flambeau.tensor.patterns import arange
from flambeau.tensor.tensor import Tensor

__all__ = ["Wishart"]


class Wishart(CovarianceByFactor, ExponentialFamily):
    """x' x for `df` rows x of n normal numbers of a covariance; df may be any number above n - 1.

    >>> import flambeau
    >>> flambeau.distributions.Wishart(3.0, flambeau.eye(2)).mean
    tensor([[3., 0.],
            [0., 3.]])
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0
    _event_dims = {"df": 0, **dict.fromkeys(MATRICES, 2)}
    _kept = ("_unbroadcasted_scale_tril",)

    def __init__(
        self, df: Any, covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None, scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        name = need_one_matrix("Wishart", AssertionError, **given)
        matrix = given[name]
        assert matrix is not None
        count = df if isinstance(df, Tensor) else tensor(df, dtype=matrix.dtype)
        batch = common_batch_shape("Wishart", matrix.shape[:-2], count.shape)
        event_shape = matrix.shape[-2:]
        self._check_df(count, event_shape[-1])
        self.df = count.expand(batch)
        self.__dict__[name] = matrix.expand(batch + event_shape)
        super().__init__(batch, event_shape, validate_args=validate_args)
        self._unbroadcasted_scale_tril = factor_of(name, matrix)

    @staticmethod
    def _check_df(df: Tensor, n: int) -> None:
        if is_capturing():
            return
        if bool((df <= n - 1).any()):
            raise ValueError(
                message("Wishart", f"Value of df={df.tolist()}",
                        f"expected to be greater than ndim - 1 = {n - 1}")
            )  # fmt: skip
        if bool((df < n).any()):
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for "
                "ndim - 1 < df < ndim.",
                stacklevel=3,
            )

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """Definite matrices, df above n - 1."""
        return {**MATRICES, "df": constraints.greater_than(self.event_shape[-1] - 1)}

    @property
    def _size(self) -> int:
        return self._event_shape[-1]

    @property
    def mean(self) -> Tensor:
        """df covariance."""
        return self.df[..., None, None] * self.covariance_matrix

    @property
    def mode(self) -> Tensor:
        """(df - n - 1) covariance; NaN for df <= n + 1."""
        factor = self.df - self._size - 1
        factor = where(factor <= 0, float("nan"), factor)
        return factor[..., None, None] * self.covariance_matrix

    @property
    def variance(self) -> Tensor:
        """df (V_ij**2 + V_ii V_jj) for the covariance V."""
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        products = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self.df[..., None, None] * (covariance.pow(2) + products)

    # -- samples --------------------------------------------------------------------------------
    @lazy_property
    def _chi2(self) -> Chi2:
        """The distributions of the squared diagonal of Bartlett's factor."""
        steps = arange(self._size, dtype=self.df.dtype)
        return Chi2(self.df.unsqueeze(-1) - steps, validate_args=False)

    def _bartlett(self, sample_shape: Sequence[int]) -> Tensor:
        """A sample by Bartlett's decomposition.

        Source: Smith and Hocking, "Wishart variate generator", Applied Statistics 21, 1972.
        """
        shape, dtype = self._extended_shape(sample_shape), self._unbroadcasted_scale_tril.dtype
        diagonal = self._chi2.rsample(sample_shape).sqrt().clamp(min=finfo(dtype).eps)
        noise = standard_normal(shape, dtype).tril(-1) + diagonal.diag_embed()
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def rsample(
        self, sample_shape: Sequence[int] = (), max_try_correction: int | None = None
    ) -> Tensor:
        """A differentiable sample; singular matrices are drawn again, `max_try_correction` times.

        10 times by default, never while a function is being captured.
        """
        sample = self._bartlett(sample_shape)
        if is_capturing():
            return sample
        tries = 10 if max_try_correction is None else max_try_correction
        for attempt in range(tries + 1):
            valid = self.support.check(sample)
            if bool(valid.all()):
                break
            if attempt == 0:
                warnings.warn("Singular sample detected.", stacklevel=2)
            if attempt < tries:
                sample = where(valid[..., None, None], sample, self._bartlett(sample_shape))
        return sample

    # -- densities ------------------------------------------------------------------------------
    def _log_scale(self) -> Tensor:
        """n log(2) / 2 and log det of the factor."""
        return self._size * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril)

    def log_prob(self, value: Tensor) -> Tensor:
        """From log det(value) and the trace of inverse(covariance) @ value."""
        if self._validate_args:
            self._validate_sample(value)
        df, n = self.df, self._size
        factor = cholesky(value)
        trace = squares(solve_lower(self._unbroadcasted_scale_tril, factor))
        powers = (df - n - 1) * log_diagonal(factor)
        return powers - df * self._log_scale() - multigammaln(df / 2, n) - trace / 2

    def entropy(self) -> Tensor:
        """From multivariate log gamma and digamma functions of df / 2."""
        df, n = self.df, self._size
        halves = df.unsqueeze(-1) / 2 - arange(n, dtype=df.dtype) / 2
        digammas = halves.digamma().sum(-1)
        gammas = multigammaln(df / 2, n) - (df - n - 1) / 2 * digammas
        return (n + 1) * self._log_scale() + gammas + df * n / 2

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._size - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Tensor:
        n = self._size
        half = y + (n + 1) / 2
        return half * (n * math.log(2) - slogdet(-2 * x).logabsdet) + multigammaln(half, n)
