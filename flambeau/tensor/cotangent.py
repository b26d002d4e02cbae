"""Operations of backward's own: cotangents are made, added, and fitted to their inputs.

The derivatives of some very frequent operations are one operation too, not several: backward
through an activation is then one call.
"""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.layout import Layout
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = [
    "ADD",
    "AS_STRIDED_SUM",
    "FIT",
    "ONES",
    "PICK_ALONG",
    "PUT_ALONG",
    "RELU_BACKWARD",
    "SELECT_BACKWARD",
    "SIGMOID_BACKWARD",
    "SLICE_BACKWARD",
    "SPREAD",
    "TANH_BACKWARD",
    "ZEROS",
]


@operation("unit_cotangent")
def ONES(shape: Shape, dtype: DType) -> Node:
    """The cotangent a backward starts from."""
    return build.full(shape, 1, dtype)


@operation("zero_cotangent")
def ZEROS(shape: Shape, dtype: DType) -> Node:
    """The cotangent of what nothing depends on."""
    return build.full(shape, 0, dtype)


@operation("add_cotangents")
def ADD(a: Node, b: Node) -> Node:
    """The sum of two cotangents of one tensor."""
    return build.apply("add", a, b)


@operation("fit_cotangent")
def FIT(g: Node, shape: Shape, dtype: DType) -> Node:
    """A cotangent brought to the input it belongs to: the reverse of broadcasting and promotion.

    Dims that the input lacks or has with size 1 are summed; dims that g lacks or has with size
    1 are expanded.
    """
    if g.dtype in (dt.float16, dt.bfloat16) and g.shape != shape:
        g = build.convert(g, dt.float32)  # sums of half precision are kept in float32
    extra = len(g.shape) - len(shape)
    if extra > 0:
        g = build.squeeze(build.reduce("sum", g, tuple(range(extra))), tuple(range(extra)))
    elif extra < 0:
        g = build.reshape(g, (1,) * -extra + g.shape)
    dims = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    g = build.expand(build.reduce("sum", g, dims), shape)
    return build.convert(g, dtype)


@operation("as_strided_sum")
def AS_STRIDED_SUM(g: Node, base: Shape, shape: Shape, strides: Shape, offset: int) -> Node:
    """Zeros of shape `base` to which g is added where the layout reaches: reverse of as_strided."""
    repeated = tuple(i for i, s in enumerate(strides) if s == 0 and shape[i] > 1)
    dtype = g.dtype
    if dtype in (dt.float16, dt.bfloat16):
        g = build.convert(g, dt.float32)
    g = build.reduce("sum", g, repeated)
    layout = Layout(g.shape, strides, offset)
    zeros = build.full(base, 0, g.dtype)
    if _is_injective(layout):
        return build.convert(build.update(zeros, g, *layout), dtype)
    count = 1
    for n in base:
        count *= n
    index = build.as_strided(build.iota((count,), 0), *layout)
    numel = g.type.numel
    flat = build.put(
        build.full((count,), 0, g.dtype),
        build.reshape(index, (numel,)),
        build.reshape(g, (numel,)),
        0,
        "add",
    )
    return build.convert(build.reshape(flat, base), dtype)


def _is_injective(layout: Layout) -> bool:
    """Whether no two indices reach the same element (sufficient: strides nest)."""
    reach = 1
    for stride, size in sorted(zip(map(abs, layout.strides), layout.shape, strict=True)):
        if size == 1:
            continue
        if stride < reach:
            return False
        reach = stride * (size - 1) + reach
    return True


@operation("slice_backward")
def SLICE_BACKWARD(g: Node, shape: Shape, starts: Shape, sizes: Shape, steps: Shape) -> Node:
    """Zeros of `shape` with g where the slice lies."""
    backwards = tuple(i for i, k in enumerate(steps) if k < 0)
    if backwards:
        flipped = tuple(n - 1 if i in backwards else 0 for i, n in enumerate(sizes))
        g = build.slice_(
            g, flipped, sizes, tuple(-1 if i in backwards else 1 for i in range(len(sizes)))
        )
    low: list[int] = []
    high: list[int] = []
    interior: list[int] = []
    for n, start, size, step in zip(shape, starts, sizes, steps, strict=True):
        if size == 0:
            low, high, interior = [*low, n], [*high, 0], [*interior, 0]
            continue
        first, last = sorted((start, start + (size - 1) * step))
        low, high, interior = [*low, first], [*high, n - 1 - last], [*interior, abs(step) - 1]
    return build.pad(g, tuple(low), tuple(high), 0, tuple(interior))


@operation("select_backward")
def SELECT_BACKWARD(g: Node, shape: Shape, dim: int, index: int) -> Node:
    """Zeros of `shape` with g at `index` of `dim`."""
    g = build.reshape(g, (*shape[:dim], 1, *shape[dim + 1 :]))
    low = tuple(index if i == dim else 0 for i in range(len(shape)))
    high = tuple(n - 1 - index if i == dim else 0 for i, n in enumerate(shape))
    return build.pad(g, low, high)


@operation("spread")
def SPREAD(g: Node, shape: Shape, dims: Shape, divisor: float) -> Node:
    """g / divisor, a reduction's result without or with its `dims`, expanded to `shape`."""
    kept = tuple(1 if i in dims else n for i, n in enumerate(shape))
    if divisor != 1:
        wide = in_full_precision(g)
        quotient = build.apply("div", wide, build.constant(divisor, wide.dtype))
        g = build.convert(quotient, g.dtype)
    return build.expand(build.reshape(g, kept), shape)


def _is_at(index: Node, shape: Shape, dim: int) -> Node:
    kept = tuple(1 if i == dim else n for i, n in enumerate(shape))
    return build.apply("eq", build.iota(shape, dim), build.reshape(index, kept))


@operation("put_along")
def PUT_ALONG(g: Node, index: Node, shape: Shape, dim: int) -> Node:
    """Zeros of `shape` with g (without dim, or of size 1 there) at `index` of dim."""
    kept = tuple(1 if i == dim else n for i, n in enumerate(shape))
    zero = build.constant(0, g.dtype)
    return build.apply("where", _is_at(index, shape, dim), build.reshape(g, kept), zero)


@operation("pick_along")
def PICK_ALONG(x: Node, index: Node, dim: int, shape: Shape) -> Node:
    """x at `index` of dim, as `shape`: the reverse of put_along."""
    zero = build.constant(0, x.dtype)
    found = build.apply("where", _is_at(index, x.shape, dim), x, zero)
    return build.reshape(build.reduce("sum", found, (dim,)), shape)


# -- derivatives in one operation ---------------------------------------------------------------
@operation("relu_backward")
def RELU_BACKWARD(g: Node, out: Node) -> Node:
    """g where `out` is positive, else zero (even where g is not finite)."""
    zero = build.constant(0, out.dtype)
    return build.apply("where", build.apply("gt", out, zero), g, build.constant(0, g.dtype))


@operation("tanh_backward")
def TANH_BACKWARD(g: Node, out: Node) -> Node:
    """g * (1 - out**2)."""
    a, y = in_full_precision(g), in_full_precision(out)
    slope = build.apply("sub", build.constant(1, y.dtype), build.apply("mul", y, y))
    return build.convert(build.apply("mul", a, slope), g.dtype)


@operation("sigmoid_backward")
def SIGMOID_BACKWARD(g: Node, out: Node) -> Node:
    """g * out * (1 - out)."""
    a, y = in_full_precision(g), in_full_precision(out)
    slope = build.apply("mul", y, build.apply("sub", build.constant(1, y.dtype), y))
    return build.convert(build.apply("mul", a, slope), g.dtype)
