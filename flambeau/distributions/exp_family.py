"""Exponential families: densities h(x) exp(<natural parameters, T(x)> - log normalizer)."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.backward import grad
from flambeau.autograd.modes import enable_grad
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import sum_rightmost
from flambeau.tensor.tensor import Tensor

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """Base of distributions with natural parameters; `entropy` follows from their normalizer.

    Source: Nielsen and Nock, "Entropies and cross-entropies of exponential families", 2010.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        """The natural parameters."""
        raise self._missing("_natural_params")

    def _log_normalizer(self, *natural_params: Any) -> Tensor:
        """The log normalizer as a function of the natural parameters."""
        raise self._missing("_log_normalizer")

    @property
    def _mean_carrier_measure(self) -> float:
        """The mean of log h(x)."""
        raise self._missing("_mean_carrier_measure")

    def entropy(self) -> Tensor:
        """The log normalizer minus <natural parameters, its gradient> minus the carrier's mean."""
        result: Any = -self._mean_carrier_measure
        with enable_grad():
            given = self._natural_params
            params = [p if p.requires_grad else p.detach().requires_grad_() for p in given]
            log_normalizer = self._log_normalizer(*params)
            gradients = grad(log_normalizer.sum(), params, create_graph=True)
        result = result + log_normalizer
        for p, g in zip(params, gradients, strict=True):
            result = result - sum_rightmost(p * g, p.dim() - len(self._batch_shape))
        return result if any(p.requires_grad for p in given) else result.detach()
