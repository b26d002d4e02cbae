"""ShuffleNet v2. Ma et al., "Practical guidelines for efficient CNN architecture design", 2018."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau import nn
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.tensor.joining import cat
from flambeau.vision.models.registry import builder

__all__ = [
    "ShuffleNetV2", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
]  # fmt: skip


def _within(channels: int, stride: int) -> list[Any]:
    """A 3 x 3 convolution within each channel."""
    return [
        nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False),
        nn.BatchNorm2d(channels),
    ]


def _across(before: int, after: int) -> list[Any]:
    """A 1 x 1 convolution."""
    return [nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]


class InvertedResidual(nn.Module):
    """Half of the channels (or, with stride 2, all twice) through convolutions, then shuffled."""

    def __init__(self, inp: int, oup: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        half = oup // 2
        self.branch1 = nn.Sequential(
            *(_within(inp, stride) + _across(inp, half))[: 5 * (stride > 1)]
        )
        before = inp if stride > 1 else half
        self.branch2 = nn.Sequential(
            *_across(before, half), *_within(half, stride), *_across(half, half)
        )

    def forward(self, x: Any) -> Any:
        """(n, inp, h, w) to (n, oup, h / stride, w / stride)."""
        if self.stride == 1:
            first, second = x.chunk(2, 1)
            return F.channel_shuffle(cat([first, self.branch2(second)], 1), 2)
        return F.channel_shuffle(cat([self.branch1(x), self.branch2(x)], 1), 2)


class ShuffleNetV2(nn.Module):
    """(n, 3, h, w) to (n, num_classes)."""

    def __init__(
        self, stages_repeats: Sequence[int], stages_out_channels: Sequence[int],
        num_classes: int = 1000, inverted_residual: Any = InvertedResidual,
    ) -> None:  # fmt: skip
        super().__init__()
        if len(stages_repeats) != 3 or len(stages_out_channels) != 5:
            raise ValueError(
                "expected stages_repeats as list of 3 positive ints and stages_out_channels of 5"
            )
        first, *stages, last = stages_out_channels
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True)
        )
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = first
        for i, (count, width) in enumerate(zip(stages_repeats, stages, strict=True)):
            blocks = [inverted_residual(before, width, 2)]
            blocks += [inverted_residual(width, width, 1) for _ in range(count - 1)]
            self.add_module(f"stage{i + 2}", nn.Sequential(*blocks))
            before = width
        self.conv5 = nn.Sequential(*_across(before, last))
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x: Any) -> Any:
        """Logits."""
        x = self.maxpool(self.conv1(x))
        x = self.conv5(self.stage4(self.stage3(self.stage2(x))))
        return self.fc(x.mean([2, 3]))


@builder
def shufflenet_v2_x0_5(**kwargs: Any) -> ShuffleNetV2:
    """ShuffleNet v2 with half the channels."""
    return ShuffleNetV2([4, 8, 4], [24, 48, 96, 192, 1024], **kwargs)


@builder
def shufflenet_v2_x1_0(**kwargs: Any) -> ShuffleNetV2:
    """ShuffleNet v2 (2.3 million parameters)."""
    return ShuffleNetV2([4, 8, 4], [24, 116, 232, 464, 1024], **kwargs)


@builder
def shufflenet_v2_x1_5(**kwargs: Any) -> ShuffleNetV2:
    """ShuffleNet v2 with 1.5 times the channels."""
    return ShuffleNetV2([4, 8, 4], [24, 176, 352, 704, 1024], **kwargs)


@builder
def shufflenet_v2_x2_0(**kwargs: Any) -> ShuffleNetV2:
    """ShuffleNet v2 with twice the channels."""
    return ShuffleNetV2([4, 8, 4], [24, 244, 488, 976, 2048], **kwargs)
