"""The continuous Bernoulli distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.exp_family import ExponentialFamily
from flambeau.distributions.probabilities import BINARY, ProbsOrLogits
from flambeau.distributions.utils import (
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
)
from flambeau.nn.functional.loss import binary_cross_entropy_with_logits
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.elementwise import where
from flambeau.tensor.random import rand
from flambeau.tensor.tensor import Tensor

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(ProbsOrLogits, ExponentialFamily):
    """Density on [0, 1] proportional to probs**x (1 - probs)**(1 - x).

    Formulas divide 0 by 0 at probs = 1/2; between the two `lims` their Taylor series serve.
    Source: Loaiza-Ganem and Cunningham, "The continuous Bernoulli: fixing a pervasive error in
    variational autoencoders", 2019.
    """

    arg_constraints = BINARY
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0
    _event_dims = {"probs": 0, "logits": 0}
    _kept = ("_lims",)

    def __init__(
        self, probs: Any = None, logits: Any = None, lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._take(probs, logits)
        self._lims = lims
        if probs is not None:
            if validate_args and not is_capturing():  # the clamp hides what is wrong
                self._check("Expected parameter probs", self.probs, constraints.unit_interval)
            self.probs = clamp_probs(self.probs)
        super().__init__(self._param.shape, validate_args=validate_args)

    @lazy_property
    def probs(self) -> Tensor:  # type: ignore[override]
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    # -- around probs = 1/2 ---------------------------------------------------------------------
    def _is_stable(self) -> Tensor:
        low, high = self._lims
        return (self.probs <= low) | (self.probs > high)

    def _away(self) -> Tensor:
        """probs where the formulas are stable, a harmless number elsewhere."""
        return where(self._is_stable(), self.probs, self._lims[0])

    def _choose(self, formula: Tensor, series: Tensor) -> Tensor:
        return where(self._is_stable(), formula, series)

    def _log_norm(self) -> Tensor:
        """log of the factor 2 atanh(1 - 2 p) / (1 - 2 p)."""
        p = self._away()
        formula = ((-p).log1p() - p.log()).abs().log() - (1.0 - 2.0 * p).abs().log()
        x = (self.probs - 0.5).pow(2)
        return self._choose(formula, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self) -> Tensor:
        """p / (2 p - 1) + 1 / (2 atanh(1 - 2 p))."""
        p = self._away()
        formula = p / (2.0 * p - 1.0) + 1.0 / ((-p).log1p() - p.log())
        x = self.probs - 0.5
        return self._choose(formula, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x)

    @property
    def variance(self) -> Tensor:
        """p (p - 1) / (1 - 2 p)**2 + 1 / (2 atanh(1 - 2 p))**2."""
        p = self._away()
        formula = p * (p - 1.0) / (1.0 - 2.0 * p).pow(2)
        formula = formula + 1.0 / ((-p).log1p() - p.log()).pow(2)
        x = (self.probs - 0.5).pow(2)
        return self._choose(formula, 1.0 / 12.0 - (1.0 / 15.0 + 128.0 / 945.0 * x) * x)

    # -- samples --------------------------------------------------------------------------------
    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Without gradients."""
        return Distribution.sample(self, sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """The quantile of a uniform number."""
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.probs.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        """x log(p) + (1 - x) log(1 - p) and the log of the factor."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        cross = binary_cross_entropy_with_logits(logits, value, reduction="none")
        return self._log_norm() - cross

    def cdf(self, value: Tensor) -> Tensor:
        """(p**x (1 - p)**(1 - x) + p - 1) / (2 p - 1), x itself at 1/2."""
        if self._validate_args:
            self._validate_sample(value)
        p = self._away()
        formula = (p.pow(value) * (1.0 - p).pow(1.0 - value) + p - 1.0) / (2.0 * p - 1.0)
        return self._choose(formula, value).clamp(min=0.0, max=1.0)

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile."""
        p = self._away()
        formula = (-p + value * (2.0 * p - 1.0)).log1p() - (-p).log1p()
        return self._choose(formula / (p.log() - (-p).log1p()), value)

    def entropy(self) -> Tensor:
        """mean (log(1 - p) - log(p)) - log(1 - p) - log of the factor."""
        log_0, log_1 = (-self.probs).log1p(), self.probs.log()
        return self.mean * (log_0 - log_1) - self._log_norm() - log_0

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Any) -> Tensor:
        """log((exp(x) - 1) / x), by its series near 0."""
        low, high = self._lims
        is_stable = (x <= low - 0.5) | (x > high - 0.5)
        away = where(is_stable, x, (low - 0.5) * 1.0)
        formula = (away.exp() - 1.0).abs().log() - away.abs().log()
        return where(is_stable, formula, 0.5 * x + x.pow(2) / 24.0 - x.pow(4) / 2880.0)
