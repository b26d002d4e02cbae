"""Divergences that come from others: of bases, and of exponential families."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.backward import grad
from flambeau.autograd.modes import enable_grad
from flambeau.core.errors import message
from flambeau.distributions.exp_family import ExponentialFamily
from flambeau.distributions.independent import Independent
from flambeau.distributions.kl.registry import kl_divergence, register_kl
from flambeau.distributions.transformed_distribution import TransformedDistribution
from flambeau.distributions.utils import sum_rightmost
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


def _not_implemented(given: str, required: str) -> NotImplementedError:
    return NotImplementedError(message("kl_divergence", given, required))


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Tensor:
    dims, others = p.reinterpreted_batch_ndims, q.reinterpreted_batch_ndims
    if dims != others:
        raise _not_implemented(
            f"reinterpreted_batch_ndims={dims} and {others}", "equal numbers of dims"
        )
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), dims)  # type: ignore[no-any-return]


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Tensor:
    """A bijection changes no divergence."""
    if p.transforms != q.transforms:
        raise _not_implemented("transformed distributions with different transforms", "equal ones")
    if p.event_shape != q.event_shape:
        raise _not_implemented(
            f"events of shapes {tuple(p.event_shape)} and {tuple(q.event_shape)}", "equal shapes"
        )
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Tensor:
    """The Bregman divergence of the log normalizer between the natural parameters."""
    if type(p) is not type(q):
        raise _not_implemented(
            f"the exponential families {type(p).__name__} and {type(q).__name__}",
            "The cross KL-divergence between different exponential families cannot be computed "
            "using Bregman divergences: one family",
        )
    with enable_grad():
        given, others = p._natural_params, q._natural_params
        params = [x if x.requires_grad else x.detach().requires_grad_() for x in given]
        log_normalizer = p._log_normalizer(*params)
        gradients = grad(log_normalizer.sum(), params, create_graph=True)
        result = q._log_normalizer(*others) - log_normalizer
        for a, b, g in zip(params, others, gradients, strict=True):
            dims = max(a.dim() - len(p.batch_shape), 0)
            result = result - sum_rightmost((b - a) * g, dims)
    is_needed = any(x.requires_grad for x in (*given, *others))
    return result if is_needed else result.detach()  # type: ignore[no-any-return]
