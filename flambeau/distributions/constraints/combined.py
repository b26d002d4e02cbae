"""Constraints made of others: on several dims, on mixtures, on the parts of a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions.constraints.base import Constraint
from flambeau.tensor.joining import cat, stack
from flambeau.tensor.tensor import Tensor

__all__ = ["MixtureSameFamilyConstraint", "_Cat", "_IndependentConstraint", "_Stack"]


def _need_constraint(name: str, constraint: Any) -> None:
    if not isinstance(constraint, Constraint):
        raise AssertionError(message(name, repr(constraint), "a Constraint"))


def _all_rightmost(name: str, valid: Any, dims: int, value: Any, event_dim: int) -> Any:
    if valid.dim() < dims:
        raise ValueError(
            message(name, f"a value with {value.dim()} dims",
                    f"Expected value.dim() >= {event_dim}")
        )  # fmt: skip
    return valid.all(tuple(range(-dims, 0))) if dims else valid


class _IndependentConstraint(Constraint):
    """`base_constraint` for all entries of the last dims together."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        _need_constraint("independent", base_constraint)
        if not isinstance(reinterpreted_batch_ndims, int) or reinterpreted_batch_ndims < 0:
            raise AssertionError(
                message("independent", f"reinterpreted_batch_ndims={reinterpreted_batch_ndims!r}",
                        "an int of at least 0")
            )  # fmt: skip
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        """As the base."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        """The base's and the reinterpreted dims."""
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        """Whether all entries of each event are valid."""
        valid = self.base_constraint.check(value)
        dims = self.reinterpreted_batch_ndims
        return _all_rightmost("independent", valid, dims, value, self.event_dim)

    def __repr__(self) -> str:
        name = type(self).__name__.lstrip("_")
        return f"{name}({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """A value that every component of a mixture, in the batch dim before the event, allows."""

    def __init__(self, base_constraint: Constraint) -> None:
        _need_constraint("MixtureSameFamilyConstraint", base_constraint)
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        """As the components."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        """As the components."""
        return self.base_constraint.event_dim

    def check(self, value: Any) -> Any:
        """Whether each event is valid for all components."""
        if value.dim() < self.event_dim:
            raise ValueError(
                message("MixtureSameFamilyConstraint", f"a value with {value.dim()} dims",
                        f"Expected value.dim() >= {self.event_dim}")
            )  # fmt: skip
        valid = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        kept = value.dim() - self.event_dim
        return valid.all(tuple(range(kept, valid.dim())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_constraint!r})"


# -- parts --------------------------------------------------------------------------------------
class _Parts(Constraint):
    """One constraint for each part of a value along `dim`."""

    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        for c in cseq:
            _need_constraint(type(self).__name__.lstrip("_").lower(), c)
        self.cseq = list(cseq)
        self.dim = dim

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]
        """Whether any part is."""
        return any(c.is_discrete for c in self.cseq)

    def _check_dim(self, value: Tensor) -> None:
        if not -value.dim() <= self.dim < value.dim():
            raise AssertionError(
                message(type(self).__name__.lstrip("_").lower(), f"a value with {value.dim()} dims",
                        f"one with dim {self.dim}")
            )  # fmt: skip


class _Cat(_Parts):
    """Parts of `lengths` (1 each by default) along `dim`."""

    def __init__(
        self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None
    ) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq):
            raise AssertionError(
                message("cat", f"{len(self.lengths)} lengths", f"{len(self.cseq)}, one a part")
            )

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        """The most of the parts."""
        return max(c.event_dim for c in self.cseq)

    def check(self, value: Any) -> Any:
        """The parts' answers, joined along `dim`."""
        self._check_dim(value)
        checks, start = [], 0
        for c, length in zip(self.cseq, self.lengths, strict=True):
            checks.append(c.check(value.narrow(self.dim, start, length)))
            start += length
        return cat(checks, self.dim)


class _Stack(_Parts):
    """Parts of one index each along `dim`, which is a dim less inside them."""

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        """The most of the parts, and `dim` if it lies among the event's."""
        most = max(c.event_dim for c in self.cseq)
        return most + 1 if self.dim + most < 0 else most

    def check(self, value: Any) -> Any:
        """The parts' answers, stacked along `dim`."""
        self._check_dim(value)
        pairs = enumerate(self.cseq)
        return stack([c.check(value.select(self.dim, i)) for i, c in pairs], self.dim)
