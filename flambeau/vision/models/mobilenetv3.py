"""MobileNet v3. Howard et al., "Searching for MobileNetV3", 2019."""

from __future__ import annotations

from functools import partial
from typing import Any

from flambeau import nn
from flambeau.vision.models.mobilenetv2 import initialize
from flambeau.vision.models.registry import builder, make_divisible
from flambeau.vision.ops.misc import Conv2dNormActivation, SqueezeExcitation

__all__ = ["InvertedResidual", "MobileNetV3", "mobilenet_v3_large", "mobilenet_v3_small"]

# kernel, expanded width, width, whether channels are weighted, hard swish instead of ReLU, stride
LARGE = (
    (3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1), (5, 72, 40, 1, 0, 2),
    (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1), (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1),
    (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 480, 112, 1, 1, 1), (3, 672, 112, 1, 1, 1),
    (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1), (5, 960, 160, 1, 1, 1),
)  # fmt: skip
SMALL = (
    (3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2),
    (5, 240, 40, 1, 1, 1), (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1),
    (5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1), (5, 576, 96, 1, 1, 1),
)  # fmt: skip


class InvertedResidual(nn.Module):
    """MobileNet v2's block, with channels weighted in the middle."""

    def __init__(
        self, inp: int, kernel: int, hidden: int, oup: int, weighs: bool, activation: Any,
        stride: int, norm_layer: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        self.use_res_connect = stride == 1 and inp == oup
        options = {"norm_layer": norm_layer, "activation_layer": activation}
        layers: list[Any] = []
        if hidden != inp:
            layers.append(Conv2dNormActivation(inp, hidden, 1, **options))
        layers.append(
            Conv2dNormActivation(hidden, hidden, kernel, stride, groups=hidden, **options)
        )
        if weighs:
            few = make_divisible(hidden // 4, 8)
            layers.append(SqueezeExcitation(hidden, few, scale_activation=nn.Hardsigmoid))
        options["activation_layer"] = None
        layers.append(Conv2dNormActivation(hidden, oup, 1, **options))
        self.block = nn.Sequential(*layers)
        self.out_channels = oup

    def forward(self, input: Any) -> Any:
        """(n, inp, h, w) to (n, oup, h / stride, w / stride)."""
        return input + self.block(input) if self.use_res_connect else self.block(input)


class MobileNetV3(nn.Module):
    """(n, 3, h, w) to (n, num_classes); `setting` is LARGE or SMALL or like them."""

    def __init__(
        self, setting: Any, last_channel: int, num_classes: int = 1000, width_mult: float = 1.0,
        norm_layer: Any = None, dropout: float = 0.2,
    ) -> None:  # fmt: skip
        super().__init__()
        norm = norm_layer or partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)

        def scaled(width: int) -> int:
            return make_divisible(width * width_mult, 8)

        swish: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.Hardswish}
        before = scaled(16)
        features: list[Any] = [Conv2dNormActivation(3, before, stride=2, **swish)]
        for kernel, hidden, width, weighs, is_swish, stride in setting:
            activation = nn.Hardswish if is_swish else nn.ReLU
            after = scaled(width)
            features.append(
                InvertedResidual(
                    before, kernel, scaled(hidden), after, bool(weighs), activation, stride, norm
                )
            )
            before = after
        features.append(Conv2dNormActivation(before, 6 * before, 1, **swish))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        last = scaled(last_channel)
        self.classifier = nn.Sequential(
            nn.Linear(6 * before, last), nn.Hardswish(inplace=True),
            nn.Dropout(dropout, inplace=True), nn.Linear(last, num_classes),
        )  # fmt: skip
        initialize(self)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@builder
def mobilenet_v3_large(**kwargs: Any) -> MobileNetV3:
    """MobileNet v3, large (5.5 million parameters)."""
    return MobileNetV3(LARGE, 1280, **kwargs)


@builder
def mobilenet_v3_small(**kwargs: Any) -> MobileNetV3:
    """MobileNet v3, small (2.5 million parameters)."""
    return MobileNetV3(SMALL, 1024, **kwargs)
