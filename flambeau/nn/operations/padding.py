"""Padding: with a number, or with elements of the tensor itself.

Operations:
  pad (x) [low, high, value]                    negative padding cuts
  pad_backward (g) [low, high]                  the inner part
  pad_mirrored (x) [dim, low, high, mode]       mode "reflect", "replicate" or "circular"
  pad_mirrored_backward (g) [dim, low, high, mode]
"""

from __future__ import annotations

from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["PAD", "PAD_BACKWARD", "PAD_MIRRORED", "PAD_MIRRORED_BACKWARD"]


@operation("pad")
def PAD(x: Node, low: Shape, high: Shape, value: float) -> Node:
    """`value` around x."""
    return build.pad(x, low, high, build.constant(value, x.dtype).attributes[0])


@operation("pad_backward")
def PAD_BACKWARD(g: Node, low: Shape, high: Shape) -> Node:
    """What lies inside the padding; zeros where the padding had cut."""
    return build.pad(g, tuple(-n for n in low), tuple(-n for n in high), 0)


def _source(size: int, low: int, high: int, mode: str) -> Node:
    """For each element of the padded dim, which element of the dim it repeats."""
    count = size + low + high
    at = build.iota((count,), 0)

    def number(n: int) -> Node:
        return build.constant(n, at.dtype)

    at = build.apply("sub", at, number(low))
    if mode == "circular":
        return build.apply("remainder", at, number(size))
    if mode == "replicate":
        return build.apply("minimum", build.apply("maximum", at, number(0)), number(size - 1))
    at = build.apply("abs", at)  # reflect: once at either end
    back = build.apply("sub", number(2 * (size - 1)), at)
    return build.apply("minimum", at, back)


@operation("pad_mirrored")
def PAD_MIRRORED(x: Node, dim: int, low: int, high: int, mode: str) -> Node:
    """x with some of its elements repeated before and after it along dim."""
    return build.take(x, _source(x.shape[dim], low, high, mode), dim)


@operation("pad_mirrored_backward")
def PAD_MIRRORED_BACKWARD(g: Node, dim: int, low: int, high: int, mode: str) -> Node:
    """g added up where its elements came from."""
    size = g.shape[dim] - low - high
    wide = in_full_precision(g)
    shape = (*g.shape[:dim], size, *g.shape[dim + 1 :])
    zeros = build.full(shape, 0, wide.dtype)
    index = _source(size, low, high, mode)
    return build.convert(build.put(zeros, index, wide, dim, "add"), g.dtype)
