"""Layers that networks for images are built from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau import nn
from flambeau.core.errors import message
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name

__all__ = [
    "MLP", "Conv2dNormActivation", "FrozenBatchNorm2d", "Permute", "SqueezeExcitation",
    "StochasticDepth", "sigmoid_focal_loss", "stochastic_depth",
]  # fmt: skip

Layer = Callable[..., Any]


class Conv2dNormActivation(nn.Sequential):
    """Convolution ("0"), normalization ("1") and activation ("2"); None leaves one out.

    padding: by default what keeps the size at stride 1; bias: unless there is a normalization.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any = 3, stride: Any = 1,
        padding: Any = None, groups: int = 1, norm_layer: Layer | None = nn.BatchNorm2d,
        activation_layer: Layer | None = nn.ReLU, dilation: Any = 1, inplace: bool | None = True,
        bias: bool | None = None,
    ) -> None:  # fmt: skip
        if padding is None:
            padding = _same(kernel_size, dilation)
        layers = [
            nn.Conv2d(
                in_channels, out_channels, kernel_size, stride, padding, dilation, groups,
                bias=norm_layer is None if bias is None else bias,
            )
        ]  # fmt: skip
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer(**({} if inplace is None else {"inplace": inplace})))
        super().__init__(*layers)
        self.out_channels = out_channels


def _same(kernel_size: Any, dilation: Any) -> Any:
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return (kernel_size - 1) // 2 * dilation
    kernels = kernel_size if isinstance(kernel_size, Sequence) else [kernel_size] * 2
    dilations = dilation if isinstance(dilation, Sequence) else [dilation] * 2
    return tuple((k - 1) // 2 * d for k, d in zip(kernels, dilations, strict=True))


class SqueezeExcitation(nn.Module):
    """Channels weighted by what the means of all channels say. Hu et al., 2018."""

    def __init__(
        self, input_channels: int, squeeze_channels: int, activation: Layer = nn.ReLU,
        scale_activation: Layer = nn.Sigmoid,
    ) -> None:  # fmt: skip
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Any) -> Any:
        """(n, c, h, w) to the same shape."""
        x = self.activation(self.fc1(self.avgpool(input)))
        return self.scale_activation(self.fc2(x)) * input


class MLP(nn.Sequential):
    """Linear layers with activation and dropout after each; after the last only dropout."""

    def __init__(
        self, in_channels: int, hidden_channels: Sequence[int], norm_layer: Layer | None = None,
        activation_layer: Layer | None = nn.ReLU, inplace: bool | None = None, bias: bool = True,
        dropout: float = 0.0,
    ) -> None:  # fmt: skip
        options = {} if inplace is None else {"inplace": inplace}
        layers: list[Any] = []
        before = in_channels
        for width in hidden_channels[:-1]:
            layers.append(nn.Linear(before, width, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(width))
            if activation_layer is not None:
                layers.append(activation_layer(**options))
            layers.append(nn.Dropout(dropout, **options))
            before = width
        layers += [
            nn.Linear(before, hidden_channels[-1], bias=bias), nn.Dropout(dropout, **options)
        ]  # fmt: skip
        super().__init__(*layers)


class Permute(nn.Module):
    """x.permute(dims)."""

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Any) -> Any:
        """The dims in their new order."""
        return x.permute(self.dims)


class FrozenBatchNorm2d(nn.Module):
    """Batch normalization whose numbers never change."""

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        from_numbers = nn.BatchNorm2d(num_features, eps)
        self.eps = eps
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, getattr(from_numbers, name).detach().clone())

    def forward(self, x: Any) -> Any:
        """(n, c, h, w) to the same shape."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )


def stochastic_depth(input: Any, p: float, mode: str, training: bool = True) -> Any:
    """0 instead of the input with probability p, for the "batch" or for each "row" of it; what
    remains is scaled by 1 / (1 - p). Huang et al., "Deep networks with stochastic depth", 2016."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(
            message("ops.stochastic_depth", f"mode={mode!r}", "mode has to be either 'batch' or "
                    "'row'")
        )  # fmt: skip
    if not training or p == 0.0:
        return input
    shape = (len(input) if mode == "row" else 1, *[1] * (input.ndim - 1))
    kept = input.new_empty(shape).bernoulli_(1.0 - p)
    return input * (kept / (1.0 - p) if p < 1.0 else kept)


class StochasticDepth(nn.Module):
    """`stochastic_depth` as a layer."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input: Any) -> Any:
        """The input, or parts of it."""
        return stochastic_depth(input, self.p, self.mode, self.training)

    def extra_repr(self) -> str:
        """The numbers."""
        return f"p={self.p}, mode={self.mode}"


def sigmoid_focal_loss(
    inputs: Any, targets: Any, alpha: float = 0.25, gamma: float = 2, reduction: str = "none"
) -> Any:
    """Binary cross entropy of logits in which easy examples count less. Lin et al., 2017."""
    p = inputs.sigmoid()
    loss = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    hit = p * targets + (1 - p) * (1 - targets)
    loss = loss * (1 - hit) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"Invalid Value for arg 'reduction': '{reduction}'")
    return loss if reduction == "none" else getattr(loss, reduction)()
