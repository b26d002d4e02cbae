"""Windows as columns, and columns added up where their windows lie.

Operations:
  unfold_windows (x) [windows]          (n, c, *sizes) -> (n, c * kernel, windows)
  fold_windows (x) [windows, sizes]     the transpose
"""

from __future__ import annotations

from math import prod

from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.pooling import Windows, cut_padding, windows_of
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = ["FOLD_WINDOWS", "UNFOLD_WINDOWS"]


@operation("unfold_windows")
def UNFOLD_WINDOWS(x: Node, w: Windows) -> Node:
    n, c = x.shape[:2]
    found, dims = windows_of(x, w, 0)
    positions = tuple(d for d in range(2, len(found.shape)) if d not in dims)
    moved = build.permute(found, (0, 1, *dims, *positions))
    return build.reshape(moved, (n, c * prod(w.kernel), prod(w.sizes(x.shape))))


@operation("fold_windows")
def FOLD_WINDOWS(x: Node, w: Windows, sizes: Shape) -> Node:
    wide = in_full_precision(x)
    n, rows, _ = x.shape
    c = rows // prod(w.kernel)
    like = build.full((n, c, *sizes), 0, wide.dtype)
    counts = w.sizes(like.shape)
    wide = build.reshape(wide, (n, c, *w.kernel, *counts))
    for i in range(len(sizes)):  # dim 2 is always the next kernel dim
        wide = _sum_along(wide, len(wide.shape) - len(sizes) + i, w.stride[i], w.dilation[i])
    return build.convert(cut_padding(wide, like, w), x.dtype)


def _sum_along(x: Node, dim: int, stride: int, dilation: int) -> Node:
    """Dim 2, a window's elements, spread along `dim`, its windows, and added; dim 2 goes."""
    kernel = x.shape[2]
    reach = (kernel - 1) * dilation
    rank = len(x.shape) - 1
    rest = (*x.shape[:2], *x.shape[3:])

    def along(n: int) -> Shape:
        return tuple(n if d == dim - 1 else 0 for d in range(rank))

    result = None
    for k in range(kernel):
        starts = tuple(k if d == 2 else 0 for d in range(rank + 1))
        sizes = tuple(1 if d == 2 else n for d, n in enumerate(x.shape))
        part = build.reshape(build.slice_(x, starts, sizes, (1,) * (rank + 1)), rest)
        at = k * dilation
        moved = build.pad(part, along(at), along(reach - at), 0, along(stride - 1))
        result = moved if result is None else build.apply("add", result, moved)
    assert result is not None
    return result
