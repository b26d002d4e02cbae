"""Student's t distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.distributions import constraints
from flambeau.distributions.chi2 import Chi2
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import broadcast_all, standard_normal
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__ = ["StudentT"]

NAN, INFINITY = float("nan"), float("inf")


class StudentT(Distribution):
    """A normal number over the root of an average of `df` squared ones, stretched by `scale`."""

    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True
    _event_dims = {"df": 0, "loc": 0, "scale": 0, "_chi2": 0}

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df, validate_args=False)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """loc for df > 1, else NaN."""
        return where(self.df > 1, self.loc, NAN)

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """scale**2 df / (df - 2) for df > 2; infinite for 1 < df <= 2, else NaN."""
        df = where(self.df > 2, self.df, 3.0)
        finite = self.scale.pow(2) * df / (df - 2)
        return where(self.df > 2, finite, where(self.df > 1, INFINITY, NAN))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """loc + scale * z / sqrt(chi2 / df)."""
        z = standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        ratio = z * (self._chi2.rsample(sample_shape) / self.df).rsqrt()
        return self.loc + self.scale * ratio

    def _log_norm(self) -> Tensor:
        """log of the integral of (1 + z**2 / df)**(-(df + 1) / 2) over the values."""
        half = 0.5 * self.df
        gammas = half.lgamma() - (half + 0.5).lgamma()
        return self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + gammas

    def log_prob(self, value: Tensor) -> Tensor:
        """-(df + 1) / 2 log(1 + z**2 / df) minus the log of its integral."""
        if self._validate_args:
            self._validate_sample(value)
        z = (value - self.loc) / self.scale
        return -0.5 * (self.df + 1.0) * (z.pow(2) / self.df).log1p() - self._log_norm()

    def entropy(self) -> Tensor:
        """(df + 1) / 2 (digamma((df + 1) / 2) - digamma(df / 2)) and the log of the integral."""
        half = 0.5 * (self.df + 1)
        return half * (half.digamma() - (0.5 * self.df).digamma()) + self._log_norm()
