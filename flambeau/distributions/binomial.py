"""The binomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.bernoulli import enumerate_values
from flambeau.distributions.probabilities import BINARY, ProbsOrLogits
from flambeau.distributions.utils import softplus_exact
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.variates import binomial

__all__ = ["Binomial"]


class Binomial(ProbsOrLogits):
    """How many of `total_count` trials succeed, each with probability `probs`.

    >>> import flambeau
    >>> flambeau.distributions.Binomial(4, flambeau.tensor([0.0, 1.0])).sample()
    tensor([0., 4.])
    """

    arg_constraints = {"total_count": constraints.nonnegative_integer, **BINARY}
    has_enumerate_support = True
    _event_dims = {"total_count": 0, "probs": 0, "logits": 0}

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        (count,) = self._take(probs, logits, total_count)
        self.total_count = count.to(self._param.dtype)
        super().__init__(self._param.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0 ... total_count."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        """n p."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        """floor((n + 1) p), at most n."""
        return ((self.total_count + 1) * self.probs).floor().minimum(self.total_count)

    @property
    def variance(self) -> Tensor:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Counts in the dtype of the parameter."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        """log C(n, k) + k logits - n log(1 + exp(logits))."""
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (n - value + 1).lgamma()
        return value * self.logits - n * softplus_exact(self.logits) + ways

    def _equal_count(self, name: str) -> int:
        """The number of trials, which must be the same everywhere."""
        most = int(self.total_count.max())
        if most != int(self.total_count.min()):
            raise NotImplementedError(
                message(f"Binomial.{name}", f"total_count up to {most}, and smaller ones",
                        f"Inhomogeneous total count not supported by `{name}`",
                        "one distribution for each count")
            )  # fmt: skip
        return most

    def entropy(self) -> Tensor:
        """The sum over all counts; total_count must be the same everywhere."""
        self._equal_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """0 ... total_count, which must be the same everywhere."""
        count = self._equal_count("enumerate_support") + 1
        return enumerate_values(count, self._param, self._batch_shape, expand)
