"""The meaning of primitives that move, reduce, contract, index, scan and sort."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.shape import Shape
from flambeau.engine.graph.meaning.elementwise import threefry
from flambeau.engine.graph.meaning.values import hold, narrow, number, widen
from flambeau.engine.graph.node import Node

__all__ = ["STRUCTURE", "neutral"]

Array = np.ndarray[Any, Any]
Meaning = Callable[..., Array]


# -- leaves -------------------------------------------------------------------------------------
def _parameter(node: Node, stored: Array) -> Array:
    return hold(np.asarray(stored), node.dtype).reshape(node.shape)


def _scalar(node: Node, value: Any) -> Array:
    return number(value, node.dtype)


def _constant(node: Node) -> Array:
    return number(node.attributes[0], node.dtype)


def _iota(node: Node) -> Array:
    dim = node.attributes[0]
    if not node.shape:
        return number(0, node.dtype)
    shape = [1] * len(node.shape)
    shape[dim] = node.shape[dim]
    index = narrow(np.arange(node.shape[dim], dtype=np.int64), node.dtype)
    return np.broadcast_to(index.reshape(shape), node.shape)


def _random_bits(node: Node, key0: Array, key1: Array) -> Array:
    counter = np.arange(node.type.numel, dtype=np.int64).reshape(node.shape)
    return np.asarray(threefry(key0.reshape(()), key1.reshape(()), counter))


# -- movement -----------------------------------------------------------------------------------
def _reshape(node: Node, x: Array) -> Array:
    return x.reshape(node.shape)


def _permute(node: Node, x: Array) -> Array:
    return x.transpose(node.attributes[0])


def _expand(node: Node, x: Array) -> Array:
    return np.broadcast_to(x, node.shape)


def _slice(node: Node, x: Array) -> Array:
    starts, sizes, steps = node.attributes
    for dim, (start, size, step) in enumerate(zip(starts, sizes, steps, strict=True)):
        if size == 0:
            return np.empty(node.shape, x.dtype)
        stop = start + size * step
        x = x[(slice(None),) * dim + (slice(start, None if stop < 0 else stop, step),)]
    return x


def _region(flat: Array, shape: Shape, strides: Shape, offset: int) -> Array:
    """The elements of a flat array that a layout reaches; NumPy checks the bounds."""
    size = flat.itemsize
    return np.ndarray(shape, flat.dtype, flat.data, offset * size, [s * size for s in strides])


def _as_strided(node: Node, x: Array) -> Array:
    shape, strides, offset = node.attributes
    if 0 in shape:
        return np.empty(shape, x.dtype)
    return _region(np.array(x, order="C").reshape(-1), shape, strides, offset)


def _update(node: Node, base: Array, value: Array) -> Array:
    shape, strides, offset = node.attributes
    flat = np.array(base, order="C").reshape(-1)
    if 0 not in shape:
        _region(flat, shape, strides, offset)[...] = value
    return flat.reshape(node.shape)


def _padded(x: Array, low: Shape, high: Shape, interior: Shape, value: Any, dtype: DType) -> Array:
    """x with `interior` values between neighbours and `low`, `high` before and after."""
    sizes = [n + max(n - 1, 0) * k for n, k in zip(x.shape, interior, strict=True)]
    result = np.full(
        [max(0, n + lo + hi) for n, lo, hi in zip(sizes, low, high, strict=True)],
        number(value, dtype),
        x.dtype,
    )
    target, source = [], []
    for n, size, lo, k, out in zip(x.shape, sizes, low, interior, result.shape, strict=True):
        step = k + 1
        first = max(0, -(lo // step)) if lo < 0 else 0  # the first element that is not cut
        count = max(0, min(n, (min(size, out - lo) - 1) // step + 1) - first)
        start = lo + first * step
        target.append(slice(start, start + (count - 1) * step + 1, step) if count else slice(0, 0))
        source.append(slice(first, first + count))
    result[tuple(target)] = x[tuple(source)]
    return result


def _pad(node: Node, x: Array) -> Array:
    low, high, interior, value = node.attributes
    return _padded(x, low, high, interior, value, node.dtype)


def _cat(node: Node, *arrays: Array) -> Array:
    return np.concatenate(arrays, axis=node.attributes[0])


def _copy(node: Node, x: Array) -> Array:
    return np.array(x, order="C")


# -- reductions ---------------------------------------------------------------------------------
def neutral(operator: str, dtype: DType) -> Array:
    """The value that leaves a reduction as it is: 0, 1, the least, the greatest."""
    if operator in ("sum", "prod"):
        return number(operator == "prod", dtype)
    least = operator in ("max", "argmax")
    if dtype.category == "bool":
        return np.array(not least)
    if dtype.category == "int":
        info = np.iinfo(dtype.numpy)
        return number(info.min if least else info.max, dtype)
    return number(-np.inf if least else np.inf, dtype)


def _sum(node: Node, x: Array) -> Array:
    # float32 (and what is widened to it) is summed in float64: the order does not show
    wide = np.float64 if x.dtype in (np.float16, np.float32) else x.dtype
    return narrow(np.add.reduce(x, axis=node.attributes[0], dtype=wide, keepdims=True), node.dtype)


def _prod(node: Node, x: Array) -> Array:
    x = widen(x)
    result = np.multiply.reduce(x, axis=node.attributes[0], dtype=x.dtype, keepdims=True)
    return narrow(result, node.dtype)


def _extreme(function: Any, operator: str) -> Meaning:
    def apply(node: Node, x: Array) -> Array:
        start = neutral(operator, node.dtype)[()]
        return np.asarray(function.reduce(x, axis=node.attributes[0], keepdims=True, initial=start))

    return apply


def _arg(function: Any) -> Meaning:
    """The position, row-major over the reduced dims, of the first of equals; a NaN wins."""

    def apply(node: Node, x: Array) -> Array:
        dims = node.attributes[0]
        if not dims:
            return np.zeros(node.shape, np.int64)
        kept = [d for d in range(x.ndim) if d not in dims]
        rows = x.transpose((*kept, *dims)).reshape(*(x.shape[d] for d in kept), -1)
        return np.asarray(function(rows, axis=-1)).astype(np.int64).reshape(node.shape)

    return apply


# -- contraction --------------------------------------------------------------------------------
def _dot(node: Node, a: Array, b: Array) -> Array:
    return narrow(np.matmul(widen(a), widen(b)), node.dtype)


_MAX_COLUMNS = 1 << 24  # elements of unfolded input at a time


def _conv(node: Node, x: Array, w: Array) -> Array:
    strides, low, high, lhs_dilation, rhs_dilation, groups = node.attributes
    x, w = widen(x), widen(w)
    edge = (0, 0)
    interior = edge + tuple(d - 1 for d in lhs_dilation)
    wide = {np.dtype(np.float32): dt.float32}.get(x.dtype, node.dtype)
    x = _padded(x, edge + low, edge + high, interior, 0, wide)
    out = node.shape[2:]
    result = np.zeros((node.shape[0], groups, node.shape[1] // groups, *out), x.dtype)
    if result.size and w.size:
        kernel = w.shape[2:]
        weights = w.reshape(groups, w.shape[0] // groups, -1)
        columns = max(1, prod(w.shape[1:]) * groups * prod(out))
        step = max(1, _MAX_COLUMNS // columns)
        for i in range(0, x.shape[0], step):
            windows = _windows(x[i : i + step], out, kernel, strides, rhs_dilation, groups)
            product = np.matmul(weights, windows)  # (n, groups, o / groups, positions)
            result[i : i + step] = product.reshape(product.shape[:3] + out)
    return narrow(result.reshape(node.shape), node.dtype)


def _windows(
    x: Array, out: Shape, kernel: Shape, strides: Shape, dilation: Shape, groups: int
) -> Array:
    """(n, groups, channels / groups * kernel elements, output positions)."""
    n, channels, *_ = x.shape
    spatial = x.strides[2:]
    view = np.lib.stride_tricks.as_strided(
        x,
        (n, channels, *kernel, *out),
        (
            *x.strides[:2],
            *(s * d for s, d in zip(spatial, dilation, strict=True)),
            *(s * d for s, d in zip(spatial, strides, strict=True)),
        ),
        writeable=False,
    )
    return view.reshape(n, groups, channels // groups * prod(kernel), prod(out))


# -- indexing -----------------------------------------------------------------------------------
def _checked(node: Node, index: Array, limit: int) -> Array:
    """`index`; IndexError if it leaves 0 <= index < limit."""
    bad = (index < 0) | (index >= limit)
    if bad.any():
        raise IndexError(
            f"{node.primitive}: index {int(index[bad].flat[0])} is out of range for a dim "
            f"of size {limit}"
        )
    return index


def _take(node: Node, x: Array, index: Array) -> Array:
    dim = node.attributes[0]
    if not index.size:
        return np.empty(node.shape, x.dtype)
    return np.take(x, _checked(node, index, x.shape[dim]), axis=dim)


def _grid(index: Array, dim: int) -> tuple[Array, ...]:
    """Index arrays of every element of `index`, with `index` itself along `dim`."""
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    return tuple(grid)


def _gather(node: Node, x: Array, index: Array) -> Array:
    dim = node.attributes[0]
    if not index.shape:  # both without dims: the only element
        return x.reshape(()) if not _checked(node, index, 1) else x
    if not index.size:
        return np.empty(node.shape, x.dtype)
    return np.asarray(x[_grid(_checked(node, index, x.shape[dim]), dim)])


_COMBINE = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}


def _combine(mode: str, base: Array, place: Any, source: Array) -> None:
    """Write in order: of equal targets the last one stays, or all of them count."""
    if mode == "set":
        base[place] = source
    else:
        _COMBINE[mode].at(base, place, source)


def _scatter(node: Node, base: Array, index: Array, source: Array) -> Array:
    dim, mode = node.attributes
    if not base.shape:
        base, index, source = base.reshape(1), index.reshape(-1), source.reshape(-1)
    result = np.array(widen(base), order="C")
    if index.size:
        place = _grid(_checked(node, index, base.shape[dim]), dim)
        source = source[tuple(slice(n) for n in index.shape)]
        _combine(mode, result, place, widen(source))
    return narrow(result, node.dtype).reshape(node.shape)


def _put(node: Node, base: Array, index: Array, source: Array) -> Array:
    dim, mode = node.attributes
    result = np.array(widen(base), order="C")
    if index.size:
        place = _checked(node, index.reshape(-1), base.shape[dim])
        _combine(mode, np.moveaxis(result, dim, 0), place, np.moveaxis(widen(source), dim, 0))
    return narrow(result, node.dtype)


# -- scan and sort ------------------------------------------------------------------------------
_SCAN = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


def _scan(node: Node, x: Array) -> Array:
    dim, mode = node.attributes
    if not x.shape:
        return x
    wide = x.dtype
    if mode in ("sum", "prod") and x.dtype in (np.float16, np.float32):
        wide = np.dtype(np.float64)
    return narrow(_SCAN[mode].accumulate(x, axis=dim, dtype=wide), node.dtype)


def _argsort(node: Node, x: Array) -> Array:
    """Stable; NaN counts as the largest."""
    dim, descending = node.attributes
    if not x.shape:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(x, axis=dim, kind="stable").astype(np.int64)
    # equal elements keep their order if a reversed copy is sorted and read backwards
    backwards = np.argsort(np.flip(x, dim), axis=dim, kind="stable")
    return np.asarray(x.shape[dim] - 1 - np.flip(backwards, dim)).astype(np.int64)


# -- the table ----------------------------------------------------------------------------------
STRUCTURE: dict[str, Meaning] = {
    "parameter": _parameter,
    "scalar": _scalar,
    "constant": _constant,
    "iota": _iota,
    "random_bits": _random_bits,
    "reshape": _reshape,
    "permute": _permute,
    "expand": _expand,
    "slice": _slice,
    "as_strided": _as_strided,
    "pad": _pad,
    "cat": _cat,
    "copy": _copy,
    "sum": _sum,
    "prod": _prod,
    "max": _extreme(np.maximum, "max"),
    "min": _extreme(np.minimum, "min"),
    "argmax": _arg(np.argmax),
    "argmin": _arg(np.argmin),
    "dot": _dot,
    "conv": _conv,
    "take": _take,
    "gather": _gather,
    "scatter": _scatter,
    "put": _put,
    "update": _update,
    "scan": _scan,
    "argsort": _argsort,
}
