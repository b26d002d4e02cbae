"""Clipping gradients."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.tensor.creation import tensor as make_tensor
from flambeau.tensor.tensor import Tensor

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]


def _listed(parameters: Any) -> list[Any]:
    return [parameters] if isinstance(parameters, Tensor) else list(parameters)


def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:  # fmt: skip
    """The norm of all tensors together, as if they were one vector."""
    given = _listed(tensors)
    if not given:
        return make_tensor(0.0)
    p = float(norm_type)
    total: Any = None
    if math.isinf(p):
        for x in given:
            top = x.abs().amax()
            total = top if total is None else total.maximum(top)
    elif p == 2:
        for x in given:
            squares = (x * x).sum()
            total = squares if total is None else total + squares
        total = total.sqrt()
    else:
        for x in given:
            powers = (x.abs() ** p).sum()
            total = powers if total is None else total + powers
        total = total ** (1.0 / p)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Any, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the gradients by max_norm / total_norm if that is below 1."""
    scale: Any = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    with no_grad():
        for p in _listed(parameters):
            if p.grad is not None:
                p.grad.mul_(scale)


def clip_grad_norm_(
    parameters: Iterable[Tensor] | Tensor, max_norm: float, norm_type: float = 2.0,
    error_if_nonfinite: bool = False, foreach: bool | None = None,
) -> Tensor:  # fmt: skip
    """Scale all gradients so that their norm together is at most max_norm; returns the norm.

    >>> import flambeau
    >>> p = flambeau.nn.Parameter(flambeau.zeros(2))
    >>> p.grad = flambeau.tensor([3.0, 4.0])
    >>> flambeau.nn.utils.clip_grad_norm_([p], 1.0), p.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    given = _listed(parameters)
    with no_grad():
        grads = [p.grad for p in given if p.grad is not None]
        total = get_total_norm(grads, norm_type, error_if_nonfinite)
        clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Iterable[Tensor] | Tensor, max_norm: float, norm_type: float = 2.0,
    error_if_nonfinite: bool = False, foreach: bool | None = None,
) -> Tensor:  # fmt: skip
    """The old name of `clip_grad_norm_`."""
    warnings.warn(
        "`nn.utils.clip_grad_norm` is now deprecated in favor of `nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(
    parameters: Iterable[Tensor] | Tensor, clip_value: float, foreach: bool | None = None
) -> None:
    """Clamp all gradients to [-clip_value, clip_value]."""
    limit = float(clip_value)
    with no_grad():
        for p in _listed(parameters):
            if p.grad is not None:
                p.grad.clamp_(-limit, limit)
