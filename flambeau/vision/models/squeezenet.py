"""SqueezeNet. Iandola et al., 2016."""

from __future__ import annotations

from typing import Any

from flambeau import nn
from flambeau.core.errors import message
from flambeau.tensor.joining import cat
from flambeau.vision.models.registry import builder

__all__ = ["Fire", "SqueezeNet", "squeezenet1_0", "squeezenet1_1"]


class Fire(nn.Module):
    """A 1 x 1 convolution to few channels, then 1 x 1 and 3 x 3 ones side by side."""

    def __init__(
        self, inplanes: int, squeeze_planes: int, expand1x1_planes: int, expand3x3_planes: int
    ) -> None:
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = nn.Conv2d(inplanes, squeeze_planes, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze_planes, expand1x1_planes, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze_planes, expand3x3_planes, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Any) -> Any:
        """Both results, one after the other in the channels."""
        x = self.squeeze_activation(self.squeeze(x))
        near = self.expand1x1_activation(self.expand1x1(x))
        return cat([near, self.expand3x3_activation(self.expand3x3(x))], 1)


# version -> width, kernel of the first convolution; the Fires as (squeeze, expand); 0: a pooling
VERSIONS: dict[str, tuple[int, int, tuple[Any, ...]]] = {
    "1_0": (96, 7, (0, (16, 64), (16, 64), (32, 128), 0, (32, 128), (48, 192), (48, 192),
                    (64, 256), 0, (64, 256))),
    "1_1": (64, 3, (0, (16, 64), (16, 64), 0, (32, 128), (32, 128), 0, (48, 192), (48, 192),
                    (64, 256), (64, 256))),
}  # fmt: skip


class SqueezeNet(nn.Module):
    """(n, 3, h, w) to (n, num_classes)."""

    def __init__(self, version: str = "1_0", num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        if version not in VERSIONS:
            raise ValueError(
                message("models.SqueezeNet", f"version={version!r}",
                        f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")
            )  # fmt: skip
        self.num_classes = num_classes
        before, kernel, entries = VERSIONS[version]
        layers: list[Any] = [nn.Conv2d(3, before, kernel, 2), nn.ReLU(inplace=True)]
        for entry in entries:
            if entry == 0:
                layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            else:
                squeeze, expand = entry
                layers.append(Fire(before, squeeze, expand, expand))
                before = 2 * expand
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(512, num_classes, 1)
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                if layer is last:
                    nn.init.normal_(layer.weight, 0.0, 0.01)
                else:
                    nn.init.kaiming_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.classifier(self.features(x)).flatten(1)


@builder
def squeezenet1_0(**kwargs: Any) -> SqueezeNet:
    """SqueezeNet 1.0 (1.2 million parameters)."""
    return SqueezeNet("1_0", **kwargs)


@builder
def squeezenet1_1(**kwargs: Any) -> SqueezeNet:
    """SqueezeNet 1.1, with less work for the same quality."""
    return SqueezeNet("1_1", **kwargs)
