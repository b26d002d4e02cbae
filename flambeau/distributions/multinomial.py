"""The multinomial distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.binomial import Binomial
from flambeau.distributions.categorical import Categorical
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.probabilities import VECTOR
from flambeau.nn.functional.regularization import one_hot
from flambeau.tensor.creation import tensor
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    """How often each class comes among `total_count` draws from a categorical distribution."""

    arg_constraints = VECTOR
    total_count: int
    _event_dims = {"_categorical": 0}
    _kept = ("total_count",)

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(total_count, int):
            raise NotImplementedError(
                message("Multinomial", f"total_count of type {type(total_count).__name__}",
                        "inhomogeneous total_count is not supported: an int")
            )  # fmt: skip
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        super().__init__(
            self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args
        )

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts with the sum total_count."""
        return constraints.multinomial(self.total_count)

    @property
    def probs(self) -> Tensor:
        """The probability of each class."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """The log probability of each class."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of `probs` and `logits`."""
        return self._categorical.param_shape

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._categorical._new(*args, **kwargs)

    @property
    def mean(self) -> Tensor:
        """n p."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Counts in the dtype of the parameter."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            drawn = self._categorical.sample((self.total_count, *sample_shape))
            counts = one_hot(drawn, shape[-1]).sum(0)
            return counts.to(self.probs.dtype).reshape(shape)

    def entropy(self) -> Tensor:
        """n times a draw's entropy, corrected for the order by the classes' binomial counts."""
        n = tensor(self.total_count)
        draws = self.total_count * self._categorical.entropy()
        counts = Binomial(self.total_count, probs=self.probs)
        support = counts.enumerate_support(expand=False)[1:]
        weights = counts.log_prob(support).exp()
        order = (weights * (support + 1).lgamma()).sum((0, -1))
        return draws + order - (n + 1.0).lgamma()

    def log_prob(self, value: Tensor) -> Tensor:
        """log(n! / prod(k!)) + sum(k log(p))."""
        if self._validate_args:
            self._validate_sample(value)
        logits = self.logits
        # no draws of an impossible class: 0 * -inf is 0
        impossible = (value == 0) & (logits == -float("inf"))
        powers = (where(impossible, 0.0, logits) * value).sum(-1)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        return ways + powers
