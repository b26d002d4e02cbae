"""Which function computes the divergence of two distributions: a table of pairs of classes."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.distributions.distribution import Distribution
from flambeau.tensor.creation import full
from flambeau.tensor.grids import broadcast_shapes
from flambeau.tensor.tensor import Tensor

__all__ = ["infinite", "kl_divergence", "register_kl"]

Divergence = Callable[[Any, Any], Tensor]

REGISTRY: dict[tuple[type, type], Divergence] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Divergence], Divergence]:
    """Decorator: a row for distributions of these classes and of subclasses.

    >>> import flambeau
    >>> from flambeau.distributions import Normal, kl_divergence, register_kl
    >>> class Mine(Normal):
    ...     pass
    >>> @register_kl(Mine, Mine)
    ... def kl_mine(p, q):
    ...     return flambeau.tensor(7.0)
    >>> kl_divergence(Mine(0.0, 1.0), Mine(0.0, 1.0))
    tensor(7.)
    """
    for kind in (type_p, type_q):
        if not isinstance(kind, type) or not issubclass(kind, Distribution):
            raise TypeError(
                message("register_kl", repr(kind),
                        "Expected type_p and type_q to be a Distribution subclass")
            )  # fmt: skip

    def add(function: Divergence) -> Divergence:
        REGISTRY[type_p, type_q] = function
        find_divergence.cache_clear()
        return function

    return add


@functools.cache
def find_divergence(type_p: type, type_q: type) -> Divergence | None:
    """The row nearest to both classes; a RuntimeWarning where p and q disagree on the nearest."""
    order_p, order_q = type_p.__mro__, type_q.__mro__
    rows = [(p, q) for p, q in REGISTRY if p in order_p and q in order_q]
    if not rows:
        return None
    by_p = min(rows, key=lambda row: (order_p.index(row[0]), order_q.index(row[1])))
    by_q = min(rows, key=lambda row: (order_q.index(row[1]), order_p.index(row[0])))
    if REGISTRY[by_p] is not REGISTRY[by_q]:
        names = [f"({p.__name__}, {q.__name__})" for p, q in (by_p, by_q)]
        warnings.warn(
            message(f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__})",
                    f"the rows {' and '.join(names)}", "one row that is nearest to both",
                    f"register_kl({by_p[0].__name__}, {by_q[1].__name__})"),
            RuntimeWarning, stacklevel=3,
        )  # fmt: skip
    return REGISTRY[by_p]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The mean of log p(x) - log q(x) for x from p, in nats; of the broadcast batch shape.

    >>> import flambeau
    >>> from flambeau.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(0.0, 1.0), Normal(2.0, 1.0))
    tensor(2.)
    """
    kinds: tuple[Any, Any] = type(p), type(q)
    function = find_divergence(*kinds)
    if function is None:
        raise NotImplementedError(
            message("kl_divergence", f"p of type {type(p).__name__}, q of type {type(q).__name__}",
                    f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
                    f"{type(q).__name__}", "register_kl, or an average of p.log_prob(x) - "
                    "q.log_prob(x) over a sample of p")
        )  # fmt: skip
    return function(p, q)


def infinite(p: Any, q: Any) -> Tensor:
    """Infinity: p has values that q never has."""
    return full(broadcast_shapes(p.batch_shape, q.batch_shape), math.inf, dtype=p.mean.dtype)
