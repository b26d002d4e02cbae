"""MobileNet v2. Sandler et al., "Inverted residuals and linear bottlenecks", 2018."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau import nn
from flambeau.core.errors import message
from flambeau.vision.models.registry import builder, make_divisible
from flambeau.vision.ops.misc import Conv2dNormActivation

__all__ = ["InvertedResidual", "MobileNetV2", "initialize", "mobilenet_v2"]

# expansion, width, blocks, stride of the first one
SETTING = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
)  # fmt: skip


class InvertedResidual(nn.Module):
    """To more channels, 3 x 3 within each, to few channels; and a way around where sizes agree."""

    def __init__(
        self, inp: int, oup: int, stride: int, expand_ratio: int, norm_layer: Any = None
    ) -> None:
        super().__init__()
        self.stride = stride
        if stride not in (1, 2):
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        norm = norm_layer or nn.BatchNorm2d
        hidden = round(inp * expand_ratio)
        self.use_res_connect = stride == 1 and inp == oup
        options: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        layers: list[Any] = []
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, hidden, 1, **options))
        layers += [
            Conv2dNormActivation(hidden, hidden, stride=stride, groups=hidden, **options),
            nn.Conv2d(hidden, oup, 1, bias=False),
            norm(oup),
        ]
        self.conv = nn.Sequential(*layers)
        self.out_channels = oup

    def forward(self, x: Any) -> Any:
        """(n, inp, h, w) to (n, oup, h / stride, w / stride)."""
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


def initialize(network: nn.Module) -> None:
    """Convolutions by fan-out, linear layers with deviation 0.01, biases 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out")
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0, 0.01)
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is not None:
            nn.init.zeros_(layer.bias)


class MobileNetV2(nn.Module):
    """(n, 3, h, w) to (n, num_classes)."""

    def __init__(
        self, num_classes: int = 1000, width_mult: float = 1.0,
        inverted_residual_setting: Sequence[Sequence[int]] | None = None, round_nearest: int = 8,
        block: Any = None, norm_layer: Any = None, dropout: float = 0.2,
    ) -> None:  # fmt: skip
        super().__init__()
        block = block or InvertedResidual
        norm = norm_layer or nn.BatchNorm2d
        setting = inverted_residual_setting or SETTING
        if len(setting) == 0 or len(setting[0]) != 4:
            raise ValueError(
                message("models.MobileNetV2", f"inverted_residual_setting={setting}",
                        "inverted_residual_setting should be non-empty or a 4-element list")
            )  # fmt: skip
        options: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.ReLU6}
        before = make_divisible(32 * width_mult, round_nearest)
        self.last_channel = make_divisible(1280 * max(1.0, width_mult), round_nearest)
        features: list[Any] = [Conv2dNormActivation(3, before, stride=2, **options)]
        for expansion, width, blocks, stride in setting:
            after = make_divisible(width * width_mult, round_nearest)
            for i in range(blocks):
                step = stride if i == 0 else 1
                features.append(block(before, after, step, expansion, norm_layer=norm))
                before = after
        features.append(Conv2dNormActivation(before, self.last_channel, 1, **options))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(self.last_channel, num_classes)
        )
        initialize(self)

    def forward(self, x: Any) -> Any:
        """Logits."""
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(x.flatten(1))


@builder
def mobilenet_v2(**kwargs: Any) -> MobileNetV2:
    """MobileNet v2 (3.5 million parameters)."""
    return MobileNetV2(**kwargs)
