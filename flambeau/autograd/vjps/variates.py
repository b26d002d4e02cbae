"""Derivatives of random variates: how a variate moves with its parameters."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.implicit import dirichlet_gradient, gamma_gradient

__all__: list[str] = []


def _sample_dirichlet(g: Any, z: Any, out: Any) -> Any:
    moved = dirichlet_gradient(out, z, z.sum(-1, True).expand(z.shape))
    return moved * (g - (out * g).sum(-1, True))


vjp("standard_gamma", None, None, lambda g, z, out: g * gamma_gradient(z, out))
vjp("sample_dirichlet", None, None, _sample_dirichlet)
non_differentiable("poisson", "binomial", "von_mises")
