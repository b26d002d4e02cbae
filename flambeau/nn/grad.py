"""Gradients of convolutions as functions of their own, as `torch.nn.grad` has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.functional.products import _entries
from flambeau.nn.operations.convolution import CONV_INPUT_BACKWARD, CONV_WEIGHT_BACKWARD
from flambeau.tensor.apply import apply
from flambeau.tensor.tensor import Tensor

__all__ = [
    "conv1d_input", "conv1d_weight", "conv2d_input", "conv2d_weight", "conv3d_input",
    "conv3d_weight",
]  # fmt: skip


def _attributes(name: str, stride: Any, padding: Any, dilation: Any, groups: int, n: int) -> tuple:
    strides, low, dilations = (
        _entries(name, what, value, n)
        for what, value in (("stride", stride), ("padding", padding), ("dilation", dilation))
    )
    return strides, low, low, dilations, int(groups)


def _spatial(name: str, size: Any, n: int) -> tuple[int, ...]:
    if len(size) != n + 2:
        raise ValueError(message(name, f"a size of {len(size)} dims", f"{n + 2} dims"))
    return tuple(int(k) for k in size[2:])


def _of_input(n: int) -> Callable[..., Tensor]:
    name = f"conv{n}d_input"

    def function(
        input_size: Any, weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        attributes = _attributes(name, stride, padding, dilation, groups, n)
        sizes = (*attributes, _spatial(name, input_size, n))
        return apply(CONV_INPUT_BACKWARD, (grad_output, weight), sizes)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The gradient of `conv{n}d` in its input of the given size."
    return function


def _of_weight(n: int) -> Callable[..., Tensor]:
    name = f"conv{n}d_weight"

    def function(
        input: Tensor, weight_size: Any, grad_output: Tensor, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        attributes = _attributes(name, stride, padding, dilation, groups, n)
        sizes = (*attributes, _spatial(name, weight_size, n))
        return apply(CONV_WEIGHT_BACKWARD, (grad_output, input), sizes)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The gradient of `conv{n}d` in its weight of the given size."
    return function


conv1d_input, conv2d_input, conv3d_input = (_of_input(n) for n in (1, 2, 3))
conv1d_weight, conv2d_weight, conv3d_weight = (_of_weight(n) for n in (1, 2, 3))
