"""Means of functions of a variate of p, by p's class: log x, and exp(-t x)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.distributions.beta import Beta
from flambeau.distributions.exponential import Exponential
from flambeau.distributions.gamma import Gamma
from flambeau.distributions.normal import Normal
from flambeau.distributions.pareto import Pareto
from flambeau.distributions.uniform import Uniform
from flambeau.tensor.tensor import Tensor

__all__ = ["LOG_LAPLACE", "MEAN_LOG", "mean_log_between"]


def mean_log_between(low: Tensor, high: Tensor) -> Tensor:
    """The mean of log x for x uniform between bounds of at least 0."""
    low, high = low.clamp(min=0), high.clamp(min=0)
    return (high.xlogy(high) - low.xlogy(low)) / (high - low) - 1


MEAN_LOG: dict[type, Callable[[Any], Tensor]] = {
    Beta: lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma(),
    Exponential: lambda p: -p.rate.log() - np.euler_gamma,
    Gamma: lambda p: p.concentration.digamma() - p.rate.log(),
    Pareto: lambda p: p.scale.log() + p.alpha.reciprocal(),
    Uniform: lambda p: mean_log_between(p.low, p.high),
}


def _log_laplace_uniform(p: Any, t: Tensor) -> Tensor:
    width = t * (p.high - p.low)
    return (-(-width).expm1() / width).log() - t * p.low


# log of the mean of exp(-t x), for t > 0
LOG_LAPLACE: dict[type, Callable[[Any, Tensor], Tensor]] = {
    Exponential: lambda p, t: -(t / p.rate).log1p(),
    Gamma: lambda p, t: -p.concentration * (t / p.rate).log1p(),
    Normal: lambda p, t: 0.5 * (t * p.scale).pow(2) - t * p.loc,
    Uniform: _log_laplace_uniform,
}
