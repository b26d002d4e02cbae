"""Adam and its relatives: moving averages of the gradient and of its size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flambeau.optim.algorithms.common import (
    check_adam,
    check_common,
    decayed_gradient,
    gradient,
    lerp,
    require,
)
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Algorithm, counter
from flambeau.tensor.formula import Symbol, Variables, formula
from flambeau.tensor.tensor import Tensor

__all__ = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam"]

Betas = tuple[float, float]


def _decay(v: Variables) -> Symbol:
    """The gradient; weight decay goes into it, or shrinks the parameter first."""
    if not v.flags["decoupled_weight_decay"]:
        return decayed_gradient(v)
    if v.flags["weight_decay"]:
        v.param = (1 - v.lr * v.weight_decay) * v.param
    return gradient(v)


def _averages(v: Variables, g: Symbol) -> tuple[Symbol, Symbol]:
    """Advance both moving averages; the bias corrections 1 - beta^step."""
    v.step = v.step + 1
    v.exp_avg = lerp(v.exp_avg, g, 1 - v.beta1)
    v.exp_avg_sq = v.beta2 * v.exp_avg_sq + (1 - v.beta2) * (g * g)
    return 1 - v.beta1**v.step, 1 - v.beta2**v.step


@formula("adam", ("lr", "beta1", "beta2", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "amsgrad", "maximize", "decoupled_weight_decay"))  # fmt: skip
def _adam(v: Variables) -> None:
    correction1, correction2 = _averages(v, _decay(v))
    square = v.exp_avg_sq
    if v.flags["amsgrad"]:
        square = v.max_exp_avg_sq = v.max_exp_avg_sq.maximum(v.exp_avg_sq)
    size = square.sqrt() / correction2.sqrt() + v.eps
    v.param = v.param - v.lr / correction1 * (v.exp_avg / size)


class Adam(Algorithm):
    """Adam. Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015;
    amsgrad: Reddi et al., "On the convergence of Adam and beyond", ICLR 2018.
    """

    formula = _adam
    hyperparameters = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3, betas: Betas = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        check_common(
            lr, weight_decay, eps, foreach=foreach, fused=fused, differentiable=differentiable
        )
        check_adam(betas)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable, "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        names = ("step", "exp_avg", "exp_avg_sq")
        return (*names, "max_exp_avg_sq") if dict.__getitem__(group, "amsgrad") else names


class AdamW(Adam):
    """Adam with decoupled weight decay.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
    """

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3, betas: Betas = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, *,
        maximize: bool = False, foreach: bool | None = None, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
            capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=True,
        )  # fmt: skip


@formula("adamax", ("lr", "beta1", "beta2", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "maximize"))  # fmt: skip
def _adamax(v: Variables) -> None:
    g = decayed_gradient(v)
    v.step = v.step + 1
    v.exp_avg = lerp(v.exp_avg, g, 1 - v.beta1)
    v.exp_inf = (v.beta2 * v.exp_inf).maximum(abs(g) + v.eps)
    v.param = v.param - v.lr / (1 - v.beta1**v.step) * (v.exp_avg / v.exp_inf)


class Adamax(Algorithm):
    """Adam with the infinity norm (same source as Adam)."""

    formula = _adamax
    hyperparameters = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 2e-3, betas: Betas = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, capturable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, eps, differentiable=differentiable)
        check_adam(betas)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "exp_avg", "exp_inf")


@formula("nadam", ("lr", "beta1", "beta2", "eps", "weight_decay", "momentum_decay"),
         counters=("step", "mu_product"),
         flags=("weight_decay", "maximize", "decoupled_weight_decay"))  # fmt: skip
def _nadam(v: Variables) -> None:
    g = _decay(v)
    _, correction2 = _averages(v, g)
    mu = v.beta1 * (1 - 0.5 * 0.96 ** (v.step * v.momentum_decay))
    mu_next = v.beta1 * (1 - 0.5 * 0.96 ** ((v.step + 1) * v.momentum_decay))
    v.mu_product = v.mu_product * mu
    size = (v.exp_avg_sq / correction2).sqrt() + v.eps
    now = v.lr * (1 - mu) / (1 - v.mu_product)
    ahead = v.lr * mu_next / (1 - v.mu_product * mu_next)
    v.param = v.param - now * (g / size) - ahead * (v.exp_avg / size)


class NAdam(Algorithm):
    """Adam with Nesterov momentum.

    Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
    """

    formula = _nadam
    hyperparameters = ("lr", "betas", "eps", "weight_decay", "momentum_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 2e-3, betas: Betas = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False, *, foreach: bool | None = None,
        maximize: bool = False, capturable: bool = False, differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, eps, differentiable=differentiable)
        check_adam(betas)
        require(momentum_decay >= 0.0, f"Invalid momentum_decay value: {momentum_decay}")
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "mu_product", "exp_avg", "exp_avg_sq")

    def initial(self, parameter: Tensor, group: ParameterGroup, name: str) -> Tensor:
        return counter(1.0) if name == "mu_product" else super().initial(parameter, group, name)


@formula("radam", ("lr", "beta1", "beta2", "eps", "weight_decay"), counters=("step",),
         flags=("weight_decay", "maximize", "decoupled_weight_decay"))  # fmt: skip
def _radam(v: Variables) -> None:
    correction1, correction2 = _averages(v, _decay(v))
    longest = 2 / (1 - v.beta2) - 1
    length = longest - 2 * v.step * v.beta2**v.step / correction2
    # below 5 the variance of the adaptive rate is not tractable: plain momentum is used
    safe = length.maximum(5.0)
    rectified = (
        (safe - 4) * (safe - 2) * longest / ((longest - 4) * (longest - 2) * safe)
    ).sqrt() * correction2.sqrt()
    is_long = length > 5.0
    rate = v.lr / correction1
    size = v.exp_avg_sq.sqrt() + v.eps
    v.param = v.param - v.exp_avg * is_long.where(rate * rectified / size, rate)


class RAdam(Algorithm):
    """Rectified Adam.

    Source: Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020.
    """

    formula = _radam
    hyperparameters = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3, betas: Betas = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, decoupled_weight_decay: bool = False, *,
        foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, eps, differentiable=differentiable)
        check_adam(betas)
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "exp_avg", "exp_avg_sq")
