"""Pooling over random windows, with positions, and the inverse of max pooling."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.functional.indices import known_array
from flambeau.nn.functional.pooling import (
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from flambeau.nn.functional.products import _entries
from flambeau.tensor.creation import full
from flambeau.tensor.gathering import gather
from flambeau.tensor.joining import cat
from flambeau.tensor.patterns import arange
from flambeau.tensor.random import rand
from flambeau.tensor.scattering import scatter
from flambeau.tensor.tensor import Tensor

__all__ = [
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d_with_indices", "fractional_max_pool2d",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices", "max_pool1d_with_indices", "max_pool2d_with_indices",
    "max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d",
]  # fmt: skip


# -- with positions -------------------------------------------------------------------------------
def _with_indices(pool: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
        ceil_mode: bool = False, return_indices: bool = False,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        found: tuple[Tensor, Tensor] = pool(
            input, kernel_size, stride, padding, dilation, ceil_mode, True
        )
        return found

    function.__name__ = function.__qualname__ = f"{pool.__name__}_with_indices"
    function.__doc__ = f"`{pool.__name__}` with return_indices."
    return function


def _adaptive_with_indices(pool: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        input: Tensor, output_size: Any, return_indices: bool = False
    ) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = pool(input, output_size, True)
        return found

    function.__name__ = function.__qualname__ = f"{pool.__name__}_with_indices"
    function.__doc__ = f"`{pool.__name__}` with return_indices."
    return function


max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices = (
    _with_indices(p) for p in (max_pool1d, max_pool2d, max_pool3d)
)
(
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d_with_indices,
) = (
    _adaptive_with_indices(p)
    for p in (adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)
)


# -- unpooling ------------------------------------------------------------------------------------
def _max_unpool(spatial: int) -> Callable[..., Tensor]:
    name = f"max_unpool{spatial}d"

    def max_unpool(
        input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
        output_size: Any = None,
    ) -> Tensor:  # fmt: skip
        x: Any = input
        if len(x._shape) not in (spatial + 1, spatial + 2) or x._shape != indices._shape:
            raise RuntimeError(
                message(name, f"input {list(x._shape)} and indices {list(indices._shape)}",
                        f"indices of the input's shape, and {spatial + 1}D (unbatched) or "
                        f"{spatial + 2}D (batched) input")
            )  # fmt: skip
        if indices.dtype.name != "int64":
            raise RuntimeError(
                message(name, f"indices of dtype {indices.dtype.name}",
                        "elements in indices should be type int64", "indices.long()")
            )  # fmt: skip
        kernel = _entries(name, "kernel_size", kernel_size, spatial)
        steps = kernel if stride is None else _entries(name, "stride", stride, spatial)
        low = _entries(name, "padding", padding, spatial)
        inner = x._shape[len(x._shape) - spatial :]
        default = tuple(
            (n - 1) * s - 2 * p + k for n, s, p, k in zip(inner, steps, low, kernel, strict=True)
        )
        sizes = _unpooled_sizes(name, default, steps, output_size)
        _check_indices(name, indices, sizes)
        outer = x._shape[: len(x._shape) - spatial]
        flat = [t.reshape(*outer, prod(inner)) for t in (x, indices)]
        empty = flat[0].new_zeros((*outer, prod(sizes)))
        result: Any = scatter(empty, -1, flat[1], flat[0])
        return result.reshape(*outer, *sizes)

    max_unpool.__name__ = max_unpool.__qualname__ = name
    max_unpool.__doc__ = (
        f"Zeros with the input's elements at `indices`, which `max_pool{spatial}d` gave."
    )
    return max_unpool


def _unpooled_sizes(
    name: str, default: tuple[int, ...], steps: tuple[int, ...], output_size: Any
) -> tuple[int, ...]:
    if output_size is None:
        return default
    sizes = tuple(int(n) for n in output_size)
    if len(sizes) == len(default) + 2:
        sizes = sizes[2:]
    if len(sizes) != len(default):
        raise ValueError(
            message(name, f"output_size={output_size}",
                    f"output_size should be a sequence containing {len(default)} or "
                    f"{len(default) + 2} elements")
        )  # fmt: skip
    for d, (n, least, s) in enumerate(zip(sizes, default, steps, strict=True)):
        if not least - s < n < least + s:
            raise ValueError(
                f"{name}: invalid output_size {sizes} (dim {d} must be between {least - s} and "
                f"{least + s})"
            )
    return sizes


def _check_indices(name: str, indices: Tensor, sizes: tuple[int, ...]) -> None:
    known = known_array(indices)
    if known is not None and known.size and not 0 <= known.min() <= known.max() < prod(sizes):
        bad = int(known.max() if known.max() >= prod(sizes) else known.min())
        raise RuntimeError(
            f"{name}: Found an invalid max index: {bad} (output volumes are of size {list(sizes)})"
        )


max_unpool1d, max_unpool2d, max_unpool3d = (_max_unpool(n) for n in (1, 2, 3))


# -- random windows -------------------------------------------------------------------------------
def _starts(samples: Any, size: int, kernel: int, count: int) -> Any:
    """(n, c, count): where the windows of each plane start along a dim; Graham 2014."""
    n, c = samples._shape
    last = full((n, c, 1), size - kernel, dtype=samples.dtype)
    if count == 1:
        return last.long()  # type: ignore[attr-defined]
    alpha = (size - kernel) / (count - 1)
    u = samples.unsqueeze(-1)
    i: Any = arange(count - 1, dtype=samples.dtype)
    first = ((i + u) * alpha).floor() - (u * alpha).floor()
    return cat([first, last], -1).long()  # type: ignore[attr-defined]


def _fractional(spatial: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    name = f"fractional_max_pool{spatial}d"

    def sizes_of(
        x: Any, kernel_size: Any, output_size: Any, output_ratio: Any
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if len(x._shape) not in (spatial + 1, spatial + 2):
            raise RuntimeError(
                message(name, f"input {list(x._shape)}",
                        f"{spatial + 1}D (unbatched) or {spatial + 2}D (batched) input")
            )  # fmt: skip
        if (output_size is None) == (output_ratio is None):
            raise ValueError(
                f"{name}: requires specifying either an output_size or an output_ratio"
            )
        inner = x._shape[len(x._shape) - spatial :]
        kernel = _entries(name, "kernel_size", kernel_size, spatial)
        if output_size is None:
            given = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,)
            ratios = tuple(given) * (spatial if len(given) == 1 else 1)
            sizes = tuple(int(n * r) for n, r in zip(inner, ratios, strict=True))
        else:
            sizes = _entries(name, "output_size", output_size, spatial)
        for n, k, s in zip(inner, kernel, sizes, strict=True):
            if s < 1 or s + k - 1 > n:
                raise RuntimeError(
                    message(name, f"input {list(x._shape)}, kernel_size={kernel} and "
                            f"output_size={sizes}", "in each dim, output_size + kernel_size - 1 "
                            "of at most the input's size: pool size too large relative to input")
                )  # fmt: skip
        return kernel, sizes

    def with_indices(
        input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        x: Any = input
        kernel, sizes = sizes_of(x, kernel_size, output_size, output_ratio)
        if len(x._shape) == spatial + 1:
            a, b = with_indices(x.unsqueeze(0), kernel, sizes, None, True, _random_samples)
            return a.squeeze(0), b.squeeze(0)  # type: ignore[attr-defined]
        n, c, *inner = x._shape
        samples: Any = _random_samples
        if samples is not None and samples._shape[0] > n:  # of an image alone the first ones
            samples = samples[:n]
        if samples is None:
            samples = rand(n, c, spatial, dtype=x.dtype)
        index: Any = None
        for i in range(spatial):
            # of images, the first sample is the width's
            sample = samples.select(-1, spatial - 1 - i if spatial == 2 else i)
            at = _starts(sample, inner[i], kernel[i], sizes[i]).unsqueeze(-1)
            at = (at + arange(kernel[i])).reshape(n, c, *_at(i, spatial, sizes[i], kernel[i]))
            index = at if index is None else index * inner[i] + at
        index = index.reshape(n, c, prod(sizes), prod(kernel))
        flat = x.reshape(n, c, -1)
        found: Any = gather(flat.detach(), -1, index.reshape(n, c, -1))
        best = found.reshape(index._shape).argmax(-1, True)
        index = gather(index, -1, best).squeeze(-1)  # type: ignore[attr-defined]
        result: Any = gather(flat, -1, index)
        return result.reshape(n, c, *sizes), index.reshape(n, c, *sizes)

    def plain(
        input: Tensor, kernel_size: Any, output_size: Any = None, output_ratio: Any = None,
        return_indices: bool = False, _random_samples: Tensor | None = None,
    ) -> Any:  # fmt: skip
        found = with_indices(input, kernel_size, output_size, output_ratio, True, _random_samples)
        return found if return_indices else found[0]

    plain.__name__ = plain.__qualname__ = name
    plain.__doc__ = (
        f"The greatest element of windows over the last {spatial} dims that are placed at random "
        "so that they give output_size, or output_ratio of the input's size."
    )
    with_indices.__name__ = with_indices.__qualname__ = f"{name}_with_indices"
    with_indices.__doc__ = f"`{name}` with return_indices."
    return plain, with_indices


def _at(i: int, spatial: int, size: int, kernel: int) -> tuple[int, ...]:
    """Sizes for dim i's windows and elements among those of all dims: (*windows, *elements)."""
    shape = [1] * (2 * spatial)
    shape[i], shape[spatial + i] = size, kernel
    return tuple(shape)


fractional_max_pool2d, fractional_max_pool2d_with_indices = _fractional(2)
fractional_max_pool3d, fractional_max_pool3d_with_indices = _fractional(3)
