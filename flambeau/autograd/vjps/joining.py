"""Derivatives of joining, repeating and turning around."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.tensor.apply import apply
from flambeau.tensor.joining import FLIP, ROLL
from flambeau.tensor.shaping import narrow, reshape

__all__: list[str] = []


def _cat(g: Any, types: tuple, attributes: tuple, needs: tuple) -> list[Any]:
    (dim,) = attributes
    result, at = [], 0
    for type, need in zip(types, needs, strict=True):
        size = type.shape[dim]
        result.append(narrow(g, dim, at, size) if need else None)
        at += size
    return result


def _repeat(g: Any, types: tuple, attributes: tuple) -> Any:
    """The sum over the copies."""
    (sizes,) = attributes
    own = types[0].shape
    shape = (1,) * (len(sizes) - len(own)) + own
    spaced = [v for times, n in zip(sizes, shape, strict=True) for v in (times, n)]
    total = reshape(g, spaced).sum(tuple(range(0, 2 * len(sizes), 2)))
    return reshape(total, own)


vjp_joint("cat", _cat)
vjp("repeat", _repeat)
vjp("flip", lambda g, attributes: apply(FLIP, (g,), attributes))
vjp(
    "roll",
    lambda g, attributes: apply(ROLL, (g,), (tuple([-s for s in attributes[0]]), attributes[1])),
)
