"""Constraints on numbers: bounds, integers."""

from __future__ import annotations

from typing import Any

from flambeau.distributions.constraints.base import Constraint

__all__ = [
    "_Boolean", "_GreaterThan", "_GreaterThanEq", "_HalfOpenInterval", "_IntegerGreaterThan",
    "_IntegerInterval", "_IntegerLessThan", "_Interval", "_LessThan", "_Real", "_UpperBound",
]  # fmt: skip


class _LowerBound(Constraint):
    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound


class _UpperBound(Constraint):
    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound


class _Bounds(Constraint):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound


class _Real(Constraint):
    """Anything but NaN."""

    def check(self, value: Any) -> Any:
        return value == value  # false for NaN


class _GreaterThan(_LowerBound):
    def check(self, value: Any) -> Any:
        return self.lower_bound < value


class _GreaterThanEq(_LowerBound):
    def check(self, value: Any) -> Any:
        return self.lower_bound <= value


class _LessThan(_UpperBound):
    def check(self, value: Any) -> Any:
        return value < self.upper_bound


class _Interval(_Bounds):
    """Both bounds belong to it."""

    def check(self, value: Any) -> Any:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Bounds):
    """The lower bound belongs to it, the upper one does not."""

    def check(self, value: Any) -> Any:
        return (self.lower_bound <= value) & (value < self.upper_bound)


def _is_whole(value: Any) -> Any:
    return value % 1 == 0


class _IntegerInterval(_Bounds):
    is_discrete = True

    def check(self, value: Any) -> Any:
        return _is_whole(value) & (self.lower_bound <= value) & (value <= self.upper_bound)


class _IntegerGreaterThan(_LowerBound):
    """Integers that are at least the bound."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return _is_whole(value) & (value >= self.lower_bound)


class _IntegerLessThan(_UpperBound):
    """Integers that are at most the bound."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return _is_whole(value) & (value <= self.upper_bound)


class _Boolean(Constraint):
    """0 and 1."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value == 0) | (value == 1)
