"""Schedules that go one way: given factors, steps, and decay along a curve.

`get_lr` computes each epoch's rate from the one before, so that schedulers can be chained and
rates changed by hand stay changed; the closed forms compute it from the base rate.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from flambeau.optim.lr_scheduler.base import LRScheduler, check_optimizer, group_values
from flambeau.optim.optimizer import Optimizer

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "StepLR",
]

Rule = Callable[[int], float]


class _GivenFactors(LRScheduler):
    """Factors from the user's functions, one for all groups or one for each."""

    lr_lambdas: list[Rule]

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Rule | list[Rule], last_epoch: int = -1
    ) -> None:
        n = len(check_optimizer(optimizer).param_groups)
        rules = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * n
        if len(rules) != n:
            raise ValueError(f"Expected {n} lr_lambdas, but got {len(rules)}")
        for rule in rules:
            if not callable(rule):
                raise TypeError(f"lr_lambda should be a function, but got {type(rule).__name__}")
        self.lr_lambdas = rules
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and plain functions; callable objects by their fields."""
        state = super().state_dict()
        state["lr_lambdas"] = [
            None if isinstance(rule, FunctionType) else dict(rule.__dict__)
            for rule in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where the scheduler that gave `state_dict` was."""
        state = dict(state_dict)
        for rule, fields in zip(self.lr_lambdas, state.pop("lr_lambdas"), strict=True):
            if fields is not None:
                rule.__dict__.update(fields)
        self.__dict__.update(state)


class LambdaLR(_GivenFactors):
    """The base rate times `lr_lambda(epoch)`."""

    def get_lr(self) -> list[Any]:
        return [
            base * rule(self.last_epoch)
            for base, rule in zip(self.base_lrs, self.lr_lambdas, strict=True)
        ]


class MultiplicativeLR(_GivenFactors):
    """The last rate times `lr_lambda(epoch)`."""

    def get_lr(self) -> list[Any]:
        now = group_values(self.optimizer, "lr")
        if self._is_initial:
            return now
        return [lr * rule(self.last_epoch) for lr, rule in zip(now, self.lr_lambdas, strict=True)]


class _Factor(LRScheduler):
    """The last rate times `factor()`; `total()` is the product of all factors so far."""

    def _factor(self) -> float:
        raise NotImplementedError

    def _total(self) -> float:
        raise NotImplementedError

    def get_lr(self) -> list[Any]:
        factor = self._factor()
        return [lr * factor for lr in group_values(self.optimizer, "lr")]

    def _get_closed_form_lr(self) -> list[Any]:
        total = self._total()
        return [base * total for base in self.base_lrs]


class StepLR(_Factor):
    """Times gamma every `step_size` epochs.

    >>> import flambeau
    >>> w = flambeau.ones(1, requires_grad=True)
    >>> optimizer = flambeau.optim.SGD([w], lr=0.5)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(4):
    ...     optimizer.step(); scheduler.step()
    >>> scheduler.get_last_lr()
    [0.125]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma if self.last_epoch and self.last_epoch % self.step_size == 0 else 1

    def _total(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(_Factor):
    """Times gamma at each of the `milestones`."""

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma ** self.milestones[self.last_epoch]

    def _total(self) -> float:
        return self.gamma ** sum(n for at, n in self.milestones.items() if at <= self.last_epoch)


class ConstantLR(_Factor):
    """Times `factor` until epoch `total_iters`."""

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:  # fmt: skip
        if not 0 <= factor <= 1:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else 1

    def _total(self) -> float:
        return 1 if self.last_epoch >= self.total_iters else self.factor


class LinearLR(_Factor):
    """From `start_factor` to `end_factor` in `total_iters` epochs, along a line."""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1.0 / 3, end_factor: float = 1.0,
        total_iters: int = 5, last_epoch: int = -1,
    ) -> None:  # fmt: skip
        if not 0 < start_factor <= 1:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal "
                "to 1."
            )
        if not 0 <= end_factor <= 1:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return 1.0 + rise / before

    def _total(self) -> float:
        done = min(self.total_iters, self.last_epoch) / self.total_iters
        return self.start_factor + (self.end_factor - self.start_factor) * done


class ExponentialLR(_Factor):
    """Times gamma every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return 1 if self._is_initial else self.gamma

    def _total(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(_Factor):
    """To zero in `total_iters` epochs, as (1 - epoch / total_iters) ** power."""

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _left(self, epoch: int) -> float:
        return 1.0 - min(self.total_iters, epoch) / self.total_iters

    def _factor(self) -> float:
        if self._is_initial or self.last_epoch > self.total_iters:
            return 1
        return (self._left(self.last_epoch) / self._left(self.last_epoch - 1)) ** self.power

    def _total(self) -> float:
        return self._left(self.last_epoch) ** self.power


class CosineAnnealingLR(LRScheduler):
    """From the base rate to `eta_min` along half a cosine of `T_max` epochs, and back.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def get_lr(self) -> list[Any]:
        now = group_values(self.optimizer, "lr")
        epoch = self.last_epoch
        if self._is_initial:
            return now
        if self._step_count == 1 and epoch > 0:
            return self._get_closed_form_lr()
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # the height before was 0
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [
                lr + (base - self.eta_min) * rise
                for lr, base in zip(now, self.base_lrs, strict=True)
            ]
        ratio = self._height(epoch) / self._height(epoch - 1)
        return [ratio * (lr - self.eta_min) + self.eta_min for lr in now]

    def _get_closed_form_lr(self) -> list[Any]:
        height = self._height(self.last_epoch) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]
