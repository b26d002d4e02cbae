"""The geometric distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.distributions import constraints
from flambeau.distributions.probabilities import BINARY, ProbsOrLogits
from flambeau.distributions.utils import broadcast_all, positive_uniform
from flambeau.nn.functional.loss import binary_cross_entropy_with_logits
from flambeau.tensor.creation import zeros_like
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__ = ["Geometric"]


class Geometric(ProbsOrLogits):
    """Failures before the first success of probability `probs`: 0, 1, 2, ..."""

    arg_constraints = BINARY
    support = constraints.nonnegative_integer
    _event_dims = {"probs": 0, "logits": 0}

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._take(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)
        if probs is not None and self._validate_args:
            self._check("Expected parameter probs", self.probs, constraints.positive)

    @property
    def mean(self) -> Tensor:
        """1 / p - 1."""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Tensor:
        """0."""
        return zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        """(1 / p - 1) / p."""
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """floor(log(u) / log(1 - p))."""
        with no_grad():
            u = positive_uniform(self._extended_shape(sample_shape), self.probs.dtype)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Tensor) -> Tensor:
        """k log(1 - p) + log(p)."""
        if self._validate_args:
            self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        # success at once: 0 * log(0) is 0
        failing = where((probs == 1) & (value == 0), 0.0, probs)
        return value * (-failing).log1p() + self.probs.log()

    def entropy(self) -> Tensor:
        """A trial's entropy / p."""
        trial = binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
        return trial / self.probs
