"""The categorical distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.dtype import finfo, int64
from flambeau.distributions import constraints
from flambeau.distributions.bernoulli import enumerate_values
from flambeau.distributions.probabilities import VECTOR, ProbsOrLogitsVector
from flambeau.tensor.creation import full
from flambeau.tensor.grids import broadcast_shapes
from flambeau.tensor.random import multinomial
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["Categorical"]


class Categorical(ProbsOrLogitsVector):
    """Class i with probability probs[..., i], or proportional to exp(logits[..., i]).

    >>> import flambeau
    >>> d = flambeau.distributions.Categorical(flambeau.tensor([1.0, 3.0]))
    >>> d.probs
    tensor([0.2500, 0.7500])
    >>> d.log_prob(flambeau.tensor(1)).exp()
    tensor(0.7500)
    """

    arg_constraints = VECTOR
    has_enumerate_support = True
    _event_dims = {"probs": 1, "logits": 1}
    _kept = ("_num_events",)

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._take(probs, logits)
        self._num_events = self._param.shape[-1]
        super().__init__(self._param.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0 ... number of classes - 1."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        """NaN: classes are no numbers."""
        return full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    @property
    def mode(self) -> Tensor:
        """The likeliest class."""
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Tensor:
        """NaN: classes are no numbers."""
        return full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Classes as int64."""
        shape = self._extended_shape(sample_shape)
        draws = Size(sample_shape).numel()
        if not shape.numel():
            return full(shape, 0, dtype=int64)
        with no_grad():
            rows = self.probs.reshape((-1, self._num_events))
            return multinomial(rows, draws, True).T.reshape(shape)

    def log_prob(self, value: Tensor) -> Tensor:
        """The log probability of each class in `value`."""
        if self._validate_args:
            self._validate_sample(value)
        shape = broadcast_shapes(value.shape, self._batch_shape)
        index = value.long().expand(shape).unsqueeze(-1)
        logits = self.logits.expand((*shape, self._num_events))
        return logits.gather(-1, index).squeeze(-1)

    def entropy(self) -> Tensor:
        """-sum(p log(p)); classes of probability 0 add nothing."""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All classes."""
        return enumerate_values(self._num_events, self._param, self._batch_shape, expand, int64)
