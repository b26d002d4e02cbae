"""PyTorch's names for layers that also give what they computed on the way."""

from __future__ import annotations

from typing import Any

from flambeau.nn.functional.normalization import batch_norm, group_norm, layer_norm
from flambeau.nn.functional.padding import pad as pad_
from flambeau.nn.functional.sampling import grid_sample
from flambeau.tensor.tensor import Tensor

__all__ = [
    "constant_pad_nd", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d", "native_batch_norm",
    "native_group_norm", "native_layer_norm",
]  # fmt: skip

MODES, PADDINGS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def constant_pad_nd(input: Tensor, pad: Any, value: Any = 0) -> Tensor:
    """`nn.functional.pad` with a constant."""
    return pad_(input, pad, "constant", value)


def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """`nn.functional.grid_sample` with numbers for the modes."""
    mode, padding = MODES[interpolation_mode], PADDINGS[padding_mode]
    return grid_sample(input, grid, mode, padding, align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


def _moments(x: Any, dims: Any, eps: float, keepdim: bool) -> tuple[Any, Any]:
    """The mean and 1 / sqrt(variance + eps) over dims."""
    return x.mean(dims, keepdim), (x.var(dims, False, keepdim) + eps).rsqrt()


def native_batch_norm(
    input: Tensor, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool,
    momentum: float, eps: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """(`batch_norm`, the batch's mean, its 1 / sqrt(variance + eps)); empty ones in evaluation."""
    result = batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return result, input.new_empty(0), input.new_empty(0)  # type: ignore[attr-defined]
    dims = [d for d in range(len(input._shape)) if d != 1]
    return result, *_moments(input, dims, eps, False)


def native_layer_norm(
    input: Tensor, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """(`layer_norm`, the means, 1 / sqrt(variance + eps)), these with dims of size 1."""
    result = layer_norm(input, normalized_shape, weight, bias, eps)
    ndim = len(input._shape)
    dims = list(range(ndim - len(tuple(normalized_shape)), ndim))
    return result, *_moments(input, dims, eps, True)


def native_group_norm(
    input: Tensor, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float,  # noqa: N803 - PyTorch's
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """(`group_norm`, the means, 1 / sqrt(variance + eps)), these of shape (n, groups)."""
    result = group_norm(input, group, weight, bias, eps)
    rows: Any = input.reshape(N, group, C // group * HxW)  # type: ignore[attr-defined]
    return result, *_moments(rows, 2, eps, False)
