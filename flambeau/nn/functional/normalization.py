"""Normalization, dropout and embedding."""

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.nn.functional.padding import pad
from flambeau.nn.functional.pooling import avg_pool1d
from flambeau.nn.operations.normalization import (
    BATCH_NORM_EVAL,
    NORMALIZATIONS,
    RUNNING_MEAN,
    RUNNING_VAR,
    Layout,
)
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.norms import norm
from flambeau.tensor.promotion import full_precision
from flambeau.tensor.tensor import Tensor

__all__ = [
    "batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "normalize",
    "rms_norm",
]  # fmt: skip

LAYER_NORM, GROUP_NORM, BATCH_NORM, INSTANCE_NORM, RMS_NORM = (
    NORMALIZATIONS[n] for n in "layer_norm group_norm batch_norm instance_norm rms_norm".split()
)


def _apply(op: Any, inputs: tuple, weight: Any, bias: Any, layout: Layout) -> Tensor:
    if weight is not None:
        inputs = (*inputs, weight)
    if bias is not None:
        inputs = (*inputs, bias)
    return apply(op, inputs, (layout, weight is not None, bias is not None))


def _check_weights(name: str, shape: tuple, weight: Any, bias: Any, what: str) -> None:
    for kind, x in (("weight", weight), ("bias", bias)):
        if x is not None and x._shape != shape:
            raise RuntimeError(
                message(name, f"{kind} of shape {list(x._shape)}",
                        f"Expected {kind} to be of shape {list(shape)}, {what}")
            )  # fmt: skip


def _over_last(name: str, input: Tensor, normalized_shape: Any) -> tuple[tuple, tuple]:
    """(normalized_shape, the dims it covers)."""
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    own = input._shape
    count = len(shape)
    if count == 0 or own[len(own) - count :] != shape or len(own) < count:
        raise RuntimeError(
            f"{name}: Given normalized_shape={list(shape)}, expected input with shape "
            f"[*{''.join(f', {n}' for n in shape)}], but got input of size{list(own)}"
        )
    return shape, tuple(range(len(own) - count, len(own)))


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None,
    bias: Tensor | None = None, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 over the last dims, which are `normalized_shape`; * weight + bias.

    >>> import flambeau
    >>> flambeau.nn.functional.layer_norm(flambeau.tensor([1.0, 3.0]), (2,))
    tensor([-1.0000,  1.0000])
    """
    shape, dims = _over_last("layer_norm", input, normalized_shape)
    _check_weights("layer_norm", shape, weight, bias, "normalized_shape")
    layout = Layout(input._shape, dims, shape, float(eps))
    return _apply(LAYER_NORM, (input,), weight, bias, layout)


def rms_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """x / sqrt(mean(x**2) + eps) over the last dims; eps defaults to the dtype's epsilon."""
    shape, dims = _over_last("rms_norm", input, normalized_shape)
    _check_weights("rms_norm", shape, weight, None, "normalized_shape")
    if eps is None:
        eps = finfo(full_precision(input.dtype)).eps
    layout = Layout(input._shape, dims, shape, float(eps), False)
    if input.dtype.is_complex:
        x: Any = input
        size = (x * x).mean(dims, True)  # no magnitudes, as in PyTorch
        scaled = x * (size + eps).rsqrt()
        return scaled if weight is None else scaled * weight
    return _apply(RMS_NORM, (input,), weight, None, layout)


def _channel_shape(input: Tensor) -> tuple[int, ...]:
    return tuple(n if i == 1 else 1 for i, n in enumerate(input._shape))


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 over each group of channels (dim 1) of each image."""
    shape = input._shape
    if len(shape) < 2:
        raise RuntimeError(f"group_norm: Expected at least 2 dimensions for input tensor but "
                           f"received {len(shape)}")  # fmt: skip
    if num_groups <= 0 or shape[1] % num_groups:
        raise RuntimeError(
            "group_norm: Expected number of channels in input to be divisible by num_groups, but "
            f"got input of shape {list(shape)} and num_groups={num_groups}"
        )
    _check_weights("group_norm", (shape[1],), weight, bias, "one for each channel")
    each = prod(shape[2:]) * (shape[1] // num_groups)
    layout = Layout((shape[0], num_groups, each), (2,), _channel_shape(input), float(eps))
    return _apply(GROUP_NORM, (input,), weight, bias, layout)


# -- over the batch -------------------------------------------------------------------------------
def _check_batch(name: str, input: Tensor, *channels: Any) -> None:
    shape = input._shape
    if len(shape) < 2:
        raise ValueError(f"{name}: given input {list(shape)}; required: shape [N, C, ...]")
    for kind, x in zip(("running_mean", "running_var", "weight", "bias"), channels, strict=True):
        if x is not None and x._shape != (shape[1],):
            raise RuntimeError(
                f"{name}: {kind} should contain {shape[1]} elements not {list(x._shape)}; the "
                f"input {list(shape)} has {shape[1]} channels"
            )


def _update_running(
    mean: Tensor | None, var: Tensor | None, input: Tensor, momentum: Any, dims: tuple
) -> None:
    """Move the running statistics towards the batch's."""
    for running, op in ((mean, RUNNING_MEAN), (var, RUNNING_VAR)):
        if running is not None:
            adopt(running, apply(op, (running, input, momentum), (dims,)), "batch_norm")


