"""Pooling: the greatest or the mean element of each window.

`Windows` is an attribute: kernel, stride, low, high (padding), dilation, one entry for each of the
last dims; `high` includes what ceil_mode adds.
Operations:
  max_pool (x) [windows]                      -inf around x
  max_pool_index (x) [windows]                int64 positions in x's flattened last dims
  max_pool_pick (x, y) [windows]              x where y has its greatest elements
  max_pool_backward (g, x) [windows]          the transpose of max_pool_pick(_, x)
  avg_pool (x) [windows, divisor]             divisor: a number, "window" (padding counts), "inside"
  avg_pool_backward (g) [windows, divisor, size]
  adaptive_avg (x) [dim, size]                means of overlapping or unequal intervals of a dim
  adaptive_avg_backward (g) [dim, size]
"""

from __future__ import annotations

import math
from math import prod
from typing import NamedTuple

from flambeau.core import dtype as dt
from flambeau.core.dtype import iinfo
from flambeau.core.shape import contiguous_strides
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = [
    "ADAPTIVE_AVG",
    "ADAPTIVE_AVG_BACKWARD",
    "AVG_POOL",
    "AVG_POOL_BACKWARD",
    "MAX_POOL",
    "MAX_POOL_BACKWARD",
    "MAX_POOL_INDEX",
    "MAX_POOL_PICK",
    "Windows",
    "cut_padding",
    "windows_of",
]


