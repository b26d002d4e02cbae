"""Pooling over the last one, two or three dims."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.dtype import int64
from flambeau.core.errors import message
from flambeau.nn.functional.products import _entries
from flambeau.nn.operations.pooling import (
    ADAPTIVE_AVG,
    AVG_POOL,
    MAX_POOL,
    MAX_POOL_INDEX,
    Windows,
)
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import from_array
from flambeau.tensor.gathering import gather
from flambeau.tensor.indexing import getitem
from flambeau.tensor.tensor import Tensor

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_pool1d", "max_pool2d", "max_pool3d",
]  # fmt: skip


def _check_ndim(name: str, input: Tensor, spatial: int) -> None:
    ndim = len(input._shape)
    if ndim not in (spatial + 1, spatial + 2):
        raise RuntimeError(
            message(name, f"input {list(input._shape)}",
                    f"{spatial + 1}D (unbatched) or {spatial + 2}D (batched) input")
        )  # fmt: skip


def _windows(
    name: str, input: Tensor, spatial: int, kernel_size: Any, stride: Any, padding: Any,
    dilation: Any, ceil_mode: bool,
) -> Windows:  # fmt: skip
    _check_ndim(name, input, spatial)
    kernel = _entries(name, "kernel_size", kernel_size, spatial)
    is_default = stride is None or (isinstance(stride, (tuple, list)) and not stride)
    steps = kernel if is_default else _entries(name, "stride", stride, spatial)
    low = _entries(name, "padding", padding, spatial)
    dilations = _entries(name, "dilation", dilation, spatial)
    for k, s, p, d in zip(kernel, steps, low, dilations, strict=True):
        if k <= 0 or s <= 0 or d <= 0:
            raise RuntimeError(
                message(name, f"kernel_size={kernel}, stride={steps}, dilation={dilations}",
                        "kernel size, stride and dilation greater than zero")
            )  # fmt: skip
        if not 0 <= p <= ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                f"{name}: pad should be at most half of effective kernel size, but got pad={p}, "
                f"kernel_size={k} and dilation={d}"
            )
    high = list(low)
    for i, n in enumerate(input._shape[len(input._shape) - spatial :]):
        reach = dilations[i] * (kernel[i] - 1) + 1
        room = n + 2 * low[i] - reach
        if ceil_mode and room >= 0:
            count = -(-room // steps[i]) + 1
            if (count - 1) * steps[i] >= n + low[i]:  # would start in the padding after
                count -= 1
            high[i] = max(low[i], (count - 1) * steps[i] + reach - n - low[i])
        if room < 0:
            raise RuntimeError(
                message(name, f"input {list(input._shape)} and kernel_size={kernel}",
                        f"an input of at least {reach} in dim {i - spatial}; the output would be "
                        "too small", "a smaller kernel, or more padding")
            )  # fmt: skip
    return Windows(kernel, steps, low, tuple(high), dilations)


# -- max ------------------------------------------------------------------------------------------
def _max_pool(spatial: int) -> Callable[..., Any]:
    name = f"max_pool{spatial}d"

    def max_pool(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        ceil_mode: bool = False, return_indices: bool = False,
    ) -> Any:  # fmt: skip
        w = _windows(name, input, spatial, kernel_size, stride, padding, dilation, ceil_mode)
        result = apply(MAX_POOL, (input,), (w,))
        if not return_indices:
            return result
        return result, apply(MAX_POOL_INDEX, (input,), (w,))

    max_pool.__name__ = max_pool.__qualname__ = name
    max_pool.__doc__ = (
        f"The greatest element of each window over the last {spatial} dims; return_indices: also "
        "where it lies in them."
    )
    return max_pool


max_pool1d, max_pool2d, max_pool3d = (_max_pool(n) for n in (1, 2, 3))


# -- mean -----------------------------------------------------------------------------------------
def _avg_pool(spatial: int) -> Callable[..., Tensor]:
    name = f"avg_pool{spatial}d"

    def avg_pool(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
        ceil_mode: bool = False, count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Tensor:  # fmt: skip
        w = _windows(name, input, spatial, kernel_size, stride, padding, 1, ceil_mode)
        divisor: float | str = 1.0
        if divisor_override is not None:
            if divisor_override == 0:
                raise RuntimeError(f"{name}: divisor must be not zero")
            divisor = float(divisor_override)
        elif w.high == w.low and (count_include_pad or not any(w.low)):
            for k in w.kernel:
                divisor *= k
        else:
            divisor = "window" if count_include_pad else "inside"
        return apply(AVG_POOL, (input,), (w, divisor))

    avg_pool.__name__ = avg_pool.__qualname__ = name
    avg_pool.__doc__ = f"The mean of each window over the last {spatial} dims."
    return avg_pool


avg_pool1d, avg_pool2d, avg_pool3d = (_avg_pool(n) for n in (1, 2, 3))


def _lp_pool(spatial: int) -> Callable[..., Tensor]:
    def lp_pool(
        input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None,
        ceil_mode: bool = False,
    ) -> Tensor:  # fmt: skip
        kernel = _entries("lp_pool", "kernel_size", kernel_size, spatial)
        count = 1
        for k in kernel:
            count *= k
        powers = input**norm_type
        mean = (avg_pool1d, avg_pool2d, avg_pool3d)[spatial - 1](
            powers, kernel, stride, 0, ceil_mode
        )
        return (mean.sign() * mean.abs() * count) ** (1.0 / norm_type)

    lp_pool.__name__ = lp_pool.__qualname__ = f"lp_pool{spatial}d"
    lp_pool.__doc__ = f"The p-norm of each window over the last {spatial} dims."
    return lp_pool


lp_pool1d, lp_pool2d, lp_pool3d = (_lp_pool(n) for n in (1, 2, 3))


# -- a given number of windows --------------------------------------------------------------------
def _output_sizes(name: str, input: Tensor, spatial: int, output_size: Any) -> list[int]:
    _check_ndim(name, input, spatial)
    inner = input._shape[len(input._shape) - spatial :]
    wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * spatial
    if len(wanted) != spatial:
        raise RuntimeError(
            message(name, f"output_size={output_size!r}", f"a number or {spatial} of them")
        )
    sizes = [n if s is None else int(s) for s, n in zip(wanted, inner, strict=True)]
    if min(sizes) < 0:
        raise RuntimeError(
            message(name, f"output_size={output_size!r}", "sizes greater than or equal to 0")
        )
    return sizes


def _even_windows(input: Tensor, sizes: list[int]) -> Windows | None:
    """Windows that give `sizes`, if the input's sizes are multiples of them."""
    inner = input._shape[len(input._shape) - len(sizes) :]
    if any(s == 0 or n == 0 or n % s for s, n in zip(sizes, inner, strict=True)):
        return None
    kernel = tuple(n // s for s, n in zip(sizes, inner, strict=True))
    zeros = (0,) * len(sizes)
    return Windows(kernel, kernel, zeros, zeros, (1,) * len(sizes))


def _adaptive_avg(spatial: int) -> Callable[..., Tensor]:
    name = f"adaptive_avg_pool{spatial}d"

    def adaptive_avg_pool(input: Tensor, output_size: Any) -> Tensor:
        sizes = _output_sizes(name, input, spatial, output_size)
        w = _even_windows(input, sizes)
        if w is not None:
            divisor = 1.0
            for k in w.kernel:
                divisor *= k
            return apply(AVG_POOL, (input,), (w, divisor))
        first = len(input._shape) - spatial
        for i, size in enumerate(sizes):
            if input._shape[first + i] != size:
                input = apply(ADAPTIVE_AVG, (input,), (first + i, size))
        return input

    adaptive_avg_pool.__name__ = adaptive_avg_pool.__qualname__ = name
    adaptive_avg_pool.__doc__ = (
        f"Means over the last {spatial} dims such that the result has size output_size there."
    )
    return adaptive_avg_pool


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (
    _adaptive_avg(n) for n in (1, 2, 3)
)


def _adaptive_max(spatial: int) -> Callable[..., Any]:
    name = f"adaptive_max_pool{spatial}d"

    def adaptive_max_pool(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
        sizes = _output_sizes(name, input, spatial, output_size)
        w = _even_windows(input, sizes)
        if w is not None:
            result = apply(MAX_POOL, (input,), (w,))
            return (result, apply(MAX_POOL_INDEX, (input,), (w,))) if return_indices else result
        found = _max_of_intervals(input, sizes)
        return found if return_indices else found[0]

    adaptive_max_pool.__name__ = adaptive_max_pool.__qualname__ = name
    adaptive_max_pool.__doc__ = (
        f"Maxima over the last {spatial} dims such that the result has size output_size there."
    )
    return adaptive_max_pool


@functools.lru_cache(maxsize=64)
def _interval_table(inner: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    """(windows, elements): positions in the flattened dims; shorter ones repeat their last."""
    index = np.zeros((1, 1), np.int64)
    for n, size in zip(inner, sizes, strict=True):
        o = np.arange(size)
        start, end = o * n // size, -(-(o + 1) * n // size)
        at = np.minimum(start[:, None] + np.arange((end - start).max()), end[:, None] - 1)
        index = index[:, None, :, None] * n + at[None, :, None, :]
        index = index.reshape(index.shape[0] * size, -1)
    table = from_array(np.ascontiguousarray(index), int64)
    table._inference = False  # it outlives the mode it was made in
    return table


def _max_of_intervals(x: Any, sizes: list[int]) -> tuple[Tensor, Tensor]:
    """(maxima of overlapping or unequal intervals, where they lie in the flattened dims)."""
    first = len(x._shape) - len(sizes)
    outer, inner = x._shape[:first], x._shape[first:]
    table = _interval_table(tuple(inner), tuple(sizes))
    flat = x.reshape(*outer, math.prod(inner))
    best = getitem(flat.detach(), (..., table)).argmax(-1, True)
    index: Any = gather(table.expand(*outer, *table._shape), -1, best)  # type: ignore[attr-defined]
    index = index.squeeze(-1)
    result: Any = gather(flat, -1, index)
    return result.reshape(*outer, *sizes), index.reshape(*outer, *sizes)


adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = (
    _adaptive_max(n) for n in (1, 2, 3)
)
