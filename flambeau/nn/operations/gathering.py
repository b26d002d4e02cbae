"""Elements picked along the last dim by index, and put there.

Operations (index: int64, not negative, of x's shape but for the last dim):
  pick (x, index)                    x[..., index[..., k]]
  pick_backward (g, index) [size]    zeros to which g is added at the indices
  place (x, index) [size]            zeros with x at the indices; the last of equal indices counts
"""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["PICK", "PICK_BACKWARD", "PLACE"]


@operation("pick")
def PICK(x: Node, index: Node) -> Node:
    return build.gather(x, build.convert(index, dt.int64), len(x.shape) - 1)


def _zeros(x: Node, size: int) -> Node:
    return build.full((*x.shape[:-1], size), 0, x.dtype)


@operation("pick_backward")
def PICK_BACKWARD(g: Node, index: Node, size: int) -> Node:
    wide = in_full_precision(g)
    index = build.convert(index, dt.int64)
    found = build.scatter(_zeros(wide, size), index, wide, len(g.shape) - 1, "add")
    return build.convert(found, g.dtype)


@operation("place")
def PLACE(x: Node, index: Node, size: int) -> Node:
    index = build.convert(index, dt.int64)
    return build.scatter(_zeros(x, size), index, x, len(x.shape) - 1, "set")
