"""Relaxed categorical distributions: points of the simplex, with gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.distributions import constraints
from flambeau.distributions.categorical import Categorical
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.probabilities import VECTOR
from flambeau.distributions.transformed_distribution import TransformedDistribution
from flambeau.distributions.transforms import ExpTransform
from flambeau.distributions.utils import broadcast_all, clamp_probs, normalized_logits
from flambeau.tensor.random import rand
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(Distribution):
    """The logarithm of a relaxed one-hot vector: logits plus Gumbel noise, over temperature.

    Source: Maddison, Mnih and Teh, "The concrete distribution: a continuous relaxation of
    discrete random variables", 2017.
    """

    arg_constraints = VECTOR
    support = constraints.real_vector
    has_rsample = True
    _event_dims = {"_categorical": 0}
    _kept = ("temperature",)

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._categorical._new(*args, **kwargs)

    @property
    def param_shape(self) -> Size:
        """The shape of `probs` and `logits`."""
        return self._categorical.param_shape

    @property
    def probs(self) -> Tensor:
        """The probability of each class."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """The log probability of each class."""
        return self._categorical.logits

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """log softmax((logits - log(-log(u))) / temperature)."""
        u = clamp_probs(rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return normalized_logits(scores)

    def log_prob(self, value: Tensor) -> Tensor:
        """From the normalized logits - temperature * value."""
        if self._validate_args:
            self._validate_sample(value)
        n = self._categorical._num_events
        logits, value = broadcast_all(self.logits, value)
        (temperature,) = broadcast_all(self.temperature)
        scores = normalized_logits(logits - value * temperature).sum(-1)
        return scores + math.lgamma(n) + (n - 1) * temperature.log()


class RelaxedOneHotCategorical(TransformedDistribution):
    """Nearly one-hot for a low `temperature`, nearly equal entries for a high one."""

    arg_constraints = VECTOR
    support = constraints.simplex
    has_rsample = True
    base_dist: ExpRelaxedCategorical
    _event_dims: Any = {}

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

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
