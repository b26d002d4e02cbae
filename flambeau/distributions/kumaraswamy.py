"""The Kumaraswamy distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.distributions import constraints
from flambeau.distributions.transformed_distribution import TransformedDistribution
from flambeau.distributions.transforms import AffineTransform, PowerTransform
from flambeau.distributions.uniform import Uniform
from flambeau.distributions.utils import broadcast_all
from flambeau.tensor.creation import full_like
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__ = ["Kumaraswamy"]


class Kumaraswamy(TransformedDistribution):
    """Distribution function 1 - (1 - x**a)**b with a = concentration1, b = concentration0."""

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True
    _event_dims = {"concentration1": 0, "concentration0": 0}

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        a, b = self.concentration1, self.concentration0
        base = Uniform(full_like(b, 0), full_like(b, 1), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=b.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=a.reciprocal()),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def _moment(self, n: int) -> Tensor:
        """The mean of x**n: b B(1 + n / a, b)."""
        a, b = self.concentration1, self.concentration0
        first = 1 + n / a
        return (b.lgamma() + first.lgamma() - (first + b).lgamma()).exp() * b

    @property
    def mean(self) -> Tensor:
        """b B(1 + 1 / a, b)."""
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        """((a - 1) / (a b - 1))**(1 / a); NaN where that is at a border."""
        a, b = self.concentration1, self.concentration0
        inside = ((a - 1) / (a * b - 1)).pow(1 / a)
        return where((a < 1) | (b < 1), float("nan"), inside)

    @property
    def variance(self) -> Tensor:
        """From the first two moments."""
        return self._moment(2) - self._moment(1).pow(2)

    def entropy(self) -> Tensor:
        """(1 - 1 / b) + (1 - 1 / a) H(b) - log(a b) with the harmonic number H."""
        a, b = self.concentration1, self.concentration0
        harmonic = (b + 1).digamma() + np.euler_gamma
        return (1 - 1 / b) + (1 - 1 / a) * harmonic - a.log() - b.log()
