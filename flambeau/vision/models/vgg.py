"""VGG. Simonyan, Zisserman, "Very deep convolutional networks", 2014."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau import nn
from flambeau.vision.models.registry import builder

__all__ = [
    "VGG", "make_layers", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19",
    "vgg19_bn",
]  # fmt: skip

# depth -> how many convolutions of each width there are before a pooling
DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
WIDTHS = (64, 128, 256, 512, 512)


class VGG(nn.Module):
    """(n, 3, h, w) to (n, num_classes); h and w at least 32."""

    def __init__(
        self, features: Any, num_classes: int = 1000, init_weights: bool = True,
        dropout: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )  # fmt: skip
        if init_weights:
            self._initialize()

    def _initialize(self) -> None:
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0, 0.01)
            if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def make_layers(cfg: Sequence[Any], batch_norm: bool = False) -> nn.Sequential:
    """The convolutions: a number is a width, "M" a pooling."""
    layers: list[Any] = []
    before = 3
    for entry in cfg:
        if entry == "M":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers.append(nn.Conv2d(before, entry, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(entry))
        layers.append(nn.ReLU(inplace=True))
        before = entry
    return nn.Sequential(*layers)


def _vgg(depth: int, batch_norm: bool, **kwargs: Any) -> VGG:
    cfg: list[Any] = []
    for width, count in zip(WIDTHS, DEPTHS[depth], strict=True):
        cfg += [width] * count + ["M"]
    return VGG(make_layers(cfg, batch_norm), **kwargs)


@builder
def vgg11(**kwargs: Any) -> VGG:
    """VGG with 11 layers."""
    return _vgg(11, False, **kwargs)


@builder
def vgg11_bn(**kwargs: Any) -> VGG:
    """VGG with 11 layers and batch normalization."""
    return _vgg(11, True, **kwargs)


@builder
def vgg13(**kwargs: Any) -> VGG:
    """VGG with 13 layers."""
    return _vgg(13, False, **kwargs)


@builder
def vgg13_bn(**kwargs: Any) -> VGG:
    """VGG with 13 layers and batch normalization."""
    return _vgg(13, True, **kwargs)


@builder
def vgg16(**kwargs: Any) -> VGG:
    """VGG with 16 layers (138.4 million parameters)."""
    return _vgg(16, False, **kwargs)


@builder
def vgg16_bn(**kwargs: Any) -> VGG:
    """VGG with 16 layers and batch normalization."""
    return _vgg(16, True, **kwargs)


@builder
def vgg19(**kwargs: Any) -> VGG:
    """VGG with 19 layers."""
    return _vgg(19, False, **kwargs)


@builder
def vgg19_bn(**kwargs: Any) -> VGG:
    """VGG with 19 layers and batch normalization."""
    return _vgg(19, True, **kwargs)
