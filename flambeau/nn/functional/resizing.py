"""Images of other sizes: nearest, linear and cubic interpolation."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.dtype import DType, float64, int32, int64, uint8
from flambeau.core.errors import message
from flambeau.nn.functional.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from flambeau.nn.operations.resampling import RESAMPLE
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import from_array
from flambeau.tensor.tensor import Tensor

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

# mode -> how many spatial dims it is for (0: any)
MODES = {
    "nearest": 0, "nearest-exact": 0, "area": 0, "linear": 1, "bilinear": 2, "bicubic": 2,
    "trilinear": 3, "lanczos": 2,
}  # fmt: skip
CUBIC = -0.75  # the free parameter of cubic convolution (Keys 1981)
CUBIC_ANTIALIAS = -0.5


# -- where each element comes from, and how much of it --------------------------------------------
def _ratio(size: int, result: int, align: bool, scale: float | None) -> float:
    """How far apart neighbours of the result lie in the input."""
    if align:
        return (size - 1) / (result - 1) if result > 1 else 0.0
    return 1.0 / scale if scale else size / result


def _nearest(size: int, result: int, scale: float | None, exact: bool) -> np.ndarray:
    # in float32, as PyTorch does, so that ties fall the same way
    ratio = np.float32(1.0 / scale if scale else np.float32(size) / np.float32(result))
    at = np.arange(result, dtype=np.float32) + np.float32(0.5 if exact else 0.0)
    return np.minimum(np.floor(at * ratio).astype(np.int64), size - 1)


def _cubic(x: np.ndarray, a: float) -> np.ndarray:
    """Keys' kernel at distances x."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(1.0 - np.abs(x), 0.0)


def _lanczos(x: np.ndarray) -> np.ndarray:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