def batch_norm(
    input: Tensor, running_mean: Tensor | None, running_var: Tensor | None,
    weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
    momentum: Any = 0.1, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 of each channel (dim 1), over the batch or by running statistics.

    In training the running statistics move towards the batch's by `momentum`.
    """
    if input._shape == (0,):  # PyTorch takes no elements for no channels
        return input * 1  # type: ignore[operator, no-any-return]
    _check_batch("batch_norm", input, running_mean, running_var, weight, bias)
    shape = input._shape
    dims = tuple([i for i in range(len(shape)) if i != 1])
    layout = Layout(shape, dims, _channel_shape(input), float(eps))
    if not training:
        if running_mean is None or running_var is None:
            raise RuntimeError(
                "batch_norm: Expected running_mean and running_var to be defined when "
                "training=False; try training=True"
            )
        return _apply(BATCH_NORM_EVAL, (input, running_mean, running_var), weight, bias, layout)
    if prod(shape) == (shape[1] if len(shape) > 1 else 0):
        raise ValueError(
            "batch_norm: Expected more than 1 value per channel when training, got input size "
            f"{input.shape}; try a larger batch, or eval()"
        )
    result = _apply(BATCH_NORM, (input,), weight, bias, layout)
    _update_running(running_mean, running_var, input, momentum, dims)
    return result


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: bool = True,
    momentum: float = 0.1, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Mean 0 and variance 1 of each channel (dim 1) of each image."""
    _check_batch("instance_norm", input, running_mean, running_var, weight, bias)
    shape = input._shape
    dims = tuple(range(2, len(shape)))
    layout = Layout(shape, dims, _channel_shape(input), float(eps))
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise ValueError(
                "instance_norm: Expected running_mean and running_var to be defined when "
                "use_input_stats is False"
            )
        return _apply(BATCH_NORM_EVAL, (input, running_mean, running_var), weight, bias, layout)
    if prod(shape[2:]) == 1:
        raise ValueError(
            "instance_norm: Expected more than 1 spatial element when training, got input size "
            f"{input.shape}"
        )
    if running_mean is not None and running_var is not None:
        x = input.detach()
        for running, found in (
            (running_mean, x.mean(dims).mean(0)),
            (running_var, x.var(dims).mean(0)),
        ):
            adopt(running, running * (1 - momentum) + found * momentum, "instance_norm")
    return _apply(INSTANCE_NORM, (input,), weight, bias, layout)


# -- by a norm ------------------------------------------------------------------------------------
def normalize(
    input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None
) -> Tensor:
    """input divided by its p-norm over dim, at least eps."""

    length = norm(input, p, dim, keepdim=True).clamp_min(eps)
    result = input / length
    if out is not None:
        return into(out, result, "normalize")
    return result


def local_response_norm(
    input: Tensor, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """input / (k + alpha * mean of squares over `size` neighbouring channels) ** beta."""

    shape = input._shape
    if len(shape) < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality input (got {len(shape)} dimensions)"
        )
    if 0 in shape:
        return input
    squares = (input * input).reshape(shape[0], shape[1], prod(shape[2:])).transpose(1, 2)
    padded = pad(squares, (size // 2, (size - 1) // 2))
    mean = avg_pool1d(padded, size, 1).transpose(1, 2).reshape(shape)
    result: Any = input / (mean * alpha + k) ** beta
    return result  # type: ignore[no-any-return]
