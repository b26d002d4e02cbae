"""The generalized Pareto distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import broadcast_all
from flambeau.tensor.creation import zeros_like
from flambeau.tensor.elementwise import where
from flambeau.tensor.random import rand
from flambeau.tensor.tensor import Tensor

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """Excesses over a threshold `loc`: survival (1 + k z)**(-1 / k) for k = concentration.

    z is (x - loc) / scale; k = 0 gives the exponential distribution, and k < 0 an upper bound
    loc - scale / k.
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True
    _event_dims = {"loc": 0, "scale": 0, "concentration": 0}

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """[loc, infinity), or [loc, loc - scale / k] for k < 0."""
        k = self.concentration
        upper = where(k < 0, self.loc - self.scale / k, float("inf"))
        return constraints.interval(self.loc, upper)

    def _zero_and_safe(self) -> tuple[Tensor, Tensor]:
        """Where the concentration counts as 0, and it with 1 there."""
        is_zero = self.concentration.isclose(zeros_like(self.concentration))
        return is_zero, where(is_zero, 1.0, self.concentration)

    def _neg_log_survival(self, value: Tensor) -> Tensor:
        """log(1 + k z) / k; its series at k = 0 has the right derivatives by k."""
        z = (value - self.loc) / self.scale
        is_zero, k = self._zero_and_safe()
        zero = self.concentration
        return where(is_zero, ((zero * z / 3 - 0.5) * zero * z + 1) * z, (k * z).log1p() / k)

    @property
    def mean(self) -> Tensor:
        """loc + scale / (1 - k) for k < 1, else infinite."""
        below = self.concentration < 1
        k = where(below, self.concentration, 0.5)
        return where(below, self.loc + self.scale / (1 - k), float("inf"))

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """scale**2 / ((1 - k)**2 (1 - 2 k)) for k < 1/2, else NaN."""
        below = self.concentration < 0.5
        k = where(below, self.concentration, 0.25)
        formula = self.scale.pow(2) / ((1 - k).pow(2) * (1 - 2 * k))
        return where(below, formula, float("nan"))

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """The quantile of a uniform number."""
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        """-log(scale) - (1 + 1 / k) log(1 + k z)."""
        if self._validate_args:
            self._validate_sample(value)
        return -(1 + self.concentration) * self._neg_log_survival(value) - self.scale.log()

    def log_survival_function(self, value: Tensor) -> Tensor:
        """The log of the probability of more than `value`."""
        if self._validate_args:
            self._validate_sample(value)
        return -self._neg_log_survival(value)

    def log_cdf(self, value: Tensor) -> Tensor:
        """The log of the probability of at most `value`."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of at most `value`."""
        return -self.log_survival_function(value).expm1()

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile."""
        y = -(-value).log1p()
        is_zero, k = self._zero_and_safe()
        zero = self.concentration
        series = ((zero * y / 6 + 0.5) * zero * y + 1) * y
        return self.loc + self.scale * where(is_zero, series, (k * y).expm1() / k)

    def entropy(self) -> Tensor:
        """log(scale) + k + 1."""
        return self.scale.log() + self.concentration + 1
