"""Decompose: primitives that no kernel computes as such, written in those that one does.

Convolution becomes padding, windows and a matrix product; products of types the library does
not have become multiply and sum; half-precision sums are accumulated in float32; what is sorted
becomes rows of unsigned keys.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.shape import contiguous_strides
from flambeau.engine.graph import build
from flambeau.engine.graph.labels import follow
from flambeau.engine.graph.node import Node, topological

__all__ = ["decompose"]

HALVES = (dt.float16, dt.bfloat16)
# Multiplications below which a product is a loop in a generated kernel, where it fuses with
# what is around it: a library call costs as much as these.
SMALL_PRODUCT = 1 << 13
# Output positions of one image from which each image is a product of its own; below it the
# images are put side by side in one product, which then needs a transposed copy.
LARGE_IMAGE = 256


def decompose(roots: list[Node]) -> list[Node]:
    """The same values in primitives that have kernels."""
    done: dict[Node, Node] = {}
    for node in topological(roots):
        follow(node)
        sources = tuple(done[s] for s in node.sources)
        same = sources == node.sources
        rebuilt = node if same else build.make(node.primitive, sources, node.attributes)
        rule = _RULES.get(rebuilt.primitive)
        done[node] = rebuilt if rule is None else rule(rebuilt)
    return [done[r] for r in roots]


def _dot(node: Node) -> Node:
    a, b = node.sources
    dtype = node.dtype
    if dtype in HALVES:
        wide = build.dot(build.convert(a, dt.float32), build.convert(b, dt.float32))
        return build.convert(_dot(wide), dtype)
    n, m, k = a.shape
    p = b.shape[2]
    if config.BLAS and dtype in (dt.float32, dt.float64) and n * m * k * p > SMALL_PRODUCT:
        return node
    left = build.expand(build.reshape(a, (n, m, 1, k)), (n, m, p, k))
    right = build.permute(build.reshape(b, (n, 1, k, p)), (0, 1, 3, 2))
    product = build.apply("mul", left, build.expand(right, (n, m, p, k)))
    return build.reshape(build.reduce("sum", product, (3,)), (n, m, p))


def _csr(node: Node) -> Node:
    if node.dtype not in HALVES:
        return node
    pointers, columns, *factors = node.sources
    wide = [build.convert(x, dt.float32) for x in factors]
    return build.convert(build.make(node.primitive, (pointers, columns, *wide), ()), node.dtype)


def _half_reduce(node: Node) -> Node:
    (x,) = node.sources
    if x.dtype not in HALVES:
        return node
    wide = build.reduce(node.primitive, build.convert(x, dt.float32), node.attributes[0])
    return build.convert(wide, node.dtype)


def _half_scan(node: Node) -> Node:
    (x,) = node.sources
    if x.dtype not in HALVES:
        return node
    return build.convert(build.scan(build.convert(x, dt.float32), *node.attributes), node.dtype)


def _pad(node: Node) -> Node:
    """Padding between neighbours writes the source into a filled tensor with steps."""
    low, high, interior, value = node.attributes
    (x,) = node.sources
    if not any(interior):
        return node
    if min(*low, *high) < 0:
        wide = build.pad(x, tuple(max(v, 0) for v in low), tuple(max(v, 0) for v in high),
                         value, interior)  # fmt: skip
        starts = tuple(max(-v, 0) for v in low)
        cut = build.slice_(_pad(wide), starts, node.shape, (1,) * len(low))
        return cut
    base = build.full(node.shape, value, node.dtype)
    strides = contiguous_strides(node.shape)
    steps = tuple(s * (k + 1) for s, k in zip(strides, interior, strict=True))
    offset = sum(lo * s for lo, s in zip(low, strides, strict=True))
    return build.update(base, x, x.shape, steps, offset)


def _conv(node: Node) -> Node:
    x, w = node.sources
    strides, low, high, lhs_dilation, rhs_dilation, groups = node.attributes
    if node.dtype in HALVES:
        wide = build.conv(build.convert(x, dt.float32), build.convert(w, dt.float32),
                          *node.attributes)  # fmt: skip
        return build.convert(_conv(wide), node.dtype)
    images, outputs = node.shape[0], node.shape[1]
    space = node.shape[2:]
    kernel = w.shape[2:]
    padded = _pad(
        build.pad(x, (0, 0, *low), (0, 0, *high), 0, (0, 0, *(d - 1 for d in lhs_dilation)))
    ) if any(low) or any(high) or any(d != 1 for d in lhs_dilation) else x  # fmt: skip
    step = contiguous_strides(padded.shape)
    # windows[n, g, c, kernel..., space...]
    channels = x.shape[1] // groups
    shape = (images, groups, channels, *kernel, *space)
    layout = (
        step[0], step[1] * channels, step[1],
        *(s * d for s, d in zip(step[2:], rhs_dilation, strict=True)),
        *(s * d for s, d in zip(step[2:], strides, strict=True)),
    )  # fmt: skip
    windows = build.as_strided(build.copy(padded) if padded is not x else x, shape, layout, 0)
    inner, positions = channels * prod(kernel), prod(space)
    if groups > 1:
        return _grouped(node, windows, groups, inner, positions)
    weight = build.reshape(w, (1, outputs, inner))
    if positions >= LARGE_IMAGE or images == 1:
        columns = build.reshape(build.copy(windows), (images, inner, positions))
        weight = build.expand(weight, (images, outputs, inner))
        return build.reshape(_dot(build.dot(weight, columns)), node.shape)
    n = len(kernel)
    dims = (1, 2, *range(3, 3 + n), 0, *range(3 + n, 3 + 2 * n))
    merged = build.copy(build.permute(windows, dims))
    columns = build.reshape(merged, (1, inner, images * positions))
    product = _dot(build.dot(weight, columns))
    apart = build.reshape(product, (outputs, images, positions))
    return build.reshape(build.permute(apart, (1, 0, 2)), node.shape)


def _grouped(node: Node, windows: Node, groups: int, inner: int, positions: int) -> Node:
    """One product for each image and group."""
    images, outputs = node.shape[0], node.shape[1]
    columns = build.reshape(build.copy(windows), (images * groups, inner, positions))
    weight = build.reshape(node.sources[1], (1, groups, outputs // groups, inner))
    weight = build.expand(weight, (images, groups, outputs // groups, inner))
    weight = build.reshape(weight, (images * groups, outputs // groups, inner))
    return build.reshape(_dot(build.dot(weight, columns)), node.shape)


# -- sorting ------------------------------------------------------------------------------------
def _argsort(node: Node) -> Node:
    """The order along the last dim of unsigned keys, whose order is that of the elements."""
    (x,) = node.sources
    dim, descending = node.attributes
    last = len(x.shape) - 1
    if not x.shape or x.dtype.is_complex:
        return node
    if x.dtype in (dt.uint32, dt.uint64) and dim == last and not descending:
        return node
    others = tuple(d for d in range(len(x.shape)) if d != dim)
    keys = _unsigned_keys(build.permute(x, (*others, dim)))
    if descending:
        keys = build.apply("not", keys)
    order = build.argsort(keys, last, False)
    back = (*range(dim), last, *range(dim, last))
    return build.permute(order, back)


def _unsigned_keys(x: Node) -> Node:
    """uint32 or uint64 keys that are ordered like x; equal for zeros, and greatest for NaN."""
    if x.dtype.is_floating_point:
        return _keys_of_floats(build.convert(x, dt.float32) if x.dtype in HALVES else x)
    if not x.dtype.is_signed:
        return x if x.dtype is dt.uint64 else build.convert(x, dt.uint32)
    if x.dtype is not dt.int64:
        x = build.convert(x, dt.int32)
    keys = build.bitcast(x, dt.uint64 if x.dtype is dt.int64 else dt.uint32)
    return build.apply("xor", keys, _sign_bit(keys))


def _sign_bit(keys: Node) -> Node:
    return build.constant(1 << 8 * keys.dtype.itemsize - 1, keys.dtype)


def _keys_of_floats(x: Node) -> Node:
    """The bits; all turned over for negative numbers, only the sign for others."""
    zero = build.constant(0, x.dtype)
    one_zero = build.apply("where", build.apply("eq", x, zero), zero, x)
    unsigned = dt.uint64 if x.dtype is dt.float64 else dt.uint32
    bits = build.bitcast(one_zero, unsigned)
    turned = build.apply("not", bits)
    raised = build.apply("xor", bits, _sign_bit(bits))
    keys = build.apply("where", build.apply("lt", x, zero), turned, raised)
    highest = build.constant((1 << 8 * bits.dtype.itemsize) - 1, unsigned)
    return build.apply("where", build.apply("ne", x, x), highest, keys)


_RULES: dict[str, Callable[[Node], Node]] = {
    "dot": _dot,
    "conv": _conv,
    "csr_dot": _csr,
    "csr_sampled": _csr,
    "pad": _pad,
    "sum": _half_reduce,
    "prod": _half_reduce,
    "scan": _half_scan,
    "argsort": _argsort,
}
