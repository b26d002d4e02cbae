"""AlexNet. Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014."""

from __future__ import annotations

from typing import Any

from flambeau import nn
from flambeau.vision.models.registry import builder

__all__ = ["AlexNet", "alexnet"]


class AlexNet(nn.Module):
    """(n, 3, h, w) to (n, num_classes); h and w at least 63."""

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        layers: list[Any] = []
        before = 3
        for width, kernel, stride, padding, pools in (
            (64, 11, 4, 2, True), (192, 5, 1, 2, True), (384, 3, 1, 1, False),
            (256, 3, 1, 1, False), (256, 3, 1, 1, True),
        ):  # fmt: skip
            layers += [nn.Conv2d(before, width, kernel, stride, padding), nn.ReLU(inplace=True)]
            if pools:
                layers.append(nn.MaxPool2d(3, 2))
            before = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
            nn.Dropout(dropout), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )  # fmt: skip

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@builder
def alexnet(**kwargs: Any) -> AlexNet:
    """AlexNet (61.1 million parameters)."""
    return AlexNet(**kwargs)
