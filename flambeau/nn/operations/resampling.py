"""Resampling along one dim: each element of the result is a weighted sum of a few of x's.

Operations (index (n, k) int64, weight (n, k)):
  resample (x, index[, weight]) [dim]                  sum over k of weight[o, k] * x[index[o, k]]
  resample_backward (g, index[, weight]) [dim, size]   its transpose, for x of `size` along dim
"""

from __future__ import annotations

from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["RESAMPLE", "RESAMPLE_BACKWARD"]


def _column(x: Node, k: int) -> Node:
    """x[:, k]."""
    n = x.shape[0]
    return build.reshape(build.slice_(x, (0, k), (n, 1), (1, 1)), (n,))


def _times(x: Node, weight: Node | None, k: int, dim: int) -> Node:
    """x times the k-th weights along dim."""
    if weight is None:
        return x
    row = build.convert(_column(weight, k), x.dtype)
    shape = tuple(x.shape[dim] if d == dim else 1 for d in range(len(x.shape)))
    return build.apply("mul", x, build.expand(build.reshape(row, shape), x.shape))


def _total(parts: list[Node]) -> Node:
    result = parts[0]
    for part in parts[1:]:
        result = build.apply("add", result, part)
    return result


@operation("resample")
def RESAMPLE(x: Node, index: Node, *rest: object) -> Node:
    *weights, dim = rest
    weight: Node | None = weights[0] if weights else None  # type: ignore[assignment]
    at: int = dim  # type: ignore[assignment]
    wide = x if weight is None else in_full_precision(x)
    parts = [
        _times(build.take(wide, _column(index, k), at), weight, k, at)
        for k in range(index.shape[1])
    ]
    return build.convert(_total(parts), x.dtype)


@operation("resample_backward")
def RESAMPLE_BACKWARD(g: Node, index: Node, *rest: object) -> Node:
    *weights, dim, size = rest
    weight: Node | None = weights[0] if weights else None  # type: ignore[assignment]
    at: int = dim  # type: ignore[assignment]
    wide = in_full_precision(g)
    shape = (*g.shape[:at], size, *g.shape[at + 1 :])
    result = build.full(shape, 0, wide.dtype)  # type: ignore[arg-type]
    for k in range(index.shape[1]):
        result = build.put(result, _column(index, k), _times(wide, weight, k, at), at, "add")
    return build.convert(result, g.dtype)
