"""Muon: momentum whose matrix is made nearly orthogonal before it is subtracted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from flambeau.core.dtype import bfloat16
from flambeau.core.errors import message
from flambeau.optim.algorithms.common import lerp, require
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Algorithm
from flambeau.tensor.formula import Symbol, Variables, formula
from flambeau.tensor.tensor import Tensor

__all__ = ["Muon"]


def _orthogonal(v: Variables, x: Symbol) -> Symbol:
    """The nearest semi-orthogonal matrix, roughly: singular values between 0.7 and 1.2.

    A Newton-Schulz iteration with a polynomial of degree 5, in bfloat16 with float32 sums.
    """
    rows, columns = x.node.shape
    x = x.rounded(bfloat16)
    x = x.transposed() if rows > columns else x
    size = (x * x).sum().sqrt().rounded(bfloat16).maximum(v.eps).rounded(bfloat16)
    x = (x / size).rounded(bfloat16)
    for _ in range(v.flags["ns_steps"]):
        gram = (x @ x.transposed()).rounded(bfloat16)
        change = (v.b * gram + v.c * (gram @ gram)).rounded(bfloat16)
        x = (v.a * x + change @ x).rounded(bfloat16)
    return x.transposed() if rows > columns else x


def _ratio(how: str | None, rows: int, columns: int) -> float:
    """What the learning rate is multiplied by, so that it suits matrices of any shape."""
    if how == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1.0, rows / columns)) if columns else 1.0


@formula("muon", ("lr", "weight_decay", "momentum", "a", "b", "c", "eps"),
         flags=("nesterov", "ns_steps", "adjust_lr_fn"))  # fmt: skip
def _muon(v: Variables) -> None:
    v.momentum_buffer = lerp(v.momentum_buffer, v.grad, 1 - v.momentum)
    update = v.momentum_buffer
    if v.flags["nesterov"]:
        update = lerp(v.grad, v.momentum_buffer, v.momentum)
    step = _orthogonal(v, update).to(v.param.node.dtype)
    rate = v.lr * _ratio(v.flags["adjust_lr_fn"], *v.param.node.shape)
    v.param = (1 - v.lr * v.weight_decay) * v.param - rate * step


class Muon(Algorithm):
    """Muon, for the matrices of hidden layers; give vectors and embeddings to AdamW.

    ns_coefficients and ns_steps: of the iteration; adjust_lr_fn: "original" (the default) scales
    the learning rate by max(1, rows / columns)^0.5, "match_rms_adamw" by 0.2 max(rows, columns)^0.5
    so that AdamW's learning rates and weight decays serve.

    Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; Liu et
    al., "Muon is scalable for LLM training", 2025.
    """

    formula = _muon
    hyperparameters = ("lr", "weight_decay", "momentum", "ns_coefficients", "eps")
    constants = ("ns_steps",)

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3, weight_decay: float = 0.1,
        momentum: float = 0.95, nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7, ns_steps: int = 5, adjust_lr_fn: str | None = None,
    ) -> None:  # fmt: skip
        if isinstance(lr, Tensor):
            require(lr.numel() == 1, "Tensor lr must be 1-element")
        require(lr >= 0.0, f"Learning rate should be >= 0 but is: {lr}")  # type: ignore[operator,arg-type]
        require(momentum >= 0.0, f"momentum should be >= 0 but is: {momentum}")
        require(weight_decay >= 0.0, f"weight decay should be >= 0 but is: {weight_decay}")
        require(
            adjust_lr_fn in (None, "original", "match_rms_adamw"),
            f"Adjust learning rate function {adjust_lr_fn} is not supported; required: None, "
            "'original' or 'match_rms_adamw'",
        )
        require(
            ns_steps < 100,
            f"Number of steps must be less than 100 for computational efficiency; given {ns_steps}",
        )
        require(
            len(ns_coefficients) == 3,
            f"Coefficients must be a tuple of exactly 3 values; given {len(ns_coefficients)}",
        )
        defaults = {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }  # fmt: skip
        super().__init__(params, defaults)

    def _check_parameter(self, x: Any) -> None:
        super()._check_parameter(x)
        if len(x._shape) != 2:
            raise ValueError(
                message("Muon", f"a parameter of shape {list(x._shape)}",
                        "Muon only supports 2D parameters", "AdamW for all others")
            )  # fmt: skip

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("momentum_buffer",)
