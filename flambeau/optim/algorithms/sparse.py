"""SparseAdam: Adam for those rows of a parameter that have a gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import sqrt
from typing import Any

from flambeau.autograd.modes import enable_grad, no_grad
from flambeau.core.errors import message
from flambeau.optim.algorithms.common import require
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Optimizer, filled
from flambeau.tensor.tensor import Tensor

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """Adam that leaves alone what a sparse gradient does not name, its moving averages too.

    For parameters with sparse gradients, such as those of `nn.Embedding(..., sparse=True)`.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, as PyTorch
    restricts it to the gradient's indices.
    """

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8, maximize: bool = False,
    ) -> None:  # fmt: skip
        if isinstance(lr, Tensor):
            require(lr.numel() == 1, "Tensor lr must be 1-element")
        require(lr > 0.0, f"Invalid learning rate: {lr}")  # type: ignore[operator,arg-type]
        require(eps > 0.0, f"Invalid epsilon value: {eps}")
        for i, beta in enumerate(betas):
            require(0.0 <= beta < 1.0, f"Invalid beta parameter at index {i}: {beta}")
        defaults = {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize}
        super().__init__(params, defaults)

    def _check_parameter(self, x: Any) -> None:
        super()._check_parameter(x)
        if x.is_sparse:
            raise ValueError(
                "Sparse params: SparseAdam requires dense parameter tensors, with sparse gradients"
            )
        if x.dtype.is_complex:
            raise ValueError("Complex params: SparseAdam does not support complex parameters")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update what the gradients name; returns the closure's result if given."""
        result = None
        if closure is not None:
            with enable_grad():
                result = closure()
        with no_grad():
            for group in self.param_groups:
                self._check_gradients(group)
                for p in group["params"]:
                    if p.grad is not None:
                        self._update(p, p.grad.coalesce(), group)
        return result

    def _check_gradients(self, group: ParameterGroup) -> None:
        for p in group["params"]:
            if p.grad is not None and not p.grad.is_sparse:
                raise RuntimeError(
                    message("SparseAdam", f"a dense gradient of shape {list(p._shape)}",
                            "SparseAdam does not support dense gradients",
                            "please consider Adam instead")
                )  # fmt: skip

    def _update(self, p: Any, grad: Any, group: ParameterGroup) -> None:
        state = self.state[p]
        if not state:
            state.update(step=0, exp_avg=filled(p, 0.0), exp_avg_sq=filled(p, 0.0))
        state["step"] += 1
        values = -grad.values() if group["maximize"] else grad.values()
        if values.numel() == 0:
            return
        at = tuple(grad.indices())
        beta1, beta2 = group["betas"]
        average, square = state["exp_avg"][at], state["exp_avg_sq"][at]
        average = average + (1 - beta1) * (values - average)
        square = square + (1 - beta2) * (values * values - square)
        state["exp_avg"][at], state["exp_avg_sq"][at] = average, square
        correction1, correction2 = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
        rate = group["lr"] * sqrt(correction2) / correction1
        p[at] = p[at] - rate * (average / (square.sqrt() + group["eps"]))
