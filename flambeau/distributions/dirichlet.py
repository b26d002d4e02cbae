"""The Dirichlet distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.exp_family import ExponentialFamily
from flambeau.nn.functional.regularization import one_hot
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.variates import sample_dirichlet

__all__ = ["Dirichlet"]


class Dirichlet(ExponentialFamily):
    """Probabilities of classes (last dim); density proportional to prod x**(concentration - 1).

    >>> import flambeau
    >>> flambeau.distributions.Dirichlet(flambeau.tensor([1.0, 3.0])).mean
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True
    _event_dims = {"concentration": 1}

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError(
                message("Dirichlet", "`concentration` without dims",
                        "`concentration` parameter must be at least one-dimensional",
                        "Beta for one number")
            )  # fmt: skip
        self.concentration = concentration
        shape = concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Gamma variates divided by their sum; gradients are implicit."""
        return sample_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        """sum((a - 1) log(value)) + log(gamma(sum(a))) - sum(log(gamma(a)))."""
        if self._validate_args:
            self._validate_sample(value)
        a = self.concentration
        return (a - 1.0).xlogy(value).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    @property
    def mean(self) -> Tensor:
        """concentration / its sum."""
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Tensor:
        """(a - 1) in proportion; a corner where all are below 1."""
        a = self.concentration
        above = (a - 1).clamp(min=0.0)
        inside = above / above.sum(-1, keepdim=True)
        corner = one_hot(inside.argmax(-1), a.shape[-1]).to(a.dtype)
        return where((a < 1).all(-1, keepdim=True), corner, inside)

    @property
    def variance(self) -> Tensor:
        """a (s - a) / (s**2 (s + 1)) for s = sum(a)."""
        a = self.concentration
        total = a.sum(-1, keepdim=True)
        return a * (total - a) / (total.pow(2) * (total + 1))

    def entropy(self) -> Tensor:
        """From log gamma and digamma functions of the concentrations and their sum."""
        a = self.concentration
        total = a.sum(-1)
        return (
            a.lgamma().sum(-1)
            - total.lgamma()
            - (a.shape[-1] - total) * total.digamma()
            - ((a - 1.0) * a.digamma()).sum(-1)
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.concentration,)

    def _log_normalizer(self, x: Any) -> Tensor:
        return x.lgamma().sum(-1) - x.sum(-1).lgamma()
