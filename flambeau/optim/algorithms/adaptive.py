"""Algorithms that divide by the past size of the gradient: RMSprop, Adagrad, Adadelta."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flambeau.core.errors import message
from flambeau.optim.algorithms.common import check_common, decayed_gradient, lerp, require
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Algorithm, filled
from flambeau.tensor.formula import Variables, formula
from flambeau.tensor.tensor import Tensor

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


@formula("rmsprop", ("lr", "momentum", "alpha", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "momentum", "centered", "maximize"))  # fmt: skip
def _rmsprop(v: Variables) -> None:
    g = decayed_gradient(v)
    v.step = v.step + 1
    v.square_avg = v.alpha * v.square_avg + (1 - v.alpha) * (g * g)
    square = v.square_avg
    if v.flags["centered"]:
        v.grad_avg = lerp(v.grad_avg, g, 1 - v.alpha)
        square = square - v.grad_avg * v.grad_avg
    g = g / (square.sqrt() + v.eps)
    if v.flags["momentum"]:
        g = v.momentum_buffer = v.momentum * v.momentum_buffer + g
    v.param = v.param - v.lr * g


class RMSprop(Algorithm):
    """RMSprop. Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012;
    centered: Graves, "Generating sequences with recurrent neural networks", 2013.
    """

    formula = _rmsprop
    hyperparameters = ("lr", "momentum", "alpha", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-2, alpha: float = 0.99,
        eps: float = 1e-8, weight_decay: float = 0, momentum: float = 0, centered: bool = False,
        capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, eps, differentiable=differentiable)
        require(momentum >= 0.0, f"Invalid momentum value: {momentum}")
        require(alpha >= 0.0, f"Invalid alpha value: {alpha}")
        defaults = {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        momentum = ("momentum_buffer",) if dict.__getitem__(group, "momentum") != 0 else ()
        centered = ("grad_avg",) if dict.__getitem__(group, "centered") else ()
        return ("step", "square_avg", *momentum, *centered)


@formula("adagrad", ("lr", "lr_decay", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "maximize"))  # fmt: skip
def _adagrad(v: Variables) -> None:
    g = decayed_gradient(v)
    v.step = v.step + 1
    v.sum = v.sum + g * g
    rate = v.lr / (1 + (v.step - 1) * v.lr_decay)
    v.param = v.param - rate * (g / (v.sum.sqrt() + v.eps))


class Adagrad(Algorithm):
    """Adagrad. Source: Duchi et al., "Adaptive subgradient methods for online learning and
    stochastic optimization", JMLR 2011.
    """

    formula = _adagrad
    hyperparameters = ("lr", "lr_decay", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-2, lr_decay: float = 0,
        weight_decay: float = 0, initial_accumulator_value: float = 0, eps: float = 1e-10,
        foreach: bool | None = None, *, maximize: bool = False, differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:  # fmt: skip
        check_common(
            lr, weight_decay, eps, foreach=foreach, fused=fused, differentiable=differentiable
        )
        require(lr_decay >= 0.0, f"Invalid lr_decay value: {lr_decay}")
        require(
            initial_accumulator_value >= 0.0,
            f"Invalid initial_accumulator_value value: {initial_accumulator_value}",
        )
        defaults = {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)
        for group in self.param_groups:  # as in PyTorch, state exists before the first step
            for p in group["params"]:
                self.make_state(p, group)

    def sparse_gradient(self, p: Any, grad: Any, group: ParameterGroup) -> Tensor | None:
        """The rows that the gradient does not name get zeros, which change nothing."""
        if group["weight_decay"] != 0:
            raise RuntimeError(
                message("Adagrad", "a sparse gradient and weight_decay", "weight_decay option is "
                        "not compatible with sparse gradients", "weight_decay=0")
            )  # fmt: skip
        return grad.to_dense()  # type: ignore[no-any-return]

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "sum")

    def initial(self, parameter: Tensor, group: ParameterGroup, name: str) -> Tensor:
        if name == "sum":
            return filled(parameter, float(dict.__getitem__(group, "initial_accumulator_value")))
        return super().initial(parameter, group, name)


@formula("adadelta", ("lr", "rho", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "maximize"))  # fmt: skip
def _adadelta(v: Variables) -> None:
    g = decayed_gradient(v)
    v.step = v.step + 1
    v.square_avg = v.rho * v.square_avg + (1 - v.rho) * (g * g)
    change = (v.acc_delta + v.eps).sqrt() / (v.square_avg + v.eps).sqrt() * g
    v.acc_delta = v.rho * v.acc_delta + (1 - v.rho) * (change * change)
    v.param = v.param - v.lr * change


class Adadelta(Algorithm):
    """Adadelta. Source: Zeiler, "ADADELTA: an adaptive learning rate method", 2012."""

    formula = _adadelta
    hyperparameters = ("lr", "rho", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1.0, rho: float = 0.9,
        eps: float = 1e-6, weight_decay: float = 0, foreach: bool | None = None, *,
        capturable: bool = False, maximize: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, eps, differentiable=differentiable)
        require(0.0 <= rho <= 1.0, f"Invalid rho value: {rho}")
        defaults = {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize, "capturable": capturable, "foreach": foreach,
            "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "square_avg", "acc_delta")
