"""The von Mises distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import broadcast_all
from flambeau.special import i0e, i1e
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.variates import von_mises

__all__ = ["VonMises"]


class VonMises(Distribution):
    """Angles in radians around `loc`: density proportional to exp(concentration cos(x - loc)).

    >>> import flambeau
    >>> flambeau.distributions.VonMises(0.0, 1.0).log_prob(flambeau.tensor(0.0))
    tensor(-1.0738)
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False
    _event_dims = {"loc": 0, "concentration": 0}

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Tensor:
        """loc: the circular mean."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """loc."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """1 - I1(k) / I0(k): the circular variance."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Angles in [-pi, pi)."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            turned = von_mises(self.concentration.expand(shape)) + self.loc + math.pi
            return turned % (2 * math.pi) - math.pi

    def log_prob(self, value: Tensor) -> Tensor:
        """k cos(x - loc) - log(2 pi I0(k)), without overflow for large k."""
        if self._validate_args:
            self._validate_sample(value)
        k = self.concentration
        return k * ((value - self.loc).cos() - 1) - math.log(2 * math.pi) - i0e(k).log()
