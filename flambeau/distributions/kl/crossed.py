"""Divergences between different families: minus p's entropy, minus the mean of log q(x) over p.

Log densities are linear in a few functions of x: x itself, its square, log x, log(1 - x),
exp(-x / scale). With their means in expectations.py each q is one function for many p.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from flambeau.distributions.bernoulli import Bernoulli
from flambeau.distributions.beta import Beta
from flambeau.distributions.binomial import Binomial
from flambeau.distributions.continuous_bernoulli import ContinuousBernoulli
from flambeau.distributions.exponential import Exponential
from flambeau.distributions.gamma import Gamma
from flambeau.distributions.gumbel import Gumbel
from flambeau.distributions.kl.expectations import LOG_LAPLACE, MEAN_LOG, mean_log_between
from flambeau.distributions.kl.registry import infinite, register_kl
from flambeau.distributions.laplace import Laplace
from flambeau.distributions.normal import Normal
from flambeau.distributions.pareto import Pareto
from flambeau.distributions.poisson import Poisson
from flambeau.distributions.uniform import Uniform
from flambeau.tensor.elementwise import where
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


# -- means of log q(x) over p -------------------------------------------------------------------
def _of_normal(kind: type, p: Any, q: Any) -> Tensor:
    squares = p.variance + (p.mean - q.loc).pow(2)
    return -squares / (2 * q.scale.pow(2)) - q.scale.log() - 0.5 * math.log(2 * math.pi)


def _of_exponential(kind: type, p: Any, q: Any) -> Tensor:
    return q.rate.log() - q.rate * p.mean


def _of_gamma(kind: type, p: Any, q: Any) -> Tensor:
    a = q.concentration
    norm = a * q.rate.log() - a.lgamma()
    return norm + (a - 1) * MEAN_LOG[kind](p) - q.rate * p.mean


def _of_gumbel(kind: type, p: Any, q: Any) -> Tensor:
    t = q.scale.reciprocal()
    decay = (LOG_LAPLACE[kind](p, t) + t * q.loc).exp()
    return (q.loc - p.mean) / q.scale - decay - q.scale.log()


def _of_laplace(kind: type, p: Any, q: Any) -> Tensor:
    """The mean distance of a normal number from q.loc."""
    apart = p.loc - q.loc
    z = apart / p.scale
    folded = p.scale * math.sqrt(2 / math.pi) * (-0.5 * z.pow(2)).exp()
    distance = folded + apart * (z * math.sqrt(0.5)).erf()
    return -distance / q.scale - (2 * q.scale).log()


def _of_continuous_bernoulli(kind: type, p: Any, q: Any) -> Tensor:
    return p.mean * q.logits + (-q.probs).log1p() + q._log_norm()


def _of_beta(kind: type, p: Any, q: Any) -> Tensor:
    """For p uniform."""
    a, b = q.concentration1, q.concentration0
    norm = (a + b).lgamma() - a.lgamma() - b.lgamma()
    left, right = mean_log_between(p.low, p.high), mean_log_between(1 - p.high, 1 - p.low)
    return norm + (a - 1) * left + (b - 1) * right


def _of_uniform(kind: type, p: Any, q: Any) -> Tensor:
    return -(q.high - q.low).log()


def _of_pareto(kind: type, p: Any, q: Any) -> Tensor:
    return q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * MEAN_LOG[kind](p)


def _of_poisson(kind: type, p: Any, q: Any) -> Tensor:
    """For p of values 0 and 1, whose factorials are 1."""
    return p.mean.xlogy(q.rate) - q.rate


ON_UNIT_INTERVAL = (Beta, ContinuousBernoulli)

MEAN_LOG_PROB: dict[type, tuple[Callable[..., Tensor], tuple[type, ...]]] = {
    Beta: (_of_beta, (Uniform,)),
    ContinuousBernoulli: (_of_continuous_bernoulli, (Beta, Uniform)),
    Exponential: (_of_exponential, (*ON_UNIT_INTERVAL, Gamma, Pareto, Uniform)),
    Gamma: (_of_gamma, (Beta, Exponential, Pareto, Uniform)),
    Gumbel: (_of_gumbel, (Exponential, Gamma, Normal, Uniform)),
    Laplace: (_of_laplace, (Normal,)),
    Normal: (_of_normal, (*ON_UNIT_INTERVAL, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform)),
    Pareto: (_of_pareto, (Uniform,)),
    Poisson: (_of_poisson, (Bernoulli,)),
    Uniform: (_of_uniform, ON_UNIT_INTERVAL),
}

# -- where p has values outside q's support -----------------------------------------------------
# the least and the largest value of p and of q, where they can decide
BOUNDS: dict[type, Callable[[Any], tuple[Any, Any]]] = {
    Beta: lambda d: (0.0, 1.0),
    ContinuousBernoulli: lambda d: (0.0, 1.0),
    Exponential: lambda d: (0.0, math.inf),
    Gamma: lambda d: (0.0, math.inf),
    Pareto: lambda d: (d.scale, math.inf),
    Uniform: lambda d: (d.low, d.high),
}


def _is_outside(kind_p: type, kind_q: type, p: Any, q: Any) -> Any:
    low_p, high_p = BOUNDS[kind_p](p)
    low_q, high_q = BOUNDS[kind_q](q)
    return (low_p < low_q) | (high_p > high_q)


def _from_means(kind_p: type, kind_q: type, p: Any, q: Any) -> Tensor:
    result = -p.entropy() - MEAN_LOG_PROB[kind_q][0](kind_p, p, q)
    if Uniform not in (kind_p, kind_q) or kind_q not in BOUNDS:
        return result
    return where(_is_outside(kind_p, kind_q, p, q), math.inf, result)


# p of more values than q, whatever the parameters
INFINITE: dict[type, tuple[type, ...]] = {
    Beta: (Pareto,),
    ContinuousBernoulli: (Pareto,),
    Exponential: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gamma: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gumbel: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Laplace: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Normal: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Pareto: (Beta, ContinuousBernoulli, Uniform),
    Poisson: (Bernoulli, Binomial),
}

for _q, (_, _families) in MEAN_LOG_PROB.items():
    for _p in _families:
        register_kl(_p, _q)(functools.partial(_from_means, _p, _q))
for _p, _families in INFINITE.items():
    for _q in _families:
        register_kl(_p, _q)(infinite)
