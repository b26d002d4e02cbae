"""Divergences between multivariate normal distributions, of full and of low rank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions.kl.registry import register_kl
from flambeau.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from flambeau.distributions.matrices import (
    log_diagonal,
    lowrank_mahalanobis,
    mahalanobis,
    solve_lower,
    squares,
)
from flambeau.distributions.multivariate_normal import MultivariateNormal
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


def _logdet(d: Any) -> Tensor:
    """log det of the covariance."""
    if isinstance(d, LowRankMultivariateNormal):
        return d._logdet()
    return 2 * log_diagonal(d._unbroadcasted_scale_tril)


def _factors(d: Any) -> tuple[Tensor, ...]:
    """Matrices whose products with their transposes add up to the covariance."""
    if isinstance(d, LowRankMultivariateNormal):
        return d._unbroadcasted_cov_factor, d._unbroadcasted_cov_diag.sqrt().diag_embed()
    return (d._unbroadcasted_scale_tril,)


def _against_full(q: MultivariateNormal) -> tuple[Callable[[Tensor], Tensor], Callable[..., Any]]:
    """trace(F' inverse(covariance) F) for a matrix F, and x' inverse(covariance) x."""
    factor = q._unbroadcasted_scale_tril
    return lambda f: squares(solve_lower(factor, f)), lambda x: mahalanobis(factor, x)


def _against_low_rank(
    q: LowRankMultivariateNormal,
) -> tuple[Callable[[Tensor], Tensor], Callable[..., Any]]:
    """The same by Woodbury's identity."""
    factor, diag = q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag
    capacitance = q._capacitance_tril
    part = solve_lower(capacitance, factor.mT / diag.unsqueeze(-2))
    root = diag.rsqrt().unsqueeze(-1)
    return (
        lambda f: squares(f * root) - squares(part @ f),
        lambda x: lowrank_mahalanobis(factor, diag, x, capacitance),
    )


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Tensor:
    """Half of: log det ratio + trace(inverse(q) p) + squared distance of the means - n."""
    if p.event_shape != q.event_shape:
        raise ValueError(
            message("kl_divergence", f"events of shapes {tuple(p.event_shape)} and "
                    f"{tuple(q.event_shape)}", "Multivariate Normals with different event shapes "
                    "have no divergence: equal shapes")
        )  # fmt: skip
    is_low_rank = isinstance(q, LowRankMultivariateNormal)
    trace_with, distance = _against_low_rank(q) if is_low_rank else _against_full(q)
    traces: Any = sum(trace_with(f) for f in _factors(p))
    apart = distance(q.loc - p.loc)
    return 0.5 * (_logdet(q) - _logdet(p) + traces + apart - p.event_shape[0])
