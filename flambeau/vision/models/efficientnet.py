"""EfficientNet (Tan, Le, 2019) and EfficientNet v2 (2021)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from flambeau import nn
from flambeau.vision.models.registry import builder, make_divisible
from flambeau.vision.ops.misc import Conv2dNormActivation, SqueezeExcitation, StochasticDepth

__all__ = [
    "EfficientNet", "FusedMBConv", "MBConv", "efficientnet_b0", "efficientnet_b1",
    "efficientnet_b2", "efficientnet_b3", "efficientnet_b4", "efficientnet_b5", "efficientnet_b6",
    "efficientnet_b7", "efficientnet_v2_l", "efficientnet_v2_m", "efficientnet_v2_s",
]  # fmt: skip

# (fused, expansion, kernel, stride, in, out, blocks)
Stage = tuple[bool, float, int, int, int, int, int]
FIRST: tuple[Stage, ...] = (
    (False, 1, 3, 1, 32, 16, 1), (False, 6, 3, 2, 16, 24, 2), (False, 6, 5, 2, 24, 40, 2),
    (False, 6, 3, 2, 40, 80, 3), (False, 6, 5, 1, 80, 112, 3), (False, 6, 5, 2, 112, 192, 4),
    (False, 6, 3, 1, 192, 320, 1),
)  # fmt: skip
SECOND: dict[str, tuple[Stage, ...]] = {
    "s": (
        (True, 1, 3, 1, 24, 24, 2), (True, 4, 3, 2, 24, 48, 4), (True, 4, 3, 2, 48, 64, 4),
        (False, 4, 3, 2, 64, 128, 6), (False, 6, 3, 1, 128, 160, 9), (False, 6, 3, 2, 160, 256, 15),
    ),
    "m": (
        (True, 1, 3, 1, 24, 24, 3), (True, 4, 3, 2, 24, 48, 5), (True, 4, 3, 2, 48, 80, 5),
        (False, 4, 3, 2, 80, 160, 7), (False, 6, 3, 1, 160, 176, 14),
        (False, 6, 3, 2, 176, 304, 18), (False, 6, 3, 1, 304, 512, 5),
    ),
    "l": (
        (True, 1, 3, 1, 32, 32, 4), (True, 4, 3, 2, 32, 64, 7), (True, 4, 3, 2, 64, 96, 7),
        (False, 4, 3, 2, 96, 192, 10), (False, 6, 3, 1, 192, 224, 19),
        (False, 6, 3, 2, 224, 384, 25), (False, 6, 3, 1, 384, 640, 7),
    ),
}  # fmt: skip


class _Block(nn.Module):
    """`block`, left out at random while training, and a way around it where sizes agree."""

    def __init__(self, layers: list[Any], inp: int, oup: int, stride: int, drop: float) -> None:
        super().__init__()
        self.use_res_connect = stride == 1 and inp == oup
        self.block = nn.Sequential(*layers)
        self.stochastic_depth = StochasticDepth(drop, "row")
        self.out_channels = oup

    def forward(self, input: Any) -> Any:
        result = self.block(input)
        return self.stochastic_depth(result) + input if self.use_res_connect else result


class MBConv(_Block):
    """To more channels, a convolution within each, channels weighted, to few channels."""

    def __init__(
        self, expansion: float, kernel: int, stride: int, inp: int, oup: int, drop: float,
        norm_layer: Any,
    ) -> None:  # fmt: skip
        hidden = make_divisible(inp * expansion, 8)
        options: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        layers: list[Any] = []
        if hidden != inp:
            layers.append(Conv2dNormActivation(inp, hidden, 1, **options))
        layers += [
            Conv2dNormActivation(hidden, hidden, kernel, stride, groups=hidden, **options),
            SqueezeExcitation(hidden, max(1, inp // 4), partial(nn.SiLU, inplace=True)),
            Conv2dNormActivation(hidden, oup, 1, norm_layer=norm_layer, activation_layer=None),
        ]
        super().__init__(layers, inp, oup, stride, drop)


class FusedMBConv(_Block):
    """MBConv with one dense convolution in place of the first two."""

    def __init__(
        self, expansion: float, kernel: int, stride: int, inp: int, oup: int, drop: float,
        norm_layer: Any,
    ) -> None:  # fmt: skip
        hidden = make_divisible(inp * expansion, 8)
        options: dict[str, Any] = {"norm_layer": norm_layer, "activation_layer": nn.SiLU}
        wide = oup if hidden == inp else hidden
        layers = [Conv2dNormActivation(inp, wide, kernel, stride, **options)]
        if hidden != inp:
            layers.append(Conv2dNormActivation(
                hidden, oup, 1, norm_layer=norm_layer, activation_layer=None
            ))  # fmt: skip
        super().__init__(layers, inp, oup, stride, drop)


class EfficientNet(nn.Module):
    """(n, 3, h, w) to (n, num_classes)."""

    def __init__(
        self, stages: Sequence[Stage], dropout: float, stochastic_depth_prob: float = 0.2,
        num_classes: int = 1000, norm_layer: Any = None, last_channel: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        norm = norm_layer or nn.BatchNorm2d
        options: dict[str, Any] = {"norm_layer": norm, "activation_layer": nn.SiLU}
        first = stages[0][4]
        features: list[Any] = [Conv2dNormActivation(3, first, stride=2, **options)]
        total = sum(stage[6] for stage in stages)
        done = 0
        for is_fused, expansion, kernel, stride, inp, oup, count in stages:
            kind = FusedMBConv if is_fused else MBConv
            blocks = []
            for i in range(count):
                drop = stochastic_depth_prob * done / total
                step, before = (stride, inp) if i == 0 else (1, oup)
                blocks.append(kind(expansion, kernel, step, before, oup, drop, norm))
                done += 1
            features.append(nn.Sequential(*blocks))
        last = stages[-1][5]
        wide = last_channel or 4 * last
        features.append(Conv2dNormActivation(last, wide, 1, **options))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout, inplace=True), nn.Linear(wide, num_classes)
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
            elif isinstance(layer, nn.Linear):
                reach = 1.0 / math.sqrt(layer.out_features)
                nn.init.uniform_(layer.weight, -reach, reach)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _first(width: float, depth: float, dropout: float, **kwargs: Any) -> EfficientNet:
    """The first network, with wider and more layers."""

    def scaled(channels: int) -> int:
        return make_divisible(channels * width, 8)

    stages = [
        (fused, expansion, kernel, stride, scaled(inp), scaled(oup), math.ceil(count * depth))
        for fused, expansion, kernel, stride, inp, oup, count in FIRST
    ]
    return EfficientNet(stages, **{"dropout": dropout, **kwargs})


def _second(size: str, dropout: float, **kwargs: Any) -> EfficientNet:
    norm = partial(nn.BatchNorm2d, eps=1e-3)
    options = {"dropout": dropout, "norm_layer": norm, "last_channel": 1280, **kwargs}
    return EfficientNet(SECOND[size], **options)


STEADY = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)


@builder
def efficientnet_b0(**kwargs: Any) -> EfficientNet:
    """EfficientNet B0 (5.3 million parameters)."""
    return _first(1.0, 1.0, 0.2, **kwargs)


@builder
def efficientnet_b1(**kwargs: Any) -> EfficientNet:
    """EfficientNet B1."""
    return _first(1.0, 1.1, 0.2, **kwargs)


@builder
def efficientnet_b2(**kwargs: Any) -> EfficientNet:
    """EfficientNet B2."""
    return _first(1.1, 1.2, 0.3, **kwargs)


@builder
def efficientnet_b3(**kwargs: Any) -> EfficientNet:
    """EfficientNet B3."""
    return _first(1.2, 1.4, 0.3, **kwargs)


@builder
def efficientnet_b4(**kwargs: Any) -> EfficientNet:
    """EfficientNet B4."""
    return _first(1.4, 1.8, 0.4, **kwargs)


@builder
def efficientnet_b5(**kwargs: Any) -> EfficientNet:
    """EfficientNet B5."""
    return _first(1.6, 2.2, 0.4, **{"norm_layer": STEADY, **kwargs})


@builder
def efficientnet_b6(**kwargs: Any) -> EfficientNet:
    """EfficientNet B6."""
    return _first(1.8, 2.6, 0.5, **{"norm_layer": STEADY, **kwargs})


@builder
def efficientnet_b7(**kwargs: Any) -> EfficientNet:
    """EfficientNet B7."""
    return _first(2.0, 3.1, 0.5, **{"norm_layer": STEADY, **kwargs})


@builder
def efficientnet_v2_s(**kwargs: Any) -> EfficientNet:
    """EfficientNet v2, small."""
    return _second("s", 0.2, **kwargs)


@builder
def efficientnet_v2_m(**kwargs: Any) -> EfficientNet:
    """EfficientNet v2, medium."""
    return _second("m", 0.3, **kwargs)


@builder
def efficientnet_v2_l(**kwargs: Any) -> EfficientNet:
    """EfficientNet v2, large."""
    return _second("l", 0.4, **kwargs)
