"""Recognising a layout over contiguous elements as reshape, slice, permute and expand.

Views are replayed as `as_strided` over the base; only in plain movements do other rules and
the partition see what a view shows.
"""

from __future__ import annotations

from math import prod

from flambeau.core.layout import Layout
from flambeau.core.shape import Shape, contiguous_strides
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node

__all__ = ["is_injective", "permuted_whole", "recognize"]


def _proper(layout: Layout) -> list[int]:
    """Dims that move through memory, the largest stride first."""
    dims = [d for d, n in enumerate(layout.shape) if n != 1 and layout.strides[d]]
    return sorted(dims, key=lambda d: -abs(layout.strides[d]))


def is_injective(layout: Layout) -> bool:
    """True if no element is reached twice (the test is sufficient, not necessary)."""
    if any(n > 1 and s == 0 for n, s in zip(layout.shape, layout.strides, strict=True)):
        return False
    reach = 0
    for d in reversed(_proper(layout)):
        stride = abs(layout.strides[d])
        if stride <= reach:
            return False
        reach += (layout.shape[d] - 1) * stride
    return True


def permuted_whole(value: Node, layout: Layout, shape: Shape) -> Node | None:
    """The contiguous value of `shape` whose elements, read under `layout`, are `value`.

    None unless the layout reaches every element once.
    """
    if layout.offset or value.type.numel != prod(shape):
        return None
    dims = _proper(layout)
    sizes = tuple(layout.shape[d] for d in dims)
    if tuple(layout.strides[d] for d in dims) != contiguous_strides(sizes):
        return None
    rest = tuple(d for d in range(len(layout.shape)) if d not in dims)
    if any(layout.shape[d] != 1 for d in rest):
        return None
    return build.reshape(build.permute(value, rest + tuple(dims)), shape)


def recognize(x: Node, layout: Layout) -> Node | None:
    """x's row-major elements under `layout` by movements other than as_strided, or None."""
    if 0 in layout.shape:
        return None
    dims = _proper(layout)
    sizes = [layout.shape[d] for d in dims]
    strides = [abs(layout.strides[d]) for d in dims]
    flipped = [layout.strides[d] < 0 for d in dims]
    offset = layout.offset + sum(
        (layout.shape[d] - 1) * layout.strides[d] for d in dims if layout.strides[d] < 0
    )
    for buffer in _buffer_shapes(x, strides):
        places = _place(buffer, sizes, strides, offset)
        if places is not None:
            sliced = _slice(build.reshape(x, buffer), places, sizes, flipped)
            return _spread(build.reshape(sliced, tuple(sizes)), layout, dims)
    return None


def _buffer_shapes(x: Node, strides: list[int]) -> list[Shape]:
    """Shapes under which the elements of x may be cut: its own, split by the strides, theirs."""
    own = contiguous_strides(x.shape)
    found = [x.shape]
    for candidate in ({*own, *strides, 1}, {*strides, 1}):
        chain = sorted(candidate, reverse=True)
        above = [x.type.numel, *chain[:-1]]
        if all(a % b == 0 for a, b in zip(above, chain, strict=True)):
            found.append(tuple(a // b for a, b in zip(above, chain, strict=True)))
    return found


def _place(
    buffer: Shape, sizes: list[int], strides: list[int], offset: int
) -> list[tuple[int, int, int]] | None:
    """(start, step, number of the layout's dim or -1) for each dim of `buffer`, or None."""
    places = []
    at = 0
    rest = offset
    for size, unit in zip(buffer, contiguous_strides(buffer), strict=True):
        start, rest = divmod(rest, unit)
        if start >= size:
            return None
        if at < len(sizes) and size != 1 and strides[at] % unit == 0:
            step = strides[at] // unit
            if start + (sizes[at] - 1) * step < size:
                places.append((start, step, at))
                at += 1
                continue
        places.append((start, 1, -1))
    return places if at == len(sizes) else None


def _slice(
    x: Node, places: list[tuple[int, int, int]], sizes: list[int], flipped: list[bool]
) -> Node:
    starts, counts, steps = [], [], []
    for start, step, at in places:
        count = 1 if at < 0 else sizes[at]
        backwards = at >= 0 and flipped[at]
        starts.append(start + (count - 1) * step if backwards else start)
        counts.append(count)
        steps.append(-step if backwards else step)
    return build.slice_(x, tuple(starts), tuple(counts), tuple(steps))


def _spread(x: Node, layout: Layout, dims: list[int]) -> Node:
    """Dims in the layout's order, those of size 1 and the repeated ones put back."""
    order = sorted(range(len(dims)), key=lambda i: dims[i])
    x = build.permute(x, tuple(order))
    kept = set(dims)
    shape = tuple(n if d in kept else 1 for d, n in enumerate(layout.shape))
    return build.expand(build.reshape(x, shape), layout.shape)
