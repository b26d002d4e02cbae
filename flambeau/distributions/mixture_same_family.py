"""Mixtures of distributions of one family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.categorical import Categorical
from flambeau.distributions.distribution import Distribution
from flambeau.nn.functional.activation import log_softmax
from flambeau.tensor.reduction import logsumexp
from flambeau.tensor.tensor import Tensor

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A component, drawn from a Categorical, of a batch of distributions (its last batch dim).

    >>> import flambeau
    >>> from flambeau.distributions import Categorical, MixtureSameFamily, Normal
    >>> weights = Categorical(flambeau.tensor([0.25, 0.75]))
    >>> MixtureSameFamily(weights, Normal(flambeau.tensor([0.0, 4.0]), 1.0)).mean
    tensor(3.)
    """

    arg_constraints: Any = {}
    has_rsample = False
    _event_dims: Any = {}
    _kept = ("_num_component", "_event_ndims")

    def __init__(
        self, mixture_distribution: Categorical, component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        self._check_parts()
        event_shape = component_distribution.event_shape
        self._num_component = mixture_distribution._num_events
        self._event_ndims = len(event_shape)
        batch_shape = component_distribution.batch_shape[:-1]
        super().__init__(batch_shape, event_shape, validate_args=validate_args)

    def _check_parts(self) -> None:
        name = "MixtureSameFamily"
        mixture, components = self._mixture_distribution, self._component_distribution
        if not isinstance(mixture, Categorical):
            raise ValueError(
                message(name, f"a mixture distribution of type {type(mixture).__name__}",
                        "The Mixture distribution needs to be an instance of "
                        "distributions.Categorical")
            )  # fmt: skip
        if not isinstance(components, Distribution):
            raise ValueError(
                message(name, f"a component distribution of type {type(components).__name__}",
                        "The Component distribution needs to be an instance of "
                        "distributions.Distribution")
            )  # fmt: skip
        batch = components.batch_shape
        wanted = f"a batch dim of {mixture._num_events} components after those of the mixture"
        if not batch or batch[-1] != mixture._num_events:
            raise ValueError(
                message(name, f"components of batch_shape {tuple(batch)}",
                        f"`mixture_distribution component` = {mixture._num_events} does not equal "
                        f"`component_distribution.batch_shape[-1]`; {wanted}")
            )  # fmt: skip
        for own, other in zip(reversed(mixture.batch_shape), reversed(batch[:-1]), strict=False):
            if own != other and 1 not in (own, other):
                raise ValueError(
                    message(name, f"components of batch_shape {tuple(batch)} and a mixture of "
                            f"batch_shape {tuple(mixture.batch_shape)}",
                            "`mixture_distribution.batch_shape` is not compatible with "
                            f"`component_distribution.batch_shape`; {wanted}")
                )  # fmt: skip

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The same with its mixture and its components expanded."""
        new = super().expand(batch_shape, _instance)
        shape = (*batch_shape, self._num_component)
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        new._component_distribution = self._component_distribution.expand(shape)
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        """The values that all components allow."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """The distribution of the component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components, along the last batch dim."""
        return self._component_distribution

    # -- moments --------------------------------------------------------------------------------
    def _padded(self, x: Tensor) -> Tensor:
        """Weights of components with a dim for each dim of an event behind them."""
        return x.reshape((*x.shape, *(1,) * self._event_ndims))

    def _averaged(self, x: Tensor) -> Tensor:
        """The average over the components."""
        weights = self._padded(self._mixture_distribution.probs)
        return (weights * x).sum(-1 - self._event_ndims)

    @property
    def mean(self) -> Tensor:
        """The average of the components' means."""
        return self._averaged(self._component_distribution.mean)

    @property
    def variance(self) -> Tensor:
        """The average of the components' variances, plus the variance of their means."""
        means = self._component_distribution.mean
        around = means - self.mean.unsqueeze(-1 - self._event_ndims)
        return self._averaged(self._component_distribution.variance) + self._averaged(around.pow(2))

    # -- densities ------------------------------------------------------------------------------
    def _for_each_component(self, value: Tensor) -> Tensor:
        return value.unsqueeze(-1 - self._event_ndims)

    def cdf(self, value: Tensor) -> Tensor:
        """The average of the components'."""
        probs = self._component_distribution.cdf(self._for_each_component(value))
        return (probs * self._mixture_distribution.probs).sum(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        """log of the average of the components' densities."""
        if self._validate_args:
            self._validate_sample(value)
        log_prob = self._component_distribution.log_prob(self._for_each_component(value))
        log_weights = log_softmax(self._mixture_distribution.logits, dim=-1)
        return logsumexp(log_prob + log_weights, dim=-1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """One draw of every component, of which one is taken."""
        with no_grad():
            chosen = self._mixture_distribution.expand(self._batch_shape).sample(sample_shape)
            drawn = self._component_distribution.sample(sample_shape)
            dim = drawn.dim() - 1 - self._event_ndims
            index = self._padded(chosen.unsqueeze(-1))
            index = index.expand((*chosen.shape, 1, *self._event_shape))
            return drawn.gather(dim, index).squeeze(dim)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(\n"
            f"  {self._mixture_distribution},\n  {self._component_distribution})"
        )