def _taps(
    mode: str, size: int, result: int, align: bool, scale: float | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """(indices (result, k), weights (result, k) or None for 1)."""
    if mode.startswith("nearest"):
        return _nearest(size, result, scale, mode == "nearest-exact")[:, None], None
    ratio = _ratio(size, result, align, scale)
    at = np.arange(result, dtype=np.float64)
    at = at * ratio if align else (at + 0.5) * ratio - 0.5
    if mode == "bicubic":
        low = np.floor(at)
        offsets = np.arange(-1, 3)
        weights = _cubic((at - low)[:, None] - offsets, CUBIC)
        return np.clip(low[:, None] + offsets, 0, size - 1).astype(np.int64), weights
    if size == result:
        return np.arange(size)[:, None], None
    at = np.maximum(at, 0.0)
    low = np.minimum(np.floor(at), size - 1)
    part = np.clip(at - low, 0.0, 1.0)
    indices = np.stack([low, np.minimum(low + 1, size - 1)], 1).astype(np.int64)
    return indices, np.stack([1.0 - part, part], 1)


def _smoothed_taps(
    mode: str, size: int, result: int, align: bool, scale: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """The same with the kernel widened where the result is smaller: anti-aliasing."""
    kernel: Any
    kernel, reach = {
        "bilinear": (_triangle, 1.0),
        "bicubic": (functools.partial(_cubic, a=CUBIC_ANTIALIAS), 2.0),
        "lanczos": (_lanczos, 3.0),
    }[mode]
    ratio = _ratio(size, result, align, scale)
    support = reach * max(ratio, 1.0)
    centre = ratio * (np.arange(result) + 0.5)
    low = np.maximum((centre - support + 0.5).astype(np.int64), 0)
    count = np.minimum((centre + support + 0.5).astype(np.int64), size) - low
    offsets = np.arange(int(count.max()))
    indices = low[:, None] + offsets
    weights = kernel((indices - centre[:, None] + 0.5) / max(ratio, 1.0))
    weights = np.where(offsets < count[:, None], weights, 0.0)
    total = weights.sum(1, keepdims=True)
    return np.minimum(indices, size - 1), weights / np.where(total == 0, 1.0, total)


@functools.lru_cache(maxsize=256)
def _table(
    mode: str, size: int, result: int, align: bool, scale: float | None, antialias: bool,
) -> tuple[Tensor, ...]:  # fmt: skip
    """Indices and weights as tensors."""
    found = (_smoothed_taps if antialias else _taps)(mode, size, result, align, scale)
    indices, weights = found
    tensors = [from_array(np.ascontiguousarray(indices, np.int64), int64)]
    if weights is not None:
        tensors.append(from_array(np.ascontiguousarray(weights, np.float64), float64))
    for x in tensors:
        x._inference = False  # it outlives the mode it was made in
    return tuple(tensors)


@functools.lru_cache(maxsize=64)
def _matrix(table: tuple[Tensor, ...], size: int, dtype: DType) -> Any:
    """(size, result): the same as one matrix, for many taps."""
    from_index, weights = (np.asarray(x) for x in table)
    matrix = np.zeros((size, len(from_index)))
    np.add.at(matrix, (from_index, np.arange(len(from_index))[:, None]), weights)
    made: Any = from_array(matrix, float64).to(dtype)  # type: ignore[attr-defined]
    made._inference = False
    return made


MANY_TAPS = 6  # from here on one matrix product is less work than a pass for each tap


def _resized(x: Any, dim: int, table: tuple[Tensor, ...]) -> Any:
    if table[0]._shape[1] < MANY_TAPS:
        return apply(RESAMPLE, (x, *table), (dim,))
    moved = x.transpose(dim, -1)
    return (moved @ _matrix(table, x._shape[dim], x.dtype)).transpose(dim, -1)


# -- images of bytes ------------------------------------------------------------------------------
def _merged(indices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weights with those of one index, which the borders repeat, added up in the first."""
    weights = weights.copy()
    for k in range(indices.shape[1] - 1, 0, -1):
        same = indices[:, k] == indices[:, k - 1]
        weights[:, k - 1] += np.where(same, weights[:, k], 0.0)
        weights[:, k] = np.where(same, 0.0, weights[:, k])
    return weights


@functools.lru_cache(maxsize=256)
def _byte_table(
    mode: str, size: int, result: int, align: bool, scale: float | None, antialias: bool,
) -> tuple[tuple[Tensor, Tensor], int]:  # fmt: skip
    """(indices and whole weights, how many bits of a weight stand behind the point).

    The largest weight fills 15 bits, as in PyTorch and Pillow.
    """
    indices, weights = (_smoothed_taps if antialias else _taps)(mode, size, result, align, scale)
    assert weights is not None
    weights = _merged(indices, weights)
    top, bits = max(weights.max(), 0.0), 0
    while bits < 22 and int(0.5 + top * (1 << (bits + 1))) < 1 << 15:
        bits += 1
    whole = np.trunc(weights * (1 << bits) + np.copysign(0.5, weights))
    tensors = (
        from_array(np.ascontiguousarray(indices, np.int64), int64),
        from_array(np.ascontiguousarray(whole, np.float64), float64),
    )
    for x in tensors:
        x._inference = False  # it outlives the mode it was made in
    return tensors, bits


def _resized_bytes(x: Any, dim: int, table: tuple[Tensor, Tensor], bits: int) -> Any:
    """x in whole numbers, rounded to bytes."""
    few = table[0]._shape[1] < MANY_TAPS
    total = _resized(x.to(int32 if few else float64), dim, table)  # exact in both
    return ((total.to(int32) + (1 << bits >> 1)) >> bits).clamp(0, 255).to(uint8)


# -- the call -------------------------------------------------------------------------------------
def _each(name: str, value: Any, shape: Sequence[int]) -> list[Any]:
    """One entry for each spatial dim."""
    if not isinstance(value, (tuple, list)):
        return [value] * len(shape)
    if len(value) != len(shape):
        raise ValueError(
            message("interpolate", f"{name}={value} for spatial dims {list(shape)}",
                    "Input and output must have the same number of spatial dimensions")
        )  # fmt: skip
    return list(value)


def _check_mode(input: Any, mode: str, align_corners: Any, antialias: bool) -> None:
    dims = len(input._shape) - 2
    if mode not in MODES or not 1 <= dims <= 3:
        raise NotImplementedError(
            f"interpolate: Input Error: Only 3D, 4D and 5D input Tensors supported (got "
            f"{dims + 2}D) for the modes: {' | '.join(MODES)} (got {mode})"
        )
    if MODES[mode] not in (0, dims):
        raise NotImplementedError(
            f"interpolate: Got {dims + 2}D input, but {mode} mode needs {MODES[mode] + 2}D input"
        )
    if MODES[mode] == 0 and align_corners is not None:
        raise ValueError(
            "interpolate: align_corners option can only be set with the interpolating modes: "
            "linear | bilinear | bicubic | trilinear"
        )
    if antialias and mode not in ("bilinear", "bicubic", "lanczos"):
        raise ValueError(
            "interpolate: Anti-alias option is restricted to bilinear, bicubic, and lanczos modes "
            "and requires a 4-D tensor as input"
        )
    if mode == "lanczos" and (align_corners or not antialias):
        wrong = (
            "does not support align_corners=True" if align_corners else "requires antialias=True"
        )
        raise ValueError(f"interpolate: Lanczos mode {wrong}")


def interpolate(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:  # fmt: skip
    """The input with other sizes of the dims after the second: (n, c, ...) to (n, c, *size).

    size, or scale_factor: a number or one for each dim. mode: "nearest", "nearest-exact", "area",
    "linear" (3-D), "bilinear", "bicubic" (4-D), "trilinear" (5-D). align_corners: the centres of
    the corner elements stay where they are, rather than their outer edges.

    >>> import flambeau
    >>> flambeau.nn.functional.interpolate(flambeau.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    _check_mode(input, mode, align_corners, antialias)
    inner = input._shape[2:]
    if size is not None and scale_factor is not None:
        raise ValueError("interpolate: only one of size or scale_factor should be defined")
    scales: list[Any] = [None] * len(inner)
    if size is not None:
        if recompute_scale_factor:
            raise ValueError(
                "interpolate: recompute_scale_factor is not meaningful with an explicit size."
            )
        sizes = [_whole(n) for n in _each("size", size, inner)]
    elif scale_factor is not None:
        factors = [float(f) for f in _each("scale_factor", scale_factor, inner)]
        sizes = [math.floor(n * f) for n, f in zip(inner, factors, strict=True)]
        if not recompute_scale_factor and mode != "area":
            scales = factors
    else:
        raise ValueError("interpolate: either size or scale_factor should be defined")
    if min(sizes) <= 0 or min(inner) <= 0:
        raise RuntimeError(
            message("interpolate", f"input {list(input._shape)} and output size {sizes}",
                    "Input and output sizes should be greater than 0")
        )  # fmt: skip
    if mode == "area":
        pools = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)
        return pools[len(inner) - 1](input, sizes)
    align = bool(align_corners)
    if mode in ("linear", "trilinear"):
        mode = "bilinear"
    result: Any = input
    if input.dtype is uint8 and not mode.startswith("nearest"):
        for i in reversed(range(len(inner))):  # rounded after each, the last dim first
            if inner[i] != sizes[i]:
                table, bits = _byte_table(mode, inner[i], sizes[i], align, scales[i], antialias)
                result = _resized_bytes(result, i + 2, table, bits)
        return result if result is not input else result.clone()
    for i, (n, wanted, scale) in enumerate(zip(inner, sizes, scales, strict=True)):
        weighted = _table(mode, n, wanted, align, scale, antialias)
        if n != wanted or scale is not None or antialias:
            result = _resized(result, i + 2, weighted)
    return result if result is not input else result.clone()


def _whole(n: Any) -> int:
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(
            "interpolate: expected size to be one of int or Tuple[int], but got size with an "
            f"entry of type {type(n).__name__}; try scale_factor for factors"
        )
    return int(n)


def upsample(
    input: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """The old name of `interpolate`."""
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode "nearest"."""
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with mode "bilinear" and align_corners."""
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.",
        stacklevel=2,
    )
    return interpolate(input, size, scale_factor, "bilinear", True)
