"""Dropout: elements set to zero at random.

Operations (x, key, key), keys the words of a draw:
  dropout [p, mask]           x / (1 - p) or zero; `mask` is the shape of the choices, broadcast
  alpha_dropout [p, mask]     keeps mean and variance of what SELU gives
The mask is made again from the draw's key where backward needs it.
"""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision
from flambeau.tensor.sampling import words

__all__ = ["ALPHA_DROPOUT", "ALPHA_DROPOUT_BACKWARD", "DROPOUT"]

ALPHA = 1.7580993408473766  # SELU's limit at minus infinity is -ALPHA


def _kept(key0: Node, key1: Node, p: float, mask: Shape, shape: Shape) -> Node:
    """True with probability 1 - p (to within 2**-32)."""
    bits = words(key0, key1, mask)
    limit = build.constant(min(round(p * 2**32), 2**32 - 1), dt.uint32)
    return build.expand(build.apply("ge", bits, limit), shape)


@operation("dropout")
def DROPOUT(x: Node, key0: Node, key1: Node, p: float, mask: Shape) -> Node:
    """x / (1 - p) where kept, else zero."""
    wide = in_full_precision(x)
    zero = build.constant(0, wide.dtype)
    if p == 1:
        return build.convert(build.apply("mul", wide, zero), x.dtype)
    scaled = build.apply("mul", wide, build.constant(1 / (1 - p), wide.dtype))
    kept = _kept(key0, key1, p, mask, x.shape)
    return build.convert(build.apply("where", kept, scaled, zero), x.dtype)


def _alpha_scale(p: float) -> float:
    """What brings the variance back to 1."""
    return 1.0 / ((1 - p) * (1 + p * ALPHA**2)) ** 0.5 if p < 1 else 0.0


@operation("alpha_dropout")
def ALPHA_DROPOUT(x: Node, key0: Node, key1: Node, p: float, mask: Shape) -> Node:
    """a * (x where kept, else -ALPHA) + b."""
    wide = in_full_precision(x)
    a = _alpha_scale(p)
    number = [build.constant(v, wide.dtype) for v in (-ALPHA, a, a * p * ALPHA)]
    kept = _kept(key0, key1, p, mask, x.shape)
    chosen = build.apply("where", kept, wide, number[0])
    result = build.apply("add", build.apply("mul", chosen, number[1]), number[2])
    return build.convert(result, x.dtype)


@operation("alpha_dropout_backward")
def ALPHA_DROPOUT_BACKWARD(g: Node, key0: Node, key1: Node, p: float, mask: Shape) -> Node:
    """a * g where kept, else zero."""
    wide = in_full_precision(g)
    scaled = build.apply("mul", wide, build.constant(_alpha_scale(p), wide.dtype))
    kept = _kept(key0, key1, p, mask, g.shape)
    result = build.apply("where", kept, scaled, build.constant(0, wide.dtype))
    return build.convert(result, g.dtype)