class Windows(NamedTuple):
    """See the module's text."""

    kernel: Shape
    stride: Shape
    low: Shape
    high: Shape
    dilation: Shape

    def sizes(self, shape: Shape) -> Shape:
        """How many windows there are in each of the last dims of x's shape."""
        inner = shape[len(shape) - len(self.kernel) :]
        zipped = zip(inner, *self, strict=True)
        return tuple((n + lo + hi - d * (k - 1) - 1) // s + 1 for n, k, s, lo, hi, d in zipped)

    @property
    def are_apart(self) -> bool:
        """Whether they do not overlap and lie without gaps."""
        return self.kernel == self.stride and all(
            d == 1 or k == 1 for d, k in zip(self.dilation, self.kernel, strict=True)
        )


def _outer(x: Node, w: Windows) -> Shape:
    return x.shape[: len(x.shape) - len(w.kernel)]


def _padded(x: Node, w: Windows, value: float) -> Node:
    """x with the padding around it, cut to what the windows read."""
    zeros = (0,) * len(_outer(x, w))
    after = []
    inner = x.shape[len(zeros) :]
    for n, k, s, lo, d, count in zip(
        inner, w.kernel, w.stride, w.low, w.dilation, w.sizes(x.shape), strict=True
    ):
        after.append((count - 1) * s + (k - 1) * d + 1 - n - lo)
    return build.pad(x, (*zeros, *w.low), (*zeros, *after), value)


def windows_of(x: Node, w: Windows, value: float) -> tuple[Node, Shape]:
    """Each window's elements, and which dims run over them; the others are (*outer, *sizes)."""
    p = _padded(x, w, value)
    outer, sizes = _outer(x, w), w.sizes(x.shape)
    first, rank = len(outer), len(sizes)
    if w.are_apart:
        pairs = tuple(n for pair in zip(sizes, w.kernel, strict=True) for n in pair)
        return build.reshape(p, outer + pairs), tuple(first + 2 * i + 1 for i in range(rank))
    strides = contiguous_strides(p.shape)
    spatial = strides[first:]
    steps = tuple(a * b for a, b in zip(spatial, w.stride, strict=True))
    inside = tuple(a * b for a, b in zip(spatial, w.dilation, strict=True))
    shape = (*outer, *sizes, *w.kernel)
    elements = build.as_strided(p, shape, (*strides[:first], *steps, *inside), 0)
    return elements, tuple(range(first + rank, first + 2 * rank))


def _lowest(x: Node) -> float:
    if x.dtype.is_floating_point:
        return -math.inf
    return iinfo(x.dtype).min if x.dtype is not dt.bool_ else False


# -- max ------------------------------------------------------------------------------------------
@operation("max_pool")
def MAX_POOL(x: Node, w: Windows) -> Node:
    found, dims = windows_of(x, w, _lowest(x))
    return build.squeeze(build.reduce("max", found, dims), dims)


def _numbers(shape: Shape, dims: Shape) -> Node:
    """In `shape`, each element's row-major number over `dims`."""
    number = build.iota(shape, dims[0])
    for dim in dims[1:]:
        scaled = build.apply("mul", number, build.constant(shape[dim], dt.int64))
        number = build.apply("add", scaled, build.iota(shape, dim))
    return number


def _place(x: Node, w: Windows) -> tuple[Node, Shape]:
    """The number of the first greatest element in each window, and the dims as in `windows_of`.

    NaN counts as the greatest. The dims stay with size 1.
    """
    found, dims = windows_of(x, w, _lowest(x))
    best = build.expand(build.reduce("max", found, dims), found.shape)
    is_best = build.apply("eq", found, best)
    if x.dtype.is_floating_point:
        is_best = build.apply("or", is_best, build.apply("ne", found, found))
    none = build.constant(prod(w.kernel) - 1, dt.int64)
    number = build.apply("where", is_best, _numbers(found.shape, dims), none)
    return build.reduce("min", number, dims), dims


def _position(x: Node, w: Windows) -> Node:
    """Where the greatest element of each window lies in x's flattened last dims."""
    place = build.squeeze(*_place(x, w))
    first = len(_outer(x, w))
    inner = x.shape[first:]

    def number(n: int) -> Node:
        return build.constant(n, dt.int64)

    flat = None
    rest = place
    offsets: list[Node] = []
    for k in reversed(w.kernel):
        offsets.insert(0, build.apply("remainder", rest, number(k)))
        rest = build.apply("floor_div", rest, number(k))
    for i, (n, s, lo, d) in enumerate(zip(inner, w.stride, w.low, w.dilation, strict=True)):
        at = build.apply("mul", build.iota(place.shape, first + i), number(s))
        at = build.apply("add", at, build.apply("mul", offsets[i], number(d)))
        at = build.apply("sub", at, number(lo))
        if flat is not None:
            at = build.apply("add", build.apply("mul", flat, number(n)), at)
        flat = at
    assert flat is not None
    return flat


@operation("max_pool_index")
def MAX_POOL_INDEX(x: Node, w: Windows) -> Node:
    return _position(x, w)


def _rows(x: Node, w: Windows) -> Node:
    outer = _outer(x, w)
    return build.reshape(x, (prod(outer), prod(x.shape[len(outer) :])))


@operation("max_pool_pick")
def MAX_POOL_PICK(x: Node, y: Node, w: Windows) -> Node:
    index = _position(y, w)
    return build.reshape(build.gather(_rows(x, w), _rows(index, w), 1), index.shape)


@operation("max_pool_backward")
def MAX_POOL_BACKWARD(g: Node, x: Node, w: Windows) -> Node:
    """g added at the greatest element of each window."""
    wide = in_full_precision(g)
    if w.are_apart:
        return build.convert(_spread_apart(wide, x, w), g.dtype)
    index = _rows(_position(x, w), w)
    zeros = build.full(_rows(x, w).shape, 0, wide.dtype)
    found = build.scatter(zeros, index, _rows(wide, w), 1, "add")
    return build.convert(build.reshape(found, x.shape), g.dtype)


def _spread_apart(g: Node, x: Node, w: Windows) -> Node:
    """The same where windows do not overlap: every element asks its window."""
    place, dims = _place(x, w)
    full = tuple(w.kernel[dims.index(i)] if i in dims else n for i, n in enumerate(place.shape))
    hit = build.apply("eq", _numbers(full, dims), build.expand(place, full))
    value = build.expand(build.reshape(g, place.shape), full)
    spread = build.apply("where", hit, value, build.constant(0, g.dtype))
    whole = tuple(s * k for s, k in zip(w.sizes(x.shape), w.kernel, strict=True))
    return cut_padding(build.reshape(spread, _outer(x, w) + whole), x, w)


def cut_padding(padded: Node, x: Node, w: Windows) -> Node:
    """Without the padding; zeros where no window reached."""
    zeros = (0,) * len(_outer(x, w))
    before = tuple(-lo for lo in w.low)
    inner = x.shape[len(zeros) :]
    sizes = padded.shape[len(zeros) :]
    after = tuple(n - p + lo for n, p, lo in zip(inner, sizes, w.low, strict=True))
    return build.pad(padded, (*zeros, *before), (*zeros, *after), 0)


# -- mean -----------------------------------------------------------------------------------------
def _divisor(w: Windows, inner: Shape, divisor: float | str, dtype: dt.DType) -> Node:
    """What the sums are divided by: a number, or one for each window."""
    if not isinstance(divisor, str):
        return build.constant(divisor, dtype)
    counts = None
    sizes = w.sizes(inner)
    for i, (n, k, s, lo, hi) in enumerate(
        zip(inner, w.kernel, w.stride, w.low, w.high, strict=True)
    ):
        first, last = (0, n) if divisor == "inside" else (-lo, n + min(hi, lo))
        start = build.apply("mul", build.iota(sizes, i), build.constant(s, dt.int64))
        start = build.apply("sub", start, build.constant(lo, dt.int64))
        end = build.apply("add", start, build.constant(k, dt.int64))
        start = build.apply("maximum", start, build.constant(first, dt.int64))
        end = build.apply("minimum", end, build.constant(last, dt.int64))
        length = build.apply("sub", end, start)
        counts = length if counts is None else build.apply("mul", counts, length)
    assert counts is not None
    return build.convert(counts, dtype)


@operation("avg_pool")
def AVG_POOL(x: Node, w: Windows, divisor: float | str) -> Node:
    wide = in_full_precision(x)
    found, dims = windows_of(wide, w, 0)
    sums = build.squeeze(build.reduce("sum", found, dims), dims)
    inner = x.shape[len(_outer(x, w)) :]
    count = _divisor(w, inner, divisor, wide.dtype)
    return build.convert(build.apply("div", sums, count), x.dtype)


@operation("avg_pool_backward")
def AVG_POOL_BACKWARD(g: Node, w: Windows, divisor: float | str, size: Shape) -> Node:
    """Each window's cotangent, shared by its elements."""
    wide = in_full_precision(g)
    outer = g.shape[: len(g.shape) - len(size)]
    wide = build.apply("div", wide, _divisor(w, size, divisor, wide.dtype))
    like = build.full(outer + size, 0, wide.dtype)
    if w.are_apart:
        pairs = tuple(n for s in g.shape[len(outer) :] for n in (s, 1))
        full = outer + tuple(
            n for pair in zip(g.shape[len(outer) :], w.kernel, strict=True) for n in pair
        )
        whole = tuple(s * k for s, k in zip(g.shape[len(outer) :], w.kernel, strict=True))
        spread = build.expand(build.reshape(wide, outer + pairs), full)
        return build.convert(cut_padding(build.reshape(spread, outer + whole), like, w), g.dtype)
    for i in range(len(size)):  # a sum over windows is a sum over each dim in turn
        wide = _spread_along(wide, len(outer) + i, w.kernel[i], w.stride[i], w.dilation[i])
    return build.convert(cut_padding(wide, like, w), g.dtype)


def _spread_along(g: Node, dim: int, kernel: int, stride: int, dilation: int) -> Node:
    """Along one dim, each element added to the `kernel` places that its window covers."""
    rank = len(g.shape)
    reach = (kernel - 1) * dilation

    def along(n: int) -> Shape:
        return tuple(n if i == dim else 0 for i in range(rank))

    result = None
    for k in range(kernel):
        at = k * dilation
        moved = build.pad(g, along(at), along(reach - at), 0, along(stride - 1))
        result = moved if result is None else build.apply("add", result, moved)
    assert result is not None
    return result


# -- means of given intervals ---------------------------------------------------------------------
def _interval_matrix(n: int, size: int, dtype: dt.DType) -> Node:
    """(n, size): 1 / length where element i lies in interval o, else 0.

    Interval o is [floor(o * n / size), ceil((o + 1) * n / size)).
    """
    i, o = (build.iota((n, size), d) for d in (0, 1))

    def number(k: int) -> Node:
        return build.constant(k, dt.int64)

    start = build.apply("floor_div", build.apply("mul", o, number(n)), number(size))
    end = build.apply("mul", build.apply("add", o, number(1)), number(n))
    end = build.apply("floor_div", build.apply("add", end, number(size - 1)), number(size))
    inside = build.apply("and", build.apply("ge", i, start), build.apply("lt", i, end))
    length = build.convert(build.apply("sub", end, start), dtype)
    one = build.full((n, size), 1, dtype)
    return build.apply("where", inside, build.apply("div", one, length), build.constant(0, dtype))


def _along(x: Node, dim: int, matrix: Node) -> Node:
    """The product with a matrix along one dim."""
    order = (*[i for i in range(len(x.shape)) if i != dim], dim)
    moved = build.permute(x, order)
    flat = build.reshape(moved, (1, prod(moved.shape[:-1]), moved.shape[-1]))
    product = build.dot(flat, build.reshape(matrix, (1, *matrix.shape)))
    product = build.reshape(product, (*moved.shape[:-1], matrix.shape[1]))
    return build.permute(product, tuple(order.index(i) for i in range(len(order))))


@operation("adaptive_avg")
def ADAPTIVE_AVG(x: Node, dim: int, size: int) -> Node:
    wide = in_full_precision(x)
    matrix = _interval_matrix(x.shape[dim], size, wide.dtype)
    return build.convert(_along(wide, dim, matrix), x.dtype)


@operation("adaptive_avg_backward")
def ADAPTIVE_AVG_BACKWARD(g: Node, dim: int, size: int) -> Node:
    """`size` is that of the input."""
    wide = in_full_precision(g)
    matrix = _interval_matrix(size, g.shape[dim], wide.dtype)
    return build.convert(_along(wide, dim, build.permute(matrix, (1, 0))), g.dtype)
