"""`ProbsOrLogits`: distributions given by probabilities or by their logits."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import (
    broadcast_all,
    exactly_one,
    lazy_property,
    logits_to_probs,
    normalized_logits,
    probs_to_logits,
)
from flambeau.tensor.tensor import Size, Tensor

__all__ = ["BINARY", "VECTOR", "ProbsOrLogits", "ProbsOrLogitsVector"]

# arguments of distributions on numbers, and on classes
BINARY: dict[str, Any] = {"probs": constraints.unit_interval, "logits": constraints.real}
VECTOR: dict[str, Any] = {"probs": constraints.simplex, "logits": constraints.real_vector}


class ProbsOrLogits(Distribution):
    """Base: one of `probs` and `logits` is given, the other follows from it when it is read."""

    _is_binary = True

    def _take(self, probs: Any, logits: Any, *others: Any) -> tuple[Tensor, ...]:
        """Store the one that is given, broadcast with `others`, which are returned."""
        name = exactly_one(type(self).__name__, probs=probs, logits=logits)
        value, *rest = broadcast_all(probs if name == "probs" else logits, *others)
        self.__dict__[name] = value
        return tuple(rest)

    @property
    def _param(self) -> Tensor:
        """What was given."""
        found: Tensor = self.__dict__["probs" if "probs" in self.__dict__ else "logits"]
        return found

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._param.new(*args, **kwargs)

    @lazy_property
    def logits(self) -> Tensor:
        return probs_to_logits(self.probs, is_binary=self._is_binary)

    @lazy_property
    def probs(self) -> Tensor:
        return logits_to_probs(self.logits, is_binary=self._is_binary)

    @property
    def param_shape(self) -> Size:
        """The shape of `probs` and `logits`."""
        return self._param.shape


class ProbsOrLogitsVector(ProbsOrLogits):
    """Base for probabilities of classes, in the last dim; they are normalized."""

    _is_binary = False

    def _take(self, probs: Any, logits: Any, *others: Any) -> tuple[Tensor, ...]:
        name = exactly_one(type(self).__name__, probs=probs, logits=logits)
        value = probs if name == "probs" else logits
        if value.dim() < 1:
            raise ValueError(
                message(type(self).__name__, f"`{name}` without dims",
                        f"`{name}` parameter must be at least one-dimensional")
            )  # fmt: skip
        is_probs = name == "probs"
        value = value / value.sum(-1, keepdim=True) if is_probs else normalized_logits(value)
        self.__dict__[name] = value
        return ()
