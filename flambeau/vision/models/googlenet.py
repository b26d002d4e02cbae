"""GoogLeNet with batch normalization. Szegedy et al., "Going deeper with convolutions", 2014."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

from flambeau import nn
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.tensor.joining import cat
from flambeau.vision.models.registry import builder

__all__ = ["BasicConv2d", "GoogLeNet", "GoogLeNetOutputs", "Inception", "InceptionAux", "googlenet",
           "rescaled"]  # fmt: skip

GoogLeNetOutputs = namedtuple("GoogLeNetOutputs", ["logits", "aux_logits2", "aux_logits1"])


def rescaled(x: Any) -> Any:
    """From ImageNet's mean and deviation to [-1, 1], in which these networks were trained."""
    scale = x.new_tensor([0.229, 0.224, 0.225]).view(3, 1, 1) / 0.5
    shift = (x.new_tensor([0.485, 0.456, 0.406]).view(3, 1, 1) - 0.5) / 0.5
    return x * scale + shift


class BasicConv2d(nn.Module):
    """Convolution, batch normalization, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x: Any) -> Any:
        """(n, c, h, w) in another number of channels."""
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """Four branches side by side: 1 x 1; 3 x 3 twice behind 1 x 1; pooling before 1 x 1."""

    def __init__(
        self, in_channels: int, ch1x1: int, ch3x3red: int, ch3x3: int, ch5x5red: int, ch5x5: int,
        pool_proj: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, ch1x1, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv2d(in_channels, ch3x3red, kernel_size=1),
            BasicConv2d(ch3x3red, ch3x3, kernel_size=3, padding=1),
        )
        # 3 x 3, not 5 x 5: as the published weights have it
        self.branch3 = nn.Sequential(
            BasicConv2d(in_channels, ch5x5red, kernel_size=1),
            BasicConv2d(ch5x5red, ch5x5, kernel_size=3, padding=1),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, 1, ceil_mode=True),
            BasicConv2d(in_channels, pool_proj, kernel_size=1),
        )

    def forward(self, x: Any) -> Any:
        """All branches, one after the other in the channels."""
        return cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class InceptionAux(nn.Module):
    """A second way to the classes, from the middle of the network, for training."""

    def __init__(self, in_channels: int, num_classes: int, dropout: float = 0.7) -> None:
        super().__init__()
        self.conv = BasicConv2d(in_channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any) -> Any:
        """Logits."""
        x = self.conv(F.adaptive_avg_pool2d(x, (4, 4))).flatten(1)
        return self.fc2(self.dropout(F.relu(self.fc1(x), inplace=True)))


# name -> (in, 1x1, 3x3 reduced, 3x3, 5x5 reduced, 5x5, pooled); a number: a pooling of that window
STAGES: dict[str, Any] = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32), "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "maxpool3": 3,
    "inception4a": (480, 192, 96, 208, 16, 48, 64), "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "maxpool4": 2,
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}  # fmt: skip


class GoogLeNet(nn.Module):
    """(n, 3, h, w) to (n, num_classes); while training, with aux_logits, to GoogLeNetOutputs."""

    def __init__(
        self, num_classes: int = 1000, aux_logits: bool = True, transform_input: bool = False,
        init_weights: bool | None = None, blocks: Any = None, dropout: float = 0.2,
        dropout_aux: float = 0.7,
    ) -> None:  # fmt: skip
        super().__init__()
        conv, inception, aux = blocks or (BasicConv2d, Inception, InceptionAux)
        if init_weights is None:
            warnings.warn(
                "The default weight initialization of GoogleNet will be changed in future releases "
                "of torchvision; init_weights=True keeps it",
                FutureWarning,
                stacklevel=3,
            )
            init_weights = True
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.conv1 = conv(3, 64, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = conv(64, 64, kernel_size=1)
        self.conv3 = conv(64, 192, kernel_size=3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        for name, entry in STAGES.items():
            made = nn.MaxPool2d(entry, 2, ceil_mode=True) if isinstance(entry, int) else None
            self.add_module(name, made or inception(*entry))
        self.aux1 = aux(512, num_classes, dropout=dropout_aux) if aux_logits else None
        self.aux2 = aux(528, num_classes, dropout=dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(1024, num_classes)
        if init_weights:
            for layer in self.modules():
                if isinstance(layer, (nn.Conv2d, nn.Linear)):
                    nn.init.trunc_normal_(layer.weight, 0.0, 0.01, -2, 2)

    def forward(self, x: Any) -> Any:
        """Logits, and those of the two ways from the middle."""
        if self.transform_input:
            x = rescaled(x)
        x = self.maxpool1(self.conv1(x))
        x = self.maxpool2(self.conv3(self.conv2(x)))
        first: Any = self.aux1
        second: Any = self.aux2
        has_aux = self.training and first is not None and second is not None
        aux1 = aux2 = None
        for name in STAGES:
            x = getattr(self, name)(x)
            if has_aux and name == "inception4a":
                aux1 = first(x)
            if has_aux and name == "inception4d":
                aux2 = second(x)
        x = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return GoogLeNetOutputs(x, aux2, aux1) if self.training and self.aux_logits else x

    def after_loading(self, options: dict[str, Any]) -> GoogLeNet:
        """Without the second ways, unless they were asked for: their weights are not trained."""
        if not options.get("aux_logits", False):
            self.aux_logits = False
            self.aux1 = self.aux2 = None
        return self


@builder
def googlenet(with_weights: bool = False, **kwargs: Any) -> GoogLeNet:
    """GoogLeNet (6.6 million parameters without the second ways)."""
    if with_weights:
        kwargs = {"transform_input": True, **kwargs, "init_weights": False, "aux_logits": True}
    return GoogLeNet(**kwargs)
