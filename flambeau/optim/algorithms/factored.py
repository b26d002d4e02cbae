"""Adafactor: the size of a matrix' gradient from its rows and columns alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flambeau.core.dtype import finfo
from flambeau.core.types import Shape
from flambeau.optim.algorithms.common import gradient, lerp, require
from flambeau.optim.groups import ParameterGroup
from flambeau.optim.optimizer import Algorithm, counter
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.creation import zeros
from flambeau.tensor.formula import Symbol, Variables, formula
from flambeau.tensor.tensor import Tensor

__all__ = ["Adafactor"]


def _rows(shape: Shape) -> Shape:
    return (*shape[:-1], 1)


def _columns(shape: Shape) -> Shape:
    return (*shape[:-2], 1, shape[-1])


def _variance(v: Variables, g: Symbol, weight: Symbol, eps: Any) -> Symbol:
    """Advance the mean square of the gradient; its estimate for each element."""
    square = g * g
    if not v.flags["factored"]:
        v.variance = lerp(v.variance, square, weight)
        return v.variance  # type: ignore[no-any-return]
    v.row_var = lerp(v.row_var, square.mean(-1), weight)
    v.col_var = lerp(v.col_var, square.mean(-2), weight)
    return v.row_var * v.col_var / v.row_var.mean(-2).maximum(eps)  # type: ignore[no-any-return]


@formula("adafactor", ("lr", "beta2_decay", "eps1", "eps2", "d", "weight_decay"),
         counters=("step",), flags=("weight_decay", "maximize", "has_eps1", "factored", "dtype"),
         shapes={"row_var": _rows, "col_var": _columns})  # fmt: skip
def _adafactor(v: Variables) -> None:
    g = gradient(v)
    eps = v.eps1 if v.flags["has_eps1"] else finfo(v.flags["dtype"]).eps
    v.step = v.step + 1
    rate = v.lr.minimum(1 / v.step.sqrt()) * v.param.rms().maximum(v.eps2)
    param = (1 - v.lr * v.weight_decay) * v.param if v.flags["weight_decay"] else v.param
    estimate = _variance(v, g, v.step**v.beta2_decay, eps)
    update = estimate.maximum(eps * eps).rsqrt() * g
    v.param = param - rate / (update.rms() / v.d).maximum(1.0) * update


class Adafactor(Algorithm):
    """Adafactor: for a matrix it keeps one number for each row and each column.

    The learning rate is the largest step relative to the parameter's own size.

    Source: Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost",
    ICML 2018, without its first moment; as in PyTorch, eps[0] bounds the variance from below.

    >>> import flambeau
    >>> w = flambeau.ones(20, 30, requires_grad=True)
    >>> optimizer = Adafactor([w])
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> {name: list(x.shape) for name, x in optimizer.state[w].items()}
    {'step': [], 'row_var': [20, 1], 'col_var': [1, 30]}
    """

    formula = _adafactor
    hyperparameters = ("lr", "beta2_decay", "eps", "d", "weight_decay")

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1e-2, beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0,
        weight_decay: float = 0.0, *, foreach: bool | None = None, maximize: bool = False,
    ) -> None:  # fmt: skip
        if isinstance(lr, Tensor):
            require(lr.numel() == 1, "Tensor lr must be 1-element")
        require(lr >= 0.0, f"Learning rate should be >= 0 but is: {lr}")  # type: ignore[operator,arg-type]
        require(beta2_decay <= 0.0, f"beta2_decay should be <= 0 but is: {beta2_decay}")
        require(eps[0] is None or eps[0] >= 0.0, f"epsilon1 should be >= 0 but is: {eps[0]}")
        require(eps[1] >= 0.0, f"epsilon2 should be >= 0 but is: {eps[1]}")
        require(d >= 1.0, f"Clipping threshold d should be >= 1 but is: {d}")
        require(weight_decay >= 0.0, f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d,
            "weight_decay": weight_decay, "foreach": foreach, "maximize": maximize,
        }  # fmt: skip
        super().__init__(params, defaults)

    def make_state(self, parameter: Tensor, group: ParameterGroup) -> None:
        """Make what is missing of the parameter's state."""
        state = self.state[parameter]
        for name in _NAMES[len(parameter._shape) > 1]:
            if name == "step":
                state.setdefault(name, counter())
            elif name not in state:
                rule = self.formula.shapes.get(name)
                shape = rule(parameter._shape) if rule else parameter._shape
                state[name] = zeros(shape, dtype=parameter.dtype)

    def _update(self, group: ParameterGroup, memo: dict) -> None:
        numbers, kinds = group.numbers(self.hyperparameters)
        decays = dict.__getitem__(group, "weight_decay") != 0
        choices = (decays, dict.__getitem__(group, "maximize"),
                   dict.__getitem__(group, "eps")[0] is not None)  # fmt: skip
        capturing = is_capturing()
        for p in dict.__getitem__(group, "params"):
            grad = p.grad if capturing else p._grad
            if grad is None:
                continue
            is_matrix = len(p._shape) > 1
            names = _NAMES[is_matrix]
            if not self.state[p]:
                self.make_state(p, group)
            state = self.state[p]
            form = self.formula.form(
                ("param", "grad", *names), (*choices, is_matrix, p.dtype), kinds
            )
            form.update([p, grad, *[state[n] for n in names]], numbers, memo)


# the state of a vector, and of a matrix
_NAMES = (("step", "variance"), ("step", "row_var", "col_var"))
