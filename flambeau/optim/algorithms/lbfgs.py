"""L-BFGS: steps along the gradient times an inverse Hessian made of the last few steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flambeau.autograd.modes import enable_grad, no_grad
from flambeau.optim.algorithms.common import require
from flambeau.optim.algorithms.line_search import Point, strong_wolfe
from flambeau.optim.optimizer import Optimizer
from flambeau.tensor.boundary import synchronize
from flambeau.tensor.complex_numbers import view_as_real
from flambeau.tensor.creation import zeros
from flambeau.tensor.joining import cat
from flambeau.tensor.tensor import Tensor

__all__ = ["LBFGS"]

LEAST_CURVATURE = 1e-10  # a step along which the gradient grows less teaches nothing


class LBFGS(Optimizer):
    """L-BFGS; `step` needs a closure that computes the loss and calls backward.

    One call of `step` makes up to max_iter iterations with max_eval evaluations of the closure.
    line_search_fn: None for steps of length lr, or "strong_wolfe".

    How far it goes depends on the values of the loss, so a function that steps is not captured by
    `compile`; the closure may be.

    Source: Nocedal, "Updating quasi-Newton matrices with limited storage", Mathematics of
    computation, 1980.

    >>> import flambeau
    >>> x = flambeau.zeros(2, requires_grad=True)
    >>> optimizer = LBFGS([x], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((x - flambeau.tensor([1.0, 3.0])) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    10.0
    >>> x.detach()
    tensor([1., 3.])
    """

    def __init__(
        self, params: Iterable[Any], lr: float | Tensor = 1, max_iter: int = 20,
        max_eval: int | None = None, tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9, history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:  # fmt: skip
        if isinstance(lr, Tensor):
            require(lr.numel() == 1, "Tensor lr must be 1-element")
        require(lr >= 0.0, f"Invalid learning rate: {lr}")  # type: ignore[operator,arg-type]
        defaults = {
            "lr": lr, "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
            "history_size": history_size, "line_search_fn": line_search_fn,
        }  # fmt: skip
        super().__init__(params, defaults)
        require(
            len(self.param_groups) == 1,
            "LBFGS doesn't support per-parameter options (parameter groups); given "
            f"{len(self.param_groups)} groups; try one list of all parameters",
        )

    # -- parameters as one vector -------------------------------------------------------------
    def _real_parameters(self) -> list[Any]:
        """The parameters; complex ones as pairs of real numbers."""
        parameters = self.param_groups[0]["params"]
        return [view_as_real(p) if p.dtype.is_complex else p for p in parameters]

    def _gradient(self) -> Any:
        parts = []
        for p in self.param_groups[0]["params"]:
            grad = p.grad
            if grad is None:
                grad = zeros(p._shape, dtype=p.dtype)
            elif grad.is_sparse:
                grad = grad.to_dense()
            parts.append((view_as_real(grad) if p.dtype.is_complex else grad).reshape(-1))
        return cat(parts)

    def _move(self, t: float, direction: Any) -> None:
        """Add t * direction to the parameters."""
        start = 0
        for p in self._real_parameters():
            n = p.numel()
            p.add_(direction[start : start + n].reshape(p._shape), alpha=t)
            start += n

    def _evaluate(self, closure: Callable[[], Any], direction: Any) -> Callable[[float], Point]:
        """What the line search asks: the point at step length t; the parameters stay."""
        parameters = self.param_groups[0]["params"]
        here = [p.detach().clone() for p in parameters]

        def point(t: float) -> Point:
            self._move(t, direction)
            value = closure()
            gradient = self._gradient()
            slope = _dot(gradient, direction)
            found = Point(t, float(value), slope.item(), gradient)
            for p, x in zip(parameters, here, strict=True):
                p.copy_(x)
            return found

        return point

    # -- steps --------------------------------------------------------------------------------
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Make up to max_iter iterations; returns the closure's result at the start."""

        def evaluate() -> Any:
            with enable_grad():
                return closure()

        with no_grad():
            return self._step(evaluate)

    def _step(self, closure: Callable[[], Any]) -> Any:
        # state is written by `update`, of which captured closures are not told: no program of
        # theirs depends on it
        group = self.param_groups[0]
        state: dict[str, Any] = self.state[group["params"][0]]
        for name in ("func_evals", "n_iter"):
            state.setdefault(name, 0)
        first_loss = closure()
        loss, evaluations = float(first_loss), 1
        state.update(func_evals=state["func_evals"] + 1)
        gradient = self._gradient()
        if _largest(gradient) <= group["tolerance_grad"]:
            return first_loss
        for iteration in range(1, group["max_iter"] + 1):
            state.update(n_iter=state["n_iter"] + 1)
            direction = self._direction(gradient)
            state.update(prev_flat_grad=gradient, prev_loss=loss)
            lr = float(group["lr"])
            t = lr
            if state["n_iter"] == 1:
                t *= min(1.0, 1.0 / gradient.abs().sum().item())
            state.update(t=t)
            slope = _dot(gradient, direction).item()
            if slope > -group["tolerance_change"]:
                break
            length, is_last = _largest(direction), iteration == group["max_iter"]
            calls = 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError(
                        f"LBFGS: given line_search_fn={group['line_search_fn']!r}; required: None "
                        "or 'strong_wolfe': only 'strong_wolfe' is supported"
                    )
                found, calls = strong_wolfe(
                    self._evaluate(closure, direction), Point(0.0, loss, slope, gradient), t,
                    length, group["max_eval"] - evaluations,
                )  # fmt: skip
                t, loss, gradient = found.t, found.value, found.gradient
                state.update(t=t)
                self._move(t, direction)
            else:
                self._move(t, direction)
                if not is_last:  # where it ends up is evaluated at the next step, with new data
                    loss, calls = float(closure()), 1
                    gradient = self._gradient()
            evaluations += calls
            state.update(func_evals=state["func_evals"] + calls)
            if (
                is_last
                or evaluations >= group["max_eval"]
                or _largest(gradient) <= group["tolerance_grad"]
                or length * abs(t) <= group["tolerance_change"]
                or abs(loss - state["prev_loss"]) < group["tolerance_change"]
            ):
                break
        return first_loss

    def _direction(self, gradient: Any) -> Any:
        """Minus the gradient times the inverse Hessian, as far as it is known."""
        group = self.param_groups[0]
        state: dict[str, Any] = self.state[group["params"][0]]
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            direction = -gradient
        else:
            self._remember(gradient, state, group["history_size"])
            direction = _two_loops(gradient, state)
        state.update(d=direction)
        return direction

    def _remember(self, gradient: Any, state: dict[str, Any], size: int) -> None:
        """Add the last step and how the gradient changed along it to the history."""
        change = gradient - state["prev_flat_grad"]
        step = state["d"] * state["t"]
        curvature, square = _dot(change, step), _dot(change, change)
        if curvature.item() > LEAST_CURVATURE:
            history = (state["old_dirs"], state["old_stps"], state["ro"])
            for values, new in zip(history, (change, step, 1.0 / curvature), strict=True):
                if len(values) == size:
                    values.pop(0)
                values.append(new)
            state.update(H_diag=curvature / square)


def _two_loops(gradient: Any, state: dict[str, Any]) -> Any:
    """-H @ gradient without H: once through the history backward, once forward.

    Each turn is evaluated at once, so that a history of any length runs the same two programs.
    """
    history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
    weights = []
    result = -gradient
    for change, step, ro in reversed(history):
        weights.append(_dot(step, result) * ro)
        result = result - weights[-1] * change
        synchronize()
    result = result * state["H_diag"]
    for (change, step, ro), weight in zip(history, reversed(weights), strict=True):
        result = result + (weight - _dot(change, result) * ro) * step
        synchronize()
    return result


def _dot(x: Any, y: Any) -> Any:
    return (x * y).sum()


def _largest(x: Any) -> float:
    return x.abs().max().item()  # type: ignore[no-any-return]
