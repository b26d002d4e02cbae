"""Relaxed Bernoulli distributions: values between 0 and 1, with gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.distributions import constraints
from flambeau.distributions.probabilities import BINARY, ProbsOrLogits
from flambeau.distributions.transformed_distribution import TransformedDistribution
from flambeau.distributions.transforms import SigmoidTransform
from flambeau.distributions.utils import broadcast_all, clamp_probs, softplus_exact
from flambeau.tensor.random import rand
from flambeau.tensor.tensor import Tensor

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(ProbsOrLogits):
    """The logit of a relaxed Bernoulli number: (logits + logistic noise) / temperature.

    Source: Maddison, Mnih and Teh, "The concrete distribution: a continuous relaxation of
    discrete random variables", 2017.
    """

    arg_constraints = BINARY
    support = constraints.real
    has_rsample = True
    _event_dims = {"probs": 0, "logits": 0}
    _kept = ("temperature",)

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self.temperature = temperature
        self._take(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """(logits + log(u / (1 - u))) / temperature."""
        u = rand(self._extended_shape(sample_shape), dtype=self._param.dtype)
        u = clamp_probs(u)
        probs = clamp_probs(self.probs)
        noise = u.log() - (-u).log1p()
        return (noise + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        """log(temperature) + d - 2 log(1 + exp(d)) for d = logits - temperature * value."""
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        (temperature,) = broadcast_all(self.temperature)
        d = logits - value * temperature
        return temperature.log() + d - 2 * softplus_exact(d)


class RelaxedBernoulli(TransformedDistribution):
    """Nearly 0 or 1 for a low `temperature`, in between for a high one."""

    arg_constraints = BINARY
    support = constraints.unit_interval
    has_rsample = True
    base_dist: LogitRelaxedBernoulli
    _event_dims: Any = {}

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """The base's."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The base's."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """The base's."""
        return self.base_dist.probs
