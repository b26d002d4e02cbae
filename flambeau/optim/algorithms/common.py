"""What several algorithms share: checks of hyperparameters, and the treatment of gradients."""

from __future__ import annotations

from typing import Any

from flambeau.tensor.formula import Symbol, Variables
from flambeau.tensor.tensor import Tensor

__all__ = ["check_adam", "check_common", "decayed_gradient", "gradient", "lerp", "require"]


def require(condition: bool, text: str) -> None:
    """ValueError(text) unless the condition holds."""
    if not condition:
        raise ValueError(text)


def check_common(
    lr: Any, weight_decay: Any = 0.0, eps: Any = 0.0, *, foreach: bool | None = None,
    fused: bool | None = None, differentiable: bool = False,
) -> None:  # fmt: skip
    """The checks that every algorithm makes.

    `foreach`, `fused` and `capturable` choose an implementation in PyTorch; here every step is
    one fused program that can be captured, so they are kept for the state dict and change
    nothing.
    """
    if isinstance(lr, Tensor):
        require(lr.numel() == 1, "Tensor lr must be 1-element")
    else:
        require(lr >= 0.0, f"Invalid learning rate: {lr}")
    require(eps >= 0.0, f"Invalid epsilon value: {eps}")
    require(weight_decay >= 0.0, f"Invalid weight_decay value: {weight_decay}")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if differentiable:
        raise NotImplementedError(
            "optimizer: differentiable=True is not supported: updates are not recorded on the "
            "tape; try flambeau.autograd.grad(..., create_graph=True) and update out of place"
        )


def check_adam(betas: Any) -> None:
    """The checks of (beta1, beta2)."""
    for i, beta in enumerate(betas):
        if not isinstance(beta, Tensor):
            require(0.0 <= beta < 1.0, f"Invalid beta parameter at index {i}: {beta}")


def gradient(v: Variables) -> Symbol:
    """The gradient of what is minimized."""
    return -v.grad if v.flags["maximize"] else v.grad


def decayed_gradient(v: Variables) -> Symbol:
    """The gradient with that of weight_decay / 2 * |param|^2 added."""
    g = gradient(v)
    return g + v.weight_decay * v.param if v.flags["weight_decay"] else g


def lerp(start: Symbol, end: Symbol, weight: Symbol) -> Symbol:
    """From start to end: `start + weight * (end - start)`."""
    return start + weight * (end - start)
