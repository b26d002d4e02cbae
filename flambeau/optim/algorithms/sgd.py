"""SGD with momentum, averaged SGD, and resilient backpropagation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.errors import message
from flambeau.optim.algorithms.common import check_common, decayed_gradient, gradient, require
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Algorithm, counter, filled
from flambeau.tensor.formula import Variables, formula
from flambeau.tensor.tensor import Tensor

__all__ = ["ASGD", "SGD", "Rprop"]


@formula("sgd", ("lr", "momentum", "dampening", "weight_decay"),
         flags=("weight_decay", "momentum", "nesterov", "maximize", "first"))  # fmt: skip
def _sgd(v: Variables) -> None:
    g = decayed_gradient(v)
    if v.flags["momentum"]:
        old = None if v.flags["first"] else v.momentum_buffer
        v.momentum_buffer = g if old is None else v.momentum * old + (1 - v.dampening) * g
        g = g + v.momentum * v.momentum_buffer if v.flags["nesterov"] else v.momentum_buffer
    v.param = v.param - v.lr * g


class SGD(Algorithm):
    """Stochastic gradient descent, with momentum as PyTorch defines it.

    Source: Sutskever et al., "On the importance of initialization and momentum in deep
    learning", ICML 2013; the learning rate multiplies the momentum buffer.

    >>> import flambeau
    >>> w = flambeau.ones(2, requires_grad=True)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.tolist()
    [0.800000011920929, 0.800000011920929]
    """

    formula = _sgd
    hyperparameters = ("lr", "momentum", "dampening", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-3, momentum: float = 0,
        dampening: float = 0, weight_decay: float = 0, nesterov: bool = False, *,
        maximize: bool = False, foreach: bool | None = None, differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, foreach=foreach, fused=fused, differentiable=differentiable)
        require(momentum >= 0.0, f"Invalid momentum value: {momentum}")
        require(
            not nesterov or (momentum > 0 and dampening == 0),
            "Nesterov momentum requires a momentum and zero dampening",
        )
        defaults = {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
            "differentiable": differentiable, "fused": fused,
        }  # fmt: skip
        super().__init__(params, defaults)

    def sparse_gradient(self, p: Any, grad: Any, group: ParameterGroup) -> Tensor | None:
        """Without momentum only the rows that the gradient names are touched."""
        if group["weight_decay"] != 0:
            raise RuntimeError(
                message("SGD", "a sparse gradient and weight_decay", "no weight_decay: it would "
                        "change every row", "sparse=False in the embedding")
            )  # fmt: skip
        if group["momentum"] != 0:
            return grad.to_dense()  # type: ignore[no-any-return]
        rate = group["lr"] if group["maximize"] else -group["lr"]
        with no_grad():
            if grad.sparse_dim() == 1:
                p.index_add_(0, grad._indices()[0], grad._values() * rate)
            else:
                p.add_(grad, alpha=rate)
        return None

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("momentum_buffer",) if dict.__getitem__(group, "momentum") != 0 else ()


@formula("asgd", ("lr", "lambd", "alpha", "t0", "weight_decay"), counters=("step", "eta", "mu"),
         flags=("weight_decay", "maximize"))  # fmt: skip
def _asgd(v: Variables) -> None:
    g = decayed_gradient(v)
    v.step = v.step + 1
    v.param = (1 - v.lambd * v.eta) * v.param - v.eta * g
    v.ax = v.ax + v.mu * (v.param - v.ax)
    v.eta = v.lr / (1 + v.lambd * v.lr * v.step) ** v.alpha
    v.mu = 1 / (v.step - v.t0).maximum(1.0)


class ASGD(Algorithm):
    """Averaged stochastic gradient descent; the average is `state[p]["ax"]`.

    Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
    """

    formula = _asgd
    hyperparameters = ("lr", "lambd", "alpha", "t0", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-2, lambd: float = 1e-4,
        alpha: float = 0.75, t0: float = 1e6, weight_decay: float = 0,
        foreach: bool | None = None, maximize: bool = False, differentiable: bool = False,
        capturable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, weight_decay, differentiable=differentiable)
        defaults = {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "eta", "mu", "ax")

    def initial(self, parameter: Tensor, group: ParameterGroup, name: str) -> Tensor:
        if name == "eta":
            return counter(float(dict.__getitem__(group, "lr")))
        return counter(1.0) if name == "mu" else super().initial(parameter, group, name)


@formula("rprop", ("lr", "eta_minus", "eta_plus", "step_min", "step_max"), counters=("step",),
         flags=("maximize",))  # fmt: skip
def _rprop(v: Variables) -> None:
    g = gradient(v)
    v.step = v.step + 1
    agreement = g * v.prev
    shrinks = agreement < 0
    factor = (agreement > 0).where(v.eta_plus, shrinks.where(v.eta_minus, 1.0))
    v.step_size = (v.step_size * factor).maximum(v.step_min).minimum(v.step_max)
    g = shrinks.where(0.0, g)
    v.param = v.param - g.sign() * v.step_size
    v.prev = g


class Rprop(Algorithm):
    """Resilient backpropagation: steps grow while a gradient keeps its sign, else shrink.

    Source: Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning:
    the RPROP algorithm", ICNN 1993.
    """

    formula = _rprop
    hyperparameters = ("lr", "etas", "step_sizes")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2), step_sizes: tuple[float, float] = (1e-6, 50), *,
        capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        check_common(lr, differentiable=differentiable)
        require(0.0 < etas[0] < 1.0 < etas[1], f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable,
        }  # fmt: skip
        super().__init__(params, defaults)

    def state_names(self, group: ParameterGroup) -> tuple[str, ...]:
        return ("step", "prev", "step_size")

    def initial(self, parameter: Tensor, group: ParameterGroup, name: str) -> Tensor:
        if name == "step_size":
            return filled(parameter, float(dict.__getitem__(group, "lr")))
        return super().initial(parameter, group, name)
